//! The options of the command line.

use std::path::PathBuf;

use clap::Parser;

use crate::common::parsers::{above_0, positive, up_to};

/// Learns which of two labels a short text has, from its words, with Adagrad.
#[derive(Parser)]
#[command(name = "text_classification")]
pub struct Options {
    /// Texts to train on, a line each: label, tab, text [default: made-up remarks about restaurants]
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Texts to test on [default: the last 20 % of the data, after a shuffle]
    #[arg(long, value_name = "FILE", requires = "data")]
    pub test_data: Option<PathBuf>,
    /// A feature for each token of the training texts; others are dropped [this is the default]
    #[arg(long, conflicts_with = "features")]
    pub vocabulary: bool,
    /// Vocabulary: the fewest training texts that a token must be in
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = positive,
        conflicts_with = "features"
    )]
    pub min_count: usize,
    /// So many features instead, to which tokens are hashed
    #[arg(long, value_name = "N", value_parser = up_to(10_000_000))]
    pub features: Option<usize>,
    /// Longest run of words that is a token: with 2, pairs of neighbours are tokens too
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = up_to(5))]
    pub ngrams: usize,
    /// The value of a token in a text is 1, not how often it is there
    #[arg(long)]
    pub binary: bool,
    /// Scale the values of each text to length 1
    #[arg(long)]
    pub normalize: bool,
    /// Passes over the training texts
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = positive)]
    pub epochs: usize,
    /// Texts of a batch
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = positive)]
    pub batch_size: usize,
    /// Learning rate
    #[arg(
        long,
        value_name = "X",
        default_value_t = 0.01,
        value_parser = above_0,
        allow_negative_numbers = true
    )]
    pub lr: f64,
    /// Neurons of the hidden layer
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = positive)]
    pub hidden: usize,
    /// Seed of the shuffle before the split, the first weights and the order of the batches
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}
