//! Drawings without axes: what the words of a chapter are about.

use std::fmt::Write;
use std::path::Path;

use super::{Artifact, Make, write};
use crate::listings::by_hand;

/// One drawing for both widths: its text is legible at the width of a phone.
const WIDTH: i32 = 320;

/// The colours of the figures: Adagrad's, SGD's, and what is drawn pale.
const BLUE: &str = "#0072B2";
const ORANGE: &str = "#AE4800";
const PALE: &str = "#D9E8F2";
const GREY: &str = "#5A5A5A";

pub fn artifacts() -> Vec<Artifact> {
    let drawing = |name, make| Artifact {
        name,
        make: Make::Drawing(make),
    };
    vec![
        drawing("accumulator_bars.svg", accumulator_bars),
        drawing("optimizer_parts.svg", optimizer_parts),
        drawing("row_leaf.svg", row_leaf),
        drawing("memory_passes.svg", memory_passes),
        drawing("learner_handles.svg", learner_handles),
    ]
}

/// An SVG of a fixed width.
struct Drawing {
    height: i32,
    body: String,
}

impl Drawing {
    fn new(height: i32) -> Self {
        Self {
            height,
            body: String::new(),
        }
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.body, "{element}");
    }

    fn rect(&mut self, [x, y, width, height]: [i32; 4], fill: &str, stroke: &str) {
        self.add(format_args!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="3" fill="{fill}" stroke="{stroke}"/>"#
        ));
    }

    /// Text with its middle at a place; `anchor` is `start`, `middle` or `end`.
    fn text(&mut self, [x, y]: [i32; 2], anchor: &str, colour: &str, text: &str) {
        let y = y + 4;
        self.add(format_args!(
            r#"<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}" font-family="sans-serif" font-size="12.5">{text}</text>"#
        ));
    }

    fn arrow(&mut self, [x1, y1]: [i32; 2], [x2, y2]: [i32; 2], colour: &str) {
        self.add(format_args!(
            r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="1.5" marker-end="url(#arrow)"/>"#
        ));
    }

    /// A box with lines of text in it.
    fn block(&mut self, [x, y, width, height]: [i32; 4], fill: &str, lines: &[&str]) {
        self.rect([x, y, width, height], fill, BLUE);
        let first = y + height / 2 - (lines.len() as i32 - 1) * 8;
        for (i, line) in lines.iter().enumerate() {
            self.text(
                [x + width / 2, first + 16 * i as i32],
                "middle",
                "black",
                line,
            );
        }
    }

    fn save(&self, path: &Path) -> anyhow::Result<()> {
        let Self { height, body } = self;
        let svg = format!(
            "<svg width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
             xmlns=\"http://www.w3.org/2000/svg\">\n\
             <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" \
             markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\" fill=\"{GREY}\"/></marker></defs>\n\
             <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"white\"/>\n{body}</svg>\n"
        );
        write(path, &svg)
    }
}

/// The accumulators of the three steps by hand, each square a piece of the bar.
fn accumulator_bars(path: &Path) -> anyhow::Result<()> {
    let mut drawing = Drawing::new(236);
    const LEFT: i32 = 54;
    const FULL: f64 = 140.0;
    let fills = [PALE, "#8FC1DF", BLUE];
    for (weight, (name, most)) in [("frequent weight", 169.0), ("rare weight", 0.25)]
        .into_iter()
        .enumerate()
    {
        let top = 12 + 114 * weight as i32;
        drawing.text(
            [6, top],
            "start",
            GREY,
            &format!("accumulator of the {name}"),
        );
        let mut squares: Vec<f64> = Vec::new();
        for (step, gradient) in by_hand::GRADIENTS.iter().enumerate() {
            squares.push(gradient[weight] * gradient[weight]);
            let y = top + 16 + 28 * step as i32;
            drawing.text([6, y + 9], "start", "black", &format!("step {}", step + 1));
            let mut x = f64::from(LEFT);
            for (square, fill) in squares.iter().zip(fills) {
                let width = square / most * FULL;
                if width > 0.0 {
                    drawing.rect(
                        [x.round() as i32, y, (width.round() as i32).max(2), 18],
                        fill,
                        BLUE,
                    );
                }
                x += width;
            }
            let sum: f64 = squares.iter().sum();
            let move_ = if gradient[weight] == 0.0 {
                "no move".to_owned()
            } else {
                format!("move {:.3}", 0.1 * gradient[weight] / sum.sqrt())
            };
            drawing.text(
                [x.round() as i32 + 6, y + 9],
                "start",
                "black",
                &format!("{sum}: {move_}"),
            );
        }
    }
    drawing.save(path)
}

