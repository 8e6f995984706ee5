//! The options of the command line.

use std::path::PathBuf;

use clap::Parser;
use serde::Serialize;

use crate::common::lossy;
use crate::common::parsers::{above_0, positive, up_to};

/// Accuracy against the share of weights kept: a linear model of short texts under FTRL-Proximal and
/// proximal Adagrad, beside plain Adagrad whose smallest weights are cut off afterwards.
#[derive(Parser, Serialize)]
#[command(name = "sparse_models")]
pub struct Options {
    /// Texts to train on, a line each: label, tab, text [default: the remarks of text_classification]
    #[arg(long, value_name = "FILE")]
    #[serde(serialize_with = "lossy")]
    pub data: Option<PathBuf>,
    /// Texts to test on [default: the last 20 % of the data, after a shuffle]
    #[arg(long, value_name = "FILE", requires = "data")]
    #[serde(serialize_with = "lossy")]
    pub test_data: Option<PathBuf>,
    /// Longest run of words that is a feature: with 2, pairs of neighbours are features too
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = up_to(5))]
    pub ngrams: usize,
    /// Passes over the training texts
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = positive)]
    pub epochs: usize,
    /// L1 penalties of FTRL-Proximal: a weight is zero unless all its gradients together exceed it
    #[arg(
        long,
        value_name = "X,…",
        value_delimiter = ',',
        default_values_t = [0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 5.0],
        value_parser = above_0,
        allow_negative_numbers = true
    )]
    pub l1: Vec<f64>,
    /// L1 penalties of proximal Adagrad: each is set against the gradient of a single step
    #[arg(
        long,
        value_name = "X,…",
        value_delimiter = ',',
        default_values_t = [0.003, 0.006, 0.01, 0.0125, 0.015, 0.0175, 0.02, 0.03],
        value_parser = above_0,
        allow_negative_numbers = true
    )]
    pub proximal_l1: Vec<f64>,
    /// Learning rates to choose from; while the best is the least or the largest, more are tried beyond it
    #[arg(
        long,
        value_name = "X,…",
        value_delimiter = ',',
        default_values_t = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
        value_parser = above_0,
        allow_negative_numbers = true
    )]
    pub lr: Vec<f64>,
    /// What the accumulators of all optimizers begin with
    #[arg(
        long,
        value_name = "X",
        default_value_t = 1e-4,
        value_parser = above_0,
        allow_negative_numbers = true
    )]
    pub initial_accumulator: f64,
    /// Number of seeds
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    #[serde(skip)]
    pub seeds: u64,
    /// First seed: of the shuffle before the split and the order of the batches
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[serde(skip)]
    pub seed: u64,
    /// Folder for accuracy_kept.svg and results.json
    #[arg(long, value_name = "DIR", default_value = "target/sparse_models")]
    #[serde(skip)]
    pub out: PathBuf,
}
