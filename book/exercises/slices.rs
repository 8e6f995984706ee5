//! Exercise 1: Adagrad over slices.

use burn_adagrad::kernel::reference::{self, AdagradOptions};

use super::help::close;
use super::solutions::slices as solution;

// ANCHOR: stub
/// One step of Adagrad in place. `sums` holds the sum of the squared gradients of
/// each weight, from 0; ε stands outside of the root.
pub fn adagrad(rate: f64, epsilon: f64, weights: &mut [f64], gradient: &[f64], sums: &mut [f64]) {
    let given = (rate, epsilon, weights, gradient, sums);
    unimplemented!("your turn, with {given:?}")
}
// ANCHOR_END: stub

type Step = fn(f64, f64, &mut [f64], &[f64], &mut [f64]);

/// Some steps, one weight without any gradient and one whose first is 0, against the crate's
/// reference.
fn check(step: Step) -> anyhow::Result<()> {
    let options = AdagradOptions::default();
    let (mut weights, mut sums) = ([1.0, -2.0, 0.5, 3.0], [0.0; 4]);
    let (mut expected, mut expected_sums) = (weights, sums);
    let gradients = [
        [2.0, -0.5, 0.0, 0.0],
        [1.0, 4.0, 0.0, 0.1],
        [-3.0, 0.25, 0.0, 7.0],
    ];
    for (before, gradient) in gradients.iter().enumerate() {
        step(0.1, options.epsilon, &mut weights, gradient, &mut sums);
        let t = before + 1;
        reference::adagrad(
            &options,
            0.1,
            t,
            &mut expected,
            gradient,
            &mut expected_sums,
        );
        close(&format!("sums, step {t}"), &sums, &expected_sums, 1e-12)?;
        close(&format!("weights, step {t}"), &weights, &expected, 1e-12)?;
    }
    Ok(())
}

#[test]
#[ignore = "yours to write"]
fn yours() -> anyhow::Result<()> {
    check(adagrad)
}

#[test]
fn the_solution() -> anyhow::Result<()> {
    check(solution::adagrad)
}

#[test]
fn mistakes_are_found() {
    let no_epsilon: Step = |rate, _, weights, gradient, sums| {
        solution::adagrad(rate, 0.0, weights, gradient, sums);
    };
    let no_memory: Step = |rate, epsilon, weights, gradient, sums| {
        sums.fill(0.0);
        solution::adagrad(rate, epsilon, weights, gradient, sums);
    };
    let sums_afterwards: Step = |rate, epsilon, weights, gradient, sums| {
        for ((w, g), sum) in weights.iter_mut().zip(gradient).zip(sums) {
            *w -= rate * g / (sum.sqrt() + epsilon);
            *sum += g * g;
        }
    };
    let no_root: Step = |rate, epsilon, weights, gradient, sums| {
        for ((w, g), sum) in weights.iter_mut().zip(gradient).zip(sums) {
            *sum += g * g;
            *w -= rate * g / (*sum + epsilon);
        }
    };
    for wrong in [no_epsilon, no_memory, sums_afterwards, no_root] {
        assert!(check(wrong).is_err());
    }
}
