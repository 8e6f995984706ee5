//! The article's program, and runs of PyTorch beside ours.

use std::path::Path;

use burn_adagrad::plot::{Line, LinePlot, Point};

use super::{Artifact, pictures};
use crate::listings::from_pytorch as listing;

pub fn artifacts() -> Vec<Artifact> {
    vec![
        Artifact::text("pytorch_program.txt", program),
        Artifact::text("pytorch_options.txt", listing::options),
        Artifact::text("pytorch_carried.txt", listing::carried_over),
        Artifact::text("pytorch_apart.txt", listing::apart),
        Artifact::figure("pytorch_losses.svg", losses),
    ]
}

fn program() -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    listing::program(100, folder.path())
}

fn losses(path: &Path) -> anyhow::Result<()> {
    let (_, both) = listing::losses_of_both()?;
    let mut lines = Vec::new();
    for (name, colour) in [("Adagrad", 0), ("RMSprop", 2)] {
        for ((losses, whose), dashed) in both[name]
            .iter()
            .zip(["PyTorch", "here"])
            .zip([false, true])
        {
            let points = losses.iter().enumerate();
            let points = points.map(|(i, &loss)| Point::new(i as f64 + 1.0, f64::from(loss)));
            let colour = if dashed { colour + 1 } else { colour };
            lines.push(
                Line::new(format!("{name}, {whose}"), points.collect()).with_stroke(colour, dashed),
            );
        }
    }
    let plot = LinePlot::new(
        "A hundred steps from the same weights",
        "Step",
        "Loss of the batch",
    );
    pictures::draw(&plot, &lines, path)
}
