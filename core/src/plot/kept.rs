//! Accuracy against the share of weights that a model keeps.

use std::path::Path;

use plotters::prelude::*;

use super::style::{Area, DrawError, Stroke, chart, draw_svg, numbered};
use crate::error::PlotError;

/// Width of an error bar's ends; the point itself is a dot as wide.
const BAR_WIDTH: u32 = 8;

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
    /// What the legend says.
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

    /// Draws the curves into an SVG file of 1200 × 600 pixels.
    ///
    /// # Errors
    ///
    /// If there is no curve or a curve of which no point can be drawn, or the file cannot be written.
    pub fn draw(&self, curves: &[KeptCurve], path: &Path) -> Result<(), PlotError> {
        let series = curves.iter().map(bars).collect::<Result<Vec<_>, _>>()?;
        if series.is_empty() {
            return Err(PlotError::Empty("no curves were given".into()));
        }
        let labels = curves.iter().map(|curve| curve.label.as_str());
        draw_svg(path, numbered(labels), |area| {
            self.draw_curves(area, &series)
        })
    }

    fn draw_curves(&self, area: &Area<'_>, series: &[Vec<Bar>]) -> Result<(), DrawError> {
        let bars = || series.iter().flatten();
        let least = bars().map(|bar| bar.kept).fold(100.0, f64::min);
        let most = bars().map(|bar| bar.kept).fold(100.0, f64::max);
        let low = bars().map(|bar| bar.low).fold(f64::INFINITY, f64::min);
        let high = bars().map(|bar| bar.high).fold(0.0, f64::max);
        // Room around the outermost points; something to divide if all are on one line.
        let margin = (0.05 * (high - low)).max(0.005);
        let kept = least / 1.3..most * 1.3;

        let names = ["Weights kept (%)", "Accuracy"];
        let accuracies = low - margin..high + margin;
        let axis = kept.clone().log_scale();
        let mut chart = chart(area, &self.title, names, axis, accuracies)?;
        for (i, bars) in series.iter().enumerate() {
            let style = Stroke::of(i).style();
            if let [bar] = bars.as_slice() {
                let level = [(kept.start, bar.accuracy), (kept.end, bar.accuracy)];
                chart.draw_series(DashedLineSeries::new(level, 6, 6, style))?;
            } else {
                let points = bars.iter().map(|bar| (bar.kept, bar.accuracy));
                Stroke::of(i).draw(&mut chart, points)?;
            }
            chart.draw_series(bars.iter().map(|bar| {
                let (kept, low, high) = (bar.kept, bar.low, bar.high);
                let thin = style.filled().stroke_width(1);
                ErrorBar::new_vertical(kept, low, bar.accuracy, high, thin, BAR_WIDTH)
            }))?;
        }
        Ok(())
    }
}

/// A point with its error bar.
struct Bar {
    /// In per cent.
    kept: f64,
    low: f64,
    accuracy: f64,
    high: f64,
}

/// The points of a curve that have a place in the picture, from the fewest weights to the most.
fn bars(curve: &KeptCurve) -> Result<Vec<Bar>, PlotError> {
    let bar = |point: &KeptPoint| {
        let (kept, accuracy) = (100.0 * point.share_kept, point.accuracy);
        let std = point.accuracy_std.filter(|std| std.is_finite());
        let std = std.unwrap_or(0.0);
        (kept.is_finite() && kept > 0.0 && accuracy.is_finite()).then_some(Bar {
            kept,
            low: accuracy - std,
            accuracy,
            high: accuracy + std,
        })
    };
    let mut bars: Vec<Bar> = curve.points.iter().filter_map(bar).collect();
    if bars.is_empty() {
        return Err(PlotError::Empty(format!(
            "no point of the curve `{}` can be drawn",
            curve.label
        )));
    }
    bars.sort_by(|a, b| a.kept.total_cmp(&b.kept));
    Ok(bars)
}
