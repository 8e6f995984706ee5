//! Adagrad: its options, their checks and the presets of other frameworks; its step.

use burn::config::Config;
use burn::grad_clipping::GradientClippingConfig;
use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::accumulator_decay::decayed_accumulator;
use super::build::{impl_build, impl_build_sparse, impl_try_build};
use super::clipping::{clip, clip_rows};
use super::effective_rate::quotient;
use super::row_optimizer::{check_options, check_size, grown};
use super::state::resumed;
use super::state_memory::weights;
use super::{
    AccumulatorDecayConfig, AdagradState, EffectiveRate, EpsilonPlacement, RowOptimizer,
    StateMemory,
};
use crate::dispatch::{self, Operands, working_dtype};
use crate::error::AdagradConfigError;
use crate::kernel::adagrad::AdagradStep;
use crate::kernel::momentum::MomentumStep;
use crate::sparse::RowGradient;
use crate::validate::{CheckBurnOptions, Problems};

/// Options of [`Adagrad`]; see there for the formula.
///
/// The defaults are PyTorch's. The learning rate is not among them: burn passes it to each
/// [`step`](burn::optim::Optimizer::step).
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn::nn::{Linear, LinearConfig};
/// use burn::optim::{GradientsParams, Optimizer};
/// use burn::tensor::Tensor;
/// use burn_adagrad::AdagradConfig;
///
/// type B = Autodiff<NdArray>;
/// let device = Default::default();
/// let mut model: Linear<B> = LinearConfig::new(3, 1).init(&device);
/// let mut optim = AdagradConfig::new().with_lr_decay(0.01).init::<B, Linear<B>>();
///
/// let before = model.weight.val();
/// let loss = model.forward(Tensor::<B, 2>::ones([2, 3], &device)).mean();
/// let grads = GradientsParams::from_grads(loss.backward(), &model);
/// model = optim.step(0.1, model, grads);
///
/// // Every gradient is 1, so the first step moves each weight by the learning rate.
/// let moved: f32 = (before - model.weight.val()).mean().into_scalar();
/// assert!((moved - 0.1).abs() < 1e-6);
/// ```
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct AdagradConfig {
    /// Decay of the learning rate: at step t (from 1) the rate is η / (1 + (t − 1)·`lr_decay`).
    /// Default 0.
    #[config(default = 0.0)]
    pub lr_decay: f64,
    /// ε, which keeps the denominator from zero. Default 1e-10. With 0, a coordinate whose
    /// accumulator is 0 does not move.
    #[config(default = 1e-10)]
    pub epsilon: f64,
    /// Whether ε is added to the root or under it. Default
    /// [`OutsideSqrt`](EpsilonPlacement::OutsideSqrt).
    #[config(default = "EpsilonPlacement::OutsideSqrt")]
    pub epsilon_placement: EpsilonPlacement,
    /// What each element of the accumulator holds before the first step. Default 0.
    #[config(default = 0.0)]
    pub initial_accumulator_value: f32,
    /// Climb instead of descend: the gradient's sign is turned first. Default `false`.
    #[config(default = false)]
    pub maximize: bool,
    /// L2 penalty λ: λθ is added to the gradient (after `maximize`, as PyTorch does), and so
    /// enters the accumulator. Default 0.
    #[config(default = 0.0)]
    pub weight_decay: f64,
    /// Decoupled weight decay λ, as AdamW's: at each step every weight is multiplied by 1 − ηλ (not
    /// below 0), with the rate η of the step, before the gradient moves it. The accumulator does not see
    /// it. It does not shrink as Adagrad's own steps do: in a long run it may come to outweigh them. In
    /// row-sparse training, rows without gradient get it later, all at once and exactly. Default 0.
    #[config(default = 0.0)]
    pub decoupled_weight_decay: f64,
    /// Momentum μ on the steps, at least 0 and below 1: m ← μm + d; θ ← θ − ηm, where d = g/(√G + ε) is the
    /// step for a rate of 1 (a heavy ball). Default 0: none. Not for row-sparse training: it moves rows that
    /// have no gradient.
    ///
    /// Sources: B. Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964; optax,
    /// `chain(scale_by_rss, trace(decay, nesterov), scale(−η))`,
    /// <https://optax.readthedocs.io/en/latest/api/transformations.html#optax.trace>.
    #[config(default = 0.0)]
    pub momentum: f64,
    /// Whether the momentum looks ahead: θ ← θ − η(d + μm). Default `false`.
    #[config(default = false)]
    pub nesterov: bool,
    /// Decay of the accumulator every n steps. Default none.
    pub accumulator_decay: Option<AccumulatorDecayConfig>,
    /// Clipping of each parameter's gradient, before all else. Default none.
    pub grad_clipping: Option<GradientClippingConfig>,
}

