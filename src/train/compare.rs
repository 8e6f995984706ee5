//! Several optimizers over several seeds.

use std::fmt;

use burn::tensor::backend::AutodiffBackend;
use serde::{Deserialize, Serialize};

use super::experiment::{
    ExperimentConfig, ExperimentRequest, Run, SeedUse, Split, TunedOptimizer, derive_seed,
    run_experiment,
};
use crate::data::{SparseDataConfig, generate_sparse_data};
use crate::error::ExperimentError;
use crate::optim::OptimizerKind;
use crate::statistics::{Interval, mean, mean_with_spread, paired_difference, standard_deviation};
use crate::validate::Problems;

/// Where the rows of a comparison come from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DataSource {
    /// Synthetic data, made anew for each seed (the configuration's own seed is not used); the
    /// first 80 % train, the rest test.
    Synthetic(SparseDataConfig),
    /// Given rows, the same for each seed: seeds then differ in initial weights and order of
    /// batches only.
    Given(Split),
}

impl DataSource {
    /// Describes the data in a line; given rows by a checksum.
    pub fn describe(&self) -> String {
        match self {
            Self::Synthetic(config) => format!(
                "synthetic data: {} rows of {} features, sparsity {}",
                config.n_samples, config.n_features, config.sparsity
            ),
            Self::Given(split) => {
                let (train, test) = (split.train(), split.test());
                let (rows, features) = (train.len() + test.len(), train.n_features());
                let checksum = train.checksum() ^ test.checksum().rotate_left(1);
                format!("given data: {rows} rows of {features} features, checksum {checksum:016x}")
            }
        }
    }

    /// The rows to train on and to test on under a seed.
    ///
    /// # Errors
    ///
    /// If the data cannot be made.
    pub fn split(&self, seed: u64) -> Result<Split, ExperimentError> {
        match self {
            Self::Synthetic(config) => {
                let data = generate_sparse_data(&config.clone().with_seed(seed))?;
                Split::first_80_percent(&data)
            }
            Self::Given(split) => Ok(split.clone()),
        }
    }
}

/// What the optimizers of a comparison share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Protocol {
    /// Within a seed all optimizers get the same data, the same initial weights and the same
    /// order of batches.
    SameStart,
    /// Each optimizer gets data (if they are synthetic), weights and batches of its own, as in the
    /// article's complete program: differences between optimizers then mix with differences between
    /// data sets. Each run then names the seed that it derived from the comparison's.
    AsArticle,
}

/// The runs of one optimizer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptimizerRuns {
    /// The optimizer.
    pub optimizer: OptimizerKind,
    /// Its learning rate.
    pub lr: f64,
    /// Mean accuracy over the runs.
    pub accuracy_mean: f64,
    /// Sample standard deviation of the accuracy (divisor n − 1); `None` for a single run.
    pub accuracy_std: Option<f64>,
    /// The accuracy less Adagrad's with the same seeds, with a 95 % bootstrap interval; `None` for
    /// Adagrad itself, without it, and for a single run.
    pub difference_to_adagrad: Option<Interval>,
    /// One run a seed, in the order of the seeds.
    pub runs: Vec<Run>,
}

impl OptimizerRuns {
    fn new(tuned: TunedOptimizer, runs: Vec<Run>) -> Self {
        let accuracies = accuracies(&runs);
        Self {
            optimizer: tuned.optimizer,
            lr: tuned.lr,
            accuracy_mean: mean(&accuracies),
            accuracy_std: standard_deviation(&accuracies),
            difference_to_adagrad: None,
            runs,
        }
    }

    /// The accuracy of each run, in the order of the seeds.
    pub fn accuracies(&self) -> Vec<f64> {
        accuracies(&self.runs)
    }

    /// The loss of each batch, averaged over the runs.
    pub fn mean_losses(&self) -> Vec<f32> {
        let n = self.runs.iter().map(|run| run.losses.len()).min();
        (0..n.unwrap_or(0))
            .map(|batch| {
                let sum: f64 = self.runs.iter().map(|r| f64::from(r.losses[batch])).sum();
                (sum / self.runs.len() as f64) as f32
            })
            .collect()
    }

    /// For each epoch the mean loss of its batches, averaged over the runs, and its sample standard
    /// deviation over them (0 for a single run).
    pub fn epoch_losses(&self, num_epochs: usize) -> Vec<(f64, f64)> {
        let n = self.runs.iter().map(|run| run.losses.len()).min();
        let batches = n.unwrap_or(0) / num_epochs.max(1);
        let epoch = |epoch: usize| {
            let of_run = |run: &Run| {
                let losses = run.losses[epoch * batches..][..batches].iter();
                mean(&losses.map(|&loss| loss.into()).collect::<Vec<f64>>())
            };
            let losses: Vec<f64> = self.runs.iter().map(of_run).collect();
            (mean(&losses), standard_deviation(&losses).unwrap_or(0.0))
        };
        if batches == 0 {
            return Vec::new();
        }
        (0..num_epochs).map(epoch).collect()
    }

    /// The accuracy as `0.9350`, or `0.9350 ± 0.0120` for several runs.
    pub fn accuracy(&self) -> String {
        mean_with_spread(self.accuracy_mean, self.accuracy_std)
    }
}

fn accuracies(runs: &[Run]) -> Vec<f64> {
    runs.iter().map(|run| run.accuracy).collect()
}

/// What [`compare_optimizers`] gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What the optimizers shared.
    pub protocol: Protocol,
    /// One entry an optimizer, in the order in which they were asked for.
    pub optimizers: Vec<OptimizerRuns>,
}

