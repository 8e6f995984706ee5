//! Exercise 6: RMSprop.

use burn::backend::NdArray;
use burn::optim::{RmsPropConfig, SimpleOptimizer};
use burn::tensor::{Tensor, TensorData};

use super::help::close;
use super::solutions::{rmsprop as solution, slices};

// ANCHOR: stub
/// One step of RMSprop in place: Adagrad, but for one line. `averages` holds for
/// each weight a moving average of its squared gradients, from 0, of which a step
/// keeps a share `alpha`.
pub fn rmsprop(
    (rate, alpha, epsilon): (f64, f64, f64),
    weights: &mut [f64],
    gradient: &[f64],
    averages: &mut [f64],
) {
    let given = (rate, alpha, epsilon, weights, gradient, averages);
    unimplemented!("your turn, with {given:?}")
}
// ANCHOR_END: stub

type Step = fn((f64, f64, f64), &mut [f64], &[f64], &mut [f64]);

/// Against burn's, in f32.
fn check(step: Step) -> anyhow::Result<()> {
    // They are the same numbers in f32 and f64.
    let (rate, alpha, epsilon) = (0.125, 0.75, 0.0625);
    let burns = RmsPropConfig::new()
        .with_alpha(alpha as f32)
        .with_epsilon(epsilon as f32)
        .with_momentum(0.0)
        .build();
    let device = Default::default();
    let (mut weights, mut averages) = ([4.0, -8.0, 16.0], [0.0; 3]);
    let mut expected = Tensor::<NdArray, 1>::from_data(TensorData::from(weights), &device);
    let mut state = None;
    for t in 1..=20 {
        let gradient = [1.0, 0.25 * f64::from(t % 3), -64.0];
        step(
            (rate, alpha, epsilon),
            &mut weights,
            &gradient,
            &mut averages,
        );
        let gradient = Tensor::from_data(TensorData::from(gradient), &device);
        (expected, state) = burns.step(rate, expected, gradient, state);
        let expected: Vec<f64> = expected.to_data().iter().collect();
        close(&format!("weights, step {t}"), &weights, &expected, 1e-5)?;
    }
    Ok(())
}

#[test]
#[ignore = "yours to write"]
fn yours() -> anyhow::Result<()> {
    check(rmsprop)
}

#[test]
fn the_solution() -> anyhow::Result<()> {
    check(solution::rmsprop)
}

#[test]
fn mistakes_are_found() {
    let adagrad: Step = |(rate, _, epsilon), weights, gradient, sums| {
        slices::adagrad(rate, epsilon, weights, gradient, sums);
    };
    let shares_exchanged: Step = |(rate, alpha, epsilon), weights, gradient, averages| {
        solution::rmsprop((rate, 1.0 - alpha, epsilon), weights, gradient, averages);
    };
    // A sum of which some is forgotten, instead of an average.
    let no_share: Step = |(rate, alpha, epsilon), weights, gradient, averages| {
        averages.iter_mut().for_each(|average| *average *= alpha);
        slices::adagrad(rate, epsilon, weights, gradient, averages);
    };
    for wrong in [adagrad, shares_exchanged, no_share] {
        assert!(check(wrong).is_err());
    }
}
