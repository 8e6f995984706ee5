//! Outputs and figures of the chapters on the experiment.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use burn_adagrad::plot::{DotPlot, DotRow, Line, LinePlot, Point};
use burn_adagrad::statistics::{mean, standard_deviation};
use burn_adagrad::train::{OptimizerKind, Protocol};

use super::{Artifact, pictures};
use crate::listings::{hands_on, revisited};

pub fn artifacts() -> Vec<Artifact> {
    vec![
        Artifact::text("hands_on.txt", hands_on::output),
        // Its training is that of the text above.
        Artifact::measured("hands_on.csv", draw_hands_on),
        Artifact::figure("word_rates.svg", draw_word_rates),
        Artifact::text("rate_widths.md", rate_widths),
        Artifact::measured("as_article.md", as_article),
    ]
}

/// A committed file of the book.
fn generated(name: &str) -> anyhow::Result<String> {
    let path = Path::new(super::GENERATED).join(name);
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

fn draw_hands_on(path: &Path) -> anyhow::Result<()> {
    let line = |(optimizer, accuracy, losses): (_, f64, Vec<f64>)| {
        let point = |(epoch, loss): (usize, &f64)| Point::new((epoch + 1) as f64, *loss);
        let points = losses.iter().enumerate().map(point).collect();
        Line::new(format!("{optimizer} (accuracy {accuracy:.4})"), points)
    };
    let lines: Vec<Line> = hands_on::losses_by_epoch()?.into_iter().map(line).collect();
    LinePlot::new(
        "Training loss (sparse data, one seed)",
        "Epoch",
        "Mean loss of the epoch",
    )
    .write_table(&lines, path)?;
    Ok(())
}

/// From what the example of the texts prints: the mean rate of the words in so many texts.
fn draw_word_rates(path: &Path) -> anyhow::Result<()> {
    let printed = generated("text_classification.txt")?;
    let (_, table) = printed
        .split_once("Mean rate of the tokens")
        .context("the rates")?;
    let point = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [from, "to", to, rate, ..] = words[..] else {
            return None;
        };
        let (from, to): (f64, f64) = (from.parse().ok()?, to.parse().ok()?);
        Some(Point::new((from * to).sqrt(), rate.parse().ok()?))
    };
    let points: Vec<Point> = table.lines().filter_map(point).collect();
    let plot = LinePlot::new(
        "Rare words keep a large rate",
        "Texts that the word is in",
        "Mean effective rate of the word's weights",
    )
    .with_log_x(true)
    .with_log_y(true);
    pictures::draw(&plot, &[Line::new("Adagrad, rate 0.01", points)], path)
}

/// How wide the rates are at which an optimizer is as good as at its best, less two hundredths.
fn rate_widths() -> anyhow::Result<String> {
    let table = generated("tuned_all_rates.csv")?;
    let mut lines: Vec<(String, Vec<[f64; 2]>)> = Vec::new();
    for row in table.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let (name, point) = (fields[0], [fields[1].parse()?, fields[2].parse()?]);
        match lines.last_mut() {
            Some((last, points)) if last == name => points.push(point),
            _ => lines.push((name.to_owned(), vec![point])),
        }
    }
    let mut text = String::from(
        "| optimizer | best accuracy | at rate | within 0.02 of it | factor |\n\
         | --- | ---: | ---: | ---: | ---: |\n",
    );
    for (name, points) in lines {
        let best = points
            .iter()
            .copied()
            .reduce(|best, next| if next[1] > best[1] { next } else { best });
        let best = best.context("a rate")?;
        let good: Vec<f64> = points
            .iter()
            .filter(|p| p[1] >= best[1] - 0.02)
            .map(|p| p[0])
            .collect();
        let (low, high) = (good[0], good[good.len() - 1]);
        writeln!(
            text,
            "| {name} | {:.4} | {} | {low} to {high} | {:.0} |",
            best[1],
            best[0],
            high / low
        )?;
    }
    Ok(text)
}

/// The article's program with thirty seeds, and the same with one start for all: a table and a picture of
/// the differences.
fn as_article(path: &Path) -> anyhow::Result<()> {
    let as_article = revisited::thirty(Protocol::AsArticle)?;
    let same_start = revisited::thirty(Protocol::SameStart)?;
    let mut rows = Vec::new();
    for (i, kind) in OptimizerKind::ARTICLE.iter().enumerate().skip(1) {
        for (comparison, start) in [
            (&as_article, "new data for each"),
            (&same_start, "same start"),
        ] {
            let less = revisited::adagrad_less(comparison, i);
            let (mean, spread) = (mean(&less), standard_deviation(&less).unwrap_or(0.0));
            let row = DotRow::new(
                format!("{kind}: {start}"),
                mean,
                mean - spread,
                mean + spread,
            );
            rows.push(row.with_runs(less));
        }
    }
    DotPlot::new(
        "Adagrad's accuracy less that of another",
        "Accuracy of Adagrad less that of the other (30 runs, mean ± 1 sd)",
    )
    .write_table(&rows, &path.with_extension("csv"))?;
    super::write(path, &revisited::table(&as_article, &same_start))
}
