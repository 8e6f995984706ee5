//! Adagrad with penalties that make weights exactly zero.

use burn::config::Config;
use burn::grad_clipping::GradientClippingConfig;
use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::adagrad::next;
use super::build::{impl_build, impl_build_sparse, impl_try_build};
use super::clipping::{clip, clip_rows};
use super::effective_rate::quotient;
use super::row_optimizer::{check_options, check_size, grown};
use super::state_memory::weights;
use super::{AdagradState, EffectiveRate, EpsilonPlacement, RowOptimizer, StateMemory};
use crate::dispatch::rows;
use crate::dispatch::{self, Operands};
use crate::error::OptimizerConfigError;
use crate::kernel::proximal::ProximalStep;
use crate::sparse::RowGradient;
use crate::validate::{CheckBurnOptions, Problems};

/// At which steps the penalties of [`ProximalAdagrad`] act on a weight.
#[derive(Config, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PenaltySchedule {
    /// At every step: TensorFlow's rule for dense gradients.
    EveryStep,
    /// At steps at which the weight's gradient is not zero: the rule under which row-sparse training is
    /// the same as dense training, and the only one for it.
    WithGradient,
}

/// Options of [`ProximalAdagrad`]; see there for the formula.
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct ProximalAdagradConfig {
    /// L1 penalty λ₁: what makes weights exactly zero. It is weighed against the gradient of a step. Default
    /// 0.
    #[config(default = 0.0)]
    pub l1: f64,
    /// L2 penalty λ₂: what makes weights small. Default 0.
    #[config(default = 0.0)]
    pub l2: f64,
    /// What each element of the accumulator holds before the first step: above 0. Default 0.1,
    /// TensorFlow's, which drowns the squared gradients of rare features of a mean loss ((1/32)² in a batch
    /// of 32): less makes their steps longer.
    #[config(default = 0.1)]
    pub initial_accumulator_value: f32,
    /// At which steps the penalties act. Default [`EveryStep`](PenaltySchedule::EveryStep).
    #[config(default = "PenaltySchedule::EveryStep")]
    pub penalty_schedule: PenaltySchedule,
    /// Climb instead of descend. Default `false`.
    #[config(default = false)]
    pub maximize: bool,
    /// Clipping of each parameter's gradient, before all else. Default none.
    pub grad_clipping: Option<GradientClippingConfig>,
}

impl ProximalAdagradConfig {
    /// Checks every option.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used and its value: `l1` and `l2` must be finite and at least 0,
    /// `initial_accumulator_value` and a clipping threshold finite and above 0.
    pub fn validate(&self) -> Result<(), OptimizerConfigError> {
        let mut problems = Problems::default();
        problems.require_non_negative("l1", self.l1);
        problems.require_non_negative("l2", self.l2);
        problems.require_positive("initial_accumulator_value", self.initial_accumulator_value);
        problems.require_clipping(self.grad_clipping.as_ref());
        problems.into_config_result("ProximalAdagradConfig")
    }

    /// Checks every option, and that rows can be trained with them.
    ///
    /// # Errors
    ///
    /// As [`validate`](Self::validate), and if the penalties act at every step: they would move the rows
    /// without gradient too.
    pub fn validate_sparse(&self) -> Result<(), OptimizerConfigError> {
        self.validate()?;
        self.check_for_rows()
    }

    /// Refuses the schedule that would move rows without gradient.
    fn check_for_rows(&self) -> Result<(), OptimizerConfigError> {
        let mut problems = Problems::default();
        problems.require(
            "penalty_schedule",
            self.penalty_schedule,
            self.penalty_schedule == PenaltySchedule::WithGradient,
            "WithGradient for row-sparse training: EveryStep moves rows that have no gradient",
        );
        problems.into_config_result("ProximalAdagradConfig")
    }
}

impl_try_build!(ProximalAdagradConfig => ProximalAdagrad);
impl_build!(ProximalAdagradConfig => ProximalAdagrad);
impl_build_sparse!(ProximalAdagradConfig => ProximalAdagrad);

