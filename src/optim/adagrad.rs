//! The optimizer: one step over a tensor.

use burn::grad_clipping::GradientClippingConfig;
use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::accumulator_decay::decayed_accumulator;
use super::clipping::{clip, clip_rows};
use super::effective_rate::quotient;
use super::row_optimizer::{check_options, check_size, grown};
use super::state::check_state;
use super::{
    AccumulatorDecayConfig, AdagradMomentum, AdagradState, EffectiveRate, EpsilonPlacement,
    RowOptimizer,
};
use crate::dispatch::{self, Operands, working_dtype};
use crate::error::AdagradConfigError;
use crate::kernel::adagrad::AdagradStep;
use crate::kernel::momentum::MomentumStep;
use crate::sparse::RowGradient;
use crate::validate::Problems;

/// Adagrad: each weight has its own step size, which falls with the squared gradients that the
/// weight has seen. Rare features keep large steps, frequent ones get small steps.
///
/// Build it with [`AdagradConfig`](crate::AdagradConfig). Per element, at step t (from 1), with η
/// the learning rate, η_t = η/(1 + (t − 1)·lr_decay) and G the accumulator:
///
/// ```text
/// g ← −g                                            if maximize
/// θ ← θ·(1 − η_t·λ′)                                λ′ = decoupled_weight_decay
/// g ← g + λθ                                        λ = weight_decay
/// G ← G + g²
/// d = g/(√G + ε)                                    or g/√(G + ε), by epsilon_placement
/// θ ← θ − η_t·d                                     or along the momentum of d
/// ```
///
/// Off by default: [`momentum`](AdagradMomentum), and [decay of the
/// accumulator](AccumulatorDecayConfig) every n steps.
///
/// Parameters in half precision (f16, bf16) keep an accumulator in f32, and the step is computed
/// in f32: a half-precision sum of squares stops growing (at 2,048 unit gradients in f16, at 256
/// in bf16), and ε = 1e-10 is zero in f16. The state is as large as the parameter (twice that for
/// half-precision parameters).
///
/// Sources: J. Duchi, E. Hazan, Y. Singer, *Adaptive Subgradient Methods for Online Learning and
/// Stochastic Optimization*, JMLR 12 (2011), 2121–2159,
/// <https://jmlr.org/papers/v12/duchi11a.html>; the options are those of PyTorch,
/// <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html>.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::optim::SimpleOptimizer;
/// use burn::tensor::Tensor;
/// use burn_adagrad::AdagradConfig;
///
/// let optim = AdagradConfig::new().build();
/// let device = Default::default();
/// let weights = Tensor::<NdArray, 1>::from_floats([1.0, 1.0, 1.0], &device);
/// let grads = Tensor::from_floats([2.0, 0.5, 0.0], &device);
///
/// let (weights, state) = optim.step(0.1, weights, grads.clone(), None);
/// let (weights, state) = optim.step(0.1, weights, grads, state);
///
/// // Each step has length η/√t whatever the size of the gradient: 0.1, then 0.0707.
/// let weights: Vec<f32> = weights.into_data().to_vec().unwrap();
/// assert!((weights[0] - 0.8292893).abs() < 1e-6);
/// assert!((weights[1] - 0.8292893).abs() < 1e-6);
/// assert_eq!(weights[2], 1.0);
/// assert_eq!(state.unwrap().step, 2);
/// ```
#[derive(Clone, Debug)]
pub struct Adagrad {
    pub(super) lr_decay: f64,
    pub(super) epsilon: f32,
    pub(super) epsilon_placement: EpsilonPlacement,
    pub(super) initial_accumulator_value: f32,
    pub(super) maximize: bool,
    pub(super) weight_decay: f32,
    pub(super) decoupled_weight_decay: f64,
    pub(super) momentum: Option<AdagradMomentum>,
    pub(super) accumulator_decay: Option<AccumulatorDecayConfig>,
    pub(super) grad_clipping: Option<GradientClippingConfig>,
}

impl<B: Backend> SimpleOptimizer<B> for Adagrad {
    type State<const D: usize> = AdagradState<B, D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let grad = clip(self.grad_clipping.as_ref(), grad);
        let factor = RowOptimizer::<B>::decay_factor::<D>(self, lr, state.as_ref());
        let (before, state) = match self.momentum {
            Some(_) => split_momentum(state),
            None => (None, state),
        };
        let initial = self.initial_accumulator_value;
        let (step, accumulator) = next(&tensor, tensor.dims(), initial, state);
        let rule = self.arithmetic(lr, step, factor);
        let Some(option) = self.momentum else {
            let operands = Operands {
                parameter: tensor,
                gradient: grad,
                state: [accumulator],
            };
            let (tensor, [accumulator]) = dispatch::step(&rule, operands);
            return (tensor, Some(self.after_step(step, accumulator, None)));
        };
        let momentum = before.unwrap_or_else(|| Tensor::zeros_like(&accumulator));
        let rule = MomentumStep {
            step: rule,
            momentum: option.coefficient(),
            nesterov: matches!(option, AdagradMomentum::Nesterov(_)),
        };
        let operands = Operands {
            parameter: tensor,
            gradient: grad,
            state: [accumulator, momentum],
        };
        let (tensor, [accumulator, momentum]) = dispatch::step(&rule, operands);
        (
            tensor,
            Some(self.after_step(step, accumulator, Some(momentum))),
        )
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &B::Device) -> Self::State<D> {
        state.to_device(device)
    }
}

