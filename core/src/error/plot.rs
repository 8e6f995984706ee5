//! Pictures that could not be drawn.

use std::error::Error;
use std::path::PathBuf;

/// A picture that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlotError {
    /// There is no curve, or a curve without a finite point.
    #[error("nothing to plot: {0}")]
    Empty(String),
    /// The file could not be written.
    #[error("{}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the drawing library or the operating system said.
        source: Box<dyn Error + Send + Sync>,
    },
}
