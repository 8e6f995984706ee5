//! The chapter "What the article left open": its program, thirty times.

use std::fmt::Write;

use burn::backend::{Autodiff, NdArray};
use burn_adagrad::SparseDataConfig;
use burn_adagrad::error::ExperimentError;
use burn_adagrad::statistics::{mean, mean_with_spread, standard_deviation};
use burn_adagrad::train::{
    Comparison, ComparisonRequest, DataSource, OptimizerKind, Protocol, compare_optimizers,
};

// ANCHOR: as_article
/// The article's comparison with each of thirty seeds, under a protocol: its own, with new data
/// for each optimizer, or with the same start for all.
pub fn thirty(protocol: Protocol) -> Result<Comparison, ExperimentError> {
    let source = DataSource::Synthetic(SparseDataConfig::new());
    let seeds: Vec<u64> = (0..30).collect();
    let request =
        ComparisonRequest::new(OptimizerKind::ARTICLE, source, seeds).with_protocol(protocol);
    compare_optimizers::<Autodiff<NdArray>>(&request, &Default::default(), |_, _, _| ())
}
// ANCHOR_END: as_article

// ANCHOR: winners
/// In how many runs each optimizer is best alone; and in how many there is a tie.
pub fn winners(comparison: &Comparison) -> ([usize; 4], usize) {
    let accuracies: Vec<Vec<f64>> = comparison
        .optimizers
        .iter()
        .map(|runs| runs.accuracies())
        .collect();
    let (mut alone, mut ties) = ([0; 4], 0);
    for run in 0..accuracies[0].len() {
        let best = accuracies.iter().map(|a| a[run]).fold(0.0, f64::max);
        let first: Vec<usize> = (0..4).filter(|&i| accuracies[i][run] == best).collect();
        match first[..] {
            [one] => alone[one] += 1,
            _ => ties += 1,
        }
    }
    (alone, ties)
}
// ANCHOR_END: winners

/// Adagrad's accuracy less that of another of the four, run by run.
pub fn adagrad_less(comparison: &Comparison, other: usize) -> Vec<f64> {
    let adagrad = comparison.optimizers[0].accuracies();
    let other = comparison.optimizers[other].accuracies();
    adagrad.iter().zip(other).map(|(a, b)| a - b).collect()
}

/// Both protocols as a table.
pub fn table(as_article: &Comparison, same_start: &Comparison) -> String {
    let mut text = String::from(
        "| | new data for each: best alone | Adagrad less this one | same start: best alone | Adagrad less this one |\n\
         | --- | ---: | ---: | ---: | ---: |\n",
    );
    let both = [as_article, same_start];
    let counts = both.map(winners);
    for (i, optimizer) in OptimizerKind::ARTICLE.iter().enumerate() {
        let [one, other] = both.map(|comparison| {
            let less = adagrad_less(comparison, i);
            mean_with_spread(mean(&less), standard_deviation(&less))
        });
        let (first, second) = (counts[0].0[i], counts[1].0[i]);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| {optimizer} | {first} of 30 | {one} | {second} of 30 | {other} |"
        );
    }
    let _ = writeln!(
        text,
        "| ties | {} of 30 | | {} of 30 | |",
        counts[0].1, counts[1].1
    );
    text
}
