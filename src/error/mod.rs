//! The error types, one for each area that can fail on what a caller passes in.

mod config;
mod csr;
mod dataset;
mod experiment;
mod interchange;
mod plot;
mod step;
mod tune;

pub use config::{AdagradConfigError, InvalidField, OptimizerConfigError};
pub use csr::CsrError;
pub use dataset::DatasetError;
pub use experiment::ExperimentError;
pub use interchange::InterchangeError;
pub use plot::PlotError;
pub use step::StepError;
pub use tune::TuneError;
