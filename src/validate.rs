//! Checks of options, collected so that a user sees all mistakes at once.

use std::fmt::Debug;

use burn::grad_clipping::GradientClippingConfig;
use burn::optim::decay::WeightDecayConfig;

use crate::error::{InvalidField, OptimizerConfigError};

/// Checks a number that is no field of a configuration.
///
/// # Panics
///
/// If it is not finite or not above 0.
pub(crate) fn check_above_zero(what: &str, number: f64) {
    assert!(
        number.is_finite() && number > 0.0,
        "{what} = {number} (must be finite and above 0)"
    );
}

/// The same, with 0 allowed.
pub(crate) fn check_not_negative(what: &str, number: f64) {
    assert!(
        number.is_finite() && number >= 0.0,
        "{what} = {number} (must be finite and at least 0)"
    );
}

/// A list of the fields that failed.
#[derive(Default)]
pub(crate) struct Problems(Vec<InvalidField>);

impl Problems {
    /// Notes `field` unless `ok`.
    pub(crate) fn require(
        &mut self,
        field: &'static str,
        value: impl Debug,
        ok: bool,
        requirement: &'static str,
    ) {
        if !ok {
            self.0.push(InvalidField {
                field,
                value: format!("{value:?}"),
                requirement,
            });
        }
    }

    /// Notes `field` unless it is finite and not negative.
    pub(crate) fn require_non_negative<F>(&mut self, field: &'static str, value: F)
    where
        F: Into<f64> + Copy + Debug,
    {
        let number: f64 = value.into();
        let ok = number.is_finite() && number >= 0.0;
        self.require(field, value, ok, "finite and at least 0");
    }

    /// Notes `field` unless it is finite and above 0.
    pub(crate) fn require_positive<F>(&mut self, field: &'static str, value: F)
    where
        F: Into<f64> + Copy + Debug,
    {
        let number: f64 = value.into();
        let ok = number.is_finite() && number > 0.0;
        self.require(field, value, ok, "finite and above 0");
    }

    /// Notes a penalty that is not finite or negative.
    pub(crate) fn require_weight_decay(&mut self, decay: Option<&WeightDecayConfig>) {
        if let Some(decay) = decay {
            self.require_non_negative("weight_decay", decay.penalty);
        }
    }

    /// Notes `field` if it is 0.
    pub(crate) fn require_at_least_1(&mut self, field: &'static str, value: usize) {
        self.require(field, value, value > 0, "at least 1");
    }

    /// Notes a clipping threshold that is not finite or not above zero: a threshold of zero
    /// would stop all training in silence.
    pub(crate) fn require_clipping(&mut self, clipping: Option<&GradientClippingConfig>) {
        let threshold = match clipping {
            Some(GradientClippingConfig::Value(threshold)) => *threshold,
            Some(GradientClippingConfig::Norm(threshold)) => *threshold,
            None => return,
        };
        let ok = threshold.is_finite() && threshold > 0.0;
        self.require("grad_clipping", threshold, ok, "finite and above 0");
    }

    /// The fields that failed, or `Ok`.
    pub(crate) fn into_result(self) -> Result<(), Vec<InvalidField>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }

    /// The same as the error of an optimizer's configuration.
    pub(crate) fn into_config_result(
        self,
        config: &'static str,
    ) -> Result<(), OptimizerConfigError> {
        self.into_result()
            .map_err(|fields| OptimizerConfigError { config, fields })
    }
}