impl AdagradConfig {
    /// PyTorch's defaults: ε = 1e-10 outside the root, accumulator from 0.
    ///
    /// Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html>.
    pub fn pytorch() -> Self {
        Self::new()
    }

    /// Keras' defaults: accumulator from 0.1, ε = 1e-7 inside the root.
    ///
    /// Source: <https://keras.io/api/optimizers/adagrad/>.
    pub fn keras() -> Self {
        Self::new()
            .with_epsilon(1e-7)
            .with_epsilon_placement(EpsilonPlacement::InsideSqrt)
            .with_initial_accumulator_value(0.1)
    }

    /// optax' defaults, which are Keras' values: accumulator from 0.1, ε = 1e-7 inside the root.
    ///
    /// optax sets the update to 0 where the accumulator is 0. With these values that never
    /// happens; with an initial accumulator of 0 it is a coordinate without gradient, which
    /// does not move here either, for any ε, 0 included.
    ///
    /// Source: <https://optax.readthedocs.io/en/latest/api/optimizers.html#optax.adagrad>.
    pub fn optax() -> Self {
        Self::keras()
    }

    /// The defaults of burn's own `AdaGradConfig`: ε = 1e-5 outside the root, accumulator
    /// from 0.
    ///
    /// Source: <https://docs.rs/burn/0.21.0/burn/optim/struct.AdaGradConfig.html>.
    pub fn burn() -> Self {
        Self::new().with_epsilon(1e-5)
    }

    /// Checks every option.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used and its value: `lr_decay`, `epsilon`,
    /// `initial_accumulator_value`, `weight_decay` and `decoupled_weight_decay` must be
    /// finite and at least 0, a momentum at least 0 and below 1, the accumulator's decay at least 1 step
    /// apart and by a factor from 0 to 1, a clipping threshold finite and above 0.
    pub fn validate(&self) -> Result<(), AdagradConfigError> {
        let mut problems = Problems::default();
        problems.require_non_negative("lr_decay", self.lr_decay);
        problems.require_non_negative("epsilon", self.epsilon);
        problems.require_non_negative("initial_accumulator_value", self.initial_accumulator_value);
        problems.require_non_negative("weight_decay", self.weight_decay);
        problems.require_non_negative("decoupled_weight_decay", self.decoupled_weight_decay);
        let ok = (0.0..1.0).contains(&self.momentum);
        problems.require("momentum", self.momentum, ok, "at least 0 and below 1");
        if let Some(decay) = &self.accumulator_decay {
            decay.check(&mut problems);
        }
        problems.require_clipping(self.grad_clipping.as_ref());
        problems.into_config_result("AdagradConfig")
    }

    /// Checks every option, and that rows can be trained with them.
    ///
    /// # Errors
    ///
    /// As [`validate`](Self::validate), and if there is a `weight_decay`: added to the gradient, it would
    /// move the rows without gradient too, at every step, and enter their accumulators.
    /// `decoupled_weight_decay` is what a table can have: it is put off until a row is needed, and exact.
    /// Or if there is a `momentum`, which would move such rows as well.
    pub fn validate_sparse(&self) -> Result<(), AdagradConfigError> {
        self.validate()?;
        self.check_for_rows()
    }

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
            self.momentum == 0.0,
            "0 for row-sparse training: it moves rows that have no gradient",
        );
        problems.into_config_result("AdagradConfig")
    }
}

