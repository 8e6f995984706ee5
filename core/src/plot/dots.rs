//! A number for each of several things, a row each: runs as dots, their mean, and its interval.

use std::fmt::Write;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::frame::{Frame, MARGIN, Root, draw_text, write_error, write_svg};
use super::style::{
    DrawError, GREY, GRID, LINE_HEIGHT, Stroke, TEXT_WIDTH, text_width, wrap, wrap_all,
};
use super::table::field;
use crate::error::PlotError;

/// From the end of the axis to the edge of the picture, in pixels.
const RIGHT: i32 = 24;

/// The height of a row with these lines of text.
fn row_height(lines: &[String]) -> i32 {
    lines.len() as i32 * LINE_HEIGHT + 9
}

/// A row of a [`DotPlot`].
#[derive(Clone, Debug, PartialEq)]
pub struct DotRow {
    label: String,
    mean: f64,
    low: f64,
    high: f64,
    runs: Vec<f64>,
}

impl DotRow {
    /// A mean with the ends of its interval or spread.
    pub fn new(label: impl Into<String>, mean: f64, low: f64, high: f64) -> Self {
        Self {
            label: label.into(),
            mean,
            low,
            high,
            runs: Vec::new(),
        }
    }

    /// The numbers that the mean is of, drawn as small dots.
    pub fn with_runs(mut self, runs: Vec<f64>) -> Self {
        self.runs = runs;
        self
    }
}

/// Numbers side by side, a row each.
///
/// ```
/// use adagrad_core::plot::{DotPlot, DotRow};
///
/// let rows = [
///     DotRow::new("Adagrad", 0.93, 0.92, 0.94).with_runs(vec![0.91, 0.93, 0.95]),
///     DotRow::new("SGD", 0.94, 0.93, 0.95),
/// ];
/// let path = std::env::temp_dir().join("adagrad-core-doc-dots.svg");
/// DotPlot::new("Accuracy", "Test accuracy, mean ± 1 sd").draw(&rows, &path)?;
/// let table = std::fs::read_to_string(path.with_extension("csv")).unwrap();
/// assert!(table.contains("Adagrad,0.93,0.92,0.94,0.91;0.93;0.95\n"));
/// # Ok::<(), adagrad_core::error::PlotError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DotPlot {
    frame: Frame,
    reference: Option<f64>,
}

