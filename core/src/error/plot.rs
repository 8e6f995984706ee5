//! Pictures that could not be drawn.

use std::path::PathBuf;

use thiserror::Error;

/// A picture that could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlotError {
    /// There is no curve, or a curve without a finite point.
    #[error("nothing to plot: {0}")]
    Empty(String),
    /// The file could not be written.
    #[error("{}: {message}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the drawing library or the operating system said.
        message: String,
    },
}
