//! Tuning the article's network.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;

use super::{Progress, Score, Setting, Trial, TuneConfig, Tuning, tune};
use crate::error::{ExperimentError, TuneError};
use crate::train::{
    DataSource, ExperimentConfig, ExperimentRequest, OptimizerKind, OptimizerOptions,
    run_experiment,
};

/// Tunes optimizers on [`SparseNN`](crate::SparseNN), as [`compare_optimizers`](crate::compare_optimizers)
/// trains it.
///
/// For each seed the training rows of `source` are split again: the first 80 % are trained on, the others
/// give the score, which is the accuracy on them (of equal ones the smaller mean training loss of the last
/// epoch decides). The test rows are not used. The rates and options in `experiment` are not used. `config` names
/// optimizers as [`OptimizerKind::name`] does; `journal` and `on_progress` are as for [`tune`].
///
/// # Errors
///
/// As [`tune`], and if an optimizer is not known, has no such option, or the data cannot be made.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn_adagrad::SparseDataConfig;
/// use burn_adagrad::train::{DataSource, ExperimentConfig};
/// use burn_adagrad::tune::{TuneConfig, log_grid, tune_sparse_nn};
///
/// let config = TuneConfig::new(vec!["Adagrad".into()], log_grid(1e-4, 1.0, 3), vec![0]);
/// let tuning = tune_sparse_nn::<Autodiff<NdArray>>(
///     &config,
///     &DataSource::Synthetic(SparseDataConfig::new()),
///     &ExperimentConfig::new().with_num_epochs(5),
///     None,
///     &Default::default(),
///     |_| (),
/// )?;
/// // A rate of 1e-4 does not come far in five epochs.
/// assert!(tuning.best("Adagrad").unwrap().setting.learning_rate > 1e-4);
/// # Ok::<(), burn_adagrad::error::TuneError>(())
/// ```
pub fn tune_sparse_nn<B: AutodiffBackend>(
    config: &TuneConfig,
    source: &DataSource,
    experiment: &ExperimentConfig,
    journal: Option<&Path>,
    device: &B::Device,
    on_progress: impl FnMut(&Progress) + Send,
) -> Result<Tuning, TuneError> {
    config.validate()?;
    let invalid = |error: ExperimentError| TuneError::Experiment(error);
    experiment.validate().map_err(invalid)?;
    for setting in config.settings() {
        let options = options_of(&setting);
        OptimizerKind::from_name(&setting.optimizer)
            .and_then(|kind| kind.check_options(&options))
            .map_err(invalid)?;
    }
    let mut splits = Vec::new();
    for &seed in &config.seeds {
        let split = source.split(seed).map_err(invalid)?;
        splits.push((seed, split.for_tuning().map_err(invalid)?));
    }
    let objective = |trial: &Trial| -> Result<Score, ExperimentError> {
        let kind = OptimizerKind::from_name(&trial.optimizer)?;
        let split = splits.iter().find(|(seed, _)| *seed == trial.seed);
        let (_, split) = split.expect("there is one for each seed");
        let experiment = experiment
            .clone()
            .with_lr(trial.learning_rate)
            .with_tuned(Vec::new())
            .with_options(options_of(trial));
        let num_epochs = experiment.num_epochs;
        let request =
            ExperimentRequest::new(kind, split.clone(), trial.seed).with_config(experiment);
        let run = run_experiment::<B>(&request, device, |_| ())?;
        let last_epoch = run.losses.len() / num_epochs;
        let losses = &run.losses[run.losses.len() - last_epoch..];
        let loss = losses.iter().map(|&loss| f64::from(loss)).sum::<f64>() / last_epoch as f64;
        // A network that has diverged may still be right by chance.
        let value = if loss.is_finite() {
            run.accuracy
        } else {
            f64::NAN
        };
        Ok(Score { value, loss })
    };
    let name = format!(
        "SparseNN on {}, {} epochs, batches of {}, {} neurons, {}",
        B::name(device),
        experiment.num_epochs,
        experiment.batch_size,
        experiment.hidden_size,
        source.describe(),
    );
    tune(config, &name, journal, objective, on_progress)
}

fn options_of(setting: &Setting) -> OptimizerOptions {
    OptimizerOptions {
        epsilon: setting.epsilon,
        weight_decay: setting.weight_decay,
    }
}
