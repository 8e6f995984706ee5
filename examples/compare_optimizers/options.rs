//! The options of the program.

use std::path::PathBuf;

use anyhow::anyhow;
use burn_adagrad::error::{ExperimentError, InvalidField};
use burn_adagrad::train::{ExperimentConfig, Protocol};
use clap::Parser;
use serde::Serialize;

use crate::common;

/// Compares Adagrad with SGD, Adam and RMSprop, or other optimizers, on sparse data.
///
/// Within a seed, all get the same data, the same initial weights and the same batches.
#[derive(Clone, Parser, Serialize)]
#[command(name = "compare_optimizers")]
pub struct Options {
    /// Optimizers, or `all`
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "Adagrad,SGD,Adam,RMSprop"
    )]
    pub optimizers: Vec<String>,
    /// Rows to train on, in LIBSVM format [default: the article's synthetic data]
    #[arg(long, value_name = "FILE")]
    #[serde(serialize_with = "common::lossy")]
    pub data: Option<PathBuf>,
    /// Rows to test on, in LIBSVM format [default: the last 20 % of the data]
    #[arg(long, value_name = "FILE", requires = "data")]
    #[serde(serialize_with = "common::lossy")]
    pub test_data: Option<PathBuf>,
    /// Passes over the training rows
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub epochs: usize,
    /// Rows of a batch
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub batch_size: usize,
    /// Learning rate of every optimizer
    #[arg(
        long,
        value_name = "X",
        default_value_t = 0.01,
        allow_negative_numbers = true
    )]
    pub lr: f64,
    /// Each optimizer at its own best rate of 11 from 1e-4 to 10, found on rows held back from training
    #[arg(long, conflicts_with_all = ["lr", "as_article"])]
    pub tuned: bool,
    /// Seeds that rates are tuned over, the first of --seeds; at most all of them
    #[arg(long, value_name = "N", default_value_t = 3, requires = "tuned", value_parser = clap::value_parser!(u64).range(1..))]
    pub tune_seeds: u64,
    /// Number of seeds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    #[serde(skip)]
    pub seeds: u64,
    /// First seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[serde(skip)]
    pub seed: u64,
    /// Compares at each of these shares of zeros, from 0 to 1, instead of the article's 0.95
    #[arg(
        long,
        value_name = "X",
        value_delimiter = ',',
        conflicts_with_all = ["data", "as_article"]
    )]
    pub sparsities: Vec<f64>,
    /// Folder for results.json, results.md and pictures
    #[serde(skip)]
    #[arg(long, value_name = "DIR", default_value = "target/compare_optimizers")]
    pub out: PathBuf,
    /// As the article does: new synthetic data and new weights for each optimizer, one seed
    #[arg(long, conflicts_with_all = ["seeds", "data"])]
    pub as_article: bool,
    /// Logarithmic loss axis in losses.svg and loss_bands.svg
    #[arg(long, conflicts_with = "sparsities")]
    pub log_scale: bool,
}

impl Options {
    /// The experiment, at one rate for all.
    pub fn experiment(&self) -> anyhow::Result<ExperimentConfig> {
        let config = ExperimentConfig::new()
            .with_num_epochs(self.epochs)
            .with_batch_size(self.batch_size)
            .with_lr(self.lr);
        config.validate().map_err(name_options)?;
        Ok(config)
    }

    /// The seeds of the comparison.
    pub fn all_seeds(&self) -> anyhow::Result<Vec<u64>> {
        let n = if self.as_article { 1 } else { self.seeds };
        common::seeds(self.seed, n)
    }

    /// What the optimizers share.
    pub fn protocol(&self) -> Protocol {
        if self.as_article {
            Protocol::AsArticle
        } else {
            Protocol::SameStart
        }
    }
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
