//! What is printed and drawn.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use burn_adagrad::statistics::Interval;

use crate::study::Rows;
use crate::summary::Summary;
use crate::training::Method;

/// What the numbers of the table are.
pub fn print_protocol(
    out: &mut impl Write,
    rows: &Rows,
    summaries: &[Summary],
    seeds: &[u64],
) -> io::Result<()> {
    let (train, test) = (rows.train.len(), rows.test.len());
    let runs = summaries.iter().flat_map(|summary| &summary.runs);
    let weights = runs.map(|run| run.weights);
    let (least, most) = (weights.clone().min(), weights.max());
    writeln!(
        out,
        "Rows: {train} to train on, {test} to test on; weights: {} to {}",
        least.unwrap_or(0),
        most.unwrap_or(0)
    )?;
    let (_, validation) = rows.fit_and_validation();
    writeln!(
        out,
        "Learning rates: one for each method and seed, by the accuracy on {} of the training rows; test rows \
         have no say.",
        validation.len()
    )?;
    match seeds {
        [seed] => writeln!(out, "Seed: {seed}"),
        _ => writeln!(
            out,
            "Numbers: mean ± standard deviation over the seeds {} to {}; differences with their 95 % intervals",
            seeds[0],
            seeds[seeds.len() - 1]
        ),
    }
}

/// A cell without a number.
const NONE: &str = "–";

/// The table, in Markdown.
pub fn print_table(out: &mut impl Write, summaries: &[Summary]) -> io::Result<()> {
    writeln!(
        out,
        "\n| method | l1 | weights kept (%) | accuracy | Adagrad cut to as many | difference |"
    )?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: |")?;
    for summary in summaries {
        let Summary {
            method,
            l1,
            share_kept,
            accuracy,
            cut,
            ..
        } = summary;
        let kept = share_kept.scaled(100.0).text(2);
        let accuracy = accuracy.text(4);
        let [cut, difference] = match cut {
            Some(cut) => [cut.accuracy.text(4), difference_text(cut.difference)],
            None => [NONE.into(), NONE.into()],
        };
        writeln!(
            out,
            "| {method} | {l1} | {kept} | {accuracy} | {cut} | {difference} |"
        )?;
    }
    Ok(())
}

/// `+0.0120 [+0.0050, +0.0190]`.
fn difference_text(difference: Option<Interval>) -> String {
    match difference {
        Some(interval) => interval.to_string(),
        None => NONE.into(),
    }
}

/// How many seeds chose which rate, by method.
pub fn print_rates(out: &mut impl Write, summaries: &[Summary]) -> io::Result<()> {
    writeln!(out, "\nRates chosen (× seeds):")?;
    for method in [
        Method::Adagrad,
        Method::FtrlProximal,
        Method::ProximalAdagrad,
    ] {
        // All penalties of a method have its rate.
        let first = summaries.iter().find(|summary| summary.method == method);
        let runs = first.iter().flat_map(|summary| &summary.runs);
        writeln!(out, "  {method}: {}", count(runs.map(|run| run.lr)))?;
    }
    let cut = summaries.iter().find(|summary| summary.cut.is_some());
    let runs = cut.iter().flat_map(|summary| &summary.runs);
    let rates = runs.filter_map(|run| run.cut.map(|cut| cut.lr));
    writeln!(out, "  Adagrad, to be cut: {}", count(rates))
}

/// `0.03 × 6, 0.1 × 4`.
fn count(rates: impl Iterator<Item = f64>) -> String {
    // Rates are above 0, and the bits of such numbers have their order.
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for rate in rates {
        *counts.entry(rate.to_bits()).or_default() += 1;
    }
    let text = |(bits, count): (&u64, &usize)| format!("{} × {count}", f64::from_bits(*bits));
    counts.iter().map(text).collect::<Vec<_>>().join(", ")
}

pub fn plot(path: &Path, summaries: &[Summary], n_seeds: usize) -> anyhow::Result<()> {
    use crate::summary::Spread;
    use burn_adagrad::plot::{KeptCurve, KeptPlot, KeptPoint};

    let point = |summary: &Summary, accuracy: Spread| KeptPoint {
        share_kept: summary.share_kept.mean,
        accuracy: accuracy.mean,
        accuracy_std: accuracy.std,
    };
    let curve = |label: &str, points: Vec<KeptPoint>| KeptCurve {
        label: label.into(),
        points,
    };
    let of = |method| {
        let own = summaries.iter().filter(move |own| own.method == method);
        own.map(|own| point(own, own.accuracy)).collect()
    };
    let cut = summaries.iter().filter_map(|other| {
        let cut = other.cut.as_ref()?;
        Some(point(other, cut.accuracy))
    });
    let mut curves = vec![
        curve("FTRL-Proximal", of(Method::FtrlProximal)),
        curve("proximal Adagrad", of(Method::ProximalAdagrad)),
        curve("Adagrad, cut to as many weights", cut.collect()),
        curve("Adagrad without penalty", of(Method::Adagrad)),
    ];
    // Penalties that leave nothing at all have no place on a logarithmic axis.
    curves.retain(|curve| curve.points.iter().any(|point| point.share_kept > 0.0));
    let seeds = if n_seeds == 1 { "seed" } else { "seeds" };
    KeptPlot::new()
        .with_title(format!("Accuracy and Weights Kept ({n_seeds} {seeds})"))
        .draw(&curves, path)?;
    Ok(())
}
