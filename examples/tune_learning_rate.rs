//! Finds the learning rate of each optimizer on SparseNN: a grid of rates over several seeds, on rows that
//! are never the test set.
//!
//! `cargo run --release --example tune_learning_rate -- --help` lists the options.

mod common;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use burn::backend::Autodiff;
use burn_adagrad::DefaultBackend;
use burn_adagrad::statistics::mean_with_spread;
use burn_adagrad::train::{ExperimentConfig, OptimizerKind};
use burn_adagrad::tune::{TuneConfig, log_grid, tune_sparse_nn};
use clap::Parser;

/// Finds the learning rate of each optimizer on sparse data.
///
/// The training rows are split again for it; the test rows are not looked at. Each trial that ends is kept
/// in DIR/trials.jsonl: a run that was stopped goes on from there.
#[derive(Parser)]
#[command(name = "tune_learning_rate")]
struct Options {
    /// Optimizers, or `all`
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "Adagrad,SGD,Adam,RMSprop"
    )]
    optimizers: Vec<String>,
    /// Smallest learning rate
    #[arg(long, value_name = "X", default_value_t = 1e-4)]
    low: f64,
    /// Largest learning rate
    #[arg(long, value_name = "X", default_value_t = 10.0)]
    high: f64,
    /// Number of learning rates; of two or more, up to 8 are added beyond them while the best is at the edge
    #[arg(long, value_name = "N", default_value_t = 11)]
    rates: usize,
    /// Values of ε to try [default: each optimizer's own]
    #[arg(long, value_name = "X", value_delimiter = ',')]
    epsilons: Vec<f64>,
    /// L2 penalties to try [default: each optimizer's own, which is none]
    #[arg(long, value_name = "X", value_delimiter = ',')]
    weight_decays: Vec<f64>,
    /// Number of seeds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    seeds: u64,
    /// First seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Passes over the training rows
    #[arg(long, value_name = "N", default_value_t = 100)]
    epochs: usize,
    /// Rows of a batch
    #[arg(long, value_name = "N", default_value_t = 32)]
    batch_size: usize,
    /// Rows in LIBSVM format [default: the article's synthetic data]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Rows to test on, which are not looked at [default: the last 20 % of the data]
    #[arg(long, value_name = "FILE", requires = "data")]
    test_data: Option<PathBuf>,
    /// Gives up on a rate after its first seed if it is less accurate than the best by more than this
    #[arg(long, value_name = "X")]
    drop_below: Option<f64>,
    /// Threads [default: as many as there are cores]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
    /// Folder for trials.jsonl, results.json and rates.svg
    #[arg(long, value_name = "DIR", default_value = "target/tune_learning_rate")]
    out: PathBuf,
    /// Begins anew, whatever trials.jsonl holds
    #[arg(long)]
    fresh: bool,
}

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let names = common::optimizers(&options.optimizers)?;
    let seeds = common::seeds(options.seed, options.seeds)?;
    let some_or_default = |values: &[f64]| match values {
        [] => vec![None],
        values => values.iter().copied().map(Some).collect(),
    };
    let grid = log_grid(options.low, options.high, options.rates);
    let names = names
        .into_iter()
        .map(OptimizerKind::name)
        .map(str::to_owned);
    let config = TuneConfig::new(names.collect(), grid, seeds)
        .with_epsilons(some_or_default(&options.epsilons))
        .with_weight_decays(some_or_default(&options.weight_decays))
        .with_widen(common::WIDEN)
        .with_drop_below(options.drop_below)
        .with_threads(options.threads);
    let experiment = ExperimentConfig::new()
        .with_num_epochs(options.epochs)
        .with_batch_size(options.batch_size);
    let source = common::data_source(options.data.as_deref(), options.test_data.as_deref())?;
    // Nothing is thrown away for a run that cannot begin.
    config.validate()?;
    experiment.validate()?;
    fs::create_dir_all(&options.out).with_context(|| options.out.display().to_string())?;
    let journal = options.out.join("trials.jsonl");
    if options.fresh && journal.exists() {
        fs::remove_file(&journal).with_context(|| journal.display().to_string())?;
    }

    let bar = common::progress_bar(0, "trials");
    let tuning = tune_sparse_nn::<Autodiff<DefaultBackend>>(
        &config,
        &source,
        &experiment,
        Some(&journal),
        &Default::default(),
        |progress| common::show(&bar, progress),
    )?;
    bar.finish_and_clear();

    let mut out = std::io::stdout().lock();
    writeln!(out, "{tuning}")?;
    let path = options.out.join("results.json");
    let json = serde_json::to_string_pretty(&tuning)? + "\n";
    fs::write(&path, json).with_context(|| path.display().to_string())?;
    common::plot_rates(&tuning, &config.optimizers, &options.out)?;
    for name in &config.optimizers {
        let best = tuning.best_inside(name)?;
        let value = mean_with_spread(best.value_mean, best.value_std);
        writeln!(out, "Best: {}: {value}", best.setting)?;
    }
    Ok(())
}
