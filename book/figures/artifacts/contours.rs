//! Paths over the contour lines of a surface.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use plotters::prelude::*;

use crate::listings::surfaces::Surface;

/// Colours that readers with any kind of colour vision can tell apart (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
];
const SIZE: (u32, u32) = (1200, 600);
const LEGEND_WIDTH: u32 = 320;
const LEVELS: usize = 12;
/// Cells of the grid on which contours are looked for, along each side.
const CELLS: usize = 120;

/// Draws paths into an SVG file, and writes their points into a `.csv` beside it.
pub fn draw(
    path: &Path,
    surface: &Surface,
    title: &str,
    walks: &[(&str, Vec<[f64; 2]>)],
) -> anyhow::Result<()> {
    let [[left, bottom], [right, top]] = surface.view;
    {
        let root = SVGBackend::new(path, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (area, legend) = root.split_horizontally(SIZE.0 - LEGEND_WIDTH);
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 24))
            .margin(16)
            .x_label_area_size(48)
            .y_label_area_size(72)
            .build_cartesian_2d(left..right, bottom..top)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc("weight x")
            .y_desc("weight y")
            .axis_desc_style(("sans-serif", 18))
            .label_style(("sans-serif", 14))
            .draw()?;
        for line in contours(surface) {
            chart.draw_series(LineSeries::new(line, RGBColor(190, 190, 190)))?;
        }
        for (walk, (label, places)) in walks.iter().enumerate() {
            let colour = COLOURS[walk % COLOURS.len()];
            let places: Vec<(f64, f64)> = places.iter().map(|&[x, y]| (x, y)).collect();
            chart.draw_series(LineSeries::new(places.clone(), colour.stroke_width(2)))?;
            chart.draw_series(
                places
                    .iter()
                    .map(|&place| Circle::new(place, 4, mark(walk))),
            )?;
            let y = 72 + 28 * walk as i32;
            legend.draw(&PathElement::new([(0, y), (28, y)], colour.stroke_width(2)))?;
            legend.draw(&Circle::new((14, y), 4, mark(walk)))?;
            legend.draw(&Text::new(*label, (36, y - 7), ("sans-serif", 15)))?;
        }
        root.present()?;
    }
    let mut table = String::from("surface,path,step,x,y,value\n");
    for (label, places) in walks {
        for (step, &place) in places.iter().enumerate() {
            let value = (surface.value)(place);
            let ([x, y], name) = (place, surface.name);
            writeln!(table, "{name},\"{label}\",{step},{x:.6},{y:.6},{value:.6}")?;
        }
    }
    super::write(&path.with_extension("csv"), &table)
}

/// How the steps of a walk are marked: filled or as rings, so that colour is not all that tells walks apart.
fn mark(walk: usize) -> ShapeStyle {
    ShapeStyle {
        color: COLOURS[walk % COLOURS.len()].to_rgba(),
        filled: walk.is_multiple_of(2),
        stroke_width: 2,
    }
}

type Corner = (i64, i64);

/// Lines of equal value, at values that part the view into areas of one size: marching squares.
fn contours(surface: &Surface) -> Vec<Vec<(f64, f64)>> {
    let [low, high] = surface.view;
    let place = |[i, j]: [f64; 2]| {
        let along = |axis: usize, i: f64| low[axis] + (high[axis] - low[axis]) * i / CELLS as f64;
        [along(0, i), along(1, j)]
    };
    let values: Vec<f64> = (0..=CELLS)
        .flat_map(|j| (0..=CELLS).map(move |i| [i as f64, j as f64]))
        .map(|corner| (surface.value)(place(corner)))
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
