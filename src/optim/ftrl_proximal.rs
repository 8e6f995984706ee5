//! FTRL-Proximal: sparse models by following the regularised leader.

use burn::config::Config;
use burn::grad_clipping::GradientClippingConfig;
use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::build::{impl_build, impl_build_sparse, impl_try_build};
use super::clipping::{clip, clip_rows};
use super::row_optimizer::{check_options, check_size, grown};
use super::state::{optimizer_state, resumed};
use super::state_memory::weights;
use super::{EffectiveRate, RowOptimizer, StateMemory};
use crate::dispatch::rows;
use crate::dispatch::{self, Elements, Operands, working_dtype};
use crate::error::OptimizerConfigError;
use crate::kernel::ftrl::FtrlStep;
use crate::kernel::number::Number;
use crate::sparse::RowGradient;
use crate::validate::{CheckBurnOptions, Problems};

/// Options of [`FtrlProximal`]; see there for the formula. The defaults are those of Keras.
///
/// Give `step` one rate for the whole run: a rate that jumps multiplies all weights.
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct FtrlProximalConfig {
    /// L1 penalty λ₁: what makes weights exactly zero. It is weighed against the sum of all gradients of a
    /// weight, not against one, and so is larger than [`ProximalAdagradConfig`](super::ProximalAdagradConfig)'s.
    /// Default 0.
    #[config(default = 0.0)]
    pub l1: f64,
    /// L2 penalty λ₂: what makes weights small. Default 0.
    #[config(default = 0.0)]
    pub l2: f64,
    /// L2 penalty s on the weights before each step, which unlike `l2` is added to their gradients. Not
    /// for row-sparse training. Default 0.
    #[config(default = 0.0)]
    pub l2_shrinkage: f64,
    /// β, which keeps the first steps small; 1 in the paper. Default 0.
    #[config(default = 0.0)]
    pub beta: f64,
    /// The power of the accumulator in the step size: at most 0, where −0.5 is Adagrad's root and 0 a
    /// rate that does not fall. Default −0.5.
    #[config(default = -0.5)]
    pub learning_rate_power: f64,
    /// What each element of the accumulator holds before the first step. Default 0.1, which drowns the
    /// squared gradients of rare features of a mean loss ((1/32)² in a batch of 32): less makes their steps
    /// longer.
    #[config(default = 0.1)]
    pub initial_accumulator_value: f32,
    /// Climb instead of descend. Default `false`.
    #[config(default = false)]
    pub maximize: bool,
    /// Clipping of each parameter's gradient, before all else. Default none.
    pub grad_clipping: Option<GradientClippingConfig>,
}

impl FtrlProximalConfig {
    /// Checks every option.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used and its value: `l1`, `l2`, `l2_shrinkage`, `beta` and
    /// `initial_accumulator_value` must be finite and at least 0 (the last above 0, unless `l2` or `beta`
    /// is), `learning_rate_power` finite and at most 0, a clipping threshold finite
    /// and above 0.
    pub fn validate(&self) -> Result<(), OptimizerConfigError> {
        let mut problems = Problems::default();
        problems.require_non_negative("l1", self.l1);
        problems.require_non_negative("l2", self.l2);
        problems.require_non_negative("l2_shrinkage", self.l2_shrinkage);
        problems.require_non_negative("beta", self.beta);
        let power = self.learning_rate_power;
        let ok = power.is_finite() && power <= 0.0;
        problems.require("learning_rate_power", power, ok, "finite and at most 0");
        let initial = self.initial_accumulator_value;
        if self.l2 == 0.0 && self.beta == 0.0 {
            // Else a weight whose squared gradients are 0, by underflow too, would be divided by zero.
            problems.require_positive("initial_accumulator_value", initial);
        } else {
            problems.require_non_negative("initial_accumulator_value", initial);
        }
        problems.require_clipping(self.grad_clipping.as_ref());
        problems.into_config_result("FtrlProximalConfig")
    }

    /// Checks every option, and that rows can be trained with them.
    ///
    /// # Errors
    ///
    /// As [`validate`](Self::validate), and if there is an `l2_shrinkage`: it would move the rows without
    /// gradient too. `l2` is what a table can have.
    pub fn validate_sparse(&self) -> Result<(), OptimizerConfigError> {
        self.validate()?;
        self.check_for_rows()
    }

    /// Refuses the option that would move rows without gradient.
    pub(super) fn check_for_rows(&self) -> Result<(), OptimizerConfigError> {
        let mut problems = Problems::default();
        problems.require(
            "l2_shrinkage",
            self.l2_shrinkage,
            self.l2_shrinkage == 0.0,
            "0 for row-sparse training: it moves rows that have no gradient; use l2",
        );
        problems.into_config_result("FtrlProximalConfig")
    }
}

