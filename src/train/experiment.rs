//! One run: a fresh SparseNN, one optimizer, one data set.

use burn::config::Config;
use burn::module::AutodiffModule;
use burn::tensor::backend::AutodiffBackend;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Deserializer, Serialize};

use super::evaluate_model;
use crate::data::{SparseDataset, dataloader};
use crate::error::ExperimentError;
use crate::nn::SparseNNConfig;
use crate::optim::{OptimizerKind, OptimizerOptions};
use crate::validate::Problems;

/// Options of a run; the defaults are the article's.
#[derive(Config, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExperimentConfig {
    /// Passes over the training set. Default 100.
    #[config(default = 100)]
    pub num_epochs: usize,
    /// Rows of a batch. Default 32.
    #[config(default = 32)]
    pub batch_size: usize,
    /// Learning rate of every optimizer that is not in `tuned`. Default 0.01.
    #[config(default = 0.01)]
    pub lr: f64,
    /// Options of every optimizer that is not in `tuned`. Default none.
    #[config(default = "OptimizerOptions::new()")]
    pub options: OptimizerOptions,
    /// Rates and options of single optimizers. Default none.
    #[config(default = "Vec::new()")]
    pub tuned: Vec<TunedOptimizer>,
    /// Neurons of the hidden layer. Default 50.
    #[config(default = 50)]
    pub hidden_size: usize,
}

/// An optimizer with a rate and options of its own.
#[derive(Config, Copy, Debug, PartialEq)]
pub struct TunedOptimizer {
    /// The optimizer.
    pub optimizer: OptimizerKind,
    /// Its learning rate.
    pub lr: f64,
    /// Its options. Default none.
    #[config(default = "OptimizerOptions::new()")]
    pub options: OptimizerOptions,
}

impl ExperimentConfig {
    /// The rate and the options of an optimizer.
    pub fn of(&self, optimizer: OptimizerKind) -> TunedOptimizer {
        let own = self.tuned.iter().find(|own| own.optimizer == optimizer);
        own.copied().unwrap_or(TunedOptimizer {
            optimizer,
            lr: self.lr,
            options: self.options,
        })
    }

    /// Checks every option.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used: the sizes must be at least 1, the rates finite and
    /// above 0.
    pub fn validate(&self) -> Result<(), ExperimentError> {
        let mut problems = Problems::default();
        problems.require_at_least_1("num_epochs", self.num_epochs);
        problems.require_at_least_1("batch_size", self.batch_size);
        problems.require_positive("lr", self.lr);
        problems.require_at_least_1("hidden_size", self.hidden_size);
        for own in &self.tuned {
            problems.require_positive("tuned", own.lr);
        }
        problems
            .into_result()
            .map_err(ExperimentError::InvalidConfig)
    }
}

/// A wrong digit in a data file must not make the program allocate terabytes of weights.
const FEATURES_MAX: usize = 10_000_000;

/// Rows to train on and rows to test on.
#[derive(Clone, Debug)]
pub struct Split {
    train: SparseDataset,
    test: SparseDataset,
}

impl Split {
    /// A split into two given sets.
    ///
    /// # Errors
    ///
    /// If a set has no rows, the sets do not have the same number of features or have more than
    /// ten million, or a label is neither 0 nor 1.
    pub fn new(train: SparseDataset, test: SparseDataset) -> Result<Self, ExperimentError> {
        for (part, set) in [("training", &train), ("test", &test)] {
            if set.is_empty() {
                return Err(ExperimentError::Empty { part });
            }
            let wrong = |&(_, &label): &(usize, &f32)| label != 0.0 && label != 1.0;
            if let Some((row, &label)) = set.labels().iter().enumerate().find(wrong) {
                return Err(ExperimentError::Label { part, row, label });
            }
        }
        if train.n_features() != test.n_features() {
            return Err(ExperimentError::FeatureCount {
                train: train.n_features(),
                test: test.n_features(),
            });
        }
        if train.n_features() > FEATURES_MAX {
            return Err(ExperimentError::TooManyFeatures {
                n_features: train.n_features(),
                max: FEATURES_MAX,
            });
        }
        Ok(Self { train, test })
    }

    /// The first 80 % of the rows (rounded down) to train on, the rest to test on, as the article.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if there are fewer than two rows.
    pub fn first_80_percent(data: &SparseDataset) -> Result<Self, ExperimentError> {
        if data.len() < 2 {
            return Err(ExperimentError::TooFewRows { rows: data.len() });
        }
        let (train, test) = data.split_at(data.len() * 4 / 5);
        Self::new(train, test)
    }

    /// The rows to train on, split again: the first 80 % to train on, the rest to choose options by. The
    /// rows to test on are not among them.
    ///
    /// # Errors
    ///
    /// As [`first_80_percent`](Self::first_80_percent).
    pub fn for_tuning(&self) -> Result<Self, ExperimentError> {
        Self::first_80_percent(&self.train)
    }

    /// The rows to train on.
    pub fn train(&self) -> &SparseDataset {
        &self.train
    }

    /// The rows to test on.
    pub fn test(&self) -> &SparseDataset {
        &self.test
    }
}

