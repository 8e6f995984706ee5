//! Small problems whose gradients are written by hand: a vector of weights under any optimizer.

// Every example compiles this module and uses a part of it.
#![allow(dead_code)]

use burn::backend::Autodiff;
use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::DefaultBackend;
use burn_adagrad::statistics::{mean, mean_with_spread, paired_difference, standard_deviation};
use burn_adagrad::train::{OptimizerKind, OptimizerOptions};
use burn_adagrad::tune::{Score, Trial, TuneConfig, log_grid, tune};
use clap::Args;
use rand::{Rng, RngExt};
use rayon::prelude::*;

use crate::common;

type B = Autodiff<DefaultBackend>;

#[derive(Module, Debug)]
struct Weights<B: Backend> {
    weights: Param<Tensor<B, 1>>,
}

/// Steps `n` weights from zero; `gradient` is given the number of the step, from 0, and the weights before
/// it.
pub fn descend(
    optimizer: OptimizerKind,
    lr: f64,
    n: usize,
    steps: usize,
    mut gradient: impl FnMut(usize, &[f32]) -> Vec<f32>,
) {
    let device = Default::default();
    let weights = Param::from_tensor(Tensor::<B, 1>::zeros([n], &device));
    let module = Weights { weights };
    let gradients = |step: usize, module: &Weights<B>| {
        let data = module.weights.val().into_data();
        let weights: Vec<f32> = data.iter::<f32>().collect();
        let gradient = TensorData::new(gradient(step, &weights), [n]);
        let mut gradients = GradientsParams::new();
        let gradient =
            Tensor::<<B as AutodiffBackend>::InnerBackend, 1>::from_data(gradient, &device);
        gradients.register(module.weights.id, gradient);
        gradients
    };
    optimizer.minimize(&OptimizerOptions::new(), module, lr, steps, gradients);
}

/// The numbers of several curves at a point, as `0.1234 ± 0.0056`.
pub fn at(curves: &[Vec<f64>], point: usize) -> String {
    let numbers: Vec<f64> = curves.iter().map(|curve| curve[point]).collect();
    mean_with_spread(mean(&numbers), standard_deviation(&numbers))
}

/// How much a number of the curves at a point lies above Adagrad's, paired by seed, with its 95 % interval.
pub fn above_adagrad(all: &[Studied], this: &Studied, point: usize) -> String {
    let numbers = |of: &Studied| -> Vec<f64> { of.curves.iter().map(|c| c[point]).collect() };
    let adagrad = all
        .iter()
        .find(|other| other.optimizer == OptimizerKind::Adagrad)
        .filter(|adagrad| adagrad.optimizer != this.optimizer);
    let interval = adagrad.and_then(|adagrad| paired_difference(&numbers(this), &numbers(adagrad)));
    interval.map_or("–".into(), |interval| interval.to_string())
}

/// Seeds that rates are chosen by; those of the results come after them.
const TUNING_SEEDS: usize = 3;

/// Options of the problems that are run over seeds, at rates that are chosen first.
#[derive(Args)]
pub struct Study {
    /// Number of learning rates that are tried first, from 0.001 to 10: more follow beyond these for an
    /// optimizer whose best rate is at the edge
    #[arg(long, value_name = "N", default_value_t = 13, value_parser = clap::value_parser!(u8).range(2..))]
    rates: u8,
    /// Number of seeds
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub seeds: u64,
    /// First seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// An optimizer at its best rate, and a curve for each seed.
pub struct Studied {
    pub optimizer: OptimizerKind,
    pub rate: f64,
    pub curves: Vec<Vec<f64>>,
}

impl Study {
    /// Chooses the rate of each optimizer by the least mean of `loss` over the first seeds, and makes the
    /// curves of the others.
    pub fn run(
        &self,
        optimizers: &[OptimizerKind],
        loss: impl Fn(OptimizerKind, f64, u64) -> f64 + Sync,
        curve: impl Fn(OptimizerKind, f64, u64) -> Vec<f64> + Sync,
    ) -> anyhow::Result<Vec<Studied>> {
        let seeds = common::seeds(self.seed, self.seeds + TUNING_SEEDS as u64)?;
        let (tuning, seeds) = seeds.split_at(TUNING_SEEDS);
        let names = optimizers.iter().map(|kind| kind.name().to_owned());
        let grid = log_grid(1e-3, 10.0, self.rates.into());
        let config =
            TuneConfig::new(names.collect(), grid, tuning.to_vec()).with_widen(common::WIDEN);
        let objective = |trial: &Trial| -> anyhow::Result<Score> {
            let optimizer = OptimizerKind::from_name(&trial.optimizer)?;
            let loss = loss(optimizer, trial.learning_rate, trial.seed);
            Ok(Score { value: -loss, loss })
        };
        let tuned = tune(&config, "a small problem", None, objective, |_| ())?;
        let study = |&optimizer: &OptimizerKind| {
            let rate = tuned.best_inside(optimizer.name())?.setting.learning_rate;
            let curves = seeds.par_iter().map(|&seed| curve(optimizer, rate, seed));
            Ok(Studied {
                optimizer,
                rate,
                curves: curves.collect(),
            })
        };
        optimizers.iter().map(study).collect()
    }
}

/// A number of a normal distribution, near enough: twelve uniform ones less six.
pub fn normal(rng: &mut impl Rng) -> f32 {
    (0..12).map(|_| rng.random::<f32>()).sum::<f32>() - 6.0
}
