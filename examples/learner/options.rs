//! The options of the program.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Parser;

use crate::common::Rows;

/// Trains SparseNN with burn's Learner: metrics, checkpoints, early stopping, going on.
#[derive(Parser)]
#[command(name = "learner")]
pub struct Options {
    #[command(flatten)]
    pub rows: Rows,
    /// Folder of the run: checkpoints, metrics and a log. Without --resume it must be new or empty
    #[arg(long, value_name = "DIR", default_value = "learner-run")]
    pub dir: PathBuf,
    /// Go on after an epoch of the run in DIR [default without a number: the last that has a checkpoint]
    #[arg(long, value_name = "EPOCH", num_args = 0..=1, default_missing_value = "last")]
    pub resume: Option<String>,
    /// Passes over the training rows, those of the run that goes on included
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: u32,
    /// Rows of a batch
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    pub batch_size: u32,
    /// Learning rate
    #[arg(
        long,
        value_name = "X",
        default_value_t = 0.01,
        allow_negative_numbers = true
    )]
    pub lr: f64,
    /// Factor on the learning rate after each batch, above 0 and at most 1
    #[arg(
        long,
        value_name = "X",
        default_value_t = 1.0,
        allow_negative_numbers = true
    )]
    pub lr_gamma: f64,
    /// Neurons of the hidden layer
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub hidden: u32,
    /// Stop when the test loss has not fallen for this number of epochs [default: never]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub patience: Option<u32>,
    /// Batches whose gradients are added up for a step [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub accumulate: Option<u32>,
    /// Seed of the weights and of the order of the rows
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub seed: u64,
}

impl Options {
    /// Checks what clap does not.
    pub fn check(&self) -> anyhow::Result<()> {
        let (lr, gamma) = (self.lr, self.lr_gamma);
        ensure!(
            lr.is_finite() && lr > 0.0 && lr <= 1.0,
            "--lr {lr} (must be above 0 and at most 1, as burn's schedulers demand)"
        );
        ensure!(
            gamma > 0.0 && gamma <= 1.0,
            "--lr-gamma {gamma} (must be above 0 and at most 1)"
        );
        Ok(())
    }
}
