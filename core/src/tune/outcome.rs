//! What tuning found.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::trial::{Score, Setting, null_as_nan};
use crate::error::TuneError;
use crate::statistics::{mean, mean_with_spread, standard_deviation};

/// The trials of one setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingResult {
    /// The setting.
    #[serde(flatten)]
    pub setting: Setting,
    /// Number of seeds that were tried; 1 if it was given up after the first.
    pub seeds: usize,
    /// Mean value over them.
    #[serde(deserialize_with = "null_as_nan")]
    pub value_mean: f64,
    /// Sample standard deviation of the value; `None` for a single seed, or if a value is not a number.
    pub value_std: Option<f64>,
    /// Mean loss over them.
    #[serde(deserialize_with = "null_as_nan")]
    pub loss_mean: f64,
    /// The scores, in the order of the seeds.
    pub scores: Vec<Score>,
}

impl SettingResult {
    pub(super) fn new(setting: Setting, scores: Vec<Score>) -> Self {
        let values: Vec<f64> = scores.iter().map(|score| score.value).collect();
        let losses: Vec<f64> = scores.iter().map(|score| score.loss).collect();
        Self {
            setting,
            seeds: scores.len(),
            value_mean: mean(&values),
            value_std: standard_deviation(&values).filter(|std| std.is_finite()),
            loss_mean: mean(&losses),
            scores,
        }
    }

    /// Whether this is better: by value, then by loss, then by the smaller rate. NaN is the worst.
    fn is_better_than(&self, other: &Self) -> bool {
        let nan_last = |number: f64| {
            if number.is_nan() {
                f64::INFINITY
            } else {
                number
            }
        };
        let order = nan_last(-self.value_mean)
            .total_cmp(&nan_last(-other.value_mean))
            .then_with(|| nan_last(self.loss_mean).total_cmp(&nan_last(other.loss_mean)))
            .then_with(|| {
                let (a, b) = (self.setting.learning_rate, other.setting.learning_rate);
                a.total_cmp(&b)
            });
        order == Ordering::Less
    }
}

/// All settings, in the order of [`TuneConfig::settings`](super::TuneConfig::settings). The rates of an
/// optimizer that [widening](super::TuneConfig::widen) added stand among the others, from the least on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// The settings.
    pub settings: Vec<SettingResult>,
}

impl Tuning {
    /// The settings of one optimizer.
    pub fn of<'a>(&'a self, optimizer: &str) -> impl Iterator<Item = &'a SettingResult> + use<'a> {
        let optimizer = optimizer.to_owned();
        self.settings
            .iter()
            .filter(move |result| result.setting.optimizer == optimizer)
    }

    /// The best setting of an optimizer among those that were tried with most seeds: the one with the
    /// largest mean value; of equal ones that with the smallest mean loss, and then the smallest rate.
    pub fn best(&self, optimizer: &str) -> Option<&SettingResult> {
        let seeds = self.of(optimizer).map(|result| result.seeds).max()?;
        self.of(optimizer)
            .filter(|result| result.seeds == seeds)
            .reduce(|best, result| {
                if result.is_better_than(best) {
                    result
                } else {
                    best
                }
            })
    }

    /// The rates of an optimizer that were tried.
    fn rates(&self, optimizer: &str) -> Vec<f64> {
        let rate = |result: &SettingResult| result.setting.learning_rate;
        self.of(optimizer).map(rate).collect()
    }

    /// Whether the best rate of an optimizer is the least or the largest that was tried, so that a
    /// better one may lie outside of the grid.
    pub fn best_is_at_the_edge(&self, optimizer: &str) -> bool {
        let rates = self.rates(optimizer);
        let least = rates.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = rates.iter().copied().fold(0.0, f64::max);
        self.best(optimizer).is_some_and(|best| {
            let rate = best.setting.learning_rate;
            rate == least || rate == largest
        })
    }

    /// The best setting of an optimizer, whose rate must lie between others.
    ///
    /// # Errors
    ///
    /// If the optimizer was not tuned, or its best rate is at the edge of the rates that were tried while
    /// there are several.
    pub fn best_inside(&self, optimizer: &str) -> Result<&SettingResult, TuneError> {
        let Some(best) = self.best(optimizer) else {
            return Err(TuneError::NotTuned {
                optimizer: optimizer.to_owned(),
            });
        };
        let mut rates = self.rates(optimizer);
        rates.sort_by(f64::total_cmp);
        rates.dedup();
        if rates.len() > 1 && self.best_is_at_the_edge(optimizer) {
            return Err(TuneError::AtTheEdge {
                optimizer: optimizer.to_owned(),
                best: best.setting.learning_rate,
                least: rates[0],
                largest: rates[rates.len() - 1],
            });
        }
        Ok(best)
    }
}

impl fmt::Display for Tuning {
    /// As a table in Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| optimizer | learning rate | ε | weight decay | seeds | value | loss | |"
        )?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")?;
        for result in &self.settings {
            let setting = &result.setting;
            let or_default = |option: Option<f64>| option.map_or("–".into(), |x| x.to_string());
            let value = mean_with_spread(result.value_mean, result.value_std);
            let best = self.best(&setting.optimizer) == Some(result);
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {value} | {:.4} | {} |",
                setting.optimizer,
                setting.learning_rate,
                or_default(setting.epsilon),
                or_default(setting.weight_decay),
                result.seeds,
                result.loss_mean,
                if best { "best" } else { "" },
            )?;
        }
        Ok(())
    }
}
