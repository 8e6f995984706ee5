//! Small problems whose gradients are written by hand: a vector of weights under any optimizer.

// Every example compiles this module and uses a part of it.
#![allow(dead_code)]

use burn::backend::Autodiff;
use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::DefaultBackend;
use burn_adagrad::statistics::{mean, standard_deviation};
use burn_adagrad::train::{OptimizerKind, OptimizerOptions};
use rand::{Rng, RngExt};

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

/// The rate of a grid with the least mean of `loss` over some seeds; a loss that is not finite is worse
/// than any other.
pub fn best_rate(rates: &[f64], seeds: &[u64], loss: impl Fn(f64, u64) -> f64) -> f64 {
    let mean_loss = |&rate: &f64| {
        let losses: Vec<f64> = seeds.iter().map(|&seed| loss(rate, seed)).collect();
        let mean = mean(&losses);
        if mean.is_finite() {
            mean
        } else {
            f64::INFINITY
        }
    };
    let losses = rates.iter().map(|rate| (mean_loss(rate), *rate));
    let best = losses.reduce(|best, next| if next.0 < best.0 { next } else { best });
    best.expect("a rate").1
}

/// `0.1234 ± 0.0056`, of several numbers.
pub fn mean_and_spread(numbers: &[f64]) -> String {
    let spread = standard_deviation(numbers).map_or(String::new(), |std| format!(" ± {std:.4}"));
    format!("{:.4}{spread}", mean(numbers))
}

/// A number of a normal distribution, near enough: twelve uniform ones less six.
pub fn normal(rng: &mut impl Rng) -> f32 {
    (0..12).map(|_| rng.random::<f32>()).sum::<f32>() - 6.0
}
