//! The error types, one for each area that can fail on what a caller passes in.

mod config;
mod csr;
mod dataset;
mod experiment;
#[cfg(feature = "plot")]
mod plot;
mod tune;

pub use config::{InvalidField, OptimizerConfigError};
pub use csr::CsrError;
pub use dataset::DatasetError;
pub use experiment::ExperimentError;
#[cfg(feature = "plot")]
pub use plot::PlotError;
pub use tune::{JournalError, JournalErrorKind, TuneError};