/// What one run gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The seed of initial weights and order of batches (and of synthetic data).
    pub seed: u64,
    /// Share of the test rows that were classified correctly.
    pub accuracy: f64,
    /// Training loss of every batch, in order. JSON has no NaN and no infinity: there they are
    /// `null`, which reads as NaN.
    #[serde(deserialize_with = "null_as_nan")]
    pub losses: Vec<f32>,
}

fn null_as_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    let losses = Vec::<Option<f32>>::deserialize(deserializer)?;
    Ok(losses
        .into_iter()
        .map(|loss| loss.unwrap_or(f32::NAN))
        .collect())
}

/// A run: which optimizer, on which rows, from which seed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExperimentRequest {
    /// The optimizer.
    pub optimizer: OptimizerKind,
    /// The rows to train on and to test on.
    pub split: Split,
    /// The seed of the initial weights and of the order of the batches.
    pub seed: u64,
    /// Epochs, batches, rates and options.
    pub config: ExperimentConfig,
}

impl ExperimentRequest {
    /// A run with the article's options.
    pub fn new(optimizer: OptimizerKind, split: Split, seed: u64) -> Self {
        Self {
            optimizer,
            split,
            seed,
            config: ExperimentConfig::new(),
        }
    }

    /// Sets epochs, batches, rates and options.
    pub fn with_config(mut self, config: ExperimentConfig) -> Self {
        self.config = config;
        self
    }
}

/// Trains a new [`SparseNN`](crate::SparseNN) with one optimizer and tests it.
///
/// Initial weights and the order of the batches depend on the seed alone: two optimizers with one
/// seed start at the same point and see the same batches. `on_epoch` is called after each epoch
/// with its number, from 1.
///
/// # Errors
///
/// If an option cannot be used.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn_adagrad::train::{
///     ExperimentConfig, ExperimentRequest, OptimizerKind, Split, run_experiment,
/// };
/// use burn_adagrad::{SparseDataConfig, generate_sparse_data};
///
/// let split = Split::first_80_percent(&generate_sparse_data(&SparseDataConfig::new())?)?;
/// let request = ExperimentRequest::new(OptimizerKind::Adagrad, split, 7)
///     .with_config(ExperimentConfig::new().with_num_epochs(3));
/// let run = run_experiment::<Autodiff<NdArray>>(&request, &Default::default(), |_| ())?;
/// assert_eq!(run.losses.len(), 3 * 25);
/// # Ok::<(), burn_adagrad::error::ExperimentError>(())
/// ```
pub fn run_experiment<B: AutodiffBackend>(
    request: &ExperimentRequest,
    device: &B::Device,
    on_epoch: impl FnMut(usize),
) -> Result<Run, ExperimentError> {
    let ExperimentRequest {
        optimizer,
        split,
        seed,
        config,
    } = request;
    config.validate()?;
    let TunedOptimizer { lr, options, .. } = config.of(*optimizer);
    optimizer.check_options(&options)?;

    let seeds = RunSeeds::new(*seed);
    let order = Some(seeds.shuffle);
    let train = dataloader::<B>(split.train.clone(), config.batch_size, order, device);
    let test = dataloader::<B::InnerBackend>(split.test.clone(), config.batch_size, None, device);
    let model = SparseNNConfig::new(split.train.n_features())
        .with_hidden_size(config.hidden_size)
        .init_seeded::<B>(seeds.weights, device);
    let epochs = config.num_epochs;
    let (model, losses) =
        optimizer.train_with(&options, model, lr, train.as_ref(), epochs, on_epoch);
    Ok(Run {
        seed: *seed,
        accuracy: evaluate_model(&model.valid(), test.as_ref()),
        losses,
    })
}

/// The seeds that [`run_experiment`] derives from the seed of a run: with them, a loop of your own starts from
/// the same weights and sees the same batches.
///
/// ```
/// use burn_adagrad::train::RunSeeds;
///
/// let seeds = RunSeeds::new(0);
/// assert_ne!(seeds.weights, seeds.shuffle);
/// assert_eq!(seeds, RunSeeds::new(0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunSeeds {
    /// Seed of the initial weights, for [`SparseNNConfig::init_seeded`](crate::SparseNNConfig::init_seeded).
    pub weights: u64,
    /// Seed of the order of the batches, for [`dataloader`](crate::data::dataloader()).
    pub shuffle: u64,
}

impl RunSeeds {
    /// The seeds of a run.
    pub fn new(seed: u64) -> Self {
        Self {
            weights: derive_seed(seed, SeedUse::Weights),
            shuffle: derive_seed(seed, SeedUse::Shuffle),
        }
    }
}

/// What a derived seed is for.
#[derive(Clone, Copy)]
pub(super) enum SeedUse {
    Weights,
    Shuffle,
    Optimizer(OptimizerKind),
}

/// An independent seed for one use of a run's seed.
pub(super) fn derive_seed(seed: u64, seed_use: SeedUse) -> u64 {
    let stream = match seed_use {
        // These numbers are part of every published result.
        SeedUse::Weights => 1,
        SeedUse::Shuffle => 2,
        SeedUse::Optimizer(kind) => kind.seed(),
    };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng.next_u64()
}
