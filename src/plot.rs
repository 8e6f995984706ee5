//! Pictures of training runs, as SVG.

use std::ops::Range;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use crate::error::PlotError;

/// Colours that readers with any kind of colour vision can tell apart (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];
/// More points than this would hide the curves behind the noise of single batches.
const POINTS_MAX: usize = 125;
/// What a loss of zero is drawn as on a logarithmic axis.
const LOG_FLOOR: f64 = 1e-8;

const LEGEND_WIDTH: u32 = 320;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

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
/// use burn_adagrad::plot::{LossCurve, LossPlot};
///
/// let losses = (0..200).map(|batch| (-0.02 * batch as f32).exp()).collect();
/// let curve = LossCurve { label: "Adagrad (Accuracy: 0.9350)".into(), losses };
/// let path = std::env::temp_dir().join("burn-adagrad-doc-losses.svg");
/// LossPlot::new(25).with_log_scale(true).draw(&[curve], &path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("Training Loss Comparison"));
/// # Ok::<(), burn_adagrad::error::PlotError>(())
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
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, (1200, 600)).into_drawing_area();
            self.draw_on(&root, curves, path)?;
        }
        std::fs::write(path, svg).map_err(|error| write_error(path, error))
    }

    fn draw_on(&self, root: &Area<'_>, curves: &[LossCurve], path: &Path) -> Result<(), PlotError> {
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

        let draw = || {
            root.fill(&WHITE)?;
            let (left, right) = root.split_horizontally(1200 - LEGEND_WIDTH);
            if self.log_scale {
                let losses = (low / 1.2..high * 1.2).log_scale();
                self.draw_curves(&left, epochs, losses, &series)?;
            } else {
                self.draw_curves(&left, epochs, 0.0..high * 1.05, &series)?;
            }
            draw_legend(&right, curves)?;
            root.present()
        };
        draw().map_err(|error| write_error(path, error))
    }

    fn draw_curves<Y>(
        &self,
        area: &Area<'_>,
        epochs: Range<f64>,
        losses: Y,
        series: &[Vec<(f64, f64)>],
    ) -> Drawn
    where
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, ("sans-serif", 24))
            .margin(16)
            .x_label_area_size(48)
            .y_label_area_size(72)
            .build_cartesian_2d(epochs, losses)?;
        chart
            .configure_mesh()
            .x_desc("Epochs")
            .y_desc("Loss")
            .x_label_formatter(&|&epoch| tick(epoch))
            .y_label_formatter(&|&loss| tick(loss))
            .axis_desc_style(("sans-serif", 18))
            .label_style(("sans-serif", 14))
            .light_line_style(RGBColor(245, 245, 245))
            .bold_line_style(RGBColor(225, 225, 225))
            .draw()?;
        for (points, i) in series.iter().zip(0..) {
            chart.draw_series(LineSeries::new(points.iter().copied(), line(i)))?;
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

/// One line a curve, beside the chart: over it, it would hide data.
fn draw_legend(area: &Area<'_>, curves: &[LossCurve]) -> Drawn {
    for (curve, i) in curves.iter().zip(0..) {
        let y = 72 + 28 * i;
        area.draw(&PathElement::new([(0, y), (24, y)], line(i)))?;
        area.draw(&Text::new(
            curve.label.as_str(),
            (32, y - 7),
            ("sans-serif", 15),
        ))?;
    }
    Ok(())
}

/// A number on an axis: at most four significant digits.
fn tick(number: f64) -> String {
    let rounded: f64 = format!("{number:.3e}").parse().unwrap_or(number);
    if rounded == 0.0 || (1e-4..1e6).contains(&rounded.abs()) {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}

fn line(curve: i32) -> ShapeStyle {
    let colour = COLOURS[curve as usize % COLOURS.len()];
    colour.stroke_width(2)
}

fn write_error(path: &Path, error: impl ToString) -> PlotError {
    PlotError::Write {
        path: path.to_owned(),
        message: error.to_string(),
    }
}
