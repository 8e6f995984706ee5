//! What the pictures share: size, colours, axes, legend.

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
    labels: impl Iterator<Item = &'a str>,
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

/// How the curve of this number is drawn.
pub(super) fn line(curve: usize) -> ShapeStyle {
    COLOURS[curve % COLOURS.len()].stroke_width(2)
}

fn draw_legend<'a>(
    area: &Area<'_>,
    labels: impl Iterator<Item = &'a str>,
) -> Result<(), DrawError> {
    for (curve, label) in labels.enumerate() {
        let y = 72 + 28 * curve as i32;
        area.draw(&PathElement::new([(0, y), (24, y)], line(curve)))?;
        area.draw(&Text::new(label, (32, y - 7), ("sans-serif", 15)))?;
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

fn write_error(path: &Path, error: impl ToString) -> PlotError {
    PlotError::Write {
        path: path.to_owned(),
        message: error.to_string(),
    }
}
