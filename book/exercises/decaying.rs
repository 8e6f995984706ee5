//! Exercise 4: a learning rate that decays.

use burn_adagrad::kernel::reference::{self, AdagradOptions};

use super::help::close;
use super::solutions::decaying as solution;

// ANCHOR: stub
/// Adagrad whose learning rate falls by itself, too.
#[derive(Debug)]
pub struct Decaying {
    pub learning_rate: f64,
    pub lr_decay: f64,
    pub epsilon: f64,
    /// Steps taken so far.
    pub steps: usize,
    /// The accumulator.
    pub sums: Vec<f64>,
}

/// One step of PyTorch's Adagrad with `lr_decay`: the t-th step, from 1, has the rate
/// η/(1 + (t − 1)·lr_decay).
pub fn step(optimizer: &mut Decaying, weights: &mut [f64], gradient: &[f64]) {
    unimplemented!("your turn, with {optimizer:?}, {weights:?} and {gradient:?}")
}
// ANCHOR_END: stub

type Step = fn(&mut Decaying, &mut [f64], &[f64]);

fn check(step: Step) -> anyhow::Result<()> {
    for (learning_rate, lr_decay) in [(0.1, 0.5), (1.0, 0.01), (0.2, 0.0)] {
        let options = AdagradOptions {
            lr_decay,
            ..AdagradOptions::default()
        };
        let mut optimizer = Decaying {
            learning_rate,
            lr_decay,
            epsilon: options.epsilon,
            steps: 0,
            sums: vec![0.0; 2],
        };
        let mut weights = [1.0, -1.0];
        let (mut expected, mut sums) = (weights, [0.0; 2]);
        for t in 1..=20 {
            let gradient = [0.5, 3.0 / t as f64];
            step(&mut optimizer, &mut weights, &gradient);
            reference::adagrad(
                &options,
                learning_rate,
                t,
                &mut expected,
                &gradient,
                &mut sums,
            );
            let what = format!("lr_decay {lr_decay}, step {t}");
            close(&what, &weights, &expected, 1e-12)?;
        }
    }
    Ok(())
}

#[test]
#[ignore = "yours to write"]
fn yours() -> anyhow::Result<()> {
    check(step)
}

#[test]
fn the_solution() -> anyhow::Result<()> {
    check(solution::step)
}

#[test]
fn mistakes_are_found() {
    let decays_at_once: Step = |optimizer, weights, gradient| {
        optimizer.steps = optimizer.steps.max(1);
        solution::step(optimizer, weights, gradient);
    };
    let never_counts: Step = |optimizer, weights, gradient| {
        optimizer.steps = 0;
        solution::step(optimizer, weights, gradient);
    };
    // Falls as a product: faster than as a quotient.
    let compounds: Step = |optimizer, weights, gradient| {
        if optimizer.steps > 0 {
            optimizer.learning_rate /= 1.0 + optimizer.lr_decay;
        }
        let lr_decay = std::mem::take(&mut optimizer.lr_decay);
        solution::step(optimizer, weights, gradient);
        optimizer.lr_decay = lr_decay;
    };
    for wrong in [decays_at_once, never_counts, compounds] {
        assert!(check(wrong).is_err());
    }
}
