//! The article's plot: training loss over epochs.

use std::path::Path;

use super::lines::{Line, LinePlot, Point};
use crate::error::PlotError;

/// More points than this would hide the curves behind the noise of single batches.
const POINTS_MAX: usize = 125;
/// What a loss of zero is drawn as on a logarithmic axis.
const LOG_FLOOR: f64 = 1e-8;

/// The losses of one optimizer.
#[derive(Clone, Debug, PartialEq)]
pub struct LossCurve {
    /// The label at the end of the curve.
    pub label: String,
    /// The loss of every batch, in order.
    pub losses: Vec<f32>,
}

/// The article's plot: training loss over epochs, a curve an optimizer.
///
/// Curves of more than 125 batches are thinned: each point is then the mean of as many
/// neighbouring batches as it takes.
///
/// ```
/// use adagrad_core::plot::{LossCurve, LossPlot};
///
/// let losses = (0..200).map(|batch| (-0.02 * batch as f32).exp()).collect();
/// let curve = LossCurve { label: "Adagrad (Accuracy: 0.9350)".into(), losses };
/// let path = std::env::temp_dir().join("adagrad-core-doc-losses.svg");
/// LossPlot::new(25).with_log_scale(true).draw(&[curve], &path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("Training Loss Comparison"));
/// # Ok::<(), adagrad_core::error::PlotError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LossPlot {
    plot: LinePlot,
    batches_per_epoch: usize,
    log_scale: bool,
}

impl LossPlot {
    /// A plot with the article's title. `batches_per_epoch` turns batches into epochs on the
    /// horizontal axis; 0 counts as 1.
    pub fn new(batches_per_epoch: usize) -> Self {
        Self {
            plot: LinePlot::new("Training Loss Comparison (Sparse Data)", "Epochs", "Loss"),
            batches_per_epoch: batches_per_epoch.max(1),
            log_scale: false,
        }
    }

    /// Another title.
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.plot = self.plot.with_title(title.into());
        self
    }

    /// A logarithmic loss axis. Default linear.
    pub fn with_log_scale(mut self, log_scale: bool) -> Self {
        self.log_scale = log_scale;
        self
    }

    /// Draws the curves into an SVG file, 750 pixels wide.
    ///
    /// # Errors
    ///
    /// If there is no curve or a curve without a finite loss, or the file cannot be written.
    pub fn draw(&self, curves: &[LossCurve], path: &Path) -> Result<(), PlotError> {
        if curves.is_empty() {
            return Err(PlotError::Empty("no curves were given".into()));
        }
        let lines = curves.iter().map(|curve| self.line(curve));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        let mut plot = self.plot.clone().with_log_y(self.log_scale);
        if !self.log_scale {
            let losses = lines.iter().flat_map(|line| &line.points).map(|p| p.y);
            plot.y_range = Some((0.0, 1.05 * losses.fold(f64::MIN_POSITIVE, f64::max)));
        }
        plot.draw_picture(&lines, path)
    }

    /// A curve, thinned.
    fn line(&self, curve: &LossCurve) -> Result<Line, PlotError> {
        let width = curve.losses.len().div_ceil(POINTS_MAX).max(1);
        let points: Vec<Point> = curve
            .losses
            .chunks(width)
            .enumerate()
            .filter_map(|(i, chunk)| {
                let mean =
                    chunk.iter().map(|&loss| f64::from(loss)).sum::<f64>() / chunk.len() as f64;
                let middle = i as f64 * width as f64 + chunk.len() as f64 / 2.0;
                let floor = if self.log_scale { LOG_FLOOR } else { 0.0 };
                let epoch = middle / self.batches_per_epoch as f64;
                mean.is_finite()
                    .then_some(Point::new(epoch, mean.max(floor)))
            })
            .collect();
        if points.is_empty() {
            return Err(PlotError::Empty(format!(
                "the curve `{}` has no finite loss",
                curve.label
            )));
        }
        Ok(Line::new(&curve.label, points))
    }
}
