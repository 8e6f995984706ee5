//! Walks over the contour lines of a surface of two weights.

use std::collections::HashMap;
use std::path::Path;

use plotters::prelude::*;

use super::axis::Axis;
use super::frame::{End, Frame};
use super::style::{Chart, DrawError, Stroke};
use crate::error::PlotError;

const LEVELS: usize = 12;
/// Cells of the grid on which contours are looked for, along each side.
const CELLS: usize = 120;

/// A walk of a [`PathPlot`].
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    label: String,
    places: Vec<[f64; 2]>,
    dashed: bool,
}

impl Walk {
    /// A walk through places, with the label at its end. As of a [`Line`](super::Line), the label decides
    /// the colour.
    pub fn new(label: impl Into<String>, places: Vec<[f64; 2]>) -> Self {
        Self {
            label: label.into(),
            places,
            dashed: false,
        }
    }

    /// What the walk is called.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The places, from the first to the last.
    pub fn places(&self) -> &[[f64; 2]] {
        &self.places
    }

    /// A dashed walk.
    pub fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }
}

/// Walks over the contour lines of a surface.
///
/// ```
/// use adagrad_core::plot::{PathPlot, Walk};
///
/// let path = std::env::temp_dir().join("adagrad-core-doc-paths.svg");
/// let walk = Walk::new("SGD", vec![[-1.0, 0.5], [-0.5, -0.2], [-0.2, 0.1]]);
/// PathPlot::new("A bowl", [[-1.5, -1.0], [1.5, 1.0]])
///     .draw(|[x, y]| x * x + 4.0 * y * y, &[walk], &path)?;
/// # Ok::<(), adagrad_core::error::PlotError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PathPlot {
    frame: Frame,
    view: [[f64; 2]; 2],
}

impl PathPlot {
    /// A plot of what lies between two corners, the lower left one and the upper right one.
    pub fn new(title: impl Into<String>, view: [[f64; 2]; 2]) -> Self {
        Self {
            frame: Frame::new(title.into(), "weight x".into(), "weight y".into()),
            view,
        }
    }

    /// The width in pixels. Default 750; text keeps its size.
    pub fn with_width(mut self, width: u32) -> Self {
        self.frame.width = width;
        self
    }

    /// Draws a surface and walks over it into an SVG file.
    ///
    /// # Errors
    ///
    /// If a walk has no finite place, or the file cannot be written.
    pub fn draw(
        &self,
        surface: impl Fn([f64; 2]) -> f64,
        walks: &[Walk],
        path: &Path,
    ) -> Result<(), PlotError> {
        let [[left, bottom], [right, top]] = self.view;
        let strokes = Stroke::of(walks.iter().map(|walk| walk.label.as_str()));
        let mut series = Vec::new();
        let mut ends = Vec::new();
        for (walk, stroke) in walks.iter().zip(strokes) {
            let stroke = stroke.dashed_if(walk.dashed);
            let finite = |place: &&[f64; 2]| place.iter().all(|x| x.is_finite());
            let places: Vec<(f64, f64)> = walk
                .places
                .iter()
                .filter(finite)
                .map(|&[x, y]| (x, y))
                .collect();
            let Some(&(x, y)) = places.last() else {
                let message = format!("no place of the walk `{}` is finite", walk.label);
                return Err(PlotError::Empty(message));
            };
            ends.push(End {
                label: &walk.label,
                stroke,
                place: (x.clamp(left, right), y.clamp(bottom, top)),
            });
            series.push((stroke, places));
        }
        let axes = (Axis::linear(left, right), Axis::linear(bottom, top));
        self.frame.draw(path, axes.0, axes.1, &ends, |chart| {
            self.draw_inside(chart, surface, &series)
        })
    }

    fn draw_inside(
        &self,
        chart: &mut Chart<'_>,
        surface: impl Fn([f64; 2]) -> f64,
        series: &[(Stroke, Vec<(f64, f64)>)],
    ) -> Result<(), DrawError> {
        for line in contours(surface, self.view) {
            chart.draw_series(LineSeries::new(line, RGBColor(200, 200, 200)))?;
        }
        for (stroke, places) in series {
            stroke.draw(chart, places.clone())?;
            let style = stroke.style();
            let mark = |&place: &(f64, f64)| Circle::new(place, 3, style.filled());
            chart.draw_series(places.iter().map(mark))?;
        }
        Ok(())
    }
}

type Corner = (i64, i64);

/// Lines of equal value, at values that part the view into areas of one size: marching squares.
fn contours(surface: impl Fn([f64; 2]) -> f64, [low, high]: [[f64; 2]; 2]) -> Vec<Vec<(f64, f64)>> {
    let place = |[i, j]: [f64; 2]| {
        let along = |axis: usize, i: f64| low[axis] + (high[axis] - low[axis]) * i / CELLS as f64;
        [along(0, i), along(1, j)]
    };
    let values: Vec<f64> = (0..=CELLS)
        .flat_map(|j| (0..=CELLS).map(move |i| [i as f64, j as f64]))
        .map(|corner| surface(place(corner)))
        .collect();
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    let level = |k: usize| sorted[k * (sorted.len() - 1) / (LEVELS + 1)];
    let segments = |level| {
        let mut segments = Vec::new();
        for cell in 0..CELLS * CELLS {
            let (i, j) = (cell % CELLS, cell / CELLS);
            // Its corners, around it.
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            let mut ends = Vec::new();
            for side in 0..4 {
                let (a, b) = (corners[side], corners[(side + 1) % 4]);
                let value = |(i, j): (usize, usize)| values[j * (CELLS + 1) + i] - level;
                let (from, to) = (value(a), value(b));
                if (from < 0.0) != (to < 0.0) {
                    let share = from / (from - to);
                    let between = |a: usize, b: usize| a as f64 + share * (b as f64 - a as f64);
                    ends.push([between(a.0, b.0), between(a.1, b.1)]);
                }
            }
            segments.extend(ends.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
        }
        segments
    };
    let lines = (1..=LEVELS).flat_map(|k| join(&segments(level(k))));
    let drawn = |line: Vec<[f64; 2]>| line.into_iter().map(place).map(|[x, y]| (x, y)).collect();
    lines.map(drawn).collect()
}

/// Segments that meet, as lines.
fn join(segments: &[[[f64; 2]; 2]]) -> Vec<Vec<[f64; 2]>> {
    let key = |[x, y]: [f64; 2]| -> Corner { ((x * 1e6).round() as i64, (y * 1e6).round() as i64) };
    let mut at: HashMap<Corner, Vec<usize>> = HashMap::new();
    for (number, ends) in segments.iter().enumerate() {
        for end in ends {
            at.entry(key(*end)).or_default().push(number);
        }
    }
    let mut used = vec![false; segments.len()];
    let mut lines = Vec::new();
    for first in 0..segments.len() {
        if std::mem::replace(&mut used[first], true) {
            continue;
        }
        let mut line = segments[first].to_vec();
        // On from its last point, then, turned round, from its first.
        for _ in 0..2 {
            loop {
                let end = key(line[line.len() - 1]);
                let Some(&next) = at[&end].iter().find(|&&next| !used[next]) else {
                    break;
                };
                used[next] = true;
                let [a, b] = segments[next];
                line.push(if key(a) == end { b } else { a });
            }
            line.reverse();
        }
        lines.push(line);
    }
    lines
}
