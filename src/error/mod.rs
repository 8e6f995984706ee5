//! The error types, one for each area that can fail on what a caller passes in.

mod interchange;
mod step;

#[cfg(feature = "plot")]
pub use adagrad_core::error::PlotError;
pub use adagrad_core::error::{
    CsrError, DatasetError, ExperimentError, InvalidField, JournalError, JournalErrorKind,
    OptimizerConfigError, TuneError,
};
pub use interchange::{InterchangeError, InterchangeErrorKind, LoadError};
pub use step::StepError;

/// An [`AdagradConfig`](crate::AdagradConfig) that cannot be built.
///
/// ```
/// use burn_adagrad::AdagradConfig;
///
/// let error = AdagradConfig::new()
///     .with_lr_decay(-0.5)
///     .with_epsilon(f64::NAN)
///     .try_build()
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid AdagradConfig: lr_decay = -0.5 (must be finite and at least 0); \
///      epsilon = NaN (must be finite and at least 0)"
/// );
/// ```
pub type AdagradConfigError = OptimizerConfigError;