impl<B: Backend> RowOptimizer<B> for Adagrad {
    /// # Panics
    ///
    /// If the gradient is that of a table of another size, or with `weight_decay` or `momentum`, as
    /// [`validate_sparse`](crate::AdagradConfig::validate_sparse) says.
    fn step_rows<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        gradient: RowGradient<B>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        check_size(&tensor, &gradient);
        check_options(self.check_for_rows());
        let gradient = clip_rows(self.grad_clipping.as_ref(), gradient);
        let (step, accumulator) = next(
            &tensor,
            tensor.dims(),
            self.initial_accumulator_value,
            state,
        );
        let operands = gradient.operands(tensor, [accumulator]);
        let rule = self.arithmetic(lr, step, 1.0);
        let (tensor, [accumulator]) = dispatch::rows::element_wise(&rule, operands);
        (tensor, Some(self.after_step(step, accumulator, None)))
    }

    fn state_shape(&self, parameter: &[usize]) -> Option<Vec<usize>> {
        Some(parameter.to_vec())
    }

    fn shape_of<const D: usize>(state: &Self::State<D>) -> Option<Vec<usize>> {
        Some(state.accumulator.dims().to_vec())
    }

    fn grow_state<const D: usize>(
        &self,
        _: LearningRate,
        state: Self::State<D>,
        parameter: Tensor<B, D>,
    ) -> Self::State<D> {
        let initial = self.initial_accumulator_value;
        let (_, first) = next(&parameter, parameter.dims(), initial, None);
        AdagradState {
            accumulator: grown(state.accumulator, first),
            ..state
        }
    }

    fn decay_factor<const D: usize>(
        &self,
        lr: LearningRate,
        state: Option<&Self::State<D>>,
    ) -> f64 {
        let rate = decayed_rate(lr, self.lr_decay, next_step(state));
        decay_factor(rate, self.decoupled_weight_decay)
    }
}

/// The learning rate of a step, from 1: η / (1 + (t − 1)·`lr_decay`).
pub(super) fn decayed_rate(lr: LearningRate, lr_decay: f64, step: usize) -> f64 {
    lr / (1.0 + (step - 1) as f64 * lr_decay)
}

/// By what decoupled weight decay multiplies the weights at a step of this rate.
pub(super) fn decay_factor(rate: f64, decoupled_weight_decay: f64) -> f64 {
    (1.0 - rate * decoupled_weight_decay).max(0.0)
}

/// Number of the step that comes after a state, from 1.
pub(super) fn next_step<B: Backend, const D: usize>(state: Option<&AdagradState<B, D>>) -> usize {
    state.map_or(1, |state| state.step.saturating_add(1))
}

/// Number of the coming step, and the accumulator before it: of this shape, and before the first step
/// `initial_value` everywhere, in the type in which the parameter's steps are computed.
///
/// # Panics
///
/// If the state has another shape.
pub(super) fn next<B: Backend, const D: usize, const A: usize>(
    parameter: &Tensor<B, D>,
    shape: [usize; A],
    initial_value: f32,
    state: Option<AdagradState<B, A>>,
) -> (usize, Tensor<B, A>) {
    let step = next_step(state.as_ref());
    let working = working_dtype(parameter.dtype());
    let accumulator = match state {
        // The record may be that of a run in another type.
        Some(state) => {
            check_state(&state.accumulator, shape);
            dispatch::cast(state.accumulator, working)
        }
        None => Tensor::full(shape, initial_value, (&parameter.device(), working)),
    };
    (step, accumulator)
}

/// The momentum of a state, and the rest.
fn split_momentum<B: Backend, const D: usize>(
    state: Option<AdagradState<B, D>>,
) -> (Option<Tensor<B, D>>, Option<AdagradState<B, D>>) {
    match state {
        Some(mut state) => (state.momentum.take(), Some(state)),
        None => (None, None),
    }
}

impl Adagrad {
    /// Refuses the options that would move rows without gradient.
    pub(super) fn check_for_rows(&self) -> Result<(), AdagradConfigError> {
        let mut problems = Problems::default();
        problems.require(
            "weight_decay",
            self.weight_decay,
            self.weight_decay == 0.0,
            "0 for row-sparse training: use decoupled_weight_decay, which is lazy and exact",
        );
        problems.require(
            "momentum",
            self.momentum,
            self.momentum.is_none(),
            "none for row-sparse training: it moves rows that have no gradient",
        );
        problems.into_config_result("AdagradConfig")
    }

    /// What the state of a parameter holds before its first step.
    #[cfg(feature = "safetensors")]
    pub(crate) fn first_state<B: Backend, const D: usize>(
        &self,
        parameter: &Tensor<B, D>,
    ) -> AdagradState<B, D> {
        let initial = self.initial_accumulator_value;
        let (_, accumulator) = next(parameter, parameter.dims(), initial, None);
        AdagradState::new(0, accumulator)
    }

    fn after_step<B: Backend, const D: usize>(
        &self,
        step: usize,
        accumulator: Tensor<B, D>,
        momentum: Option<Tensor<B, D>>,
    ) -> AdagradState<B, D> {
        let accumulator = decayed_accumulator(
            self.accumulator_decay.as_ref(),
            step,
            accumulator,
            self.initial_accumulator_value,
        );
        AdagradState {
            momentum,
            ..AdagradState::new(step, accumulator)
        }
    }

    fn arithmetic(&self, lr: LearningRate, step: usize, factor: f64) -> AdagradStep {
        AdagradStep {
            rate: decayed_rate(lr, self.lr_decay, step),
            epsilon: self.epsilon,
            epsilon_inside_sqrt: self.epsilon_placement == EpsilonPlacement::InsideSqrt,
            maximize: self.maximize,
            weight_decay: self.weight_decay,
            factor,
        }
    }
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
