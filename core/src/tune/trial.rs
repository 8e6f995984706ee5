//! What is tried, and what comes of it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// An optimizer with its options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Name of the optimizer, as the objective knows it.
    pub optimizer: String,
    /// The learning rate.
    pub learning_rate: f64,
    /// ε; `None` stands for the optimizer's default.
    pub epsilon: Option<f64>,
    /// L2 penalty in the gradient; `None` stands for the optimizer's default.
    pub weight_decay: Option<f64>,
}

impl fmt::Display for Setting {
    /// As `Adagrad, learning rate 0.01, ε 1e-10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, learning rate {}",
            self.optimizer, self.learning_rate
        )?;
        if let Some(epsilon) = self.epsilon {
            write!(f, ", ε {epsilon}")?;
        }
        if let Some(decay) = self.weight_decay {
            write!(f, ", weight decay {decay}")?;
        }
        Ok(())
    }
}

/// One run to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What is tried.
    #[serde(flatten)]
    pub setting: Setting,
    /// Where all random numbers of the run come from.
    pub seed: u64,
}

impl std::ops::Deref for Trial {
    type Target = Setting;

    fn deref(&self) -> &Setting {
        &self.setting
    }
}

/// What a run came to. A number that is not finite counts as NaN.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// What is to be as large as can be, as the accuracy on rows held back for it. NaN is worse than
    /// any number.
    #[serde(deserialize_with = "null_as_nan")]
    pub value: f64,
    /// What decides between equal values, to be small: the training loss, say.
    #[serde(deserialize_with = "null_as_nan")]
    pub loss: f64,
}

impl Score {
    /// The same with NaN for numbers that JSON does not have.
    pub(super) fn finite_or_nan(self) -> Self {
        let finite_or_nan = |number: f64| if number.is_finite() { number } else { f64::NAN };
        Self {
            value: finite_or_nan(self.value),
            loss: finite_or_nan(self.loss),
        }
    }
}

/// JSON has no NaN: it is written as `null`.
pub(super) fn null_as_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}