/// From parameter and gradient through the step to the adaptor.
fn optimizer_parts(path: &Path) -> anyhow::Result<()> {
    let mut drawing = Drawing::new(264);
    drawing.rect([4, 4, 312, 256], "white", GREY);
    drawing.text(
        [14, 20],
        "start",
        GREY,
        "OptimizerAdaptor: for a whole module",
    );
    drawing.block([14, 36, 138, 44], PALE, &["parameter", "(found by its id)"]);
    drawing.block(
        [168, 36, 138, 44],
        PALE,
        &["gradient", "(clipped if asked)"],
    );
    drawing.block(
        [60, 112, 200, 44],
        "white",
        &["your SimpleOptimizer", "one step: the formula"],
    );
    drawing.block(
        [14, 196, 138, 52],
        PALE,
        &["new parameter", "back in the module"],
    );
    drawing.block([168, 196, 138, 52], PALE, &["state", "kept by id, saved"]);
    drawing.arrow([83, 80], [112, 111], GREY);
    drawing.arrow([237, 80], [208, 111], GREY);
    drawing.arrow([112, 156], [83, 195], GREY);
    drawing.arrow([196, 156], [222, 195], GREY);
    drawing.arrow([258, 195], [238, 157], GREY);
    drawing.text([264, 174], "start", GREY, "next");
    drawing.save(path)
}

/// S·θ: a batch reads three rows, and its output is the leaf of the graph.
fn row_leaf(path: &Path) -> anyhow::Result<()> {
    let mut drawing = Drawing::new(250);
    drawing.text([10, 12], "start", GREY, "table: not tracked");
    for row in 0..12 {
        let read = [1, 4, 9].contains(&row);
        let fill = if read { BLUE } else { "white" };
        drawing.rect([10, 24 + 17 * row, 84, 14], fill, GREY);
        if read {
            drawing.arrow([96, 31 + 17 * row], [150, 110], GREY);
        }
    }
    drawing.block([152, 88, 72, 44], PALE, &["output", "S·θ"]);
    drawing.text([188, 78], "middle", ORANGE, "the leaf");
    drawing.arrow([224, 110], [250, 110], GREY);
    drawing.block([252, 88, 60, 44], "white", &["loss"]);
    drawing.text([150, 158], "start", ORANGE, "backward stops at the leaf:");
    drawing.text([150, 174], "start", ORANGE, "∂L/∂(S·θ), as large as");
    drawing.text([150, 190], "start", ORANGE, "the batch. The step adds");
    drawing.text([150, 206], "start", ORANGE, "it up by row and changes");
    drawing.text([150, 222], "start", ORANGE, "the three rows only.");
    drawing.save(path)
}

/// Seventeen passes of tensor operations, and five of one pass.
fn memory_passes(path: &Path) -> anyhow::Result<()> {
    let mut drawing = Drawing::new(262);
    let operations = [
        ("g · g", 1),
        ("G + g²", 2),
        ("√G", 1),
        ("√G + ε", 1),
        ("g ÷ …", 2),
        ("… · η", 1),
        ("θ − …", 2),
    ];
    drawing.text([8, 12], "start", GREY, "arrays moved: read");
    drawing.rect([120, 6, 14, 12], PALE, BLUE);
    drawing.text([140, 12], "start", GREY, "written");
    drawing.rect([188, 6, 14, 12], BLUE, BLUE);
    let row = |drawing: &mut Drawing, y: i32, name: &str, reads: i32, writes: i32| {
        drawing.text([8, y + 8], "start", "black", name);
        for i in 0..reads + writes {
            let fill = if i < reads { PALE } else { BLUE };
            drawing.rect([96 + 36 * i, y, 32, 16], fill, BLUE);
        }
    };
    for (i, (name, reads)) in operations.into_iter().enumerate() {
        row(&mut drawing, 28 + 24 * i as i32, name, reads, 1);
    }
    drawing.text([312, 186], "end", ORANGE, "17 arrays");
    row(&mut drawing, 216, "one pass", 3, 2);
    drawing.text([312, 246], "end", ORANGE, "5 arrays");
    drawing.save(path)
}

/// Two handles to a table inside burn's `Learner`, and one.
fn learner_handles(path: &Path) -> anyhow::Result<()> {
    let mut drawing = Drawing::new(244);
    drawing.text(
        [10, 14],
        "start",
        GREY,
        "plain Learner: two handles, a copy each step",
    );
    drawing.block([10, 28, 84, 34], PALE, &["Learner"]);
    drawing.block([10, 76, 84, 34], PALE, &["step"]);
    drawing.block([132, 28, 80, 34], "white", &["table"]);
    drawing.block([132, 76, 80, 34], "white", &["its copy"]);
    drawing.arrow([94, 45], [131, 45], GREY);
    drawing.arrow([94, 87], [131, 54], GREY);
    drawing.arrow([172, 62], [172, 75], GREY);
    drawing.text([220, 93], "start", ORANGE, "new table");
    drawing.text(
        [10, 142],
        "start",
        GREY,
        "InPlace: one handle, written in place",
    );
    drawing.block([10, 156, 84, 34], PALE, &["Learner"]);
    drawing.block([10, 200, 84, 34], PALE, &["step"]);
    drawing.block([132, 178, 80, 34], "white", &["table"]);
    drawing.arrow([94, 217], [131, 200], GREY);
    drawing.text([104, 166], "start", GREY, "InPlace hands it over");
    drawing.text([220, 196], "start", ORANGE, "k rows written");
    drawing.save(path)
}
