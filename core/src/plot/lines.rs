//! Lines over any two axes, with a band or bars for their spread, and their numbers as a table.

use std::path::Path;

use plotters::prelude::*;

use super::axis::Axis;
use super::frame::{End, Frame, write_error};
use super::style::{Chart, DrawError, Stroke};
use super::table;
use crate::error::PlotError;

/// A point of a line, with the ends of its spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Place on the horizontal axis.
    pub x: f64,
    /// Place on the vertical axis.
    pub y: f64,
    /// Lower end of the spread; `y` itself for none.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Point {
    /// A point without spread.
    pub fn new(x: f64, y: f64) -> Self {
        Self {
            x,
            y,
            low: y,
            high: y,
        }
    }

    /// A point with a spread as far up as down: one standard deviation, say.
    pub fn with_spread(self, spread: f64) -> Self {
        Self {
            low: self.y - spread,
            high: self.y + spread,
            ..self
        }
    }

    /// A point with the ends of an interval.
    pub fn with_interval(self, low: f64, high: f64) -> Self {
        Self { low, high, ..self }
    }
}

/// A line of a [`LinePlot`].
///
/// A line whose label begins with the name of an optimizer (`Adagrad`, `SGD`, `Adam`, `RMSprop`, `Adadelta`,
/// `Adagrad-decay`) has the colour of that optimizer. The others get the colours that are left.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub(super) label: String,
    pub(super) points: Vec<Point>,
    stroke: Option<Stroke>,
    dashed: bool,
}

impl Line {
    /// A line through points, from left to right, with the label at its end.
    pub fn new(label: impl Into<String>, points: Vec<Point>) -> Self {
        Self {
            label: label.into(),
            points,
            stroke: None,
            dashed: false,
        }
    }

    /// One of six colours, counted from 0, and whether the line is dashed: for lines that belong together.
    pub fn with_stroke(mut self, colour: usize, dashed: bool) -> Self {
        self.stroke = Some(Stroke::new(colour, dashed));
        self
    }

    /// A dashed line, in the colour that it has anyway.
    pub fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }

    /// What the line is called, at its end and in the table.
    pub fn label(&self) -> &str {
        &self.label
    }
}

/// How the spread of points is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spread {
    /// A bar at each point: for few of them.
    Bars,
    /// A band along the line: for many.
    Band,
}

/// More points than this have no bars, which would be one another's.
const BARS_MAX: usize = 40;

/// Lines over two axes.
///
/// ```
/// use adagrad_core::plot::{Line, LinePlot, Point};
///
/// let points = [(0.001, 0.6), (0.01, 0.9), (0.1, 0.93)];
/// let points = points.map(|(rate, accuracy)| Point::new(rate, accuracy).with_spread(0.01)).to_vec();
/// let lines = [Line::new("Adagrad", points)];
/// let path = std::env::temp_dir().join("adagrad-core-doc-lines.svg");
/// LinePlot::new("Accuracy by rate", "Learning rate", "Accuracy")
///     .with_log_x(true)
///     .draw(&lines, &path)?;
/// let table = std::fs::read_to_string(path.with_extension("csv")).unwrap();
/// assert!(table.starts_with("line,Learning rate,Accuracy,low,high\nAdagrad,0.001,0.6,0.59,0.61\n"));
/// # Ok::<(), adagrad_core::error::PlotError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LinePlot {
    frame: Frame,
    log_x: bool,
    log_y: bool,
    spread: Spread,
    /// The ends of the upright axis, if they are not to follow from the points.
    pub(super) y_range: Option<(f64, f64)>,
}

impl LinePlot {
    /// A plot with linear axes of these names, units included, and bars for the spread.
    pub fn new(
        title: impl Into<String>,
        x_name: impl Into<String>,
        y_name: impl Into<String>,
    ) -> Self {
        Self {
            frame: Frame::new(title.into(), x_name.into(), y_name.into()),
            log_x: false,
            log_y: false,
            spread: Spread::Bars,
            y_range: None,
        }
    }

    /// A logarithmic horizontal axis; points that are not above 0 have no place on it.
    pub fn with_log_x(mut self, log_x: bool) -> Self {
        self.log_x = log_x;
        self
    }

    /// A logarithmic vertical axis; points that are not above 0 have no place on it.
    pub fn with_log_y(mut self, log_y: bool) -> Self {
        self.log_y = log_y;
        self
    }

    /// How the spread is shown.
    pub fn with_spread(mut self, spread: Spread) -> Self {
        self.spread = spread;
        self
    }

    /// The width in pixels. Default 750; text keeps its size. A picture of less than 500 pixels is as high
    /// as wide.
    pub fn with_width(mut self, width: u32) -> Self {
        self.frame.width = width;
        self
    }