impl_try_build!(FtrlProximalConfig => FtrlProximal);
impl_build!(FtrlProximalConfig => FtrlProximal);
impl_build_sparse!(FtrlProximalConfig => FtrlProximal);

impl StateMemory for FtrlProximalConfig {
    /// Two a weight.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        2 * weights(shape)
    }
}

/// FTRL-Proximal: the optimizer of large sparse linear models. Each weight is the minimum of all its
/// gradients so far, as a linear function, plus an L1, an L2 and a proximal penalty; with L1, weights whose
/// gradients do not add up to λ₁ are exactly zero.
///
/// Build it with [`FtrlProximalConfig`]. Per element, with η the learning rate, n the accumulator, z the
/// linear term, and p = −learning_rate_power (0.5):
///
/// ```text
/// g ← −g                                        if maximize
/// n′ = n + g²
/// σ = (n′^p − n^p)/η
/// z ← z + g + 2sθ − σθ                          s = l2_shrinkage
/// θ ← −sign(z)·max(|z| − λ₁, 0)/((β + n′^p)/η + 2λ₂)
/// n ← n′
/// ```
///
/// The first step makes the state so that the weights are at rest under it: z = −qθ − λ₁·sign(θ), with q
/// the divisor of the last line. A weight without gradient so stays where it is, bit for bit, from the
/// first step on, and rows of a table can be left alone. Keras begins with z = 0, which forgets the
/// initial weights at their first steps (a network of two layers would hardly leave zero again); for
/// weights that begin at zero, as those of a linear model should, the two are the same.
///
/// η belongs to the whole run: a weight is z times a multiple of η, and z does not know at which rate its
/// gradients came. A schedule that halves the rate halves every weight at its next step. One that starts the
/// rate anew, as a cosine with restarts, makes every weight as many times larger as the rate, and the loss
/// jumps. So train at one rate; only a slow change, over many steps, is made good by the gradients that follow. A
/// step at a rate of 0, of a warm-up say, is none: it changes neither weights nor state.
///
/// The state is twice as large as the parameter; parameters in
/// half precision keep it, and are stepped, in f32.
///
/// Sources: H. B. McMahan et al., *Ad Click Prediction: a View from the Trenches*, KDD 2013,
/// <https://research.google/pubs/ad-click-prediction-a-view-from-the-trenches/>; the options are those of
/// Keras, <https://keras.io/api/optimizers/ftrl/>.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::optim::SimpleOptimizer;
/// use burn::tensor::Tensor;
/// use burn_adagrad::FtrlProximalConfig;
///
/// let optim = FtrlProximalConfig::new().with_l1(1.0).build();
/// let mut weights = Tensor::<NdArray, 1>::zeros([2], &Default::default());
/// let mut state = None;
/// for _ in 0..3 {
///     let grads = Tensor::from_floats([-1.0, 0.3], &Default::default());
///     (weights, state) = optim.step(0.1, weights, grads, state);
/// }
/// // The gradients of the second weight add up to 0.9, which is not worth a penalty of 1.
/// let weights: Vec<f32> = weights.into_data().to_vec().unwrap();
/// assert!(weights[0] > 0.1);
/// assert_eq!(weights[1], 0.0);
/// ```
#[derive(Clone, Debug)]
pub struct FtrlProximal {
    pub(super) config: FtrlProximalConfig,
}

optimizer_state! {
    /// The state of one parameter under [`FtrlProximal`].
    FtrlProximalState, FtrlProximalStateItem {
        /// Number of steps taken.
        step: usize => usize,
        /// The sum of squared gradients, n; shape of the parameter, in f32 for parameters of f32 and
        /// below, in f64 for f64.
        accumulator: Tensor<B, D> => TensorData,
        /// The linear term z; the same shape and type.
        linear: Tensor<B, D> => TensorData,
    }
}

impl<B: Backend, const D: usize> FtrlProximalState<B, D> {
    fn of(step: usize, [accumulator, linear]: [Tensor<B, D>; 2]) -> Self {
        Self {
            step,
            accumulator,
            linear,
        }
    }
}

/// Whether a rate is none: its terms are divided by it.
fn stands_still(lr: LearningRate) -> bool {
    lr.abs() < f64::from(f32::MIN_POSITIVE)
}

impl FtrlProximal {
    /// With `ROOT` for the power −0.5 alone, which needs no logarithm.
    fn rule<const ROOT: bool>(&self, lr: LearningRate) -> FtrlStep<ROOT> {
        FtrlStep {
            rate: lr,
            learning_rate_power: self.config.learning_rate_power,
            l1: self.config.l1,
            l2: self.config.l2,
            l2_shrinkage: self.config.l2_shrinkage,
            beta: self.config.beta,
            maximize: self.config.maximize,
        }
    }

