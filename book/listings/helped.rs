//! The chapter "What helps": remedies for one gradient that is far too large.

use anyhow::Context;
use burn::backend::{Autodiff, NdArray};
use burn::grad_clipping::GradientClippingConfig;
use burn_adagrad::train::{pytorch_adam, pytorch_rmsprop};
use burn_adagrad::tune::log_grid;
use burn_adagrad::{AccumulatorDecayConfig, AdadeltaConfig, AdagradConfig};

use super::descent::Point;
use super::spike::losses_over;

type B = Autodiff<NdArray>;
type P = Point<B>;

/// A remedy: the losses of a walk of some steps at a rate, with a gradient that is too large.
type Walk = fn(steps: usize, rate: f64, spike: f64) -> Vec<f64>;

// ANCHOR: remedies
/// Each remedy.
pub const REMEDIES: [(&str, Walk); 6] = [
    ("Adagrad", |steps, rate, spike| {
        let adagrad = AdagradConfig::new().init::<B, P>();
        losses_over(steps, adagrad, rate, spike)
    }),
    ("Adagrad, clipped", |steps, rate, spike| {
        let clipping = Some(GradientClippingConfig::Norm(10.0));
        let clipped = AdagradConfig::new().with_grad_clipping(clipping);
        losses_over(steps, clipped.init::<B, P>(), rate, spike)
    }),
    ("Adagrad-decay", |steps, rate, spike| {
        let decay = Some(AccumulatorDecayConfig::new(20, 0.5));
        let decayed = AdagradConfig::new().with_accumulator_decay(decay);
        losses_over(steps, decayed.init::<B, P>(), rate, spike)
    }),
    ("RMSprop", |steps, rate, spike| {
        losses_over(steps, pytorch_rmsprop().init::<B, P>(), rate, spike)
    }),
    ("Adam", |steps, rate, spike| {
        losses_over(steps, pytorch_adam().init::<B, P>(), rate, spike)
    }),
    ("Adadelta", |steps, rate, spike| {
        losses_over(steps, AdadeltaConfig::new().init::<B, P>(), rate, spike)
    }),
];

/// The smallest rate of a grid with which the walk without an accident has been below a loss of
/// 1e-6 by step 400: so all walks are about as fast, until the accident.
pub fn rate_for(walk: Walk) -> Option<f64> {
    let arrives = |rate: &f64| walk(400, *rate, 1.0).into_iter().any(|loss| loss < 1e-6);
    log_grid(1e-3, 100.0, 21).into_iter().find(arrives)
}
// ANCHOR_END: remedies

/// The names, rates and losses of all remedies, when one gradient is `spike` times what it
/// should be.
pub fn runs(spike: f64) -> anyhow::Result<Vec<(&'static str, f64, Vec<f64>)>> {
    let run = |(name, walk): (&'static str, Walk)| {
        let rate = rate_for(walk).with_context(|| format!("{name} does not arrive"))?;
        Ok((name, rate, walk(super::spike::STEPS, rate, spike)))
    };
    REMEDIES.into_iter().map(run).collect()
}

/// The rates, and how far each remedy has come, as a table.
pub fn output() -> anyhow::Result<String> {
    use std::fmt::Write;
    let mut text = String::from(
        "| | rate | loss before the accident | 100 steps after it | at step 2,000 |\n\
         | --- | ---: | ---: | ---: | ---: |\n",
    );
    for (name, rate, losses) in runs(10_000.0)? {
        let at = |step: usize| format!("{:.0e}", losses[step].max(1e-12));
        writeln!(
            text,
            "| {name} | {rate} | {} | {} | {} |",
            at(super::spike::SPIKE_AT),
            at(super::spike::SPIKE_AT + 100),
            at(super::spike::STEPS - 1)
        )?;
    }
    Ok(text)
}

/// The walk of the chapter before is that of plain Adagrad here.
#[test]
fn a_remedy_of_nothing_is_the_walk_itself() {
    let adagrad = AdagradConfig::new().init::<B, P>();
    let plain = super::spike::losses(adagrad, 0.5, 100.0);
    assert_eq!(REMEDIES[0].1(super::spike::STEPS, 0.5, 100.0), plain);
}
