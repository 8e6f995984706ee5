//! Initial weights that depend on a seed alone.

use burn::module::Param;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::TensorData;
use burn::tensor::backend::Backend;
use rand::{Rng, RngExt};

/// A linear layer whose weights and bias are drawn from U(−1/√d_input, 1/√d_input), as PyTorch's
/// `nn.Linear` and burn's own default do, but on the host: burn's generators are global to the
/// process and differ from backend to backend, so that two runs with one seed could not be
/// compared.
///
/// Source: <https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html>.
pub(crate) fn seeded_linear<B: Backend>(
    d_input: usize,
    d_output: usize,
    rng: &mut impl Rng,
    device: &B::Device,
) -> Linear<B> {
    let bound = 1.0 / (d_input as f32).sqrt();
    let mut draw = |n: usize| -> Vec<f32> {
        (0..n)
            .map(|_| (2.0 * rng.random::<f32>() - 1.0) * bound)
            .collect()
    };
    let weight = TensorData::new(draw(d_input * d_output), [d_input, d_output]);
    let bias = TensorData::new(draw(d_output), [d_output]);

    let mut linear = LinearConfig::new(d_input, d_output).init(device);
    linear.weight = Param::from_data(weight, device);
    linear.bias = Some(Param::from_data(bias, device));
    linear
}
