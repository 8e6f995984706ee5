//! Means, spreads, and intervals by resampling.

use std::fmt;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The mean; NaN of no numbers.
pub fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The sample standard deviation (divisor n − 1); `None` for fewer than two numbers.
pub fn standard_deviation(numbers: &[f64]) -> Option<f64> {
    let mean = mean(numbers);
    let squares = numbers.iter().map(|number| (number - mean).powi(2));
    let divisor = numbers.len().checked_sub(1).filter(|&n| n > 0)?;
    Some((squares.sum::<f64>() / divisor as f64).sqrt())
}

/// A mean with its standard deviation, if there is one, as `0.9350 ± 0.0120`.
pub fn mean_with_spread(mean: f64, std: Option<f64>) -> String {
    match std {
        Some(std) => format!("{mean:.4} ± {std:.4}"),
        None => format!("{mean:.4}"),
    }
}

/// A mean difference with an interval around it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The mean of the differences.
    pub mean: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl fmt::Display for Interval {
    /// As `+0.0045 [-0.0020, +0.0110]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mean, low, high } = self;
        write!(f, "{mean:+.4} [{low:+.4}, {high:+.4}]")
    }
}

/// Number of samples that an interval is taken from.
const RESAMPLES: usize = 10_000;

/// The mean of `a` − `b` with its 95 % bootstrap interval: 10,000 times as many pairs are drawn with
/// replacement as there are, and the interval holds the middle 95 % of their means.
///
/// The two are paired: the i-th numbers have the seed, data and first weights in common, and what these
/// do to both is gone in the difference. The draws are the same at each call. None for fewer than two
/// pairs.
///
/// Source: B. Efron, R. Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13.
///
/// ```
/// use adagrad_core::statistics::paired_difference;
///
/// let interval = paired_difference(&[0.9, 0.8, 0.95], &[0.8, 0.7, 0.85]).unwrap();
/// assert!((interval.mean - 0.1).abs() < 1e-12);
/// assert!(interval.low > 0.0999);
/// ```
///
/// # Panics
///
/// If there are not as many of the one as of the other.
pub fn paired_difference(a: &[f64], b: &[f64]) -> Option<Interval> {
    assert_eq!(a.len(), b.len(), "numbers in pairs");
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    if differences.len() < 2 {
        return None;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let n = differences.len();
    let mut resample = || {
        let sum: f64 = (0..n).map(|_| differences[rng.random_range(0..n)]).sum();
        sum / n as f64
    };
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| resample()).collect();
    means.sort_by(f64::total_cmp);
    // Rounded, because the sums round: an end that should be exactly 0 would be off by a last place.
    let at = |share: f64| {
        let end = means[(share * (RESAMPLES - 1) as f64).round() as usize];
        (end * 1e12).round() / 1e12 + 0.0
    };
    Some(Interval {
        mean: mean(&differences),
        low: at(0.025),
        high: at(0.975),
    })
}
