//! Adagrad with one accumulator a tensor.

use burn::config::Config;
use burn::grad_clipping::GradientClippingConfig;
use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::adagrad::next;
use super::build::{impl_build, impl_build_sparse, impl_try_build};
use super::clipping::{clip, clip_rows};
use super::effective_rate::{quotient, spread};
use super::row_optimizer::check_size;
use super::{AdagradState, EffectiveRate, EpsilonPlacement, RowOptimizer, StateMemory};
use crate::dispatch::norm::{Squares, read_scalar, sum_of_squares};
use crate::dispatch::rows;
use crate::dispatch::{self, Elements, Operands};
use crate::error::OptimizerConfigError;
use crate::kernel::norm::DescentStep;
use crate::kernel::number::Number;
use crate::sparse::RowGradient;
use crate::validate::{CheckBurnOptions, Problems};

/// Options of [`AdagradNorm`]; see there for the formula.
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct AdagradNormConfig {
    /// ε, which keeps the denominator from zero. Default 1e-10. With 0, nothing moves before the first
    /// gradient that is not zero.
    #[config(default = 1e-10)]
    pub epsilon: f64,
    /// What the accumulator holds before the first step, b₀². Default 0.
    #[config(default = 0.0)]
    pub initial_accumulator_value: f32,
    /// Climb instead of descend. Default `false`.
    #[config(default = false)]
    pub maximize: bool,
    /// Clipping of each parameter's gradient, before all else. Default none.
    pub grad_clipping: Option<GradientClippingConfig>,
}

impl AdagradNormConfig {
    /// Checks every option.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used and its value: `epsilon` and `initial_accumulator_value`
    /// must be finite and at least 0, a clipping threshold finite and above 0.
    pub fn validate(&self) -> Result<(), OptimizerConfigError> {
        let mut problems = Problems::default();
        problems.require_non_negative("epsilon", self.epsilon);
        problems.require_non_negative("initial_accumulator_value", self.initial_accumulator_value);
        problems.require_clipping(self.grad_clipping.as_ref());
        problems.into_config_result("AdagradNormConfig")
    }
}

impl_try_build!(AdagradNormConfig => AdagradNorm);
impl_build!(AdagradNormConfig => AdagradNorm);
impl_build_sparse!(AdagradNormConfig => AdagradNorm, every option);

/// Adagrad with one accumulator for a whole parameter: gradient descent that finds its own rate, and a
/// state of one number.
///
/// Build it with [`AdagradNormConfig`]. With η the learning rate and b² the accumulator of a parameter:
///
/// ```text
/// g ← −g                      if maximize
/// b² ← b² + ‖g‖²
/// θ ← θ − η·g/(b + ε)
/// ```
///
/// All weights of a parameter have one step size, even if their gradients differ in size. So the optimizer
/// adapts the scale of the rate, not the scale of each feature. In row-sparse training, a row without gradient
/// neither moves nor counts.
///
/// Source: R. Ward, X. Wu, L. Bottou, *AdaGrad Stepsizes: Sharp Convergence Over Nonconvex Landscapes*,
/// JMLR 21 (2020), <https://jmlr.org/papers/v21/18-352.html>.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::optim::SimpleOptimizer;
/// use burn::tensor::Tensor;
/// use burn_adagrad::AdagradNormConfig;
///
/// let optim = AdagradNormConfig::new().build();
/// let weights = Tensor::<NdArray, 1>::from_floats([1.0, 1.0], &Default::default());
/// let grads = Tensor::from_floats([3.0, 4.0], &Default::default());
/// let (weights, state) = optim.step(0.5, weights, grads, None);
///
/// // The gradient is 5 long, and the step η.
/// let weights: Vec<f32> = weights.into_data().to_vec().unwrap();
/// assert_eq!(weights, [0.7, 0.6]);
/// let accumulator: f32 = state.unwrap().accumulator.into_scalar();
/// assert_eq!(accumulator, 25.0);
/// ```
#[derive(Clone, Debug)]
pub struct AdagradNorm {
    pub(super) config: AdagradNormConfig,
}

impl AdagradNorm {
    /// The state after a gradient with this sum of squares, and the rate for it.
    fn next<B: Backend, const D: usize>(
        &self,
        lr: LearningRate,
        parameter: &Tensor<B, D>,
        squares: Squares<B>,
        state: Option<AdagradState<B, 1>>,
    ) -> (AdagradState<B, 1>, Tensor<B, 1>) {
        let initial_value = self.config.initial_accumulator_value;
        let (step, accumulator) = next(parameter, [1], initial_value, state);
        let squares = squares.into_tensor(&accumulator.device(), accumulator.dtype());
        let accumulator = accumulator + squares;
        let lr = if self.config.maximize { -lr } else { lr };
        let epsilon = self.config.epsilon;
        let denominator = Elements(accumulator.clone()).sqrt().offset(epsilon);
        let mut rate = denominator.reciprocal_times(lr);
        if epsilon as f32 == 0.0 {
            rate = rate.zero_where_zero(Elements(accumulator.clone()));
        }
        (AdagradState::new(step, accumulator), rate.0)
    }
}

impl<B: Backend> SimpleOptimizer<B> for AdagradNorm {
    type State<const D: usize> = AdagradState<B, 1>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let grad = clip(self.config.grad_clipping.as_ref(), grad);
        let squares = sum_of_squares(grad.clone());
        let (state, rate) = self.next(lr, &tensor, squares, state);
        let tensor = match read_scalar(&rate) {
            Some(rate) => {
                let operands = Operands {
                    parameter: tensor,
                    gradient: grad,
                    state: [],
                };
                dispatch::step(&DescentStep { rate }, operands).0
            }
            None => {
                let (dtype, working) = (tensor.dtype(), rate.dtype());
                let movement = dispatch::cast(grad, working) * rate.reshape([1; D]);
                dispatch::cast(dispatch::cast(tensor, working) - movement, dtype)
            }
        };
        (tensor, Some(state))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &B::Device) -> Self::State<D> {
        state.to_device(device)
    }
}

impl<B: Backend> RowOptimizer<B> for AdagradNorm {
    fn step_rows<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        gradient: RowGradient<B>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        check_size(&tensor, &gradient);
        let gradient = clip_rows(self.config.grad_clipping.as_ref(), gradient);
        let (state, rate) = self.next(lr, &tensor, sum_of_squares(gradient.values()), state);
        let (gradient, rule) = match read_scalar(&rate) {
            Some(rate) => (gradient, DescentStep { rate }),
            None => {
                let scale = |values: Tensor<B, 2>| {
                    // In the type of the rate: in f16 it may be infinite.
                    dispatch::cast(values, rate.dtype()) * rate.reshape([1, 1])
                };
                (gradient.map(scale), DescentStep { rate: 1.0 })
            }
        };
        let (tensor, []) = rows::element_wise(&rule, gradient.operands(tensor, []));
        (tensor, Some(state))
    }

    fn state_shape(&self, _: &[usize]) -> Option<Vec<usize>> {
        Some(vec![1])
    }

    fn shape_of<const D: usize>(state: &Self::State<D>) -> Option<Vec<usize>> {
        Some(state.accumulator.dims().to_vec())
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

impl StateMemory for AdagradNormConfig {
    /// One.
    fn state_numbers(&self, _: &[usize]) -> usize {
        1
    }
}
