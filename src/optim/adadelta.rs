//! Adadelta: no rate to tune, and none that only falls.

use burn::config::Config;
use burn::grad_clipping::GradientClippingConfig;
use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::build::{impl_build, impl_try_build};
use super::clipping::clip;
use super::state::{optimizer_state, resumed};
use super::state_memory::weights;
use super::{EffectiveRate, StateMemory};
use crate::dispatch::{self, Elements, Operands, working_dtype};
use crate::error::OptimizerConfigError;
use crate::kernel::adadelta::AdadeltaStep;
use crate::kernel::gradient::Direction;
use crate::kernel::number::Number;
use crate::validate::{CheckBurnOptions, Problems};

/// Options of [`Adadelta`]; see there for the formula. The defaults are PyTorch's.
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct AdadeltaConfig {
    /// How much of its averages is kept at each step, ρ: above 0 and below 1. Default 0.9.
    #[config(default = 0.9)]
    pub rho: f64,
    /// ε, above 0: the first steps are about √ε long. Default 1e-6.
    #[config(default = 1e-6)]
    pub epsilon: f64,
    /// Climb instead of descend. Default `false`.
    #[config(default = false)]
    pub maximize: bool,
    /// L2 penalty λ: λθ is added to the gradient, after `maximize`. Default 0.
    #[config(default = 0.0)]
    pub weight_decay: f64,
    /// Clipping of each parameter's gradient, before all else. Default none.
    pub grad_clipping: Option<GradientClippingConfig>,
}

impl AdadeltaConfig {
    /// Checks every option.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used and its value: `rho` must be above 0 and below 1, `epsilon`
    /// finite and above 0, `weight_decay` finite and at least 0, a clipping threshold finite
    /// and above 0.
    pub fn validate(&self) -> Result<(), OptimizerConfigError> {
        let mut problems = Problems::default();
        let ok = self.rho > 0.0 && self.rho < 1.0;
        problems.require("rho", self.rho, ok, "above 0 and below 1");
        // In f32, in which steps of most parameters are computed.
        let ok = self.epsilon.is_finite() && self.epsilon as f32 > 0.0;
        problems.require("epsilon", self.epsilon, ok, "finite and above 0");
        problems.require_non_negative("weight_decay", self.weight_decay);
        problems.require_clipping(self.grad_clipping.as_ref());
        problems.into_config_result("AdadeltaConfig")
    }
}

impl_try_build!(AdadeltaConfig => Adadelta);
impl_build!(AdadeltaConfig => Adadelta);

/// Adadelta: steps as long as the last ones were, by the ratio of two running averages.
///
/// Build it with [`AdadeltaConfig`]. Per element, with η the learning rate (1 in the paper, and PyTorch's
/// default), v the average of the squared gradients and u that of the squared updates, both from 0:
///
/// ```text
/// g ← −g                              if maximize
/// g ← g + λθ                          λ = weight_decay
/// v ← ρv + (1 − ρ)g²
/// Δ = √(u + ε)/√(v + ε) · g
/// u ← ρu + (1 − ρ)Δ²
/// θ ← θ − ηΔ
/// ```
///
/// Δ has the units of θ, so that scaling the loss changes nothing except by ε. Adagrad's rate only falls; here
/// v forgets old gradients. The price is a slow start, from steps of about √ε. The state is twice as large as
/// the parameter. Parameters in half precision keep it, and are stepped, in f32.
///
/// Not for row-sparse training: the averages of a row fall without a gradient too. Take
/// [`Adagrad`](crate::Adagrad) with [decay of the accumulator](crate::AccumulatorDecayConfig) there.
///
/// Sources: M. Zeiler, *ADADELTA: An Adaptive Learning Rate Method*, 2012,
/// <https://arxiv.org/abs/1212.5701>; the options are those of PyTorch,
/// <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html>.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::optim::SimpleOptimizer;
/// use burn::tensor::Tensor;
/// use burn_adagrad::AdadeltaConfig;
///
/// let optim = AdadeltaConfig::new().build();
/// let weights = Tensor::<NdArray, 1>::from_floats([1.0, 1.0], &Default::default());
/// let grads = Tensor::from_floats([4.0, 0.0], &Default::default());
/// let (weights, state) = optim.step(1.0, weights, grads, None);
///
/// // √1e-6/√(0.1·16 + 1e-6)·4 = 0.00316: as for any other gradient of some size.
/// let weights: Vec<f32> = weights.into_data().to_vec().unwrap();
/// assert!((weights[0] - (1.0 - 0.0031623)).abs() < 1e-6);
/// assert_eq!(weights[1], 1.0);
/// let square_avg: Vec<f32> = state.unwrap().square_avg.into_data().to_vec().unwrap();
/// assert!((square_avg[0] - 1.6).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Adadelta {
    config: AdadeltaConfig,
}

optimizer_state! {
    /// The state of one parameter under [`Adadelta`], named as in PyTorch.
    AdadeltaState, AdadeltaStateItem {
        /// Number of steps taken.
        step: usize => usize,
        /// The average of the squared gradients; shape of the parameter, in f32 for parameters of f32
        /// and below, in f64 for f64.
        square_avg: Tensor<B, D> => TensorData,
        /// The average of the squared updates; the same shape and type.
        acc_delta: Tensor<B, D> => TensorData,
    }
}

impl<B: Backend> SimpleOptimizer<B> for Adadelta {
    type State<const D: usize> = AdadeltaState<B, D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let grad = clip(self.config.grad_clipping.as_ref(), grad);
        let dims = tensor.dims();
        let (step, averages) = match state {
            Some(state) => {
                let averages = [state.square_avg, state.acc_delta];
                let averages = averages.map(|part| resumed(part, dims, &tensor));
                (state.step, averages)
            }
            None => {
                let options = (&tensor.device(), working_dtype(tensor.dtype()));
                let zeros = Tensor::zeros(dims, options);
                (0, [zeros.clone(), zeros])
            }
        };
        let rule = AdadeltaStep {
            rate: lr,
            rho: self.config.rho,
            epsilon: self.config.epsilon,
            direction: Direction {
                maximize: self.config.maximize,
                weight_decay: self.config.weight_decay,
            },
        };
        let operands = Operands {
            parameter: tensor,
            gradient: grad,
            state: averages,
        };
        let (tensor, [square_avg, acc_delta]) = dispatch::step(&rule, operands);
        let state = AdadeltaState {
            step: step.saturating_add(1),
            square_avg,
            acc_delta,
        };
        (tensor, Some(state))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &B::Device) -> Self::State<D> {
        state.to_device(device)
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
        let above = Elements(state.acc_delta.clone()).offset(self.config.epsilon);
        let below = Elements(state.square_avg.clone()).offset(self.config.epsilon);
        (above / below).sqrt().scale(lr).0
    }

    fn seen<const D: usize>(&self, _: [usize; D], state: &Self::State<D>) -> Tensor<B, D> {
        state.square_avg.clone()
    }
}

impl StateMemory for AdadeltaConfig {
    /// Two a weight.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        2 * weights(shape)
    }
}
