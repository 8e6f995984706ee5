//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Predicts ratings by matrix factorisation with biases, trained row by row with Adagrad.
#[derive(Parser)]
#[command(name = "recommender")]
pub struct Options {
    /// Ratings, a line each: user, item, rating and timestamp, separated by tabs, `::` or commas
    /// [default: synthetic ratings]
    #[arg(long, value_name = "FILE")]
    pub ratings: Option<PathBuf>,
    /// Passes over the training ratings
    #[arg(long, value_name = "N", default_value = "20", value_parser = at_least_1)]
    pub epochs: usize,
    /// Ratings of a batch
    #[arg(long, value_name = "N", default_value = "256", value_parser = at_least_1)]
    pub batch_size: usize,
    /// Learning rate
    #[arg(long, value_name = "X", default_value = "0.1", value_parser = positive, allow_negative_numbers = true)]
    pub lr: f64,
    /// Decoupled weight decay of an epoch; each step has its share
    #[arg(long, value_name = "X", default_value = "0.3", value_parser = not_negative, allow_negative_numbers = true)]
    pub weight_decay: f64,
    /// Numbers of a factor
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub dim: u16,
    /// One accumulator for each row of a table, not one for each number
    #[arg(long)]
    pub row_wise: bool,
    /// Whom to recommend items to [default: the first user]
    #[arg(long, value_name = "ID")]
    pub user: Option<String>,
    /// Items to recommend
    #[arg(long, value_name = "N", default_value = "5", value_parser = at_least_1)]
    pub top: usize,
    /// Seed of the synthetic ratings, the split, the first factors and the order of training
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

fn at_least_1(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, "must be finite and above 0", |x| x > 0.0)
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, "must be finite and at least 0", |x| x >= 0.0)
}

fn number(text: &str, requirement: &str, allowed: fn(f64) -> bool) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number")?;
    if number.is_finite() && allowed(number) {
        Ok(number)
    } else {
        Err(requirement.into())
    }
}
