//! The effective rate, step by step: how far a gradient of 1 moves a weight that sees one at every step, and
//! one that sees one in fifty.
//!
//! `cargo run --release --example diminishing_rate -- --help` lists the options.

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
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use small::{descend, normal};

/// Steps from one gradient of the rare feature to the next.
const RARE: usize = 50;

const OPTIMIZERS: [OptimizerKind; 4] = [
    OptimizerKind::Adagrad,
    OptimizerKind::RmsProp,
    OptimizerKind::Adam,
    OptimizerKind::Adadelta,
];

/// How far each optimizer moves a weight for a gradient, measured at every step at which there is one:
/// gradients of mean 0 and deviation 1, for one weight at each step, for another every 50 steps.
#[derive(Parser)]
#[command(name = "diminishing_rate")]
struct Options {
    /// Steps
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(100..))]
    steps: u32,
    /// Learning rate of Adagrad, RMSprop and Adam; that of Adadelta is 1
    #[arg(long, value_name = "X", default_value_t = 0.01, value_parser = common::parsers::above_0)]
    lr: f64,
    /// Seed of the gradients
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Folder for diminishing_rate.svg and .csv
    #[arg(long, value_name = "DIR", default_value = "target/diminishing_rate")]
    out: PathBuf,
}

/// The steps at which a weight had a gradient, and its move for each unit of it.
type Rates = Vec<(usize, f64)>;

fn main() -> ExitCode {
    common::main(run)
}

/// The rates of the frequent and of the rare weight.
///
/// Adam moves along its momentum: its move at a step, divided by the gradient of the step, holds what the
/// gradients before have left, and hangs on their signs.
fn rates(optimizer: OptimizerKind, options: &Options) -> [Rates; 2] {
    let lr = match optimizer {
        OptimizerKind::Adadelta => 1.0,
        _ => options.lr,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let mut rates = [Vec::new(), Vec::new()];
    let mut last: Option<(usize, Vec<f32>, Vec<f32>)> = None;
    // One step more, to see what the last one did.
    descend(
        optimizer,
        lr,
        2,
        options.steps as usize + 1,
        |step, weights| {
            if let Some((step, before, gradient)) = &last {
                for (weight, rates) in rates.iter_mut().enumerate() {
                    let moved = f64::from(before[weight] - weights[weight]);
                    if gradient[weight] != 0.0 {
                        rates.push((*step, (moved / f64::from(gradient[weight])).abs()));
                    }
                }
            }
            // Of size 1, so that all that changes is the optimizer's rate.
            let mut sign = || if normal(&mut rng) < 0.0 { -1.0 } else { 1.0 };
            let rare = if step % RARE == 0 { sign() } else { 0.0 };
            let gradient = vec![sign(), rare];
            last = Some((step, weights.to_vec(), gradient.clone()));
            gradient
        },
    );
    rates
}

fn run(options: &Options) -> anyhow::Result<()> {
    fs::create_dir_all(&options.out).with_context(|| options.out.display().to_string())?;
    let all: Vec<(OptimizerKind, [Rates; 2])> = OPTIMIZERS
        .into_iter()
        .map(|optimizer| (optimizer, rates(optimizer, options)))
        .collect();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Move for a gradient of 1, mean over the first and over the last tenth of the steps.\n\n\
         | optimizer | frequent, first | frequent, last | rare, first | rare, last |\n\
         | --- | ---: | ---: | ---: | ---: |"
    )?;
    for (optimizer, weights) in &all {
        write!(out, "| {optimizer} |")?;
        for rates in weights {
            let tenth = (rates.len() / 10).max(1);
            let mean = |rates: &[(usize, f64)]| {
                rates.iter().map(|rate| rate.1).sum::<f64>() / rates.len() as f64
            };
            let (first, last) = (mean(&rates[..tenth]), mean(&rates[rates.len() - tenth..]));
            write!(out, " {first:.2e} | {last:.2e} |")?;
        }
        writeln!(out)?;
    }
    draw(options, &all)
}

fn draw(options: &Options, all: &[(OptimizerKind, [Rates; 2])]) -> anyhow::Result<()> {
    use burn_adagrad::plot::{Line, LinePlot, Point};

    let mut lines = Vec::new();
    for (weight, name) in ["frequent", "rare"].into_iter().enumerate() {
        for (optimizer, rates) in all {
            let rates = &rates[weight];
            // The mean of some at a time: Adam's moves hang on the signs before.
            let size = (rates.len() / 100).max(1);
            let point = |rates: &[(usize, f64)]| {
                let (step, _) = rates[rates.len() / 2];
                let mean = rates.iter().map(|rate| rate.1).sum::<f64>() / rates.len() as f64;
                Point::new((step + 1) as f64, mean)
            };
            let label = format!("{optimizer}, {name} feature");
            let line = Line::new(label, rates.chunks(size).map(point).collect());
            lines.push(if weight == 1 { line.dashed() } else { line });
        }
    }
    LinePlot::new(
        "The effective rate of a frequent and of a rare feature",
        "Step",
        "Move of the weight for a gradient of 1",
    )
    .with_log_x(true)
    .with_log_y(true)
    .draw(&lines, &options.out.join("diminishing_rate.svg"))?;
    Ok(())
}
