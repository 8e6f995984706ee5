//! The frame of a picture: title, names of the axes, numbers, and labels at the ends of the lines.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::style::{
    Chart, DrawError, GREY, GRID, LINE_HEIGHT, Stroke, TEXT, TEXT_WIDTH, TITLE, TITLE_WIDTH, wrap,
    wrap_all,
};
use crate::error::PlotError;

/// The width of pictures in pixels, unless another is asked for.
pub(super) const WIDTH: u32 = 750;
/// Pictures of less than this have fewer numbers on their axes, and are as high as wide.
const NARROW: u32 = 500;
pub(super) const MARGIN: i32 = 8;
/// From the end of the axis to the label of a line.
const LABEL_GAP: i32 = 16;

pub(super) type Root<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What stands around the axes.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) x_name: String,
    pub(super) y_name: String,
    pub(super) width: u32,
}

/// A label, and the place in the chart where its line ends.
pub(super) struct End<'a> {
    pub(super) label: &'a str,
    pub(super) stroke: Stroke,
    pub(super) place: (f64, f64),
}

impl Frame {
    pub(super) fn new(title: String, x_name: String, y_name: String) -> Self {
        Self {
            title,
            x_name,
            y_name,
            width: WIDTH,
        }
    }

    fn height(&self) -> u32 {
        if self.width < NARROW {
            self.width
        } else {
            self.width * 14 / 25
        }
    }

