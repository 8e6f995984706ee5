//! Each optimizer's own rate.

use burn::backend::Autodiff;
use burn_adagrad::DefaultBackend;
use burn_adagrad::train::{DataSource, ExperimentConfig, OptimizerKind, TunedOptimizer};
use burn_adagrad::tune::{TuneConfig, Tuning, log_grid, tune_sparse_nn};

use crate::common;
use crate::options::Options;

/// Tries the grid on rows held back from the training rows of the first seeds.
pub fn tune(
    options: &Options,
    optimizers: &[OptimizerKind],
    source: &DataSource,
    experiment: &ExperimentConfig,
) -> anyhow::Result<Tuning> {
    let names = optimizers.iter().map(|kind| kind.name().to_owned());
    let seeds = common::seeds(options.seed, options.tune_seeds.min(options.seeds))?;
    let config =
        TuneConfig::new(names.collect(), log_grid(1e-4, 10.0, 11), seeds).with_widen(common::WIDEN);
    let bar = common::progress_bar(0, "trials");
    let tuning = tune_sparse_nn::<Autodiff<DefaultBackend>>(
        &config,
        source,
        experiment,
        None,
        &Default::default(),
        |progress| common::show(&bar, progress),
    )?;
    bar.finish_and_clear();
    Ok(tuning)
}

/// The best rates.
pub fn best(tuning: &Tuning, optimizers: &[OptimizerKind]) -> anyhow::Result<Vec<TunedOptimizer>> {
    let best = |&optimizer: &OptimizerKind| {
        let best = tuning.best_inside(optimizer.name())?;
        Ok(TunedOptimizer::new(optimizer, best.setting.learning_rate))
    };
    optimizers.iter().map(best).collect()
}
