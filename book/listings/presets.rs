//! The Adagrad of other frameworks.

use std::fmt::Write;

use burn::backend::NdArray;
use burn::optim::SimpleOptimizer;
use burn::tensor::Tensor;
use burn_adagrad::{AdagradConfig, EpsilonPlacement};

// ANCHOR: presets
/// The settings with which a step of this crate is that of another framework.
pub fn presets() -> [(&'static str, AdagradConfig); 4] {
    let keras = AdagradConfig::new()
        .with_initial_accumulator_value(0.1)
        .with_epsilon(1e-7)
        .with_epsilon_placement(EpsilonPlacement::InsideSqrt);
    [
        ("PyTorch", AdagradConfig::new()),
        ("Keras", keras.clone()),
        ("optax", keras),
        ("burn", AdagradConfig::new().with_epsilon(1e-5)),
    ]
}
// ANCHOR_END: presets

// ANCHOR: first_steps
/// Where a first step takes three weights of 1, whose gradients are large, small and tiny.
pub fn first_step(config: &AdagradConfig) -> Vec<f32> {
    let device = Default::default();
    let weights = Tensor::<NdArray, 1>::ones([3], &device);
    let gradient = Tensor::from_floats([2.0, 0.01, 0.0001], &device);
    let (weights, _) = config.build().step(0.1, weights, gradient, None);
    weights.into_data().iter().collect()
}

pub fn first_steps() -> anyhow::Result<String> {
    let mut text = String::from("gradient  2         0.01      0.0001\n");
    for (framework, config) in presets() {
        write!(text, "{framework:<8}")?;
        for weight in first_step(&config) {
            write!(text, "  {weight:.6}")?;
        }
        text.push('\n');
    }
    Ok(text)
}
// ANCHOR_END: first_steps
