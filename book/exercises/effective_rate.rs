//! Exercise 3: the rate that is left.

use anyhow::ensure;
use burn_adagrad::kernel::reference::{self, AdagradOptions};

use super::help::close;
use super::solutions::effective_rate as solution;

// ANCHOR: stub
/// A weight that sees the same gradient at every step.
#[derive(Clone, Copy, Debug)]
pub struct Constant {
    pub learning_rate: f64,
    /// The gradient, which is not 0.
    pub gradient: f64,
    /// What the accumulator begins with.
    pub initial: f64,
}

/// What the gradient of step number `steps` (from 1) is multiplied by, with ε = 0.
pub fn effective_rate(constant: &Constant, steps: usize) -> f64 {
    unimplemented!("your turn, with {constant:?} and {steps}")
}

/// The number of the first step whose effective rate is below `rate`.
pub fn first_step_below(constant: &Constant, rate: f64) -> usize {
    unimplemented!("your turn, with {constant:?} and {rate}")
}
// ANCHOR_END: stub

type EffectiveRate = fn(&Constant, usize) -> f64;
type FirstStepBelow = fn(&Constant, f64) -> usize;

const CONSTANTS: [Constant; 3] = [
    Constant {
        learning_rate: 0.1,
        gradient: 2.0,
        initial: 0.0,
    },
    Constant {
        learning_rate: 0.01,
        gradient: -0.03,
        initial: 0.1,
    },
    Constant {
        learning_rate: 1.0,
        gradient: 1e-3,
        initial: 0.0,
    },
];

/// Against steps that are taken.
fn check(effective_rate: EffectiveRate, first_step_below: FirstStepBelow) -> anyhow::Result<()> {
    let options = AdagradOptions {
        epsilon: 0.0,
        ..AdagradOptions::default()
    };
    for constant in CONSTANTS {
        let rates: Vec<f64> = (1..=500)
            .scan([constant.initial], |sum, t| {
                let mut weight = [0.0];
                let gradient = [constant.gradient];
                reference::adagrad(
                    &options,
                    constant.learning_rate,
                    t,
                    &mut weight,
                    &gradient,
                    sum,
                );
                Some(-weight[0] / constant.gradient)
            })
            .collect();
        for (before, &rate) in rates.iter().enumerate() {
            let t = before + 1;
            let what = format!("{constant:?}, step {t}");
            close(&what, &[effective_rate(&constant, t)], &[rate], 1e-9)?;
            if before > 0 {
                // Between two rates, so that rounding does not decide.
                let between = (rates[before - 1] * rate).sqrt();
                let found = first_step_below(&constant, between);
                ensure!(
                    found == t,
                    "{what} is the first below {between}, not {found}"
                );
            }
        }
        // However high the bound, no step comes before the first, which may be below it already.
        let found = first_step_below(&constant, 10.0 * rates[0]);
        ensure!(
            found == 1,
            "{constant:?}: all steps are below a high rate, not those from {found}"
        );
        // Too far off to be walked to: a root of 10⁹ steps.
        let far =
            constant.learning_rate / (constant.initial + 1e9 * constant.gradient.powi(2)).sqrt();
        let found = first_step_below(&constant, far) as f64;
        close(
            &format!("{constant:?}, below {far:e}"),
            &[found],
            &[1e9],
            1e-6,
        )?;
    }
    Ok(())
}

#[test]
#[ignore = "yours to write"]
fn yours() -> anyhow::Result<()> {
    check(effective_rate, first_step_below)
}

#[test]
fn the_solution() -> anyhow::Result<()> {
    check(solution::effective_rate, solution::first_step_below)
}

#[test]
fn mistakes_are_found() {
    let from_zero: EffectiveRate = |constant, steps| solution::effective_rate(constant, steps - 1);
    let no_initial: EffectiveRate = |constant, steps| {
        solution::effective_rate(
            &Constant {
                initial: 0.0,
                ..*constant
            },
            steps,
        )
    };
    let not_squared: EffectiveRate = |constant, steps| {
        let sum = constant.initial + steps as f64 * constant.gradient.abs();
        constant.learning_rate / sum.sqrt()
    };
    for wrong in [from_zero, no_initial, not_squared] {
        assert!(check(wrong, solution::first_step_below).is_err());
    }
    let one_early: FirstStepBelow = |constant, rate| {
        solution::first_step_below(constant, rate)
            .saturating_sub(1)
            .max(1)
    };
    let from_nought: FirstStepBelow = |constant, rate| {
        let sum = (constant.learning_rate / rate).powi(2) - constant.initial;
        (sum / constant.gradient.powi(2)).ceil() as usize
    };
    for wrong in [one_early, from_nought] {
        assert!(check(solution::effective_rate, wrong).is_err());
    }
}
