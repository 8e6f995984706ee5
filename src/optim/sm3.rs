//! SM3: accumulators for the slices of a tensor.

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
use crate::dispatch::sm3::{self, Sm3Operands};
use crate::dispatch::{Elements, working_dtype};
use crate::error::OptimizerConfigError;
use crate::kernel::number::Number;
use crate::kernel::sm3::Sm3Step;
use crate::validate::{CheckBurnOptions, Problems};

/// Options of [`Sm3`]; see there for the formula.
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct Sm3Config {
    /// ε under the root. Default 1e-8, optax'. With or without it, a weight whose bound is 0 does not
    /// move.
    #[config(default = 1e-8)]
    pub epsilon: f64,
    /// How much of a running average of the steps is kept, β: at least 0 and below 1. Default 0: no
    /// average, and no state as large as the parameter (optax' default is 0.9).
    #[config(default = 0.0)]
    pub momentum: f64,
    /// Climb instead of descend. Default `false`.
    #[config(default = false)]
    pub maximize: bool,
    /// Clipping of each parameter's gradient, before all else. Default none.
    pub grad_clipping: Option<GradientClippingConfig>,
}

impl Sm3Config {
    /// Checks every option.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used and its value: `epsilon` must be finite and at least 0,
    /// `momentum` at least 0 and below 1, a clipping threshold finite and above 0.
    pub fn validate(&self) -> Result<(), OptimizerConfigError> {
        let mut problems = Problems::default();
        problems.require_non_negative("epsilon", self.epsilon);
        let ok = (0.0..1.0).contains(&self.momentum);
        problems.require("momentum", self.momentum, ok, "at least 0 and below 1");
        problems.require_clipping(self.grad_clipping.as_ref());
        problems.into_config_result("Sm3Config")
    }
}

impl_try_build!(Sm3Config => Sm3);
impl_build!(Sm3Config => Sm3);

/// SM3-II: Adagrad with an accumulator for each slice of each dimension. A matrix of a million rows and
/// 50 columns has 1,000,050 of them, not 50 million, and each weight still has a step size of its own.
///
/// Build it with [`Sm3Config`]. For the weight at (i, j, …), with η the learning rate and μ the
/// accumulators, from 0:
///
/// ```text
/// g ← −g                                          if maximize
/// ν = min(μ₁[i], μ₂[j], …) + g²
/// d = g/√(ν + ε)                                  0 where ν is 0
/// μ₁[i] ← max of ν over the slice i, μ₂[j] ← …
/// m ← βm + (1 − β)d                               or m = d without momentum
/// θ ← θ − η·m
/// ```
///
/// ν is an upper bound of the sum of squares that Adagrad keeps, and close to it where the weights of a
/// slice see gradients alike, as in embeddings and wide layers. A vector has an accumulator for each of
/// its elements: there SM3 is Adagrad. The accumulators are in f32 for parameters of f32 and below.
///
/// Not for row-sparse training: a row without gradient may lower its accumulator, to what the accumulators of
/// the columns allow. Take [`RowWiseAdagrad`](crate::RowWiseAdagrad), which is as small and made for rows.
///
/// Sources: R. Anil, V. Gupta, T. Koren, Y. Singer, *Memory-Efficient Adaptive Optimization*, NeurIPS
/// 2019, <https://arxiv.org/abs/1901.11150>; optax,
/// <https://optax.readthedocs.io/en/latest/api/optimizers.html#optax.sm3>.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::optim::SimpleOptimizer;
/// use burn::tensor::Tensor;
/// use burn_adagrad::Sm3Config;
///
/// let optim = Sm3Config::new().with_epsilon(0.0).build();
/// let device = Default::default();
/// let weights = Tensor::<NdArray, 2>::zeros([2, 2], &device);
/// let grads = Tensor::from_floats([[2.0, 0.0], [1.0, 0.0]], &device);
/// let (_, state) = optim.step(0.1, weights, grads, None);
///
/// let state = state.unwrap();
/// let accumulators = state.accumulators.into_iter();
/// let accumulators: Vec<Vec<f32>> = accumulators.map(|a| a.into_data().to_vec().unwrap()).collect();
/// assert_eq!(accumulators, [[4.0, 1.0], [4.0, 0.0]]);
/// ```
#[derive(Clone, Debug)]
pub struct Sm3 {
    pub(super) config: Sm3Config,
}

optimizer_state! {
    /// The state of one parameter under [`Sm3`].
    Sm3State, Sm3StateItem {
        /// Number of steps taken.
        step: usize => usize,
        /// For each dimension of the parameter, one number for each of its slices; in f32 for parameters
        /// of f32 and below, in f64 for f64.
        accumulators: Vec<Tensor<B, 1>> => Vec<TensorData>,
        /// The average of the steps, of the parameter's shape; none without momentum.
        momentum: Option<Tensor<B, D>> => Option<TensorData>,
    }
}

impl<B: Backend> SimpleOptimizer<B> for Sm3 {
    type State<const D: usize> = Sm3State<B, D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let grad = clip(self.config.grad_clipping.as_ref(), grad);
        let dims = tensor.dims();
        let options = (&tensor.device(), working_dtype(tensor.dtype()));
        let state = state.unwrap_or_else(|| Sm3State {
            step: 0,
            accumulators: dims.map(|n| Tensor::zeros([n], options)).to_vec(),
            momentum: None,
        });
        assert_eq!(state.accumulators.len(), D, "accumulators of the state");
        let slices = state.accumulators.into_iter().zip(dims);
        let accumulators = slices
            .map(|(sums, n)| resumed(sums, [n], &tensor))
            .collect();
        let momentum = (self.config.momentum > 0.0).then(|| match state.momentum {
            Some(momentum) => resumed(momentum, dims, &tensor),
            None => Tensor::zeros(dims, options),
        });
        let rule = Sm3Step {
            rate: lr,
            epsilon: self.config.epsilon,
            momentum: self.config.momentum,
            maximize: self.config.maximize,
        };
        let operands = Sm3Operands {
            parameter: tensor,
            gradient: grad,
            accumulators,
            momentum,
        };
        let (tensor, accumulators, momentum) = sm3::step(&rule, operands);
        let state = Sm3State {
            step: state.step.saturating_add(1),
            accumulators,
            momentum,
        };
        (tensor, Some(state))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &B::Device) -> Self::State<D> {
        state.to_device(device)
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
        let bound = Elements(self.seen(shape, state));
        let root = bound.offset(self.config.epsilon).sqrt();
        root.reciprocal_times(lr).0
    }

    fn seen<const D: usize>(&self, shape: [usize; D], state: &Self::State<D>) -> Tensor<B, D> {
        sm3::bound(&state.accumulators, shape)
    }
}

impl StateMemory for Sm3Config {
    /// One for each slice of each dimension; with momentum, one a weight more.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        let momentum = if self.momentum > 0.0 {
            weights(shape)
        } else {
            0
        };
        shape.iter().sum::<usize>() + momentum
    }
}
