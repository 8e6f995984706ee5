//! Checks of options, collected so that a user sees all mistakes at once.

use std::fmt::Debug;

use crate::error::{InvalidField, OptimizerConfigError};

/// Checks a number that is no field of a configuration.
///
/// # Panics
///
/// If it is not finite or not above 0.
pub fn check_above_zero(what: &str, number: f64) {
    assert!(
        number.is_finite() && number > 0.0,
        "{what} = {number} (must be finite and above 0)"
    );
}

/// The same, with 0 allowed.
pub fn check_not_negative(what: &str, number: f64) {
    assert!(
        number.is_finite() && number >= 0.0,
        "{what} = {number} (must be finite and at least 0)"
    );
}

/// A list of the fields that failed.
#[derive(Default)]
pub struct Problems(Vec<InvalidField>);

impl Problems {
    /// Notes `field` unless `ok`.
    pub fn require(
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
    pub fn require_non_negative<F>(&mut self, field: &'static str, value: F)
    where
        F: Into<f64> + Copy + Debug,
    {
        let number: f64 = value.into();
        let ok = number.is_finite() && number >= 0.0;
        self.require(field, value, ok, "finite and at least 0");
    }

    /// Notes `field` unless it is finite and above 0.
    pub fn require_positive<F>(&mut self, field: &'static str, value: F)
    where
        F: Into<f64> + Copy + Debug,
    {
        let number: f64 = value.into();
        let ok = number.is_finite() && number > 0.0;
        self.require(field, value, ok, "finite and above 0");
    }

    /// Notes `field` if it is 0.
    pub fn require_at_least_1(&mut self, field: &'static str, value: usize) {
        self.require(field, value, value > 0, "at least 1");
    }

    /// The fields that failed, or `Ok`.
    pub fn into_result(self) -> Result<(), Vec<InvalidField>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }

    /// The same as the error of an optimizer's configuration.
    pub fn into_config_result(self, config: &'static str) -> Result<(), OptimizerConfigError> {
        self.into_result()
            .map_err(|fields| OptimizerConfigError { config, fields })
    }
}
