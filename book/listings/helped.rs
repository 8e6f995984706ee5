//! The chapter "What helps": remedies for one gradient that is far too large.

use burn::backend::{Autodiff, NdArray};
use burn::grad_clipping::GradientClippingConfig;
use burn_adagrad::train::{pytorch_adam, pytorch_rmsprop};
use burn_adagrad::{AccumulatorDecayConfig, AdadeltaConfig, AdagradConfig};

use super::descent::Point;
use super::spike::losses;

type B = Autodiff<NdArray>;
type P = Point<B>;

// ANCHOR: remedies
/// The losses with each remedy, when one gradient is `spike` times what it should be.
pub fn remedies(spike: f64) -> Vec<(&'static str, Vec<f64>)> {
    let adagrad = AdagradConfig::new;
    let clipping = Some(GradientClippingConfig::Norm(10.0));
    let decay = Some(AccumulatorDecayConfig::new(20, 0.5));
    let clipped = adagrad().with_grad_clipping(clipping).init::<B, P>();
    let decayed = adagrad().with_accumulator_decay(decay).init::<B, P>();
    vec![
        ("Adagrad", losses(adagrad().init::<B, P>(), 0.5, spike)),
        ("gradients clipped to 10", losses(clipped, 0.5, spike)),
        (
            "accumulator halved every 20 steps",
            losses(decayed, 0.5, spike),
        ),
        (
            "RMSprop",
            losses(pytorch_rmsprop().init::<B, P>(), 0.01, spike),
        ),
        ("Adam", losses(pytorch_adam().init::<B, P>(), 0.05, spike)),
        (
            "Adadelta",
            losses(AdadeltaConfig::new().init::<B, P>(), 10.0, spike),
        ),
    ]
}
// ANCHOR_END: remedies
