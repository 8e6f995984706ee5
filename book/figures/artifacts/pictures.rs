//! The two widths of a picture: as a page shows it on a desk, and on a phone.

use std::path::{Path, PathBuf};

use burn_adagrad::plot::{Line, LinePlot};

/// The width on a phone, in pixels: a screen of 360 pixels, less the margins of the page.
pub const NARROW: u32 = 320;

/// Where the narrow picture lies: `valley-narrow.svg` beside `valley.svg`.
pub fn narrow(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-narrow.svg"))
}

/// Draws lines in both widths, and writes their numbers beside them.
pub fn draw(plot: &LinePlot, lines: &[Line], path: &Path) -> anyhow::Result<()> {
    plot.draw(lines, path)?;
    draw_narrow(plot, lines, path)
}

/// Draws the narrow picture.
pub fn draw_narrow(plot: &LinePlot, lines: &[Line], path: &Path) -> anyhow::Result<()> {
    let plot = plot.clone().with_width(NARROW);
    Ok(plot.draw_picture(lines, &narrow(path))?)
}
