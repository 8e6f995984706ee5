//! Walks over surfaces.

use std::path::Path;

use burn::optim::SgdConfig;
use burn_adagrad::AdagradConfig;

use super::{Artifact, Make};
use crate::listings::descent::{B, Point, descend};
use crate::listings::surfaces::VALLEY;

pub fn artifacts() -> Vec<Artifact> {
    vec![Artifact {
        name: "valley.svg",
        make: Make::Figure(valley),
    }]
}

fn valley(path: &Path) -> anyhow::Result<()> {
    let sgd = |rate| descend(SgdConfig::new().init::<B, Point<B>>(), rate, &VALLEY, 30);
    let adagrad = descend(AdagradConfig::new().init::<B, Point<B>>(), 1.0, &VALLEY, 30);
    super::contours::draw(
        path,
        &VALLEY,
        "Thirty steps in a narrow valley",
        &[
            ("One rate, 0.075", sgd(0.075)),
            ("One rate, 0.02", sgd(0.02)),
            ("Adagrad, 1", adagrad),
        ],
    )
}
