//! The seeds together: means and their spread.

use burn_adagrad::statistics::{Interval, mean, paired_difference, standard_deviation};
use serde::Serialize;

use crate::study::Tested;
use crate::training::Method;

/// Some numbers, one a seed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    pub mean: f64,
    /// Sample standard deviation (divisor n − 1); `None` for one seed.
    pub std: Option<f64>,
}

impl Spread {
    pub fn of(numbers: &[f64]) -> Self {
        Self {
            mean: mean(numbers),
            std: standard_deviation(numbers),
        }
    }

    pub fn scaled(self, factor: f64) -> Self {
        Self {
            mean: self.mean * factor,
            std: self.std.map(|std| std * factor),
        }
    }

    /// `0.9350 ± 0.0120`, or the mean alone.
    pub fn text(self, digits: usize) -> String {
        let Self { mean, std } = self;
        match std {
            Some(std) => format!("{mean:.digits$} ± {std:.digits$}"),
            None => format!("{mean:.digits$}"),
        }
    }
}

/// A method with one penalty, over all seeds.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub method: Method,
    pub l1: f64,
    /// The share of weights that are not zero, from 0 to 1.
    pub share_kept: Spread,
    /// On the test rows.
    pub accuracy: Spread,
    /// Beside plain Adagrad, cut to as many weights; `None` for plain Adagrad itself.
    pub cut: Option<CutSummary>,
    pub runs: Vec<Tested>,
}

/// Plain Adagrad, cut to as many weights as another method left.
#[derive(Debug, Serialize)]
pub struct CutSummary {
    pub accuracy: Spread,
    /// Mean of the other method's accuracy less this one, with its 95 % interval over the seeds; `None`
    /// for one seed. Within a seed both have the same rows, whose luck so cancels.
    pub difference: Option<Interval>,
}

impl Summary {
    /// The models at one place in the lists of all seeds.
    fn of(runs: Vec<Tested>) -> Self {
        let share = |run: &Tested| run.kept as f64 / run.weights as f64;
        let shares: Vec<f64> = runs.iter().map(share).collect();
        let accuracies: Vec<f64> = runs.iter().map(|run| run.accuracy).collect();
        let cut = runs.iter().map(|run| run.cut.map(|cut| cut.accuracy));
        let cut: Option<Vec<f64>> = cut.collect();
        Self {
            method: runs[0].method,
            l1: runs[0].l1,
            share_kept: Spread::of(&shares),
            accuracy: Spread::of(&accuracies),
            cut: cut.map(|cut| CutSummary {
                accuracy: Spread::of(&cut),
                difference: paired_difference(&accuracies, &cut),
            }),
            runs,
        }
    }

    /// One for each model of a seed, from lists that have the same models for each seed.
    pub fn all(seeds: &[Vec<Tested>]) -> Vec<Self> {
        let models = seeds.first().map_or(0, Vec::len);
        let at = |place: usize| seeds.iter().map(|runs| runs[place].clone()).collect();
        (0..models).map(|place| Self::of(at(place))).collect()
    }
}
