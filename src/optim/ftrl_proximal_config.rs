//! The options of [`FtrlProximal`] and their checks.

use burn::config::Config;
use burn::grad_clipping::GradientClippingConfig;

use super::build::{impl_build, impl_build_sparse, impl_try_build};
use super::state_memory::weights;
use super::{FtrlProximal, StateMemory};
use crate::error::OptimizerConfigError;
use crate::validate::{CheckBurnOptions, Problems};

/// Options of [`FtrlProximal`]; see there for the formula. The defaults are those of Keras.
///
/// Give `step` one rate for the whole run: a rate that jumps multiplies all weights.
#[derive(Config, Debug)]
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
