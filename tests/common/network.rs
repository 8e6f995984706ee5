//! Small runs of SparseNN that several programs take.

use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use burn_adagrad::data::SparseDataset;
use burn_adagrad::nn::binary_cross_entropy_with_logits;
use burn_adagrad::{SparseNN, SparseNNConfig};

use super::vector;

/// A network of 6 features and 4 hidden neurons.
pub fn start<B: AutodiffBackend>(device: &B::Device) -> SparseNN<B> {
    SparseNNConfig::new(6)
        .with_hidden_size(4)
        .init_seeded(3, device)
}

/// Takes some steps of a fixed run.
pub fn train<B: AutodiffBackend, O: Optimizer<SparseNN<B>, B>>(
    mut model: SparseNN<B>,
    optim: &mut O,
    steps: std::ops::Range<usize>,
    device: &B::Device,
) -> SparseNN<B> {
    for step in steps {
        let inputs: Vec<f32> = (0..12)
            .map(|i| ((i * 7 + step * 5) % 11) as f32 - 4.0)
            .collect();
        let inputs = vector::<B>(&inputs, device).reshape([2, 6]);
        let targets = Tensor::from_floats([[1.0], [0.0]], device);
        let loss = binary_cross_entropy_with_logits(model.forward_logits(inputs), targets);
        let grads = GradientsParams::from_grads(loss.backward(), &model);
        model = optim.step(0.1, model, grads);
    }
    model
}

/// The rows of some batches, one batch after the other: one pass over them, in order, takes these batches.
pub fn in_batches(
    n_features: usize,
    rows: &[Vec<(u32, f32)>],
    labels: &[f32],
    batches: &[Vec<usize>],
) -> SparseDataset {
    let order = batches.concat();
    let mut offsets = vec![0];
    let (mut indices, mut values) = (Vec::new(), Vec::new());
    for &row in &order {
        indices.extend(rows[row].iter().map(|entry| entry.0));
        values.extend(rows[row].iter().map(|entry| entry.1));
        offsets.push(indices.len());
    }
    let labels = order.iter().map(|&row| labels[row]).collect();
    SparseDataset::new(n_features, offsets, indices, values, labels).unwrap()
}