    fn takes_roots(&self) -> bool {
        self.config.learning_rate_power == -0.5
    }

    fn step_by<B: Backend, const D: usize, const ROOT: bool>(
        &self,
        rule: &FtrlStep<ROOT>,
        parameter: Tensor<B, D>,
        gradient: Tensor<B, D>,
        state: Option<FtrlProximalState<B, D>>,
    ) -> (Tensor<B, D>, Option<FtrlProximalState<B, D>>) {
        let (step, state) = self.next(rule, &parameter, state);
        let operands = Operands {
            parameter,
            gradient,
            state,
        };
        let (parameter, state) = dispatch::step(rule, operands);
        (parameter, Some(FtrlProximalState::of(step, state)))
    }

    fn step_rows_by<B: Backend, const D: usize, const ROOT: bool>(
        &self,
        rule: &FtrlStep<ROOT>,
        parameter: Tensor<B, D>,
        gradient: &RowGradient<B>,
        state: Option<FtrlProximalState<B, D>>,
    ) -> (Tensor<B, D>, Option<FtrlProximalState<B, D>>) {
        let (step, state) = self.next(rule, &parameter, state);
        let operands = gradient.operands(parameter, state);
        let (parameter, state) = rows::element_wise(rule, operands);
        (parameter, Some(FtrlProximalState::of(step, state)))
    }

    /// The number of the coming step, and the state before it.
    fn next<B: Backend, const D: usize, const ROOT: bool>(
        &self,
        rule: &FtrlStep<ROOT>,
        parameter: &Tensor<B, D>,
        state: Option<FtrlProximalState<B, D>>,
    ) -> (usize, [Tensor<B, D>; 2]) {
        let dims = parameter.dims();
        if let Some(state) = state {
            let parts = [state.accumulator, state.linear];
            return (
                state.step.saturating_add(1),
                parts.map(|part| resumed(part, dims, parameter)),
            );
        }
        let working = working_dtype(parameter.dtype());
        let accumulator = Tensor::full(
            dims,
            self.config.initial_accumulator_value,
            (&parameter.device(), working),
        );
        let theta = dispatch::cast(parameter.clone(), working);
        let linear = rule.linear_at_rest(Elements(theta), Elements(accumulator.clone()));
        (1, [accumulator, linear.0])
    }
}

impl<B: Backend> SimpleOptimizer<B> for FtrlProximal {
    type State<const D: usize> = FtrlProximalState<B, D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let grad = clip(self.config.grad_clipping.as_ref(), grad);
        if stands_still(lr) {
            (tensor, state)
        } else if self.takes_roots() {
            self.step_by(&self.rule::<true>(lr), tensor, grad, state)
        } else {
            self.step_by(&self.rule::<false>(lr), tensor, grad, state)
        }
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &B::Device) -> Self::State<D> {
        state.to_device(device)
    }
}

impl<B: Backend> RowOptimizer<B> for FtrlProximal {
    /// # Panics
    ///
    /// If the gradient is that of a table of another size, or with `l2_shrinkage`, as
    /// [`validate_sparse`](FtrlProximalConfig::validate_sparse) says.
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
        if stands_still(lr) {
            (tensor, state)
        } else if self.takes_roots() {
            self.step_rows_by(&self.rule::<true>(lr), tensor, &gradient, state)
        } else {
            self.step_rows_by(&self.rule::<false>(lr), tensor, &gradient, state)
        }
    }

    fn state_shape(&self, parameter: &[usize]) -> Option<Vec<usize>> {
        Some(parameter.to_vec())
    }

    fn shape_of<const D: usize>(state: &Self::State<D>) -> Option<Vec<usize>> {
        Some(state.accumulator.dims().to_vec())
    }

    fn grow_state<const D: usize>(
        &self,
        lr: LearningRate,
        state: Self::State<D>,
        parameter: Tensor<B, D>,
    ) -> Self::State<D> {
        if stands_still(lr) {
            return state;
        }
        let (_, [accumulator, linear]) = if self.takes_roots() {
            self.next(&self.rule::<true>(lr), &parameter, None)
        } else {
            self.next(&self.rule::<false>(lr), &parameter, None)
        };
        FtrlProximalState {
            accumulator: grown(state.accumulator, accumulator),
            linear: grown(state.linear, linear),
            ..state
        }
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
            self.rule::<true>(lr).divisor(Elements(accumulator))
        } else {
            self.rule::<false>(lr).divisor(Elements(accumulator))
        };
        divisor.reciprocal_times(1.0).0
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
