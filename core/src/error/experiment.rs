//! Experiments that cannot run.

use thiserror::Error;

use super::DatasetError;
use super::config::{InvalidField, join};

/// An experiment that cannot run as it was asked for.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// The options cannot be used; every mistake is listed.
    #[error("invalid ExperimentConfig: {}", join(.0))]
    InvalidConfig(Vec<InvalidField>),
    /// The data could not be made.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// No optimizer has this name.
    #[error("no optimizer is called {name:?}: there are {known}")]
    UnknownOptimizer {
        /// The name that was given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// An optimizer that does not have an option that was set.
    #[error("{optimizer} has no option `{option}`")]
    MissingOption {
        /// The optimizer.
        optimizer: &'static str,
        /// The option.
        option: &'static str,
    },
    /// There is nothing to train on or nothing to test on.
    #[error("the {part} set has no rows")]
    Empty {
        /// `training` or `test`.
        part: &'static str,
    },
    /// Too few rows to hold some back for testing.
    #[error("{rows} rows cannot be split into training and test rows (at least 2 are needed)")]
    TooFewRows {
        /// Number of rows.
        rows: usize,
    },
    /// More features than a dense first layer can have.
    #[error("{n_features} features are too many for dense weights (at most {max})")]
    TooManyFeatures {
        /// Number of features.
        n_features: usize,
        /// The limit.
        max: usize,
    },
    /// Training and test set do not have the same features.
    #[error("the training set has {train} features and the test set {test}")]
    FeatureCount {
        /// Features of the training set.
        train: usize,
        /// Features of the test set.
        test: usize,
    },
    /// A label that is neither 0 nor 1.
    #[error("row {row} of the {part} set has label {label}; a binary classifier needs 0 or 1")]
    Label {
        /// `training` or `test`.
        part: &'static str,
        /// Row, from 0.
        row: usize,
        /// The label.
        label: f32,
    },
}