impl_try_build!(AdagradConfig => Adagrad);
impl_build!(AdagradConfig => Adagrad);
impl_build_sparse!(AdagradConfig => Adagrad);

impl StateMemory for AdagradConfig {
    /// One a weight; two with momentum.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        weights(shape) * if self.momentum > 0.0 { 2 } else { 1 }
    }
}

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
/// Off by default: [`momentum`](AdagradConfig::momentum), and [decay of the
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
    config: AdagradConfig,
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
        let grad = clip(self.config.grad_clipping.as_ref(), grad);
        let factor = RowOptimizer::<B>::decay_factor::<D>(self, lr, state.as_ref());
        let (before, state) = if self.config.momentum > 0.0 {
            split_momentum(state)
        } else {
            (None, state)
        };
        let initial = self.config.initial_accumulator_value;
        let (step, accumulator) = next(&tensor, tensor.dims(), initial, state);
        let rule = self.arithmetic(lr, step, factor);
        if self.config.momentum == 0.0 {
            let operands = Operands {
                parameter: tensor,
                gradient: grad,
                state: [accumulator],
            };
            let (tensor, [accumulator]) = dispatch::step(&rule, operands);
            return (tensor, Some(self.after_step(step, accumulator, None)));
        }
        let momentum = match before {
            Some(momentum) => resumed(momentum, tensor.dims(), &tensor),
            None => Tensor::zeros_like(&accumulator),
        };
        let rule = MomentumStep {
            step: rule,
            momentum: self.config.momentum,
            nesterov: self.config.nesterov,
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
        check_options(self.config.check_for_rows());
        let gradient = clip_rows(self.config.grad_clipping.as_ref(), gradient);
        let (step, accumulator) = next(
            &tensor,
            tensor.dims(),
            self.config.initial_accumulator_value,
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
        let initial = self.config.initial_accumulator_value;
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
        let rate = decayed_rate(lr, self.config.lr_decay, next_step(state));
        decay_factor(rate, self.config.decoupled_weight_decay)
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
    let accumulator = match state {
        Some(state) => resumed(state.accumulator, shape, parameter),
        None => {
            let working = working_dtype(parameter.dtype());
            Tensor::full(shape, initial_value, (&parameter.device(), working))
        }
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
    /// What the state of a parameter holds before its first step.
    #[cfg(feature = "safetensors")]
    pub(crate) fn first_state<B: Backend, const D: usize>(
        &self,
        parameter: &Tensor<B, D>,
    ) -> AdagradState<B, D> {
        let initial = self.config.initial_accumulator_value;
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
            self.config.accumulator_decay.as_ref(),
            step,
            accumulator,
            self.config.initial_accumulator_value,
        );
        AdagradState {
            momentum,
            ..AdagradState::new(step, accumulator)
        }
    }

    fn arithmetic(&self, lr: LearningRate, step: usize, factor: f64) -> AdagradStep {
        AdagradStep {
            rate: decayed_rate(lr, self.config.lr_decay, step),
            epsilon: self.config.epsilon,
            epsilon_inside_sqrt: self.config.epsilon_placement == EpsilonPlacement::InsideSqrt,
            maximize: self.config.maximize,
            weight_decay: self.config.weight_decay,
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
        let rate = decayed_rate(lr, self.config.lr_decay, state.step.max(1));
        let accumulator = state.accumulator.clone();
        quotient(
            rate,
            accumulator,
            self.config.epsilon,
            self.config.epsilon_placement,
        )
    }

    fn seen<const D: usize>(&self, _: [usize; D], state: &AdagradState<B, D>) -> Tensor<B, D> {
        let initial = self.config.initial_accumulator_value;
        state.accumulator.clone().sub_scalar(initial)
    }
}
