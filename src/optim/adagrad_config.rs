//! The options of [`Adagrad`], their checks, and the presets of other frameworks.

use burn::config::Config;
use burn::grad_clipping::GradientClippingConfig;
use burn::optim::decay::WeightDecayConfig;

use super::build::{impl_build, impl_build_sparse};
use super::state_memory::weights;
use super::{AccumulatorDecayConfig, Adagrad, AdagradMomentum, StateMemory};
use crate::error::AdagradConfigError;
use crate::validate::{CheckBurnOptions, Problems};

/// Where ε enters the denominator of the step.
#[derive(Config, Copy, Debug, PartialEq, Eq)]
pub enum EpsilonPlacement {
    /// g / (√G + ε): PyTorch and burn.
    OutsideSqrt,
    /// g / √(G + ε): the article's formula, Keras and optax.
    InsideSqrt,
}

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
pub struct AdagradConfig {
    /// Decay of the learning rate: at step t (from 1) the rate is η / (1 + (t − 1)·`lr_decay`).
    /// Default 0.
    #[config(default = 0.0)]
    pub lr_decay: f64,
    /// ε, which keeps the denominator from zero. Default 1e-10. With 0, a coordinate whose
    /// accumulator is 0 does not move.
    #[config(default = 1e-10)]
    pub epsilon: f32,
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
    /// enters the accumulator. Default none.
    pub weight_decay: Option<WeightDecayConfig>,
    /// Decoupled weight decay λ, as AdamW's: at each step every weight is multiplied by 1 − ηλ (not
    /// below 0), with the rate η of the step, before the gradient moves it. The accumulator does not see
    /// it. It does not shrink as Adagrad's own steps do: in a long run it may come to outweigh them. In
    /// row-sparse training, rows without gradient get it later, all at once and exactly. Default 0.
    #[config(default = 0.0)]
    pub decoupled_weight_decay: f64,
    /// Momentum. Default none. Not for row-sparse training: it moves rows that have no gradient.
    pub momentum: Option<AdagradMomentum>,
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
    /// `initial_accumulator_value`, the weight decay's penalty and `decoupled_weight_decay` must be
    /// finite and at least 0, a momentum at least 0 and below 1, the accumulator's decay at least 1 step
    /// apart and by a factor from 0 to 1, a clipping threshold finite and above 0.
    pub fn validate(&self) -> Result<(), AdagradConfigError> {
        let mut problems = Problems::default();
        problems.require_non_negative("lr_decay", self.lr_decay);
        problems.require_non_negative("epsilon", self.epsilon);
        problems.require_non_negative("initial_accumulator_value", self.initial_accumulator_value);
        problems.require_weight_decay(self.weight_decay.as_ref());
        problems.require_non_negative("decoupled_weight_decay", self.decoupled_weight_decay);
        if let Some(momentum) = &self.momentum {
            momentum.check(&mut problems);
        }
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
        self.try_build()?.check_for_rows()
    }

    /// Builds the bare optimizer, without the adaptor that walks over a module's parameters.
    ///
    /// # Errors
    ///
    /// As [`validate`](Self::validate).
    pub fn try_build(&self) -> Result<Adagrad, AdagradConfigError> {
        self.validate()?;
        Ok(Adagrad {
            lr_decay: self.lr_decay,
            epsilon: self.epsilon,
            epsilon_placement: self.epsilon_placement,
            initial_accumulator_value: self.initial_accumulator_value,
            maximize: self.maximize,
            weight_decay: self.weight_decay.as_ref().map_or(0.0, |w| w.penalty),
            decoupled_weight_decay: self.decoupled_weight_decay,
            momentum: self.momentum,
            accumulator_decay: self.accumulator_decay,
            grad_clipping: self.grad_clipping.clone(),
        })
    }
}

impl_build!(AdagradConfig => Adagrad);
impl_build_sparse!(AdagradConfig => Adagrad);

impl StateMemory for AdagradConfig {
    /// One a weight; two with momentum.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        weights(shape) * if self.momentum.is_some() { 2 } else { 1 }
    }
}
