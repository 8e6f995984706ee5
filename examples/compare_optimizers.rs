//! The article's comparison: Adagrad, SGD, Adam and RMSprop on sparse data.
//!
//! `cargo run --release --example compare_optimizers -- --help` lists the options.

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use burn::backend::Autodiff;
use burn::tensor::backend::Backend;
use burn_adagrad::data::LibsvmOptions;
use burn_adagrad::error::{ExperimentError, InvalidField};
use burn_adagrad::train::{Comparison, DataSource, ExperimentConfig, OptimizerKind, Protocol};
use burn_adagrad::{DefaultBackend, SparseDataConfig, compare_optimizers};
use clap::Parser;
use serde::Serialize;

/// Compares Adagrad with SGD, Adam and RMSprop on sparse data.
///
/// Within a seed, all four get the same data, the same initial weights and the same batches.
#[derive(Parser, Serialize)]
#[command(name = "compare_optimizers")]
struct Options {
    /// Rows to train on, in LIBSVM format [default: the article's synthetic data]
    #[arg(long, value_name = "FILE")]
    #[serde(serialize_with = "common::lossy")]
    data: Option<PathBuf>,
    /// Rows to test on, in LIBSVM format [default: the last 20 % of the data]
    #[arg(long, value_name = "FILE", requires = "data")]
    #[serde(serialize_with = "common::lossy")]
    test_data: Option<PathBuf>,
    /// Passes over the training rows
    #[arg(long, value_name = "N", default_value_t = 100)]
    epochs: usize,
    /// Rows of a batch
    #[arg(long, value_name = "N", default_value_t = 32)]
    batch_size: usize,
    /// Learning rate of every optimizer
    #[arg(
        long,
        value_name = "X",
        default_value_t = 0.01,
        allow_negative_numbers = true
    )]
    lr: f64,
    /// Number of seeds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    #[serde(skip)]
    seeds: u64,
    /// First seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[serde(skip)]
    seed: u64,
    /// Folder for losses.svg and results.json
    #[serde(skip)]
    #[arg(long, value_name = "DIR", default_value = "target/compare_optimizers")]
    out: PathBuf,
    /// As the article does: new synthetic data and new weights for each optimizer, one seed
    #[arg(long, conflicts_with_all = ["seeds", "data"])]
    as_article: bool,
    /// Logarithmic loss axis in losses.svg
    #[arg(long)]
    log_scale: bool,
}

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let config = ExperimentConfig::new()
        .with_num_epochs(options.epochs)
        .with_batch_size(options.batch_size)
        .with_lr(options.lr);
    config.validate().map_err(name_options)?;
    let n_seeds = if options.as_article { 1 } else { options.seeds };
    let seeds = common::seeds(options.seed, n_seeds)?;
    let protocol = if options.as_article {
        Protocol::AsArticle
    } else {
        Protocol::SameStart
    };
    let source = data_source(options)?;
    fs::create_dir_all(&options.out).with_context(|| options.out.display().to_string())?;

    let device = Default::default();
    let runs = (seeds.len() * OptimizerKind::ALL.len()) as u64;
    let bar = common::progress_bar(runs.saturating_mul(options.epochs as u64), "epochs");
    let comparison = compare_optimizers::<Autodiff<DefaultBackend>>(
        &OptimizerKind::ALL,
        &source,
        &config,
        &seeds,
        protocol,
        &device,
        |optimizer, seed, _| {
            bar.set_message(format!("{optimizer}, seed {seed}"));
            bar.inc(1);
        },
    )?;
    bar.finish_and_clear();

    // What took long to compute is shown before anything can go wrong with the files.
    print(&comparison)?;
    let results = Results {
        backend: DefaultBackend::name(&device),
        options,
        seeds: &seeds,
        comparison: &comparison,
    };
    let path = options.out.join("results.json");
    let json = serde_json::to_string(&results)? + "\n";
    fs::write(&path, json).with_context(|| path.display().to_string())?;
    plot(&options.out.join("losses.svg"), options, &comparison)
}

/// The library names its own fields; the user typed options.
fn name_options(error: ExperimentError) -> anyhow::Error {
    let ExperimentError::InvalidConfig(fields) = error else {
        return error.into();
    };
    let problem = |field: &InvalidField| {
        let option = match field.field {
            "num_epochs" => "epochs",
            "batch_size" => "batch-size",
            other => other,
        };
        format!("--{option} {} (must be {})", field.value, field.requirement)
    };
    anyhow!(fields.iter().map(problem).collect::<Vec<_>>().join("; "))
}

fn data_source(options: &Options) -> anyhow::Result<DataSource> {
    let Some(train) = &options.data else {
        return Ok(DataSource::Synthetic(SparseDataConfig::new()));
    };
    let reader = LibsvmOptions::default();
    let split = common::read_split(&reader, train, options.test_data.as_deref())?;
    Ok(DataSource::Given(split))
}

#[derive(Serialize)]
struct Results<'a> {
    backend: String,
    options: &'a Options,
    seeds: &'a [u64],
    #[serde(flatten)]
    comparison: &'a Comparison,
}

#[cfg(feature = "plot")]
fn plot(path: &Path, options: &Options, comparison: &Comparison) -> anyhow::Result<()> {
    use burn_adagrad::plot::{LossCurve, LossPlot};

    let curves: Vec<LossCurve> = comparison
        .optimizers
        .iter()
        .map(|runs| LossCurve {
            label: format!("{} (Accuracy: {})", runs.optimizer, runs.accuracy()),
            losses: runs.mean_losses(),
        })
        .collect();
    LossPlot::new(curves[0].losses.len() / options.epochs)
        .with_log_scale(options.log_scale)
        .draw(&curves, path)?;
    Ok(())
}

#[cfg(not(feature = "plot"))]
fn plot(path: &Path, _: &Options, _: &Comparison) -> anyhow::Result<()> {
    common::not_drawn(path);
    Ok(())
}

fn print(comparison: &Comparison) -> anyhow::Result<()> {
    for optimizer in &comparison.optimizers {
        let losses = || optimizer.runs.iter().flat_map(|run| &run.losses);
        let lost = losses().filter(|loss| !loss.is_finite()).count();
        if lost > 0 {
            let (name, all) = (optimizer.optimizer, losses().count());
            eprintln!("warning: {name}: {lost} of {all} losses are not finite");
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "Final accuracies:")?;
    for runs in &comparison.optimizers {
        writeln!(out, "{}: {}", runs.optimizer, runs.accuracy())?;
    }
    Ok(())
}
