//! The article's first program: ten steps of Adagrad on random inputs.
//!
//! `cargo run --release --example simple_nn`

use std::io::Write;

// ANCHOR: uses
use burn::backend::Autodiff;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::{Int, Tensor, TensorData};
use burn_adagrad::{AdagradConfig, DefaultBackend, SimpleNN, SimpleNNConfig};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

type B = Autodiff<DefaultBackend>;
// ANCHOR_END: uses

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    // ANCHOR: init
    let device = Default::default();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut model: SimpleNN<B> = SimpleNNConfig::new().init_seeded(0, &device);
    let criterion = CrossEntropyLossConfig::new().init::<B>(&device);
    let mut optimizer = AdagradConfig::new().init::<B, SimpleNN<B>>();
    // ANCHOR_END: init

    // ANCHOR: loop
    for epoch in 1..=10 {
        let inputs: Vec<f32> = (0..10).map(|_| rng.sample(StandardNormal)).collect();
        let inputs = Tensor::<B, 2>::from_data(TensorData::new(inputs, [1, 10]), &device);
        let labels = Tensor::<B, 1, Int>::from_ints([1], &device);

        let loss = criterion.forward(model.forward(inputs), labels);
        let grads = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(0.01, model, grads);

        let loss: f64 = loss.into_data().iter::<f64>().sum();
        writeln!(out, "Epoch {epoch}, Loss: {loss:.4}")?;
    }
    // ANCHOR_END: loop
    Ok(())
}
