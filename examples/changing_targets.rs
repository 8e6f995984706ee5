//! Targets that change half-way: a regression whose true weights are drawn anew. Adagrad, whose rates only
//! fall, is left behind; those that forget are not.
//!
//! `cargo run --release --example changing_targets -- --help` lists the options.

mod common;
#[path = "common/small.rs"]
mod small;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use burn_adagrad::train::OptimizerKind;
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use small::{Studied, Study, descend, normal};

const WEIGHTS: usize = 20;
const BATCH: usize = 1;
const NOISE: f32 = 3.0;

const OPTIMIZERS: [OptimizerKind; 7] = [
    OptimizerKind::Adagrad,
    OptimizerKind::AdagradDecay,
    OptimizerKind::AdagradMomentum,
    OptimizerKind::Adadelta,
    OptimizerKind::RmsProp,
    OptimizerKind::Adam,
    OptimizerKind::Sgd,
];

/// A linear regression whose true weights change half-way, under several optimizers, each at the rate that
/// is best for the first half.
#[derive(Parser)]
#[command(name = "changing_targets")]
struct Options {
    /// Steps; the targets change after half of them
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    steps: usize,
    #[command(flatten)]
    study: Study,
    /// Folder for changing_targets.svg and .csv
    #[arg(long, value_name = "DIR", default_value = "target/changing_targets")]
    out: PathBuf,
}

fn main() -> ExitCode {
    common::main(run)
}

/// The mean squared error of the weights after each step.
fn errors(optimizer: OptimizerKind, rate: f64, seed: u64, steps: usize, change: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || (0..WEIGHTS).map(|_| normal(&mut rng)).collect::<Vec<f32>>();
    let targets = [draw(), draw()];
    let mut errors = Vec::with_capacity(steps);
    descend(optimizer, rate, WEIGHTS, steps, |step, weights| {
        let target = &targets[usize::from(step >= change)];
        let squares = weights
            .iter()
            .zip(target)
            .map(|(w, t)| f64::from(w - t).powi(2));
        errors.push(squares.sum::<f64>() / WEIGHTS as f64);
        let mut gradient = vec![0.0; WEIGHTS];
        for _ in 0..BATCH {
            let x: Vec<f32> = (0..WEIGHTS).map(|_| normal(&mut rng)).collect();
            let residual: f32 = x.iter().zip(weights).map(|(x, w)| x * w).sum::<f32>()
                - x.iter().zip(target).map(|(x, t)| x * t).sum::<f32>()
                + NOISE * normal(&mut rng);
            for (gradient, x) in gradient.iter_mut().zip(&x) {
                *gradient += 2.0 * residual * x / BATCH as f32;
            }
        }
        gradient
    });
    errors
}

fn run(options: &Options) -> anyhow::Result<()> {
    let (steps, change) = (options.steps, options.steps / 2);
    ensure!(change >= 10, "--steps {steps} (must be at least 20)");
    fs::create_dir_all(&options.out).with_context(|| options.out.display().to_string())?;
    // The mean over the first half: how fast it comes near, and how near.
    let loss = |optimizer, rate, seed| {
        let errors = errors(optimizer, rate, seed, change, change);
        errors.iter().sum::<f64>() / change as f64
    };
    let curve = |optimizer, rate, seed| errors(optimizer, rate, seed, steps, change);
    let runs = options.study.run(&OPTIMIZERS, loss, curve)?;

    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Mean squared error of the weights ({} seeds). The targets change after step {change}. Each rate is the \
         best for the steps before it.\n\n\
         | optimizer | learning rate | before the change | 10 % of the steps after it | at the end | at the end, \
         above Adagrad's (95 % interval) |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |",
        options.study.seeds
    )?;
    for run in &runs {
        let at = |step| small::at(&run.curves, step);
        let (before, soon, end) = (at(change - 1), at(change + steps / 10), at(steps - 1));
        let above = small::above_adagrad(&runs, run, steps - 1);
        let (optimizer, rate) = (run.optimizer.label(), run.rate);
        writeln!(
            out,
            "| {optimizer} | {rate} | {before} | {soon} | {end} | {above} |"
        )?;
    }
    draw(options, &runs)
}

fn draw(options: &Options, runs: &[Studied]) -> anyhow::Result<()> {
    use burn_adagrad::plot::{Line, LinePlot, Point};

    let every = (options.steps / 200).max(1);
    let line = |run: &Studied| {
        let errors = &run.curves;
        let point = |step: usize| {
            // The mean of logarithms, as the axis has it.
            let logs = errors.iter().map(|errors| errors[step].ln()).sum::<f64>();
            Point::new(step as f64, (logs / errors.len() as f64).exp())
        };
        let points = (0..options.steps).step_by(every).map(point).collect();
        Line::new(run.optimizer.label(), points)
    };
    let lines: Vec<Line> = runs.iter().map(line).collect();
    LinePlot::new(
        format!(
            "Targets that change half-way (geometric mean of {} seeds)",
            options.study.seeds
        ),
        "Step",
        "Mean squared error of the weights",
    )
    .with_log_y(true)
    .draw(&lines, &options.out.join("changing_targets.svg"))?;
    Ok(())
}
