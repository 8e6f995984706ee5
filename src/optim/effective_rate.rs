//! The step sizes that an optimizer's state has come to.

use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::adagrad::decayed_rate;
use super::{
    Adadelta, Adagrad, AdagradNorm, AdagradState, EpsilonPlacement, FtrlProximal, ProximalAdagrad,
    RowWiseAdagrad, Sm3,
};
use crate::fused::sm3;
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
fn quotient<B: Backend, const D: usize>(
    rate: f64,
    accumulator: Tensor<B, D>,
    epsilon: f32,
    placement: EpsilonPlacement,
) -> Tensor<B, D> {
    let epsilon = epsilon.into();
    match placement {
        EpsilonPlacement::OutsideSqrt => accumulator.sqrt().offset(epsilon),
        EpsilonPlacement::InsideSqrt => accumulator.offset(epsilon).sqrt(),
    }
    .divide(rate)
}

/// The numbers of a state over more weights than it has numbers: along the first dimension, or all.
fn spread<B: Backend, const D: usize>(numbers: Tensor<B, 1>, shape: [usize; D]) -> Tensor<B, D> {
    let mut first = [1; D];
    first[0] = numbers.dims()[0];
    numbers.reshape(first).expand(shape)
}

impl<B: Backend> EffectiveRate<B> for Adagrad {
    fn steps<const D: usize>(&self, state: &AdagradState<B, D>) -> usize {
        state.step
    }

    fn effective_rate<const D: usize>(
        &self,
        lr: LearningRate,
        _: [usize; D],
        state: &AdagradState<B, D>,
    ) -> Tensor<B, D> {
        let rate = decayed_rate(lr, self.lr_decay, state.step.max(1));
        let accumulator = state.accumulator.clone();
        quotient(rate, accumulator, self.epsilon, self.epsilon_placement)
    }

    fn seen<const D: usize>(&self, _: [usize; D], state: &AdagradState<B, D>) -> Tensor<B, D> {
        let initial = self.initial_accumulator_value;
        state.accumulator.clone().sub_scalar(initial)
    }
}

impl<B: Backend> EffectiveRate<B> for RowWiseAdagrad {
    fn steps<const D: usize>(&self, state: &AdagradState<B, 1>) -> usize {
        state.step
    }

    fn effective_rate<const D: usize>(
        &self,
        lr: LearningRate,
        shape: [usize; D],
        state: &AdagradState<B, 1>,
    ) -> Tensor<B, D> {
        let rate = decayed_rate(lr, self.config.lr_decay, state.step.max(1));
        let (accumulator, epsilon) = (state.accumulator.clone(), self.config.epsilon);
        let rates = quotient(rate, accumulator, epsilon, EpsilonPlacement::OutsideSqrt);
        spread(rates, shape)
    }

    fn seen<const D: usize>(&self, shape: [usize; D], state: &AdagradState<B, 1>) -> Tensor<B, D> {
        let initial = self.config.initial_accumulator_value;
        spread(state.accumulator.clone().sub_scalar(initial), shape)
    }
}

impl<B: Backend> EffectiveRate<B> for AdagradNorm {
    fn steps<const D: usize>(&self, state: &AdagradState<B, 1>) -> usize {
        state.step
    }

    fn effective_rate<const D: usize>(
        &self,
        lr: LearningRate,
        shape: [usize; D],
        state: &AdagradState<B, 1>,
    ) -> Tensor<B, D> {
        let (accumulator, epsilon) = (state.accumulator.clone(), self.config.epsilon);
        let rate = quotient(lr, accumulator, epsilon, EpsilonPlacement::OutsideSqrt);
        spread(rate, shape)
    }

    fn seen<const D: usize>(&self, shape: [usize; D], state: &AdagradState<B, 1>) -> Tensor<B, D> {
        let initial = self.config.initial_accumulator_value;
        spread(state.accumulator.clone().sub_scalar(initial), shape)
    }
}

impl<B: Backend> EffectiveRate<B> for ProximalAdagrad {
    fn steps<const D: usize>(&self, state: &AdagradState<B, D>) -> usize {
        state.step
    }

    fn effective_rate<const D: usize>(
        &self,
        lr: LearningRate,
        _: [usize; D],
        state: &AdagradState<B, D>,
    ) -> Tensor<B, D> {
        let accumulator = state.accumulator.clone();
        quotient(lr, accumulator, 0.0, EpsilonPlacement::OutsideSqrt)
    }

    fn seen<const D: usize>(&self, _: [usize; D], state: &AdagradState<B, D>) -> Tensor<B, D> {
        let initial = self.config.initial_accumulator_value;
        state.accumulator.clone().sub_scalar(initial)
    }
}

impl<B: Backend> EffectiveRate<B> for FtrlProximal {
    fn steps<const D: usize>(&self, state: &Self::State<D>) -> usize {
        state.step
    }

    /// 1/((β + n^p)/η + 2λ₂).
    fn effective_rate<const D: usize>(
        &self,
        lr: LearningRate,
        _: [usize; D],
        state: &Self::State<D>,
    ) -> Tensor<B, D> {
        let accumulator = state.accumulator.clone();
        let divisor = if self.takes_roots() {
            self.rule::<true>(lr).divisor(accumulator)
        } else {
            self.rule::<false>(lr).divisor(accumulator)
        };
        divisor.divide(1.0)
    }

    fn seen<const D: usize>(&self, _: [usize; D], state: &Self::State<D>) -> Tensor<B, D> {
        let initial = self.config.initial_accumulator_value;
        state.accumulator.clone().sub_scalar(initial)
    }

    fn caution(&self) -> Option<&'static str> {
        Some(
            "FtrlProximal keeps its weights as multiples of the learning rate: a step at another rate multiplies \
             all of them. Do not restart the rate in the middle of a run.",
        )
    }
}

impl<B: Backend> EffectiveRate<B> for Adadelta {
    fn steps<const D: usize>(&self, state: &Self::State<D>) -> usize {
        state.step
    }

    /// η·√((u + ε)/(v + ε)).
    fn effective_rate<const D: usize>(
        &self,
        lr: LearningRate,
        _: [usize; D],
        state: &Self::State<D>,
    ) -> Tensor<B, D> {
        let above = state.acc_delta.clone().offset(self.epsilon);
        let below = state.square_avg.clone().offset(self.epsilon);
        (above / below).sqrt().scale(lr)
    }

    fn seen<const D: usize>(&self, _: [usize; D], state: &Self::State<D>) -> Tensor<B, D> {
        state.square_avg.clone()
    }
}

impl<B: Backend> EffectiveRate<B> for Sm3 {
    fn steps<const D: usize>(&self, state: &Self::State<D>) -> usize {
        state.step
    }

    /// η/√(ν + ε), with the bound ν that the accumulators give.
    fn effective_rate<const D: usize>(
        &self,
        lr: LearningRate,
        shape: [usize; D],
        state: &Self::State<D>,
    ) -> Tensor<B, D> {
        let bound = self.seen(shape, state);
        bound.offset(self.config.epsilon).sqrt().divide(lr)
    }

    fn seen<const D: usize>(&self, shape: [usize; D], state: &Self::State<D>) -> Tensor<B, D> {
        sm3::bound(&state.accumulators, shape)
    }
}
