//! A convex problem with features of very different frequency: logistic regression on features of which the
//! k-th occurs in one row of k. What a rate for each feature is good for.
//!
//! `cargo run --release --example feature_frequency -- --help` lists the options.

mod common;
#[path = "common/small.rs"]
mod small;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use burn_adagrad::train::OptimizerKind;
use clap::Parser;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use small::{Studied, Study, descend, normal};

const FEATURES: usize = 200;
const TEST_ROWS: usize = 2000;

const OPTIMIZERS: [OptimizerKind; 5] = [
    OptimizerKind::Adagrad,
    OptimizerKind::Sgd,
    OptimizerKind::Adam,
    OptimizerKind::RmsProp,
    OptimizerKind::Adadelta,
];

/// Logistic regression, a row a step, on features of which the k-th occurs in one row of k; each optimizer
/// at the rate that is best for it.
#[derive(Parser)]
#[command(name = "feature_frequency")]
struct Options {
    /// Steps, a row each
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(10..))]
    steps: u32,
    #[command(flatten)]
    study: Study,
    /// Folder for feature_frequency.svg and .csv
    #[arg(long, value_name = "DIR", default_value = "target/feature_frequency")]
    out: PathBuf,
}

fn main() -> ExitCode {
    common::main(run)
}

/// The features of a row that are 1.
fn row(rng: &mut impl Rng) -> Vec<usize> {
    (0..FEATURES)
        .filter(|k| rng.random::<f32>() * (k + 1) as f32 <= 1.0)
        .collect()
}

fn logit(row: &[usize], weights: &[f32]) -> f32 {
    row.iter().map(|&feature| weights[feature]).sum()
}

/// −ln of the probability that the weights give to the label.
fn loss(row: &[usize], label: f32, weights: &[f32]) -> f64 {
    let margin = f64::from(logit(row, weights) * (2.0 * label - 1.0));
    (-margin).exp().ln_1p()
}

/// Steps between two points of the curves.
fn every(steps: usize) -> usize {
    (steps / 100).max(1)
}

/// The excess of the test loss over that of the true weights, now and then.
fn excess_losses(optimizer: OptimizerKind, rate: f64, seed: u64, steps: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let truth: Vec<f32> = (0..FEATURES).map(|_| 2.0 * normal(&mut rng)).collect();
    let mut labelled_row = || {
        let row = row(&mut rng);
        let probability = 1.0 / (1.0 + (-logit(&row, &truth)).exp());
        let label = if rng.random::<f32>() < probability {
            1.0
        } else {
            0.0
        };
        (row, label)
    };
    let test: Vec<(Vec<usize>, f32)> = (0..TEST_ROWS).map(|_| labelled_row()).collect();
    let test_loss = |weights: &[f32]| {
        let losses = test.iter().map(|(row, label)| loss(row, *label, weights));
        losses.sum::<f64>() / TEST_ROWS as f64
    };
    let least = test_loss(&truth);
    let mut losses = Vec::new();
    // One step more, to see what the last one did.
    descend(optimizer, rate, FEATURES, steps + 1, |step, weights| {
        if step % every(steps) == 0 || step == steps {
            losses.push(test_loss(weights) - least);
        }
        let (row, label) = labelled_row();
        let slope = 1.0 / (1.0 + (-logit(&row, weights)).exp()) - label;
        let mut gradient = vec![0.0; FEATURES];
        row.iter().for_each(|&feature| gradient[feature] = slope);
        gradient
    });
    losses
}

fn run(options: &Options) -> anyhow::Result<()> {
    let steps = options.steps as usize;
    fs::create_dir_all(&options.out).with_context(|| options.out.display().to_string())?;
    let curve = |optimizer, rate, seed| excess_losses(optimizer, rate, seed, steps);
    let at_the_end = |losses: Vec<f64>| losses[losses.len() - 1];
    let loss = |optimizer, rate, seed| at_the_end(curve(optimizer, rate, seed));
    let runs = options.study.run(&OPTIMIZERS, loss, curve)?;

    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Test loss above that of the true weights ({} seeds).\n\n\
         | optimizer | learning rate | after a tenth of the steps | at the end | at the end, above \
         Adagrad's (95 % interval) |\n\
         | --- | ---: | ---: | ---: | ---: |",
        options.study.seeds
    )?;
    for run in &runs {
        let tenth = small::at(&run.curves, steps / 10 / every(steps));
        let last = run.curves[0].len() - 1;
        let end = small::at(&run.curves, last);
        let above = small::above_adagrad(&runs, run, last);
        let (optimizer, rate) = (run.optimizer.label(), run.rate);
        writeln!(out, "| {optimizer} | {rate} | {tenth} | {end} | {above} |")?;
    }
    draw(options, &runs)
}

fn draw(options: &Options, runs: &[Studied]) -> anyhow::Result<()> {
    use burn_adagrad::plot::{Line, LinePlot, Point, Spread};
    use burn_adagrad::statistics::{mean, standard_deviation};

    let steps = options.steps as usize;
    let line = |run: &Studied| {
        let losses = &run.curves;
        let point = |i: usize| {
            let losses: Vec<f64> = losses.iter().map(|losses| losses[i]).collect();
            let spread = standard_deviation(&losses).unwrap_or(0.0);
            let step = steps.min(i * every(steps));
            Point::new(step as f64, mean(&losses)).with_spread(spread)
        };
        Line::new(
            run.optimizer.label(),
            (0..losses[0].len()).map(point).collect(),
        )
    };
    let lines: Vec<Line> = runs.iter().map(line).collect();
    LinePlot::new(
        format!(
            "Features of very different frequency, mean ± 1 sd over {} seeds",
            options.study.seeds
        ),
        "Step (one row each)",
        "Test loss above that of the true weights (nats)",
    )
    .with_spread(Spread::Band)
    .with_log_y(true)
    .draw(&lines, &options.out.join("feature_frequency.svg"))?;
    Ok(())
}
