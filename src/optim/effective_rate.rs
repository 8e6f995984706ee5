//! The step sizes that an optimizer's state has come to.

use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::EpsilonPlacement;
use crate::dispatch::Elements;
use crate::kernel::number::Number;

/// An optimizer under which each weight has a step size of its own, to be read from the state.
///
/// What [`RateReport`](crate::inspect::RateReport) is made from.
pub trait EffectiveRate<B: Backend>: SimpleOptimizer<B> {
    /// Number of steps that a parameter has taken.
    fn steps<const D: usize>(&self, state: &Self::State<D>) -> usize;

    /// What a gradient of 1 would be multiplied by to make a step, for each weight of a parameter of
    /// this shape: η/(√G + ε) under Adagrad, at the rate of the last step. Momentum and penalties are not
    /// part of it.
    fn effective_rate<const D: usize>(
        &self,
        lr: LearningRate,
        shape: [usize; D],
        state: &Self::State<D>,
    ) -> Tensor<B, D>;

    /// What each weight's accumulator holds beyond its initial value: 0 for weights that never saw a
    /// gradient, as far as the optimizer can tell one weight from the other.
    fn seen<const D: usize>(&self, shape: [usize; D], state: &Self::State<D>) -> Tensor<B, D>;

    /// What whoever reads the rates must know of the optimizer beside them, in a sentence or two. None by
    /// default.
    fn caution(&self) -> Option<&'static str> {
        None
    }
}

/// A rate over √G + ε, or √(G + ε).
pub(super) fn quotient<B: Backend, const D: usize>(
    rate: f64,
    accumulator: Tensor<B, D>,
    epsilon: f64,
    placement: EpsilonPlacement,
) -> Tensor<B, D> {
    let accumulator = Elements(accumulator);
    let denominator = match placement {
        EpsilonPlacement::OutsideSqrt => accumulator.sqrt().offset(epsilon),
        EpsilonPlacement::InsideSqrt => accumulator.offset(epsilon).sqrt(),
    };
    denominator.reciprocal_times(rate).0
}

/// The numbers of a state over more weights than it has numbers: along the first dimension, or all.
pub(super) fn spread<B: Backend, const D: usize>(
    numbers: Tensor<B, 1>,
    shape: [usize; D],
) -> Tensor<B, D> {
    let mut first = [1; D];
    first[0] = numbers.dims()[0];
    numbers.reshape(first).expand(shape)
}
