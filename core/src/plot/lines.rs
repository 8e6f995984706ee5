//! Lines over any two axes, with a band or bars for their spread, and their numbers as a table.

use std::ops::Range;
use std::path::Path;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use super::style::{Area, DrawError, Stroke, chart, draw_svg, with_mark, write_error};
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
}

/// A line of a [`LinePlot`].
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    label: String,
    points: Vec<Point>,
    stroke: Option<Stroke>,
}

impl Line {
    /// A line through points, from left to right, with what the legend says of it.
    pub fn new(label: impl Into<String>, points: Vec<Point>) -> Self {
        Self {
            label: label.into(),
            points,
            stroke: None,
        }
    }

    /// The colour of the line of this number, and whether it is dashed: for lines that belong together. By
    /// default each line has a colour of its own, and the seventh is the first that is dashed.
    pub fn with_stroke(mut self, colour: usize, dashed: bool) -> Self {
        self.stroke = Some(Stroke {
            pattern: usize::from(dashed),
            ..Stroke::of(colour)
        });
        self
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
    /// No line between the points, each with a bar: for points that do not belong together. Those of one
    /// place are drawn beside one another.
    Scatter,
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
    title: String,
    x_name: String,
    y_name: String,
    log_x: bool,
    log_y: bool,
    spread: Spread,
}

impl LinePlot {
    /// A plot with linear axes of these names, units included, and bars for the spread.
    pub fn new(
        title: impl Into<String>,
        x_name: impl Into<String>,
        y_name: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            x_name: x_name.into(),
            y_name: y_name.into(),
            log_x: false,
            log_y: false,
            spread: Spread::Bars,
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

    /// Draws the lines into an SVG file of 1200 × 600 pixels, and writes their numbers beside it, into a
    /// file of the same name that ends in `.csv`. Points that are not finite or have no place on an axis
    /// are left out of the picture.
    ///
    /// # Errors
    ///
    /// If there is no line or a line of which no point can be drawn, or a file cannot be written.
    pub fn draw(&self, lines: &[Line], path: &Path) -> Result<(), PlotError> {
        let mut series = lines
            .iter()
            .map(|line| self.visible(line))
            .collect::<Result<Vec<_>, _>>()?;
        self.apart(&mut series);
        let points = || series.iter().flatten();
        if points().next().is_none() {
            return Err(PlotError::Empty("no lines were given".into()));
        }
        let x = room(points().map(|p| p.x), self.log_x);
        let y = room(points().flat_map(|p| [p.low, p.high]), self.log_y);
        let stroke = |(i, line): (usize, &Line)| Stroke {
            marks: self.spread == Spread::Scatter,
            ..line.stroke.unwrap_or(Stroke::of(i))
        };
        let strokes: Vec<Stroke> = lines.iter().enumerate().map(stroke).collect();
        let series: Vec<(Stroke, Vec<Point>)> = strokes.iter().copied().zip(series).collect();
        let labels = lines.iter().map(|line| line.label.as_str()).zip(strokes);
        draw_svg(path, labels, |area| match (self.log_x, self.log_y) {
            (false, false) => self.draw_lines(area, x, y, &series),
            (true, false) => self.draw_lines(area, x.log_scale(), y, &series),
            (false, true) => self.draw_lines(area, x, y.log_scale(), &series),
            (true, true) => self.draw_lines(area, x.log_scale(), y.log_scale(), &series),
        })?;
        let csv = path.with_extension("csv");
        let points = lines.iter().flat_map(|line| {
            let numbers = |point: &Point| [point.x, point.y, point.low, point.high];
            let points = line.points.iter().map(numbers);
            points.map(|numbers| (line.label.as_str(), numbers))
        });
        let table = table::of(points, &self.x_name, &self.y_name);
        std::fs::write(&csv, table).map_err(|error| write_error(&csv, error))
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

    fn draw_lines<X, Y>(
        &self,
        area: &Area<'_>,
        x: X,
        y: Y,
        series: &[(Stroke, Vec<Point>)],
    ) -> Result<(), DrawError>
    where
        X: AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let mut chart = chart(area, &self.title, [&self.x_name, &self.y_name], x, y)?;
        for (stroke, points) in series {
            let style = stroke.style();
            if self.spread == Spread::Band {
                let above = points.iter().map(|p| (p.x, p.high));
                let below = points.iter().rev().map(|p| (p.x, p.low));
                let band: Vec<(f64, f64)> = above.chain(below).collect();
                chart.draw_series([Polygon::new(band, style.color.mix(0.2).filled())])?;
            } else if points.len() <= BARS_MAX {
                let thin = style.filled().stroke_width(1);
                let bar = |p: &Point| ErrorBar::new_vertical(p.x, p.low, p.y, p.high, thin, 8);
                chart.draw_series(points.iter().map(bar))?;
            }
        }
        // Over all bands and bars, which would hide them.
        for (stroke, points) in series {
            if self.spread != Spread::Scatter {
                stroke.draw(&mut chart, points.iter().map(|p| (p.x, p.y)))?;
            } else {
                for p in points {
                    with_mark!(stroke, (p.x, p.y), mark => { chart.draw_series([mark])?; });
                }
            }
        }
        Ok(())
    }

    /// Points of a scatter that have one place moved apart sideways, so that each is seen.
    fn apart(&self, series: &mut [Vec<Point>]) {
        if self.spread != Spread::Scatter {
            return;
        }
        let width = {
            let xs = || series.iter().flatten().map(|p| p.x);
            let range = room(xs(), self.log_x);
            if self.log_x {
                (range.end / range.start).ln()
            } else {
                range.end - range.start
            }
        };
        let mut taken: Vec<f64> = Vec::new();
        for point in series.iter_mut().flatten() {
            let times = taken.iter().filter(|&&x| x == point.x).count() as f64;
            taken.push(point.x);
            let away = times * width / 60.0;
            if self.log_x {
                point.x *= away.exp();
            } else {
                point.x += away;
            }
        }
    }
}

/// A range that holds the numbers, with some room around them.
fn room(numbers: impl Iterator<Item = f64> + Clone, log: bool) -> Range<f64> {
    let low = numbers.clone().fold(f64::INFINITY, f64::min);
    let high = numbers.fold(f64::NEG_INFINITY, f64::max);
    if log && high < 10.0 * low {
        // Whole powers of ten: a narrower axis would have no numbers on it.
        return 10.0_f64.powf(low.log10().floor())..10.0_f64.powf(high.log10().ceil()) * 1.01;
    }
    if log {
        return low / 1.3..high * 1.3;
    }
    let margin = 0.04 * (high - low);
    let margin = if margin > 0.0 { margin } else { 0.5 };
    low - margin..high + margin
}
