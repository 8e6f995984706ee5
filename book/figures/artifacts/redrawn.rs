//! Figures drawn from committed numbers: those of the examples, and those that take long to measure. To draw
//! them again costs nothing, so the tests compare the pictures themselves.

use std::path::Path;

use anyhow::{Context, ensure};
use burn_adagrad::plot::{DotPlot, DotRow, Line, LinePlot, Point, Spread};

use super::pictures::{NARROW, draw_narrow, narrow};
use super::{Artifact, Make};

/// What is drawn of a table of numbers.
pub struct Redrawn {
    title: &'static str,
    shape: Shape,
}

enum Shape {
    Lines {
        log: [bool; 2],
        spread: Spread,
        /// The lines that are shown, by their labels in the table: with other labels, and dashed or not.
        /// Empty for all, as they are.
        shown: &'static [(&'static str, &'static str, bool)],
        /// By how much each line is moved to the right of the one before, as a factor, so that bars do not
        /// cover one another.
        apart: f64,
    },
    Dots {
        reference: Option<f64>,
    },
}

const ALL: &[(&str, &str, bool)] = &[];

fn lines(title: &'static str, log: [bool; 2], spread: Spread) -> Redrawn {
    let shape = Shape::Lines {
        log,
        spread,
        shown: ALL,
        apart: 1.0,
    };
    Redrawn { title, shape }
}

impl Redrawn {
    fn with_shown(mut self, only: &'static [(&'static str, &'static str, bool)]) -> Self {
        if let Shape::Lines { shown, .. } = &mut self.shape {
            *shown = only;
        }
        self
    }

    fn with_apart(mut self, factor: f64) -> Self {
        if let Shape::Lines { apart, .. } = &mut self.shape {
            *apart = factor;
        }
        self
    }

    /// Draws both widths from a table.
    pub fn draw(&self, table: &Path, path: &Path) -> anyhow::Result<()> {
        let mut reader = csv::Reader::from_path(table)?;
        let header = reader.headers()?.clone();
        let records = reader.records().collect::<Result<Vec<_>, _>>()?;
        match &self.shape {
            Shape::Lines {
                log: [log_x, log_y],
                spread,
                shown,
                apart,
            } => {
                let plot = LinePlot::new(self.title, &header[1], &header[2])
                    .with_log_x(*log_x)
                    .with_log_y(*log_y)
                    .with_spread(*spread);
                let lines = lines_of(&records, shown, *apart)?;
                plot.draw_picture(&lines, path)?;
                draw_narrow(&plot, &lines, path)
            }
            Shape::Dots { reference } => {
                let mut plot = DotPlot::new(self.title, &header[1]);
                if let Some(reference) = reference {
                    plot = plot.with_reference(*reference);
                }
                let rows = records.iter().map(row_of);
                let rows = rows.collect::<anyhow::Result<Vec<_>>>()?;
                plot.draw_picture(&rows, path)?;
                Ok(plot.with_width(NARROW).draw_picture(&rows, &narrow(path))?)
            }
        }
    }
}

fn number(text: &str) -> anyhow::Result<f64> {
    text.parse()
        .with_context(|| format!("{text:?} is not a number"))
}

fn lines_of(
    records: &[csv::StringRecord],
    shown: &[(&str, &str, bool)],
    apart: f64,
) -> anyhow::Result<Vec<Line>> {
    let mut lines: Vec<(String, Vec<Point>)> = Vec::new();
    for record in records {
        let [x, y, low, high] = [1, 2, 3, 4].map(|i| number(&record[i]));
        let point = Point::new(x?, y?).with_interval(low?, high?);
        match lines.last_mut() {
            Some((label, points)) if *label == record[0] => points.push(point),
            _ => lines.push((record[0].to_owned(), vec![point])),
        }
    }
    if !shown.is_empty() {
        let mut chosen = Vec::new();
        for (label, shown_as, _) in shown {
            let place = lines.iter().position(|(own, _)| own == label);
            let place = place.with_context(|| format!("no line is called {label:?}"))?;
            chosen.push(((*shown_as).to_owned(), lines[place].1.clone()));
        }
        lines = chosen;
    }
    ensure!(
        lines.len() <= 6,
        "{} lines are too many to tell apart",
        lines.len()
    );
    let line = |(i, (label, mut points)): (usize, (String, Vec<Point>))| {
        // From left to right, whatever the order in the table.
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        for point in &mut points {
            point.x *= apart.powi(i as i32);
        }
        let line = Line::new(label, points);
        if shown.get(i).is_some_and(|(_, _, dashed)| *dashed) {
            line.dashed()
        } else {
            line
        }
    };
    Ok(lines.into_iter().enumerate().map(line).collect())
}