    /// Draws an SVG file: the frame, what `draw_inside` draws, and the labels to the right of it.
    pub(super) fn draw(
        &self,
        path: &Path,
        x: Axis,
        y: Axis,
        ends: &[End<'_>],
        draw_inside: impl FnOnce(&mut Chart<'_>) -> Result<(), DrawError>,
    ) -> Result<(), PlotError> {
        let size = (self.width, self.height());
        write_svg(path, size, |root| {
            self.draw_on(root, x, y, ends, draw_inside)
        })
    }

    fn draw_on(
        &self,
        root: &Root<'_>,
        x: Axis,
        y: Axis,
        ends: &[End<'_>],
        draw_inside: impl FnOnce(&mut Chart<'_>) -> Result<(), DrawError>,
    ) -> Result<(), DrawError> {
        let (width, height) = (self.width as i32, self.height() as i32);
        let top = self.draw_head(root)?;
        let label_width = width / if self.width < NARROW { 3 } else { 4 };
        let (labels, widest) = wrap_all(ends.iter().map(|end| end.label), label_width);
        let right = widest + LABEL_GAP + MARGIN;
        let x_name = wrap(&self.x_name, width - 2 * MARGIN, TEXT_WIDTH);
        let bottom = x_name.len() as i32 * LINE_HEIGHT + MARGIN;

        let (numbers_x, numbers_y) = if self.width < NARROW { (4, 6) } else { (8, 7) };
        let mut chart = ChartBuilder::on(root)
            .margin_top(top)
            .margin_right(right)
            .margin_bottom(bottom)
            .margin_left(MARGIN)
            .x_label_area_size(LINE_HEIGHT + 8)
            .y_label_area_size(50)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .x_labels(numbers_x)
            .y_labels(numbers_y)
            .max_light_lines(0)
            .bold_line_style(GRID)
            .axis_style(RGBColor(150, 150, 150))
            .label_style(TEXT.into_font().color(&GREY))
            .draw()?;
        draw_inside(&mut chart)?;

        let edge = width - right;
        let (left, _) = chart.plotting_area().get_pixel_range();
        let middle = (left.start + left.end) / 2;
        let first = height - bottom + LINE_HEIGHT / 2;
        draw_text(root, &x_name, (middle, first), HPos::Center, GREY)?;
        let places: Vec<(i32, i32)> = ends
            .iter()
            .map(|end| chart.backend_coord(&end.place))
            .collect();
        let heights: Vec<i32> = labels
            .iter()
            .map(|lines| lines.len() as i32 * LINE_HEIGHT)
            .collect();
        let wanted: Vec<i32> = places.iter().map(|place| place.1).collect();
        let apart = apart(&wanted, &heights, top, height - MARGIN);
        for ((end, lines), (place, y)) in
            ends.iter().zip(&labels).zip(places.into_iter().zip(apart))
        {
            let label_x = edge + LABEL_GAP;
            let leader = end.stroke.style().color.mix(0.6).stroke_width(1);
            let from = (place.0 + 2, place.1);
            root.draw(&PathElement::new([from, (label_x - 3, y)], leader))?;
            let first = y - (lines.len() as i32 - 1) * LINE_HEIGHT / 2;
            draw_text(
                root,
                lines,
                (label_x, first),
                HPos::Left,
                end.stroke.text_colour(),
            )?;
        }
        Ok(())
    }

    /// The height of the title, to the middle of a line of text below it.
    pub(super) fn head_height(&self) -> i32 {
        let width = self.width as i32 - 2 * MARGIN;
        let lines = wrap(&self.title, width, TITLE_WIDTH).len() as i32;
        MARGIN + LINE_HEIGHT / 2 + lines * (LINE_HEIGHT + 3)
    }

    /// The title, and the name of the upright axis below it, where it can be read without turning the head.
    /// Returns the height of it.
    pub(super) fn draw_head(&self, root: &Root<'_>) -> Result<i32, DrawError> {
        let width = self.width as i32 - 2 * MARGIN;
        let mut y = MARGIN + LINE_HEIGHT / 2;
        for line in wrap(&self.title, width, TITLE_WIDTH) {
            let style = TITLE
                .into_font()
                .color(&BLACK)
                .pos(Pos::new(HPos::Left, VPos::Center));
            root.draw(&Text::new(line, (MARGIN, y), style))?;
            y += LINE_HEIGHT + 3;
        }
        if self.y_name.is_empty() {
            return Ok(y);
        }
        let name = wrap(&self.y_name, width, TEXT_WIDTH);
        draw_text(root, &name, (MARGIN, y), HPos::Left, GREY)?;
        Ok(y + name.len() as i32 * LINE_HEIGHT)
    }
}

/// Lines of text; `place` is the middle of the first.
pub(super) fn draw_text(
    root: &Root<'_>,
    lines: &[String],
    place: (i32, i32),
    horizontal: HPos,
    colour: RGBColor,
) -> Result<(), DrawError> {
    for (i, line) in lines.iter().enumerate() {
        let style = TEXT
            .into_font()
            .color(&colour)
            .pos(Pos::new(horizontal, VPos::Center));
        let y = place.1 + i as i32 * LINE_HEIGHT;
        root.draw(&Text::new(line.as_str(), (place.0, y), style))?;
    }
    Ok(())
}

/// The middles of labels, moved up or down until none covers another and all lie between two heights.
fn apart(wanted: &[i32], heights: &[i32], top: i32, bottom: i32) -> Vec<i32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&i| wanted[i]);
    let mut middles = wanted.to_vec();
    // Down from the top, then up from the bottom.
    let mut free = top;
    for &i in &order {
        middles[i] = middles[i].max(free + heights[i] / 2);
        free = middles[i] + heights[i] - heights[i] / 2;
    }
    let mut free = bottom;
    for &i in order.iter().rev() {
        middles[i] = middles[i].min(free - (heights[i] - heights[i] / 2));
        free = middles[i] - heights[i] / 2;
    }
    middles
}

/// Writes a picture of some size.
pub(super) fn write_svg(
    path: &Path,
    size: (u32, u32),
    draw: impl FnOnce(&Root<'_>) -> Result<(), DrawError>,
) -> Result<(), PlotError> {
    let mut svg = String::new();
    let result = {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&WHITE)
            .and_then(|()| draw(&root))
            .and_then(|()| root.present())
    };
    result.map_err(|error: DrawError| write_error(path, error))?;
    std::fs::write(path, svg).map_err(|error| write_error(path, error))
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

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn labels_do_not_cover_one_another() {
        let heights = [17, 34, 17, 17];
        let middles = apart(&[100, 101, 99, 400], &heights, 20, 300);
        let mut order = [0, 1, 2, 3];
        order.sort_by_key(|&i| middles[i]);
        assert_eq!(order, [2, 0, 1, 3]);
        for pair in order.windows(2) {
            let room = middles[pair[1]] - middles[pair[0]];
            assert!(
                room >= (heights[pair[0]] + heights[pair[1]]) / 2,
                "{middles:?}"
            );
        }
        assert!(middles[3] + 8 <= 300, "{middles:?}");
    }
}
