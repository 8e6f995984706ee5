//! Walks over surfaces.

use std::path::Path;

use burn::optim::SgdConfig;
use burn_adagrad::AdagradConfig;
use burn_adagrad::train::{pytorch_adam, pytorch_rmsprop, pytorch_sgd};

use super::{Artifact, Make};
use crate::listings::descent::{B, Point, descend};
use crate::listings::surfaces::{RARE, SADDLE, Surface, VALLEY};

pub fn artifacts() -> Vec<Artifact> {
    let figure = |name, make| Artifact {
        name,
        make: Make::Figure(make),
    };
    vec![
        figure("valley.svg", valley),
        figure("saddle.svg", saddle),
        figure("rare.svg", rare),
    ]
}

fn sgd(rate: f64, surface: &Surface, steps: usize) -> Vec<[f64; 2]> {
    descend(SgdConfig::new().init::<B, Point<B>>(), rate, surface, steps)
}

fn adagrad(rate: f64, surface: &Surface, steps: usize) -> Vec<[f64; 2]> {
    descend(
        AdagradConfig::new().init::<B, Point<B>>(),
        rate,
        surface,
        steps,
    )
}

fn valley(path: &Path) -> anyhow::Result<()> {
    super::contours::draw(
        path,
        &VALLEY,
        "Thirty steps in a narrow valley",
        &[
            ("one rate, 0.075", sgd(0.075, &VALLEY, 30)),
            ("one rate, 0.02", sgd(0.02, &VALLEY, 30)),
            ("Adagrad, 1", adagrad(1.0, &VALLEY, 30)),
        ],
    )
}

fn saddle(path: &Path) -> anyhow::Result<()> {
    const STEPS: usize = 60;
    let momentum = pytorch_sgd().init::<B, Point<B>>();
    let rmsprop = pytorch_rmsprop().init::<B, Point<B>>();
    let adam = pytorch_adam().init::<B, Point<B>>();
    super::contours::draw(
        path,
        &SADDLE,
        "Sixty steps beside a ridge, to a saddle and past it",
        &[
            ("SGD, 0.1", sgd(0.1, &SADDLE, STEPS)),
            (
                "SGD, momentum 0.9, 0.1",
                descend(momentum, 0.1, &SADDLE, STEPS),
            ),
            ("Adagrad, 0.1", adagrad(0.1, &SADDLE, STEPS)),
            ("RMSprop, 0.02", descend(rmsprop, 0.02, &SADDLE, STEPS)),
            ("Adam, 0.1", descend(adam, 0.1, &SADDLE, STEPS)),
        ],
    )
}

fn rare(path: &Path) -> anyhow::Result<()> {
    const STEPS: usize = 100;
    let adam = pytorch_adam().init::<B, Point<B>>();
    super::contours::draw(
        path,
        &RARE,
        "A hundred steps; y has a gradient at one of ten",
        &[
            ("SGD, 0.1", sgd(0.1, &RARE, STEPS)),
            ("Adagrad, 1", adagrad(1.0, &RARE, STEPS)),
            ("Adam, 0.1", descend(adam, 0.1, &RARE, STEPS)),
        ],
    )
}
