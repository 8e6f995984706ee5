//! Adagrad with one accumulator a row.

use burn::config::Config;
use burn::grad_clipping::GradientClippingConfig;
use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::accumulator_decay::decayed_accumulator;
use super::adagrad::{decay_factor, decayed_rate, next, next_step};
use super::build::{impl_build, impl_build_sparse, impl_try_build};
use super::clipping::{clip, clip_rows};
use super::effective_rate::{quotient, spread};
use super::row_optimizer::{check_size, grown};
use super::{
    AccumulatorDecayConfig, AdagradState, EffectiveRate, EpsilonPlacement, RowOptimizer,
    StateMemory,
};
use crate::dispatch::{Elements, rows};
use crate::error::OptimizerConfigError;
use crate::kernel::number::Number;
use crate::kernel::row_wise::RowWiseStep;
use crate::sparse::RowGradient;
use crate::validate::{CheckBurnOptions, Problems};

/// Options of [`RowWiseAdagrad`]; see there for the formula.
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct RowWiseAdagradConfig {
    /// Decay of the learning rate: at step t (from 1) the rate is η / (1 + (t − 1)·`lr_decay`).
    /// Default 0.
    #[config(default = 0.0)]
    pub lr_decay: f64,
    /// ε, which keeps the denominator from zero. Default 1e-10. With 0, a row whose accumulator is 0
    /// does not move.
    #[config(default = 1e-10)]
    pub epsilon: f64,
    /// What the accumulator of each row holds before the first step. Default 0.
    #[config(default = 0.0)]
    pub initial_accumulator_value: f32,
    /// Climb instead of descend. Default `false`.
    #[config(default = false)]
    pub maximize: bool,
    /// Decoupled weight decay λ: at each step every weight is multiplied by 1 − ηλ (not below 0), with
    /// the rate η of the step, before the gradient moves it. It does not shrink as Adagrad's own steps
    /// do: in a long run it may come to outweigh them. Rows without gradient get it later, all at once
    /// and exactly. Default 0.
    #[config(default = 0.0)]
    pub decoupled_weight_decay: f64,
    /// Decay of the accumulator every n steps. Default none.
    pub accumulator_decay: Option<AccumulatorDecayConfig>,
    /// Clipping of each parameter's gradient, before all else. Default none.
    pub grad_clipping: Option<GradientClippingConfig>,
}

impl RowWiseAdagradConfig {
    /// Checks every option.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used and its value: `lr_decay`, `epsilon`,
    /// `initial_accumulator_value` and `decoupled_weight_decay` must be finite and at least 0, the
    /// accumulator's decay at least 1 step apart and by a factor from 0 to 1, a clipping threshold finite
    /// and above 0.
    pub fn validate(&self) -> Result<(), OptimizerConfigError> {
        let mut problems = Problems::default();
        problems.require_non_negative("lr_decay", self.lr_decay);
        problems.require_non_negative("epsilon", self.epsilon);
        problems.require_non_negative("initial_accumulator_value", self.initial_accumulator_value);
        problems.require_non_negative("decoupled_weight_decay", self.decoupled_weight_decay);
        if let Some(decay) = &self.accumulator_decay {
            decay.check(&mut problems);
        }
        problems.require_clipping(self.grad_clipping.as_ref());
        problems.into_config_result("RowWiseAdagradConfig")
    }
}

impl_try_build!(RowWiseAdagradConfig => RowWiseAdagrad);
impl_build!(RowWiseAdagradConfig => RowWiseAdagrad);
impl_build_sparse!(RowWiseAdagradConfig => RowWiseAdagrad, every option);