impl DotPlot {
    /// A plot with a name for its axis, unit included.
    pub fn new(title: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            frame: Frame::new(title.into(), name.into(), String::new()),
            reference: None,
        }
    }

    /// Draws an upright line at a number that the others are compared with.
    pub fn with_reference(mut self, reference: f64) -> Self {
        self.reference = Some(reference);
        self
    }

    /// The width in pixels. Default 750; text keeps its size. The height goes by the number of rows.
    pub fn with_width(mut self, width: u32) -> Self {
        self.frame.width = width;
        self
    }

    /// Draws the rows into an SVG file, and writes their numbers beside it, into a file of the same name that
    /// ends in `.csv`. Numbers that are not finite are left out of the picture.
    ///
    /// # Errors
    ///
    /// If there is no row with a finite mean, or a file cannot be written.
    pub fn draw(&self, rows: &[DotRow], path: &Path) -> Result<(), PlotError> {
        self.draw_picture(rows, path)?;
        self.write_table(rows, &path.with_extension("csv"))
    }

    /// Writes the numbers of the rows into a file, without the picture.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_table(&self, rows: &[DotRow], path: &Path) -> Result<(), PlotError> {
        std::fs::write(path, self.table(rows)).map_err(|error| write_error(path, error))
    }

    /// Draws the rows into an SVG file, without the table.
    ///
    /// # Errors
    ///
    /// As [`draw`](Self::draw).
    pub fn draw_picture(&self, rows: &[DotRow], path: &Path) -> Result<(), PlotError> {
        let shown: Vec<&DotRow> = rows.iter().filter(|row| row.mean.is_finite()).collect();
        if shown.is_empty() {
            return Err(PlotError::Empty("no row has a finite mean".into()));
        }
        let width = self.frame.width as i32;
        let labels = shown.iter().map(|row| row.label.as_str());
        let (labels, widest) = wrap_all(labels, width * 2 / 5);
        let rows_height: i32 = labels.iter().map(|lines| row_height(lines)).sum();
        let name = wrap(&self.frame.x_name, width - 2 * MARGIN, TEXT_WIDTH);
        // The first row brings some room of its own.
        let top = self.frame.head_height() - 2;
        let ends = [top, top + rows_height];
        let height = ends[1] + 34 + name.len() as i32 * LINE_HEIGHT;
        write_svg(path, (self.frame.width, height as u32), |root| {
            let left = 2 * MARGIN + widest;
            self.draw_rows(root, &shown, &labels, left, ends)?;
            let middle = (left + width - RIGHT) / 2;
            let middle = middle.min(width - MARGIN - text_width(&name, TEXT_WIDTH) / 2);
            draw_text(root, &name, (middle, ends[1] + 34), HPos::Center, GREY)
        })
    }

    fn draw_rows(
        &self,
        root: &Root<'_>,
        rows: &[&DotRow],
        labels: &[Vec<String>],
        left: i32,
        [top, bottom]: [i32; 2],
    ) -> Result<(), DrawError> {
        let finite = |number: &f64| number.is_finite();
        let numbers = rows.iter().flat_map(|row| {
            let ends = [row.mean, row.low, row.high].into_iter();
            ends.chain(row.runs.iter().copied()).chain(self.reference)
        });
        let numbers: Vec<f64> = numbers.filter(finite).collect();
        let axis = Axis::around(numbers.iter().copied(), false);
        let right = self.frame.width as i32 - RIGHT;
        let at = |number: f64| axis.map(&number, (left + MARGIN, right));
        let upright = |number: f64, colour: RGBColor| {
            let ends = [(at(number), top), (at(number), bottom)];
            root.draw(&PathElement::new(ends, colour.stroke_width(1)))
        };

        self.frame.draw_head(root)?;
        let most = ((right - left) / 70).clamp(2, 8) as usize;
        for tick in axis.ticks(most) {
            upright(tick, GRID)?;
            let text = [Axis::text(tick)];
            draw_text(root, &text, (at(tick), bottom + 14), HPos::Center, GREY)?;
        }
        if let Some(reference) = self.reference {
            upright(reference, GREY)?;
        }
        let strokes = Stroke::of_rows(rows.iter().map(|row| row.label.as_str()));
        let mut row_top = top;
        for ((row, lines), stroke) in rows.iter().zip(labels).zip(strokes) {
            let height = row_height(lines);
            let y = row_top + height / 2;
            row_top += height;
            let first = y - (lines.len() as i32 - 1) * LINE_HEIGHT / 2;
            draw_text(
                root,
                lines,
                (MARGIN, first),
                HPos::Left,
                stroke.text_colour(),
            )?;
            let pale = stroke.style().color.mix(0.35).filled();
            for run in row.runs.iter().filter(|run| finite(run)) {
                root.draw(&Circle::new((at(*run), y), 3, pale))?;
            }
            if finite(&row.low) && finite(&row.high) {
                let ends = [(at(row.low), y), (at(row.high), y)];
                root.draw(&PathElement::new(ends, stroke.style()))?;
            }
            root.draw(&Circle::new((at(row.mean), y), 5, stroke.style().filled()))?;
        }
        Ok(())
    }

    fn table(&self, rows: &[DotRow]) -> String {
        let mut table = format!("row,{},low,high,runs\n", field(&self.frame.x_name));
        for row in rows {
            let DotRow {
                label,
                mean,
                low,
                high,
                runs,
            } = row;
            let runs: Vec<String> = runs.iter().map(f64::to_string).collect();
            let runs = runs.join(";");
            // Writing to a string does not fail.
            let _ = writeln!(table, "{},{mean},{low},{high},{runs}", field(label));
        }
        table
    }
}
