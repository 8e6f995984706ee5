//! The article's comparison, honestly: Adagrad, SGD, Adam, RMSprop and others on sparse data, over many
//! seeds, at one rate or each at its own.
//!
//! `cargo run --release --example compare_optimizers -- --help` lists the options.

#[path = "../common/mod.rs"]
mod common;
mod options;
mod pictures;
mod report;
mod sparsities;
mod tuning;

use std::fs;
use std::process::ExitCode;

use anyhow::Context;
use burn::backend::Autodiff;
use burn_adagrad::train::{Comparison, ComparisonRequest, DataSource, OptimizerKind};
use burn_adagrad::tune::Tuning;
use burn_adagrad::{DefaultBackend, compare_optimizers};

use options::Options;

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let optimizers = common::optimizers(&options.optimizers)?;
    let source = common::data_source(options.data.as_deref(), options.test_data.as_deref())?;
    let seeds = options.all_seeds()?;
    // Everything that can be wrong with the options is, before anything is computed.
    options.experiment()?;
    sparsities::check(options)?;
    fs::create_dir_all(&options.out).with_context(|| options.out.display().to_string())?;
    if !options.sparsities.is_empty() {
        return sparsities::run(options, &optimizers, &seeds);
    }
    let found = compare(options, &optimizers, &source, &seeds)?;
    // What took long to compute is shown before anything can go wrong with the files.
    report::print(&found)?;
    report::write(options, &seeds, &found)?;
    pictures::draw(options, &optimizers, &found)
}

/// A comparison, and how its rates were found.
pub struct Found {
    pub comparison: Comparison,
    pub tuning: Option<Tuning>,
}

/// Tunes, if that is asked for, and compares.
fn compare(
    options: &Options,
    optimizers: &[OptimizerKind],
    source: &DataSource,
    seeds: &[u64],
) -> anyhow::Result<Found> {
    let mut experiment = options.experiment()?;
    let tuning = if options.tuned {
        let tuning = tuning::tune(options, optimizers, source, &experiment)?;
        experiment = experiment.with_tuned(tuning::best(&tuning, optimizers)?);
        Some(tuning)
    } else {
        None
    };
    let runs = (seeds.len() * optimizers.len()) as u64;
    let bar = common::progress_bar(runs.saturating_mul(options.epochs as u64), "epochs");
    let request = ComparisonRequest::new(optimizers, source.clone(), seeds)
        .with_config(experiment)
        .with_protocol(options.protocol());
    let comparison = compare_optimizers::<Autodiff<DefaultBackend>>(
        &request,
        &Default::default(),
        |optimizer, seed, _| {
            bar.set_message(format!("{optimizer}, seed {seed}"));
            bar.inc(1);
        },
    )?;
    bar.finish_and_clear();
    Ok(Found { comparison, tuning })
}