    pub(super) fn with_title(mut self, title: String) -> Self {
        self.frame.title = title;
        self
    }

    /// Draws the lines into an SVG file, and writes their numbers beside it, into a file of the same name that
    /// ends in `.csv`. Points that are not finite or have no place on an axis are left out of the picture.
    ///
    /// # Errors
    ///
    /// If there is no line or a line of which no point can be drawn, or a file cannot be written.
    pub fn draw(&self, lines: &[Line], path: &Path) -> Result<(), PlotError> {
        self.draw_picture(lines, path)?;
        self.write_table(lines, &path.with_extension("csv"))
    }

    /// Writes the numbers of the lines into a file, without the picture.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_table(&self, lines: &[Line], path: &Path) -> Result<(), PlotError> {
        let points = lines.iter().flat_map(|line| {
            let numbers = |point: &Point| [point.x, point.y, point.low, point.high];
            let points = line.points.iter().map(numbers);
            points.map(|numbers| (line.label.as_str(), numbers))
        });
        let table = table::of(points, &self.frame.x_name, &self.frame.y_name);
        std::fs::write(path, table).map_err(|error| write_error(path, error))
    }

    /// Draws the lines into an SVG file, without the table.
    ///
    /// # Errors
    ///
    /// As [`draw`](Self::draw).
    pub fn draw_picture(&self, lines: &[Line], path: &Path) -> Result<(), PlotError> {
        let series = lines
            .iter()
            .map(|line| self.visible(line))
            .collect::<Result<Vec<_>, _>>()?;
        let points = || series.iter().flatten();
        if points().next().is_none() {
            return Err(PlotError::Empty("no lines were given".into()));
        }
        let x = Axis::around(points().map(|p| p.x), self.log_x);
        let y = match self.y_range {
            Some((low, high)) => Axis::linear(low, high),
            None => Axis::around(points().flat_map(|p| [p.low, p.high]), self.log_y),
        };
        let strokes = Stroke::of(lines.iter().map(|line| line.label.as_str()));
        let strokes = lines
            .iter()
            .zip(strokes)
            .map(|(line, stroke)| line.stroke.unwrap_or(stroke).dashed_if(line.dashed));
        let series: Vec<(Stroke, Vec<Point>)> = strokes.zip(series).collect();
        let ends: Vec<End<'_>> = lines
            .iter()
            .zip(&series)
            .map(|(line, (stroke, points))| {
                let last = points[points.len() - 1];
                End {
                    label: &line.label,
                    stroke: *stroke,
                    place: (last.x, last.y),
                }
            })
            .collect();
        self.frame
            .draw(path, x, y, &ends, |chart| self.draw_lines(chart, &series))
    }

    /// The points that have a place in the picture, their spread cut where it has none.
    fn visible(&self, line: &Line) -> Result<Vec<Point>, PlotError> {
        let shown = |p: &&Point| {
            let numbers = [p.x, p.y, p.low, p.high];
            numbers.iter().all(|number| number.is_finite())
                && (!self.log_x || p.x > 0.0)
                && (!self.log_y || p.y > 0.0)
        };
        let cut = |p: &Point| Point {
            low: if self.log_y && p.low <= 0.0 {
                p.y
            } else {
                p.low
            },
            ..*p
        };
        let points: Vec<Point> = line.points.iter().filter(shown).map(cut).collect();
        if points.is_empty() {
            let label = &line.label;
            return Err(PlotError::Empty(format!(
                "no point of the line `{label}` has a place"
            )));
        }
        Ok(points)
    }

    fn draw_lines(
        &self,
        chart: &mut Chart<'_>,
        series: &[(Stroke, Vec<Point>)],
    ) -> Result<(), DrawError> {
        for (stroke, points) in series {
            let style = stroke.style();
            if self.spread == Spread::Band {
                let above = points.iter().map(|p| (p.x, p.high));
                let below = points.iter().rev().map(|p| (p.x, p.low));
                let band: Vec<(f64, f64)> = above.chain(below).collect();
                chart.draw_series([Polygon::new(band, style.color.mix(0.2).filled())])?;
            } else if points.len() <= BARS_MAX {
                let thin = style.filled().stroke_width(1);
                let bar = |p: &Point| ErrorBar::new_vertical(p.x, p.low, p.y, p.high, thin, 6);
                chart.draw_series(points.iter().map(bar))?;
            }
        }
        // Over all bands and bars, which would hide them.
        for (stroke, points) in series {
            stroke.draw(chart, points.iter().map(|p| (p.x, p.y)).collect())?;
        }
        Ok(())
    }
}
