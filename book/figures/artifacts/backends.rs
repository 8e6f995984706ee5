//! The same training on several backends.

use std::path::Path;

use burn::backend::{Autodiff, Flex, NdArray};
use burn_adagrad::plot::{Line, LinePlot, Point};

use super::{Artifact, pictures};
use crate::listings::backends as listing;

pub fn artifacts() -> Vec<Artifact> {
    vec![
        Artifact::text("backends_both.txt", listing::on_both),
        Artifact::text("backends_half.txt", listing::half_precision),
        Artifact::figure("backends_losses.svg", losses),
    ]
}

fn losses(path: &Path) -> anyhow::Result<()> {
    let line = |label, losses: Vec<f32>, colour, dashed| {
        let points = losses.into_iter().enumerate();
        let points = points.map(|(i, loss)| Point::new(i as f64 + 1.0, f64::from(loss)));
        Line::new(label, points.collect()).with_stroke(colour, dashed)
    };
    let ndarray = listing::train::<Autodiff<NdArray>>(&Default::default())?;
    let flex = listing::train::<Autodiff<Flex>>(&Default::default())?;
    let plot = LinePlot::new(
        "One training run on two backends",
        "Step",
        "Loss of the batch",
    );
    let lines = [
        line("ndarray", ndarray, 1, false),
        line("flex", flex, 0, true),
    ];
    pictures::draw(&plot, &lines, path)
}