/// Adagrad whose steps are followed by a proximal step of an L1 and an L2 penalty: weights that are not
/// worth their penalty become exactly zero.
///
/// Build it with [`ProximalAdagradConfig`]. Per element, with η the learning rate and G the accumulator:
///
/// ```text
/// g ← −g                                       if maximize
/// G ← G + g²
/// r = η/√G
/// p = θ − r·g
/// θ ← sign(p)·max(|p| − rλ₁, 0)/(1 + rλ₂)
/// ```
///
/// Every parameter of the module is penalised, biases too. [`ZeroReport`](crate::inspect::ZeroReport) counts the
/// weights that are left. [`FtrlProximal`](crate::FtrlProximal) weighs the sum of all gradients against its
/// penalty, not one step at a time. In the example `sparse_models` it left fewer weights at the same accuracy.
/// The state is as large as the parameter. Parameters in half precision keep it, and are stepped, in f32.
///
/// Sources: J. Duchi, E. Hazan, Y. Singer, *Adaptive Subgradient Methods for Online Learning and
/// Stochastic Optimization*, JMLR 12 (2011), the composite mirror descent update of section 5.1,
/// <https://jmlr.org/papers/v12/duchi11a.html>; TensorFlow's `ResourceApplyProximalAdagrad`,
/// <https://www.tensorflow.org/api_docs/python/tf/raw_ops/ResourceApplyProximalAdagrad>.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::optim::SimpleOptimizer;
/// use burn::tensor::Tensor;
/// use burn_adagrad::ProximalAdagradConfig;
///
/// let optim = ProximalAdagradConfig::new().with_l1(0.5).with_initial_accumulator_value(1.0).build();
/// let weights = Tensor::<NdArray, 1>::from_floats([1.0, 0.02], &Default::default());
/// let (weights, _) = optim.step(0.1, weights.clone(), weights.zeros_like(), None);
/// // Without gradients the penalty takes 0.1·0.5 from each weight, or what there is.
/// let weights: Vec<f32> = weights.into_data().to_vec().unwrap();
/// assert_eq!(weights, [0.95, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct ProximalAdagrad {
    pub(super) config: ProximalAdagradConfig,
}

impl ProximalAdagrad {
    fn rule<const ONLY_WITH_GRADIENT: bool>(
        &self,
        lr: LearningRate,
    ) -> ProximalStep<ONLY_WITH_GRADIENT> {
        ProximalStep {
            rate: lr,
            l1: self.config.l1,
            l2: self.config.l2,
            maximize: self.config.maximize,
        }
    }
}

impl<B: Backend> SimpleOptimizer<B> for ProximalAdagrad {
    type State<const D: usize> = AdagradState<B, D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let grad = clip(self.config.grad_clipping.as_ref(), grad);
        let initial_value = self.config.initial_accumulator_value;
        let (step, accumulator) = next(&tensor, tensor.dims(), initial_value, state);
        let operands = Operands {
            parameter: tensor,
            gradient: grad,
            state: [accumulator],
        };
        let (tensor, [accumulator]) = match self.config.penalty_schedule {
            PenaltySchedule::EveryStep => dispatch::step(&self.rule::<false>(lr), operands),
            PenaltySchedule::WithGradient => dispatch::step(&self.rule::<true>(lr), operands),
        };
        (tensor, Some(AdagradState::new(step, accumulator)))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &B::Device) -> Self::State<D> {
        state.to_device(device)
    }
}

impl<B: Backend> RowOptimizer<B> for ProximalAdagrad {
    /// # Panics
    ///
    /// If the gradient is that of a table of another size, or under a schedule of penalties that
    /// [`validate_sparse`](ProximalAdagradConfig::validate_sparse) refuses.
    fn step_rows<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        gradient: RowGradient<B>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        check_size(&tensor, &gradient);
        check_options(self.config.check_for_rows());
        let gradient = clip_rows(self.config.grad_clipping.as_ref(), gradient);
        let initial_value = self.config.initial_accumulator_value;
        let (step, accumulator) = next(&tensor, tensor.dims(), initial_value, state);
        let operands = gradient.operands(tensor, [accumulator]);
        let (tensor, [accumulator]) = rows::element_wise(&self.rule::<true>(lr), operands);
        (tensor, Some(AdagradState::new(step, accumulator)))
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
        let initial = self.config.initial_accumulator_value;
        let (_, first) = next(&parameter, parameter.dims(), initial, None);
        AdagradState {
            accumulator: grown(state.accumulator, first),
            ..state
        }
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

impl StateMemory for ProximalAdagradConfig {
    /// One a weight.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        weights(shape)
    }
}