impl fmt::Display for Comparison {
    /// As a table in Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| optimizer | learning rate | seeds | accuracy | less Adagrad's, 95 % interval |"
        )?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: |")?;
        for runs in &self.optimizers {
            let (name, lr, n) = (runs.optimizer, runs.lr, runs.runs.len());
            let difference = match runs.difference_to_adagrad {
                Some(interval) => interval.to_string(),
                None => "–".into(),
            };
            writeln!(
                f,
                "| {name} | {lr} | {n} | {} | {difference} |",
                runs.accuracy()
            )?;
        }
        Ok(())
    }
}

/// A comparison: which optimizers, on which rows, over which seeds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ComparisonRequest {
    /// The optimizers.
    pub optimizers: Vec<OptimizerKind>,
    /// Where the rows come from.
    pub source: DataSource,
    /// The seeds: one run an optimizer and a seed.
    pub seeds: Vec<u64>,
    /// Epochs, batches, rates and options.
    pub config: ExperimentConfig,
    /// What the optimizers share. [`Protocol::SameStart`] by default.
    pub protocol: Protocol,
}

impl ComparisonRequest {
    /// A comparison with the article's options, in which the optimizers share everything: data, initial
    /// weights and batches.
    pub fn new(
        optimizers: impl Into<Vec<OptimizerKind>>,
        source: DataSource,
        seeds: impl Into<Vec<u64>>,
    ) -> Self {
        Self {
            optimizers: optimizers.into(),
            source,
            seeds: seeds.into(),
            config: ExperimentConfig::new(),
            protocol: Protocol::SameStart,
        }
    }

    /// Sets epochs, batches, rates and options.
    pub fn with_config(mut self, config: ExperimentConfig) -> Self {
        self.config = config;
        self
    }

    /// Sets what the optimizers share.
    pub fn with_protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }
}

/// Runs every optimizer with every seed.
///
/// `on_epoch` is called after each epoch with the optimizer, the seed and the epoch's number.
///
/// # Errors
///
/// If an option cannot be used, or there is no optimizer or no seed (checked before any training); or
/// the data of a seed cannot be made.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn_adagrad::SparseDataConfig;
/// use burn_adagrad::train::{
///     ComparisonRequest, DataSource, ExperimentConfig, OptimizerKind, compare_optimizers,
/// };
///
/// let source = DataSource::Synthetic(SparseDataConfig::new());
/// let request = ComparisonRequest::new([OptimizerKind::Adagrad, OptimizerKind::Sgd], source, [0, 1])
///     .with_config(ExperimentConfig::new().with_num_epochs(2));
/// let comparison =
///     compare_optimizers::<Autodiff<NdArray>>(&request, &Default::default(), |_, _, _| ())?;
/// // The first batch is the same for both optimizers, and so is its loss.
/// let first = |i: usize| comparison.optimizers[i].runs[0].losses[0];
/// assert_eq!(first(0), first(1));
/// # Ok::<(), burn_adagrad::error::ExperimentError>(())
/// ```
pub fn compare_optimizers<B: AutodiffBackend>(
    request: &ComparisonRequest,
    device: &B::Device,
    mut on_epoch: impl FnMut(OptimizerKind, u64, usize),
) -> Result<Comparison, ExperimentError> {
    let ComparisonRequest {
        optimizers,
        source,
        seeds,
        config,
        protocol,
    } = request;
    let protocol = *protocol;
    config.validate()?;
    let mut problems = Problems::default();
    problems.require_at_least_1("number of optimizers", optimizers.len());
    problems.require_at_least_1("number of seeds", seeds.len());
    problems
        .into_result()
        .map_err(ExperimentError::InvalidConfig)?;

    for &optimizer in optimizers {
        optimizer.check_options(&config.of(optimizer).options)?;
    }

    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); optimizers.len()];
    for &seed in seeds {
        let shared = match protocol {
            Protocol::SameStart => Some(source.split(seed)?),
            Protocol::AsArticle => None,
        };
        for (&optimizer, runs) in optimizers.iter().zip(&mut runs) {
            let (run_seed, split) = match &shared {
                Some(split) => (seed, split.clone()),
                None => {
                    let own = derive_seed(seed, SeedUse::Optimizer(optimizer));
                    (own, source.split(own)?)
                }
            };
            let request =
                ExperimentRequest::new(optimizer, split, run_seed).with_config(config.clone());
            let run =
                run_experiment::<B>(&request, device, |epoch| on_epoch(optimizer, seed, epoch))?;
            runs.push(run);
        }
    }
    let optimizers = optimizers.iter().zip(runs);
    let mut optimizers: Vec<OptimizerRuns> = optimizers
        .map(|(&optimizer, runs)| OptimizerRuns::new(config.of(optimizer), runs))
        .collect();
    let adagrad = |runs: &&OptimizerRuns| runs.optimizer == OptimizerKind::Adagrad;
    // Under the article's protocol the i-th runs have nothing in common.
    let paired = protocol == Protocol::SameStart;
    if let Some(adagrad) = optimizers.iter().find(adagrad).filter(|_| paired) {
        let adagrad = adagrad.accuracies();
        for runs in &mut optimizers {
            if runs.optimizer != OptimizerKind::Adagrad {
                runs.difference_to_adagrad = paired_difference(&runs.accuracies(), &adagrad);
            }
        }
    }
    Ok(Comparison {
        protocol,
        optimizers,
    })
}
