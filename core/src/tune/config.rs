//! The grid.

use serde::{Deserialize, Serialize};

use super::trial::Setting;
use crate::error::TuneError;
use crate::validate::Problems;

/// What is tried: every optimizer with every rate, ε and weight decay, over every seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TuneConfig {
    /// Names of the optimizers, as the objective knows them.
    pub optimizers: Vec<String>,
    /// The learning rates; [`log_grid`] makes some.
    pub learning_rates: Vec<f64>,
    /// The seeds; the first is tried for every setting.
    pub seeds: Vec<u64>,
    /// The values of ε; none stands for the optimizer's default, as by default.
    pub epsilons: Vec<Option<f64>>,
    /// The weight decays (L2); none stands for the optimizer's default, as by default.
    pub weight_decays: Vec<Option<f64>>,
    /// Gives up on a setting after its first seed if its value lies by more than this below the best of
    /// its optimizer's for that seed, or is NaN. Default none: every setting gets every seed.
    pub drop_below: Option<f64>,
    /// How many rates may be added beyond the ends of the grid for an optimizer whose best rate is the
    /// least or the largest that was tried. Each lies as far out as its two neighbours lie apart, by their
    /// ratio. Default 0: the grid is all that is tried.
    pub widen: usize,
    /// Threads that run trials; 0, as by default, for as many as there are cores.
    pub threads: usize,
}

/// `n` rates from `low` to `high`, evenly spaced on a logarithmic axis, rounded to three digits.
///
/// ```
/// use adagrad_core::tune::log_grid;
///
/// assert_eq!(log_grid(0.001, 1.0, 4), [0.001, 0.01, 0.1, 1.0]);
/// assert_eq!(log_grid(0.01, 0.1, 3), [0.01, 0.0316, 0.1]);
/// ```
pub fn log_grid(low: f64, high: f64, n: usize) -> Vec<f64> {
    let step = |i: usize| {
        let share = if n > 1 {
            i as f64 / (n - 1) as f64
        } else {
            0.0
        };
        rounded(low * (high / low).powf(share))
    };
    (0..n).map(step).collect()
}

/// The rate to try next if the best of some rates is the least or the largest of them: as far beyond it
/// as the next one lies on the other side, by their ratio, rounded to three digits. `None` if the best rate
/// lies between others, or there are not two rates.
///
/// ```
/// use adagrad_core::tune::beyond;
///
/// assert_eq!(beyond(&[0.01, 0.1, 1.0], 1.0), Some(10.0));
/// assert_eq!(beyond(&[0.01, 0.1, 1.0], 0.01), Some(0.001));
/// assert_eq!(beyond(&[0.01, 0.1, 1.0], 0.1), None);
/// ```
pub fn beyond(rates: &[f64], best: f64) -> Option<f64> {
    let below = rates.iter().copied().filter(|&rate| rate < best);
    let above = rates.iter().copied().filter(|&rate| rate > best);
    let neighbour = match (below.reduce(f64::max), above.reduce(f64::min)) {
        (Some(neighbour), None) | (None, Some(neighbour)) => neighbour,
        _ => return None,
    };
    let rate = rounded(best * (best / neighbour));
    // Two rates that agree in three digits have no next one of three digits.
    (rate.is_finite() && rate > 0.0 && !rates.contains(&rate)).then_some(rate)
}

/// To three digits.
fn rounded(rate: f64) -> f64 {
    format!("{rate:.2e}").parse().unwrap_or(rate)
}

impl TuneConfig {
    /// Every optimizer with every rate, over every seed; ε and weight decay are the optimizers' own.
    pub fn new(optimizers: Vec<String>, learning_rates: Vec<f64>, seeds: Vec<u64>) -> Self {
        Self {
            optimizers,
            learning_rates,
            seeds,
            epsilons: vec![None],
            weight_decays: vec![None],
            drop_below: None,
            widen: 0,
            threads: 0,
        }
    }

    /// Sets the values of ε.
    pub fn with_epsilons(mut self, epsilons: Vec<Option<f64>>) -> Self {
        self.epsilons = epsilons;
        self
    }

    /// Sets the weight decays.
    pub fn with_weight_decays(mut self, weight_decays: Vec<Option<f64>>) -> Self {
        self.weight_decays = weight_decays;
        self
    }

    /// Sets the margin below which a setting is given up.
    pub fn with_drop_below(mut self, drop_below: Option<f64>) -> Self {
        self.drop_below = drop_below;
        self
    }

    /// Sets how many rates may be added for an optimizer.
    pub fn with_widen(mut self, widen: usize) -> Self {
        self.widen = widen;
        self
    }

    /// Sets the number of threads.
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Checks the grid.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used: there must be an optimizer, a rate and a seed; nothing may be
    /// listed twice; rates must be finite and above 0, ε, decays and `drop_below` finite and at least 0.
    pub fn validate(&self) -> Result<(), TuneError> {
        let mut problems = Problems::default();
        problems.require_at_least_1("number of optimizers", self.optimizers.len());
        problems.require_at_least_1("number of learning rates", self.learning_rates.len());
        problems.require_at_least_1("number of seeds", self.seeds.len());
        problems.require_at_least_1("number of epsilons", self.epsilons.len());
        problems.require_at_least_1("number of weight decays", self.weight_decays.len());
        let once = "each but once";
        let twice = |i: usize| format!("{:?} twice", self.optimizers[i]);
        if let Some(i) = repeated(&self.optimizers) {
            problems.require("optimizers", twice(i), false, once);
        }
        if let Some(i) = repeated(&self.seeds) {
            problems.require("seeds", self.seeds[i], false, once);
        }
        if let Some(i) = repeated(&self.learning_rates) {
            problems.require("learning_rates", self.learning_rates[i], false, once);
        }
        if let Some(i) = repeated(&self.epsilons) {
            problems.require("epsilons", self.epsilons[i], false, once);
        }
        if let Some(i) = repeated(&self.weight_decays) {
            problems.require("weight_decays", self.weight_decays[i], false, once);
        }
        for &rate in &self.learning_rates {
            problems.require_positive("learning_rates", rate);
        }
        for &epsilon in self.epsilons.iter().flatten() {
            problems.require_non_negative("epsilons", epsilon);
        }
        for &decay in self.weight_decays.iter().flatten() {
            problems.require_non_negative("weight_decays", decay);
        }
        if let Some(margin) = self.drop_below {
            problems.require_non_negative("drop_below", margin);
        }
        problems.into_result().map_err(TuneError::InvalidConfig)
    }

    /// Every setting, in the order in which results are given.
    pub fn settings(&self) -> Vec<Setting> {
        let of = |optimizer: &String| self.settings_of(optimizer, &self.learning_rates);
        self.optimizers.iter().flat_map(of).collect()
    }

    /// The settings of an optimizer with these rates.
    pub(super) fn settings_of(&self, optimizer: &str, rates: &[f64]) -> Vec<Setting> {
        let mut settings = Vec::new();
        for &epsilon in &self.epsilons {
            for &weight_decay in &self.weight_decays {
                settings.extend(rates.iter().map(|&learning_rate| Setting {
                    optimizer: optimizer.to_owned(),
                    learning_rate,
                    epsilon,
                    weight_decay,
                }));
            }
        }
        settings
    }

    pub(super) fn n_threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, Into::into),
            threads => threads,
        }
    }
}

/// Place of an element that stands before, too.
fn repeated<T: PartialEq>(list: &[T]) -> Option<usize> {
    (1..list.len()).find(|&i| list[..i].contains(&list[i]))
}
