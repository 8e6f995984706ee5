//! Walks over surfaces.

use std::path::Path;

use burn::optim::SgdConfig;

use super::Artifact;
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

fn valley(path: &Path) -> anyhow::Result<()> {
    let [_, adagrad, _, _] = paths(&VALLEY, [0.01, 1.0, 0.01, 0.01], 30);
    super::contours::draw(
        path,
        &VALLEY,
        "Thirty steps in a narrow valley",
        &[
            ("one rate, 0.075", sgd(0.075, &VALLEY, 30)),
            ("one rate, 0.02", sgd(0.02, &VALLEY, 30)),
            ("Adagrad, 1", adagrad),
        ],
    )
}

fn saddle(path: &Path) -> anyhow::Result<()> {
    const STEPS: usize = 60;
    let [momentum, adagrad, rmsprop, adam] = paths(&SADDLE, [0.1, 0.1, 0.02, 0.1], STEPS);
    super::contours::draw(
        path,
        &SADDLE,
        "Sixty steps beside a ridge, to a saddle and past it",
        &[
            ("SGD, 0.1", sgd(0.1, &SADDLE, STEPS)),
            ("SGD, momentum 0.9, 0.1", momentum),
            ("Adagrad, 0.1", adagrad),
            ("RMSprop, 0.02", rmsprop),
            ("Adam, 0.1", adam),
        ],
    )
}

fn rare(path: &Path) -> anyhow::Result<()> {
    const STEPS: usize = 100;
    let [_, adagrad, _, adam] = paths(&RARE, [0.1, 1.0, 0.1, 0.1], STEPS);
    super::contours::draw(
        path,
        &RARE,
        "A hundred steps; y has a gradient at one of ten",
        &[
            ("SGD, 0.1", sgd(0.1, &RARE, STEPS)),
            ("Adagrad, 1", adagrad),
            ("Adam, 0.1", adam),
        ],
    )
}
