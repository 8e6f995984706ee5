//! Checks of options, collected so that a user sees all mistakes at once.

use burn::grad_clipping::GradientClippingConfig;

pub(crate) use adagrad_core::validate::{Problems, check_above_zero, check_not_negative};

/// Checks of burn's own options.
pub(crate) trait CheckBurnOptions {
    /// Notes a clipping threshold that is not finite or not above zero: a threshold of zero
    /// would stop all training in silence.
    fn require_clipping(&mut self, clipping: Option<&GradientClippingConfig>);
}

impl CheckBurnOptions for Problems {
    fn require_clipping(&mut self, clipping: Option<&GradientClippingConfig>) {
        let threshold = match clipping {
            Some(GradientClippingConfig::Value(threshold)) => *threshold,
            Some(GradientClippingConfig::Norm(threshold)) => *threshold,
            None => return,
        };
        let ok = threshold.is_finite() && threshold > 0.0;
        self.require("grad_clipping", threshold, ok, "finite and above 0");
    }
}
