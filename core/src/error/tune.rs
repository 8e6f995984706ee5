//! Tuning that cannot begin or go on.

use std::path::PathBuf;

use thiserror::Error;

use super::ExperimentError;
use super::config::{InvalidField, join};

/// Tuning that cannot begin, or was broken off.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TuneError {
    /// The grid cannot be used; every mistake is listed.
    #[error("invalid TuneConfig: {}", join(.0))]
    InvalidConfig(Vec<InvalidField>),
    /// The experiment that is tuned cannot be run.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// The objective failed.
    #[error("{trial}: {message}")]
    Objective {
        /// The trial, as [`Setting`](crate::tune::Setting) displays.
        trial: String,
        /// What the objective said.
        message: String,
    },
    /// The journal is that of another tuning.
    #[error("{}: the journal is of {found:?}, not of {expected:?}", .path.display())]
    OtherRun {
        /// The file.
        path: PathBuf,
        /// What the journal is of.
        found: String,
        /// What is tuned now.
        expected: String,
    },
    /// A line of the journal is not one.
    #[error("{}:{line}: {message}", .path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// The journal could not be read or written.
    #[error("{}: {message}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        message: String,
    },
}
