//! The article's hands-on exercise: SparseNN on sparse data, trained with Adagrad. The batches are
//! sparse and the optimizer steps the weights of the features that a batch has, so that a million
//! features cost no more than the entries of the rows.
//!
//! `cargo run --release --example sparse_nn`
//!
//! `cargo run --release --example sparse_nn -- --data FILE --features 1000000` takes a file in LIBSVM
//! format.

mod common;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use burn::backend::Autodiff;
use burn::module::AutodiffModule;
use burn_adagrad::data::sparse_dataloader;
use burn_adagrad::train::Split;
use burn_adagrad::{
    AdagradConfig, DefaultBackend, SparseNN, SparseNNConfig, evaluate_model, train_model,
};
use clap::Parser;
use indicatif::ProgressBar;

type B = Autodiff<DefaultBackend>;

/// Trains SparseNN with Adagrad on sparse batches and prints its accuracy.
#[derive(Parser)]
#[command(name = "sparse_nn")]
struct Options {
    #[command(flatten)]
    rows: common::Rows,
    /// Passes over the training rows
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    epochs: u32,
    /// Rows of a batch
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    batch_size: u32,
    /// Learning rate
    #[arg(
        long,
        value_name = "X",
        default_value_t = 0.01,
        allow_negative_numbers = true
    )]
    lr: f64,
    /// Neurons of the hidden layer
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    hidden: u32,
    /// Number of seeds; each starts from other weights and another order of the rows
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    seeds: u32,
    /// First seed
    #[arg(long, value_name = "N", default_value_t = 2)]
    seed: u64,
}

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(
        options.lr.is_finite() && options.lr > 0.0,
        "--lr {} (must be finite and above 0)",
        options.lr
    );
    let last = options.seed.checked_add(u64::from(options.seeds) - 1);
    let last = last.context("--seed plus --seeds is larger than the largest seed")?;
    let split = options.rows.read()?;
    let (train, test) = (split.train(), split.test());
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} rows to train on, {} to test on, {} features, {:.1} % of them zero",
        train.len(),
        test.len(),
        train.n_features(),
        100.0 * train.sparsity()
    )?;
    let bar = common::progress_bar(
        u64::from(options.seeds) * u64::from(options.epochs),
        "epochs",
    );
    let mut accuracies = Vec::new();
    for seed in options.seed..=last {
        let (accuracy, losses) = train_and_test(options, &split, seed, &bar);
        // The course of the first run; some lines of it.
        if accuracies.is_empty() {
            let batches = train.len().div_ceil(options.batch_size as usize);
            let epochs = losses.chunks(batches).enumerate();
            for (epoch, losses) in epochs.step_by((options.epochs as usize).div_ceil(5)) {
                let mean = losses.iter().sum::<f32>() / losses.len() as f32;
                writeln!(out, "Epoch {}, Loss: {mean:.4}", epoch + 1)?;
            }
        }
        accuracies.push(accuracy);
    }
    bar.finish_and_clear();
    writeln!(out, "Adagrad Accuracy: {}", with_spread(&accuracies))?;
    Ok(())
}

/// The accuracy on the test rows, and the loss of every batch.
fn train_and_test(
    options: &Options,
    split: &Split,
    seed: u64,
    bar: &ProgressBar,
) -> (f64, Vec<f32>) {
    let device = Default::default();
    let batch_size = options.batch_size as usize;
    let train = sparse_dataloader::<B>(split.train().clone(), batch_size, Some(seed), &device);
    let test = sparse_dataloader::<DefaultBackend>(split.test().clone(), batch_size, None, &device);

    let model: SparseNN<B> = SparseNNConfig::new(split.train().n_features())
        .with_hidden_size(options.hidden as usize)
        .init_seeded(seed, &device);
    let mut optimizer = AdagradConfig::new().init_sparse::<B, SparseNN<B>>();
    let epochs = options.epochs as usize;
    let (model, losses) = train_model(
        model,
        &mut optimizer,
        options.lr,
        train.as_ref(),
        epochs,
        |_| {
            bar.inc(1);
        },
    );
    (evaluate_model(&model.valid(), test.as_ref()), losses)
}

/// `0.9350`, or `0.9350 ± 0.0120` for several runs.
fn with_spread(accuracies: &[f64]) -> String {
    let n = accuracies.len() as f64;
    let mean = accuracies.iter().sum::<f64>() / n;
    if accuracies.len() == 1 {
        return format!("{mean:.4}");
    }
    let squares: f64 = accuracies.iter().map(|a| (a - mean).powi(2)).sum();
    format!("{mean:.4} ± {:.4}", (squares / (n - 1.0)).sqrt())
}