/// Adagrad with one accumulator for each row of a parameter (its first dimension): the state of a table
/// of a million rows of 50 weights is one million numbers, not 50 million.
///
/// Per row with gradient g, at step t (from 1), with η the learning rate, λ the decoupled weight decay
/// and G the row's accumulator:
///
/// ```text
/// η ← η/(1 + (t − 1)·lr_decay)
/// g ← −g                          if maximize
/// θ ← θ·(1 − ηλ)
/// G ← G + mean(g²)
/// θ ← θ − η · g/(√G + ε)
/// ```
///
/// All weights of a row have one step size. It falls with the size of the gradients that the row has
/// received. That is enough for embeddings, whose rows differ in how often they occur. A vector has rows of one
/// number, and is stepped as by [`Adagrad`](super::Adagrad). Parameters in half precision keep an
/// accumulator in f32.
///
/// Sources: FBGEMM's `EXACT_ROWWISE_ADAGRAD`, <https://github.com/pytorch/FBGEMM>; TorchRec's
/// `RowWiseAdagrad`,
/// <https://docs.pytorch.org/torchrec/_modules/torchrec/optim/rowwise_adagrad.html>, whose defaults are
/// those here. Sparse, it is built by [`init_sparse`](RowWiseAdagradConfig::init_sparse).
///
/// ```
/// use burn::backend::NdArray;
/// use burn::optim::SimpleOptimizer;
/// use burn::tensor::Tensor;
/// use burn_adagrad::RowWiseAdagradConfig;
///
/// let optim = RowWiseAdagradConfig::new().build();
/// let device = Default::default();
/// let weights = Tensor::<NdArray, 2>::ones([2, 2], &device);
/// let grads = Tensor::from_floats([[1.0, 7.0], [0.0, 0.0]], &device);
/// let (weights, state) = optim.step(0.1, weights, grads, None);
///
/// // The root of the mean of 1² and 7² is 5.
/// let weights: Vec<f32> = weights.into_data().to_vec().unwrap();
/// assert_eq!(weights, [0.98, 0.86, 1.0, 1.0]);
/// let accumulator: Vec<f32> = state.unwrap().accumulator.into_data().to_vec().unwrap();
/// assert_eq!(accumulator, [25.0, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct RowWiseAdagrad {
    pub(super) config: RowWiseAdagradConfig,
}

impl RowWiseAdagrad {
    /// The arithmetic of the coming step, its number, and the accumulator before it.
    fn next<B: Backend, const D: usize>(
        &self,
        lr: LearningRate,
        parameter: &Tensor<B, D>,
        state: Option<AdagradState<B, 1>>,
    ) -> (RowWiseStep, usize, Tensor<B, 1>) {
        let n_rows = parameter.dims()[0];
        let initial_value = self.config.initial_accumulator_value;
        let (step, accumulator) = next(parameter, [n_rows], initial_value, state);
        let arithmetic = RowWiseStep {
            rate: decayed_rate(lr, self.config.lr_decay, step),
            epsilon: self.config.epsilon,
            maximize: self.config.maximize,
        };
        (arithmetic, step, accumulator)
    }

    fn after_step<B: Backend>(
        &self,
        step: usize,
        accumulator: Tensor<B, 1>,
    ) -> Option<AdagradState<B, 1>> {
        let accumulator = decayed_accumulator(
            self.config.accumulator_decay.as_ref(),
            step,
            accumulator,
            self.config.initial_accumulator_value,
        );
        Some(AdagradState::new(step, accumulator))
    }
}

impl<B: Backend> SimpleOptimizer<B> for RowWiseAdagrad {
    type State<const D: usize> = AdagradState<B, 1>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let grad = clip(self.config.grad_clipping.as_ref(), grad);
        let factor = RowOptimizer::<B>::decay_factor::<D>(self, lr, state.as_ref());
        let tensor = Elements(tensor).scale(factor).0;
        let (arithmetic, step, accumulator) = self.next(lr, &tensor, state);
        let (tensor, accumulator) = rows::row_wise_dense(&arithmetic, tensor, grad, accumulator);
        (tensor, self.after_step(step, accumulator))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &B::Device) -> Self::State<D> {
        state.to_device(device)
    }
}

impl<B: Backend> RowOptimizer<B> for RowWiseAdagrad {
    fn step_rows<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        gradient: RowGradient<B>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        check_size(&tensor, &gradient);
        let gradient = clip_rows(self.config.grad_clipping.as_ref(), gradient);
        let (arithmetic, step, accumulator) = self.next(lr, &tensor, state);
        let operands = gradient.operands(tensor, [accumulator]);
        let (tensor, [accumulator]) = rows::row_wise_adagrad(&arithmetic, operands);
        (tensor, self.after_step(step, accumulator))
    }

    fn state_shape(&self, parameter: &[usize]) -> Option<Vec<usize>> {
        Some(parameter[..parameter.len().min(1)].to_vec())
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
        let initial = self.config.initial_accumulator_value;
        let (_, first) = next(&parameter, [parameter.dims()[0]], initial, None);
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
        let rate = decayed_rate(lr, self.config.lr_decay, next_step(state));
        decay_factor(rate, self.config.decoupled_weight_decay)
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

impl StateMemory for RowWiseAdagradConfig {
    /// One a row.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        shape.first().copied().unwrap_or(1)
    }
}
