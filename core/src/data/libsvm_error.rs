//! What can be wrong with LIBSVM text, and where.

use std::fmt::{self, Write as _};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::error::DatasetError;

/// The highest feature index a file may hold, so that the feature count fits a `u32` in both bases.
pub(super) const MAX_INDEX: u32 = u32::MAX - 1;

/// Why LIBSVM text was refused, and where.
///
/// The message is one line, `train.txt:3:12: feature index 5 is not above the one before it, 7`,
/// or `line 3, column 12: …` where the text came from no file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub struct LibsvmError {
    pub(super) path: Option<PathBuf>,
    pub(super) position: Option<(usize, usize)>,
    pub(super) kind: LibsvmErrorKind,
}

impl LibsvmError {
    /// The file at fault; `None` for [`LibsvmOptions::parse`](super::LibsvmOptions::parse).
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The line and the column at fault, if the error is at one place.
    ///
    /// Both count from 1. A column is a byte of the line; a byte-order mark is not counted.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.position
    }

    /// What is wrong.
    pub fn kind(&self) -> &LibsvmErrorKind {
        &self.kind
    }
}

impl fmt::Display for LibsvmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (&self.path, self.position) {
            (Some(path), Some((line, column))) => format!("{}:{line}:{column}: ", path.display()),
            (Some(path), None) => format!("{}: ", path.display()),
            (None, Some((line, column))) => format!("line {line}, column {column}: "),
            (None, None) => String::new(),
        };
        // A path or the text of an I/O error may hold a line break.
        for c in format!("{place}{}", self.kind).chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// What is wrong with LIBSVM text. Quoted text is cut after 40 characters.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LibsvmErrorKind {
    /// The file could not be opened or read.
    #[error("{0}")]
    Io(io::Error),
    /// A byte outside a comment is not UTF-8.
    #[error("text outside a comment is not UTF-8")]
    NotUtf8,
    /// A label is not binary, with [`LabelKind::Binary`](super::LabelKind::Binary).
    #[error("label {0:?} is neither 0 nor 1, nor -1 nor +1")]
    NotBinary(String),
    /// Labels 0 and -1 occur together, with [`LabelKind::Binary`](super::LabelKind::Binary).
    #[error("label {label:?} conflicts with the label {before} at {place}")]
    MixedLabels {
        /// The label at fault.
        label: String,
        /// The negative label read before it, 0 or -1.
        before: i8,
        /// Where that one was: `line 1` or `train.txt:1`.
        place: String,
    },
    /// A label is not a finite `f32`, with [`LabelKind::Any`](super::LabelKind::Any).
    #[error("label {0:?} is not a finite 32-bit number")]
    Label(String),
    /// The N of `qid:N` is not an unsigned integer.
    #[error("query id {0:?} is not an unsigned integer")]
    QueryId(String),
    /// `qid:N` is not the first thing after the label.
    #[error("a query id may only follow the label")]
    MisplacedQueryId,
    /// An entry has no colon.
    #[error("{0:?} has no colon, expected index:value")]
    MissingColon(String),
    /// An index is not an integer, or is out of range.
    #[error("feature index {0:?} is not an integer from 0 to {MAX_INDEX}")]
    Index(String),
    /// Index 0 in a file said to be one-based.
    #[error("feature index 0 in one-based data")]
    ZeroIndex,
    /// An index is below the one before it in the row, or the same.
    #[error("feature index {index} is not above the one before it, {previous}")]
    Order {
        /// The index at fault.
        index: u32,
        /// The index before it.
        previous: u32,
    },
    /// An index is beyond the number of features set.
    #[error("feature index {index} is beyond the {n_features} features counted from {first}")]
    Beyond {
        /// The index at fault.
        index: u32,
        /// The number of features set.
        n_features: usize,
        /// The index of the first feature, 0 or 1.
        first: u32,
    },
    /// A value is not a finite `f32`.
    #[error("value {0:?} is not a finite 32-bit number")]
    Value(String),
    /// The file holds no row.
    #[error("no rows")]
    NoRows,
    /// No row holds a feature and the number of features is not set.
    #[error("no row holds a feature, so the number of features has to be given")]
    NoFeatures,
    /// The data set was refused as a whole.
    #[error(transparent)]
    Dataset(DatasetError),
}
