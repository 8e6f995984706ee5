//! The chapter "Against SGD, RMSprop and Adam": the four as configurations.

use burn::backend::{Autodiff, NdArray};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, RmsPropConfig, SgdConfig};
use burn_adagrad::AdagradConfig;

use super::descent::{Point, descend};
use super::surfaces::Surface;

type B = Autodiff<NdArray>;

// ANCHOR: configs
/// The four's paths over a surface, each with PyTorch's defaults and a rate of its own.
pub fn paths(surface: &Surface, rates: [f64; 4], steps: usize) -> [Vec<[f64; 2]>; 4] {
    let sgd = SgdConfig::new()
        .with_momentum(Some(
            MomentumConfig::new().with_momentum(0.9).with_dampening(0.0),
        ))
        .init::<B, Point<B>>();
    let adagrad = AdagradConfig::new().init::<B, Point<B>>();
    let rmsprop = RmsPropConfig::new()
        .with_momentum(0.0)
        .with_epsilon(1e-8)
        .init::<B, Point<B>>();
    let adam = AdamConfig::new().with_epsilon(1e-8).init::<B, Point<B>>();
    [
        descend(sgd, rates[0], surface, steps),
        descend(adagrad, rates[1], surface, steps),
        descend(rmsprop, rates[2], surface, steps),
        descend(adam, rates[3], surface, steps),
    ]
}
// ANCHOR_END: configs
