//! What the pictures share: size, colours, axes, legend.

use std::error::Error;
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

const SIZE: (u32, u32) = (1200, 600);
const LEGEND_WIDTH: u32 = 320;

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type DrawError = DrawingAreaErrorKind<std::io::Error>;
pub(super) type Chart<'a, X, Y> = ChartContext<
    'a,
    SVGBackend<'a>,
    Cartesian2d<<X as AsRangedCoord>::CoordDescType, <Y as AsRangedCoord>::CoordDescType>,
>;

/// Draws a picture into an SVG file: a chart, and beside it the legend, a line a label. Over the chart,
/// it would hide data.
pub(super) fn draw_svg<'a>(
    path: &Path,
    labels: impl Iterator<Item = (&'a str, Stroke)>,
    draw_chart: impl FnOnce(&Area<'_>) -> Result<(), DrawError>,
) -> Result<(), PlotError> {
    let mut svg = String::new();
    let draw = || {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (left, right) = root.split_horizontally(SIZE.0 - LEGEND_WIDTH);
        draw_chart(&left)?;
        draw_legend(&right, labels)?;
        root.present()
    };
    draw().map_err(|error: DrawError| write_error(path, error))?;
    std::fs::write(path, svg).map_err(|error| write_error(path, error))
}

/// A chart with a title, named axes and a grid.
pub(super) fn chart<'a, X, Y>(
    area: &Area<'a>,
    title: &str,
    names: [&str; 2],
    x: X,
    y: Y,
) -> Result<Chart<'a, X, Y>, DrawError>
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 24))
        .margin(16)
        .x_label_area_size(48)
        .y_label_area_size(72)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .x_desc(names[0])
        .y_desc(names[1])
        .x_label_formatter(&|&number| tick(number))
        .y_label_formatter(&|&number| tick(number))
        .axis_desc_style(("sans-serif", 18))
        .label_style(("sans-serif", 14))
        .light_line_style(RGBColor(245, 245, 245))
        .bold_line_style(RGBColor(225, 225, 225))
        .draw()?;
    Ok(chart)
}

/// How a curve is drawn: by colour, and by pattern where there are more curves than colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) colour: usize,
    pub(super) pattern: usize,
    /// Whether points are marked, and not joined.
    pub(super) marks: bool,
}

/// Dashes and the gaps between them in pixels; none for a solid line.
const PATTERNS: [Option<(i32, i32)>; 3] = [None, Some((9, 5)), Some((2, 4))];

/// Runs `$draw` with the mark of a point as `$mark`: a disc, a triangle or a cross, by the stroke's pattern.
/// A macro, since each mark has a type of its own.
macro_rules! with_mark {
    ($stroke:expr, $place:expr, $mark:ident => $draw:expr) => {{
        let style = $stroke.style();
        match $stroke.pattern {
            0 => {
                let $mark = Circle::new($place, 5, style.filled());
                $draw
            }
            1 => {
                let $mark = TriangleMarker::new($place, 8, style.filled());
                $draw
            }
            _ => {
                let $mark = Cross::new($place, 6, style);
                $draw
            }
        }
    }};
}
pub(super) use with_mark;

impl Stroke {
    /// That of the curve of this number.
    pub(super) fn of(curve: usize) -> Self {
        Self {
            colour: curve % COLOURS.len(),
            pattern: curve / COLOURS.len() % PATTERNS.len(),
            marks: false,
        }
    }

    /// Colour and width of the line.
    pub(super) fn style(self) -> ShapeStyle {
        COLOURS[self.colour % COLOURS.len()].stroke_width(2)
    }

    /// Draws a curve through points.
    pub(super) fn draw<X, Y>(
        self,
        chart: &mut ChartContext<'_, SVGBackend<'_>, Cartesian2d<X, Y>>,
        points: impl Iterator<Item = (f64, f64)>,
    ) -> Result<(), DrawError>
    where
        X: Ranged<ValueType = f64>,
        Y: Ranged<ValueType = f64>,
    {
        let points: Vec<(f64, f64)> = points.collect();
        match PATTERNS[self.pattern] {
            None => chart.draw_series(LineSeries::new(points, self.style()))?,
            Some((dash, gap)) => {
                chart.draw_series(DashedLineSeries::new(points, dash, gap, self.style()))?
            }
        };
        Ok(())
    }
}

/// Labels with the strokes of their curves, in order.
pub(super) fn numbered<'a>(
    labels: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = (&'a str, Stroke)> {
    labels
        .enumerate()
        .map(|(curve, label)| (label, Stroke::of(curve)))
}

fn draw_legend<'a>(
    area: &Area<'_>,
    labels: impl Iterator<Item = (&'a str, Stroke)>,
) -> Result<(), DrawError> {
    const WIDTH: i32 = 28;
    for (place, (label, stroke)) in labels.enumerate() {
        let y = 72 + 28 * place as i32;
        area.draw(&Text::new(label, (WIDTH + 8, y - 7), ("sans-serif", 15)))?;
        if stroke.marks {
            with_mark!(stroke, (WIDTH / 2, y), mark => area.draw(&mark))?;
            continue;
        }
        let (dash, gap) = PATTERNS[stroke.pattern].unwrap_or((WIDTH, 0));
        for start in (0..WIDTH).step_by((dash + gap) as usize) {
            let ends = [(start, y), (WIDTH.min(start + dash), y)];
            area.draw(&PathElement::new(ends, stroke.style()))?;
        }
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

pub(super) fn write_error(
    path: &Path,
    error: impl Into<Box<dyn Error + Send + Sync>>,
) -> PlotError {
    PlotError::Write {
        path: path.to_owned(),
        source: error.into(),
    }
}
