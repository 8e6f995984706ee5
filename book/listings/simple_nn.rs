//! The chapter "SimpleNN, the first program": its losses over many seeds, and what it learns.

use std::fmt::Write;

use burn::backend::{Autodiff, NdArray};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor, TensorData};
use burn_adagrad::{AdagradConfig, SimpleNN, SimpleNNConfig};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

type B = Autodiff<NdArray>;

/// A random row.
fn row(rng: &mut ChaCha8Rng) -> Tensor<B, 2> {
    let numbers: Vec<f32> = (0..10).map(|_| rng.sample(StandardNormal)).collect();
    Tensor::from_data(TensorData::new(numbers, [1, 10]), &Default::default())
}

/// The program of the chapter with a seed and a number of steps: the model and the loss of each
/// step.
pub fn train(seed: u64, steps: usize) -> (SimpleNN<B>, Vec<f64>) {
    let device = Default::default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut model: SimpleNN<B> = SimpleNNConfig::new().init_seeded(seed, &device);
    let criterion = CrossEntropyLossConfig::new().init::<B>(&device);
    let mut optimizer = AdagradConfig::new().init::<B, SimpleNN<B>>();
    let mut losses = Vec::new();
    for _ in 0..steps {
        let labels = Tensor::<B, 1, Int>::from_ints([1], &device);
        let loss = criterion.forward(model.forward(row(&mut rng)), labels);
        losses.push(loss.to_data().iter::<f64>().sum());
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(0.01, model, gradients);
    }
    (model, losses)
}

// ANCHOR: constant
/// The least and the largest probability of label 1 over a thousand rows that the model has not
/// seen.
pub fn probabilities(model: &SimpleNN<B>) -> [f64; 2] {
    let mut rng = ChaCha8Rng::seed_from_u64(12345);
    let rows = (0..1000).map(|_| row(&mut rng)).collect();
    let logits = model.forward(Tensor::cat(rows, 0));
    let probabilities = softmax(logits, 1).narrow(1, 1, 1).into_data();
    let probabilities: Vec<f64> = probabilities.iter().collect();
    let least = probabilities.iter().copied().fold(1.0, f64::min);
    [least, probabilities.iter().copied().fold(0.0, f64::max)]
}
// ANCHOR_END: constant

/// What the model says of rows that it has not seen.
pub fn output() -> anyhow::Result<String> {
    let mut text = String::new();
    for steps in [0, 10, 1000] {
        let (model, _) = train(0, steps);
        let [least, most] = probabilities(&model);
        writeln!(
            text,
            "after {steps:>4} steps, probability of label 1: from {least:.3} to {most:.3}"
        )?;
    }
    Ok(text)
}