fn row_of(record: &csv::StringRecord) -> anyhow::Result<DotRow> {
    let [mean, low, high] = [1, 2, 3].map(|i| number(&record[i]));
    let runs = record[4].split(';').filter(|run| !run.is_empty());
    let runs = runs.map(number).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(DotRow::new(&record[0], mean?, low?, high?).with_runs(runs))
}

pub fn artifacts() -> Vec<Artifact> {
    let both = [true, true];
    let redrawn = |name, redrawn| Artifact {
        name,
        make: Make::Redrawn(redrawn),
    };
    vec![
        redrawn(
            "diminishing_rate.svg",
            lines("The effective rate of two weights", both, Spread::Bars).with_shown(&[
                ("Adagrad, frequent feature", "Adagrad, frequent", false),
                ("Adagrad, rare feature", "Adagrad, rare", true),
                ("RMSprop, frequent feature", "RMSprop, frequent", false),
                ("RMSprop, rare feature", "RMSprop, rare", true),
                ("Adam, frequent feature", "Adam, frequent", false),
                ("Adam, rare feature", "Adam, rare", true),
            ]),
        ),
        redrawn(
            "feature_frequency.svg",
            lines(
                "Features of very different frequency",
                [false, true],
                Spread::Band,
            ),
        ),
        redrawn(
            "changing_targets.svg",
            lines("Targets that change half-way", [false, true], Spread::Bars).with_shown(&[
                ("Adagrad", "Adagrad", false),
                ("SGD, momentum 0.9", "SGD, momentum 0.9", false),
                ("Adam", "Adam", false),
                ("RMSprop", "RMSprop", false),
                ("Adadelta", "Adadelta", false),
                ("Adagrad-decay", "Adagrad-decay", false),
            ]),
        ),
        redrawn(
            "article_rates_bands.svg",
            lines(
                "Training loss at the rate 0.01",
                [false, false],
                Spread::Band,
            ),
        ),
        redrawn(
            "tuned_bands.svg",
            lines("Training loss at tuned rates", [false, false], Spread::Band),
        ),
        redrawn(
            "tuned_rates.svg",
            lines(
                "How much does each depend on its rate?",
                [true, false],
                Spread::Bars,
            ),
        ),
        redrawn(
            "sparsities.svg",
            lines(
                "Accuracy less Adagrad's, each at its tuned rate",
                [true, false],
                Spread::Bars,
            )
            .with_apart(1.06),
        ),
        redrawn(
            "hands_on.svg",
            lines("Training loss of one seed", [false, true], Spread::Bars),
        ),
        redrawn(
            "step_times.svg",
            lines("One step of Adagrad", both, Spread::Bars).with_shown(&[
                ("tensor operations, ndarray", "tensor operations", false),
                ("burn's AdaGrad, ndarray", "burn's AdaGrad", false),
                ("one pass, ndarray", "one pass", false),
                ("one pass, flex, bf16", "one pass, bf16", true),
                ("copy loop", "copy loop", false),
            ]),
        ),
        redrawn(
            "rows_training.svg",
            lines(
                "A training step that touches 1,000 rows",
                both,
                Spread::Bars,
            ),
        ),
        redrawn(
            "memory.svg",
            Redrawn {
                title: "Optimizer state of the first layer, and accuracy",
                shape: Shape::Dots { reference: None },
            },
        ),
        redrawn(
            "as_article.svg",
            Redrawn {
                title: "Adagrad's accuracy less that of another, thirty times",
                shape: Shape::Dots {
                    reference: Some(0.0),
                },
            },
        ),
    ]
}
