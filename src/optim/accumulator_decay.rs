//! Decay of the accumulator, which forgets old gradients.

use burn::config::Config;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::validate::Problems;

/// A cure for a rate that only falls: at every n-th step, after it, the accumulator is multiplied by a
/// factor, but falls no lower than its initial value.
///
/// With n steps between two decays by a factor f, an accumulator under gradients of one size no longer
/// grows without bound: it swings below g²·n/(1 − f), and the rates stay above η/√(g²·n/(1 − f)).
/// Between two decays the steps are those of Adagrad; with n = 1 (and an initial value of 0) they are
/// RMSprop's at the rate η·√(1 − f).
///
/// All accumulators are decayed, also those of a table that is trained row by row. At every n-th step that is
/// one pass over all of them. With an n of a thousand it costs nothing beside the thousand steps.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::optim::SimpleOptimizer;
/// use burn::tensor::Tensor;
/// use burn_adagrad::{AccumulatorDecayConfig, AdagradConfig};
///
/// let optim = AdagradConfig::new()
///     .with_accumulator_decay(Some(AccumulatorDecayConfig::new(2, 0.5)))
///     .build();
/// let mut weights = Tensor::<NdArray, 1>::from_floats([1.0], &Default::default());
/// let mut state = None;
/// for expected in [1.0, 1.0, 2.0, 1.5] {
///     let grads = weights.ones_like();
///     (weights, state) = optim.step(0.1, weights, grads, state);
///     let accumulator: f32 = state.as_ref().unwrap().accumulator.clone().into_scalar();
///     assert_eq!(accumulator, expected);
/// }
/// ```
#[derive(Config, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct AccumulatorDecayConfig {
    /// Number of steps from one decay to the next, n: at least 1.
    pub every: usize,
    /// What is kept of the accumulator, from 0 to 1.
    pub factor: f64,
}

impl AccumulatorDecayConfig {
    pub(super) fn check(&self, problems: &mut Problems) {
        problems.require_at_least_1("accumulator_decay.every", self.every);
        let ok = (0.0..=1.0).contains(&self.factor);
        problems.require("accumulator_decay.factor", self.factor, ok, "from 0 to 1");
    }
}

/// The accumulator after step number `step` (from 1), whose squares are in it already.
pub(super) fn decayed_accumulator<B: Backend, const D: usize>(
    decay: Option<&AccumulatorDecayConfig>,
    step: usize,
    accumulator: Tensor<B, D>,
    initial_value: f32,
) -> Tensor<B, D> {
    match decay {
        Some(decay) if step.is_multiple_of(decay.every) => {
            let decayed = accumulator.mul_scalar(decay.factor);
            // Not `clamp_min`, which turns NaN into the bound on some backends.
            let below = decayed.clone().lower_elem(initial_value);
            decayed.mask_fill(below, initial_value)
        }
        _ => accumulator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

    #[test]
    fn what_is_not_a_number_is_not_taken_for_the_bound() {
        let decay = AccumulatorDecayConfig {
            every: 1,
            factor: 0.5,
        };
        let accumulator = Tensor::<Flex, 1>::from_floats([f32::NAN, 0.1, 4.0], &Default::default());
        let decayed = decayed_accumulator(Some(&decay), 1, accumulator, 0.25);
        let decayed: Vec<f32> = decayed.into_data().iter().collect();
        assert!(decayed[0].is_nan());
        assert_eq!(decayed[1..], [0.25, 2.0]);
    }
}
