//! The article's plot: training loss over epochs.

use std::ops::Range;
use std::path::Path;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use super::style::{Area, DrawError, Stroke, chart, draw_svg, numbered};
use crate::error::PlotError;

/// More points than this would hide the curves behind the noise of single batches.
const POINTS_MAX: usize = 125;
/// What a loss of zero is drawn as on a logarithmic axis.
const LOG_FLOOR: f64 = 1e-8;

/// The losses of one optimizer.
#[derive(Clone, Debug, PartialEq)]
pub struct LossCurve {
    /// What the legend says.
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
    title: String,
    batches_per_epoch: usize,
    log_scale: bool,
}

impl LossPlot {
    /// A plot with the article's title. `batches_per_epoch` turns batches into epochs on the
    /// horizontal axis; 0 counts as 1.
    pub fn new(batches_per_epoch: usize) -> Self {
        Self {
            title: "Training Loss Comparison (Sparse Data)".into(),
            batches_per_epoch: batches_per_epoch.max(1),
            log_scale: false,
        }
    }

    /// Another title.
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// A logarithmic loss axis. Default linear.
    pub fn with_log_scale(mut self, log_scale: bool) -> Self {
        self.log_scale = log_scale;
        self
    }

    /// Draws the curves into an SVG file of 1200 × 600 pixels.
    ///
    /// # Errors
    ///
    /// If there is no curve or a curve without a finite loss, or the file cannot be written.
    pub fn draw(&self, curves: &[LossCurve], path: &Path) -> Result<(), PlotError> {
        let series = curves
            .iter()
            .map(|curve| self.points(curve))
            .collect::<Result<Vec<_>, _>>()?;
        if series.is_empty() {
            return Err(PlotError::Empty("no curves were given".into()));
        }
        let losses = || series.iter().flatten().map(|point| point.1);
        let low = losses().fold(f64::INFINITY, f64::min);
        let high = losses().fold(f64::MIN_POSITIVE, f64::max);

        let batches = curves.iter().map(|curve| curve.losses.len()).max();
        let epochs = 0.0..batches.unwrap_or(1) as f64 / self.batches_per_epoch as f64;

        let labels = curves.iter().map(|curve| curve.label.as_str());
        draw_svg(path, numbered(labels), |area| {
            if self.log_scale {
                let losses = (low / 1.2..high * 1.2).log_scale();
                self.draw_curves(area, epochs, losses, &series)
            } else {
                self.draw_curves(area, epochs, 0.0..high * 1.05, &series)
            }
        })
    }

    fn draw_curves<Y>(
        &self,
        area: &Area<'_>,
        epochs: Range<f64>,
        losses: Y,
        series: &[Vec<(f64, f64)>],
    ) -> Result<(), DrawError>
    where
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let mut chart = chart(area, &self.title, ["Epochs", "Loss"], epochs, losses)?;
        for (i, points) in series.iter().enumerate() {
            Stroke::of(i).draw(&mut chart, points.iter().copied())?;
        }
        Ok(())
    }

    /// The points of a curve: (epoch, loss), thinned.
    fn points(&self, curve: &LossCurve) -> Result<Vec<(f64, f64)>, PlotError> {
        let width = curve.losses.len().div_ceil(POINTS_MAX).max(1);
        let points: Vec<(f64, f64)> = curve
            .losses
            .chunks(width)
            .enumerate()
            .filter_map(|(i, chunk)| {
                let mean =
                    chunk.iter().map(|&loss| f64::from(loss)).sum::<f64>() / chunk.len() as f64;
                let middle = i as f64 * width as f64 + chunk.len() as f64 / 2.0;
                let floor = if self.log_scale { LOG_FLOOR } else { 0.0 };
                let epoch = middle / self.batches_per_epoch as f64;
                mean.is_finite().then_some((epoch, mean.max(floor)))
            })
            .collect();
        if points.is_empty() {
            return Err(PlotError::Empty(format!(
                "the curve `{}` has no finite loss",
                curve.label
            )));
        }
        Ok(points)
    }
}
