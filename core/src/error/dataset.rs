//! Rows that do not make a data set.

use thiserror::Error;

use super::config::{InvalidField, join};

/// Rows, labels or generator options that do not make a data set.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The options of the synthetic data cannot be used; every mistake is listed.
    #[error("invalid SparseDataConfig: {}", join(.0))]
    InvalidConfig(Vec<InvalidField>),
    /// The offsets do not start at 0, do not ascend, or do not end at the number of entries.
    #[error(
        "row offsets must ascend from 0 to the number of entries ({entries}): \
         offsets[{position}] = {offset}"
    )]
    Offsets {
        /// Position in the list of offsets.
        position: usize,
        /// The offset that is wrong.
        offset: usize,
        /// Number of stored entries.
        entries: usize,
    },
    /// Two lists that must be equally long are not.
    #[error("{what}: expected {expected}, got {actual}")]
    Length {
        /// What was counted.
        what: &'static str,
        /// The length that the other lists demand.
        expected: usize,
        /// The length that was given.
        actual: usize,
    },
    /// A feature index does not lie above the one before it in the row.
    #[error("row {row}: feature index {index} is not above the one before it, {previous}")]
    NotAscending {
        /// Row, from 0.
        row: usize,
        /// The index that is wrong.
        index: u32,
        /// The index before it.
        previous: u32,
    },
    /// A feature index does not lie below the number of features.
    #[error("row {row}: feature index {index} is not below the number of features, {n_features}")]
    IndexTooLarge {
        /// Row, from 0.
        row: usize,
        /// The index that is wrong.
        index: u32,
        /// Number of features.
        n_features: usize,
    },
    /// A value or a label is NaN or infinite.
    #[error("row {row}: {what} is {value}, which is not finite")]
    NotFinite {
        /// Row, from 0.
        row: usize,
        /// `value` or `label`.
        what: &'static str,
        /// The value.
        value: f32,
    },
}
