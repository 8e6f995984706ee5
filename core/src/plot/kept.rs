//! Accuracy against the share of weights that a model keeps.

use std::path::Path;

use super::lines::{Line, LinePlot, Point};
use crate::error::PlotError;

/// A model, or the mean of several of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeptPoint {
    /// The share of its weights that are not zero, from 0 to 1.
    pub share_kept: f64,
    /// The share of rows that it gets right, from 0 to 1.
    pub accuracy: f64,
    /// Standard deviation of the accuracy; `None` for a single model, which gets no error bar.
    pub accuracy_std: Option<f64>,
}

/// The models of one method, each with another strength of its penalty.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptCurve {
    /// The label at the end of the curve.
    pub label: String,
    /// The models, in any order.
    pub points: Vec<KeptPoint>,
}

/// What sparse models cost: accuracy against the share of weights kept, a curve a method.
///
/// The share is on a logarithmic axis, in per cent. Each point has an error bar of one standard deviation
/// up and down. A curve of one point, as that of a method without a penalty, is continued as a dashed
/// line over the width of the chart: what the others are compared with. Points that keep nothing have no
/// place on the axis and are left out, as are those that are not finite.
///
/// ```
/// use adagrad_core::plot::{KeptCurve, KeptPlot, KeptPoint};
///
/// let point = |share_kept, accuracy| KeptPoint { share_kept, accuracy, accuracy_std: Some(0.01) };
/// let curves = [
///     KeptCurve { label: "Adagrad".into(), points: vec![point(1.0, 0.9)] },
///     KeptCurve { label: "FTRL".into(), points: vec![point(0.2, 0.91), point(0.02, 0.85)] },
/// ];
/// let path = std::env::temp_dir().join("adagrad-core-doc-kept.svg");
/// KeptPlot::new().draw(&curves, &path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("Weights kept (%)"));
/// # Ok::<(), adagrad_core::error::PlotError>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeptPlot {
    title: String,
}

impl Default for KeptPlot {
    fn default() -> Self {
        Self::new()
    }
}

impl KeptPlot {
    /// A plot with the title "Accuracy and Weights Kept".
    pub fn new() -> Self {
        Self {
            title: "Accuracy and Weights Kept".into(),
        }
    }

    /// Another title.
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Draws the curves into an SVG file, 750 pixels wide.
    ///
    /// # Errors
    ///
    /// If there is no curve or a curve of which no point can be drawn, or the file cannot be written.
    pub fn draw(&self, curves: &[KeptCurve], path: &Path) -> Result<(), PlotError> {
        if curves.is_empty() {
            return Err(PlotError::Empty("no curves were given".into()));
        }
        let series = curves.iter().map(points).collect::<Result<Vec<_>, _>>()?;
        let least = series.iter().flatten().map(|p| p.x).fold(100.0, f64::min);
        let line = |(curve, points): (&KeptCurve, &Vec<Point>)| match points[..] {
            [point] => {
                let level = [Point { x: least, ..point }, Point { x: 100.0, ..point }];
                Line::new(&curve.label, level.to_vec()).dashed()
            }
            _ => Line::new(&curve.label, points.clone()),
        };
        let lines: Vec<Line> = curves.iter().zip(&series).map(line).collect();
        LinePlot::new(&self.title, "Weights kept (%)", "Accuracy")
            .with_log_x(true)
            .draw_picture(&lines, path)
    }
}

/// The points of a curve that have a place in the picture, from the fewest weights to the most.
fn points(curve: &KeptCurve) -> Result<Vec<Point>, PlotError> {
    let point = |point: &KeptPoint| {
        let (kept, accuracy) = (100.0 * point.share_kept, point.accuracy);
        let std = point.accuracy_std.filter(|std| std.is_finite());
        let point = Point::new(kept, accuracy).with_spread(std.unwrap_or(0.0));
        (kept.is_finite() && kept > 0.0 && accuracy.is_finite()).then_some(point)
    };
    let mut points: Vec<Point> = curve.points.iter().filter_map(point).collect();
    if points.is_empty() {
        return Err(PlotError::Empty(format!(
            "no point of the curve `{}` can be drawn",
            curve.label
        )));
    }
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    Ok(points)
}
