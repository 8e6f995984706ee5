//! Walks over surfaces.

use std::fmt::Write;
use std::path::Path;

use burn::optim::SgdConfig;
use burn_adagrad::plot::{PathPlot, Walk};

use super::{Artifact, pictures};
use crate::listings::descent::{B, Point, descend};
use crate::listings::kinds::paths;
use crate::listings::surfaces::{RARE, SADDLE, Surface, VALLEY};

pub fn artifacts() -> Vec<Artifact> {
    vec![
        Artifact::figure("valley.svg", valley),
        Artifact::figure("saddle.svg", saddle),
        Artifact::figure("rare.svg", rare),
    ]
}

fn sgd(rate: f64, surface: &Surface, steps: usize) -> Vec<[f64; 2]> {
    descend(SgdConfig::new().init::<B, Point<B>>(), rate, surface, steps)
}

/// Walks in both widths, and their places as a table.
fn draw(path: &Path, surface: &Surface, title: &str, walks: &[Walk]) -> anyhow::Result<()> {
    let plot = PathPlot::new(title, surface.view);
    plot.draw(surface.value, walks, path)?;
    let narrow = pictures::narrow(path);
    plot.with_width(pictures::NARROW)
        .draw(surface.value, walks, &narrow)?;
    let mut table = String::from("surface,path,step,x,y,value\n");
    for walk in walks {
        for (step, &place) in walk.places().iter().enumerate() {
            let value = (surface.value)(place);
            let ([x, y], name, label) = (place, surface.name, walk.label());
            writeln!(table, "{name},\"{label}\",{step},{x:.6},{y:.6},{value:.6}")?;
        }
    }
    super::write(&path.with_extension("csv"), &table)
}

fn valley(path: &Path) -> anyhow::Result<()> {
    let [_, adagrad, _, _] = paths(&VALLEY, [0.01, 1.0, 0.01, 0.01], 30);
    draw(
        path,
        &VALLEY,
        "Thirty steps in a narrow valley",
        &[
            Walk::new("SGD, rate 0.075", sgd(0.075, &VALLEY, 30)),
            Walk::new("SGD, rate 0.02", sgd(0.02, &VALLEY, 30)).dashed(),
            Walk::new("Adagrad, rate 1", adagrad),
        ],
    )
}

fn saddle(path: &Path) -> anyhow::Result<()> {
    const STEPS: usize = 60;
    let [momentum, adagrad, rmsprop, adam] = paths(&SADDLE, [0.1, 0.1, 0.02, 0.1], STEPS);
    draw(
        path,
        &SADDLE,
        "Sixty steps from beside a ridge",
        &[
            Walk::new("SGD, 0.1", sgd(0.1, &SADDLE, STEPS)).dashed(),
            Walk::new("SGD, momentum 0.9, 0.1", momentum),
            Walk::new("Adagrad, 0.1", adagrad),
            Walk::new("RMSprop, 0.02", rmsprop),
            Walk::new("Adam, 0.1", adam),
        ],
    )
}

fn rare(path: &Path) -> anyhow::Result<()> {
    const STEPS: usize = 100;
    let [_, adagrad, _, adam] = paths(&RARE, [0.1, 1.0, 0.1, 0.1], STEPS);
    draw(
        path,
        &RARE,
        "A hundred steps; y has a gradient at one of ten",
        &[
            Walk::new("SGD, rate 0.1", sgd(0.1, &RARE, STEPS)),
            Walk::new("Adagrad, rate 1", adagrad),
            Walk::new("Adam, rate 0.1", adam),
        ],
    )
}
