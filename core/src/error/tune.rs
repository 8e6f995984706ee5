//! Tuning that cannot begin or go on.

use std::error::Error;
use std::fmt;
use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};

use super::ExperimentError;
use super::config::{InvalidField, join};

/// Tuning that cannot begin, or was broken off.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TuneError {
    /// The grid cannot be used; every mistake is listed.
    #[error("invalid TuneConfig: {}", join(.0))]
    InvalidConfig(Vec<InvalidField>),
    /// The experiment that is tuned cannot be run.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// The objective failed, or panicked.
    #[error("{trial}: {source}")]
    Objective {
        /// The trial, as [`Setting`](crate::tune::Setting) displays.
        trial: String,
        /// What the objective returned.
        source: Box<dyn Error + Send + Sync>,
    },
    /// There are no trials of the optimizer.
    #[error("{optimizer} was not tuned")]
    NotTuned {
        /// The optimizer.
        optimizer: String,
    },
    /// The best rate is the least or the largest that was tried: a better one may lie outside.
    #[error(
        "{optimizer}: the best learning rate, {best}, is at the edge of those that were tried, \
         {least} to {largest}: try more beyond it"
    )]
    AtTheEdge {
        /// The optimizer.
        optimizer: String,
        /// The best rate.
        best: f64,
        /// The least rate that was tried.
        least: f64,
        /// The largest.
        largest: f64,
    },
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A journal of trials that cannot be read or written: which file, which line, and why.
///
/// The message is one line, `trials.jsonl:2: missing field `learning_rate``.
#[derive(Debug)]
#[non_exhaustive]
pub struct JournalError {
    pub(crate) path: PathBuf,
    pub(crate) line: Option<usize>,
    pub(crate) kind: JournalErrorKind,
}

impl JournalError {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The line at fault, from 1, if it is one.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// What is wrong.
    pub fn kind(&self) -> &JournalErrorKind {
        &self.kind
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.kind)
    }
}

impl Error for JournalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

/// What is wrong with a journal of trials.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalErrorKind {
    /// The file could not be opened, read or written.
    #[error("{0}")]
    Io(#[source] io::Error),
    /// Another process holds the file, or the file cannot be held.
    #[error("another process tunes with this journal: {0}")]
    Locked(#[source] TryLockError),
    /// The file is not a journal.
    #[error("this is not a journal")]
    NotAJournal,
    /// The journal is that of another tuning.
    #[error("the journal is of {found:?}, not of {expected:?}")]
    OtherRun {
        /// What the journal is of.
        found: String,
        /// What is tuned now.
        expected: String,
    },
    /// A line is not a trial, or a trial is not a line.
    #[error("{0}")]
    Json(#[source] serde_json::Error),
}
