//! A run of PyTorch's goes on here, and one from here comes to where PyTorch's came. The files are
//! those that `tests/reference/interchange.py` wrote; it can also go on from a file that was
//! written here.

use std::path::PathBuf;

use crate::common::{assert_close, on_each_backend, reference};
use crate::file::{self, floats};
use burn::backend::Autodiff;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::interchange::{AdagradOptimizer, load_pytorch, save_pytorch};
use burn_adagrad::nn::binary_cross_entropy_with_logits;
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{AdagradConfig, SparseNN, SparseNNConfig};
use serde::Deserialize;

on_each_backend!(
    a_run_of_pytorchs_goes_on_here,
    a_run_from_here_comes_to_pytorchs_file,
);

/// 20 steps of PyTorch's.
#[derive(Deserialize)]
struct Run {
    options: Options,
    inputs: Vec<Vec<Vec<f32>>>,
    labels: Vec<Vec<f32>>,
    losses: Vec<f32>,
}

#[derive(Deserialize)]
struct Options {
    lr: f64,
    lr_decay: f64,
    initial_accumulator_value: f32,
    eps: f64,
}

impl Run {
    fn config(&self) -> AdagradConfig {
        AdagradConfig::pytorch()
            .with_lr_decay(self.options.lr_decay)
            .with_initial_accumulator_value(self.options.initial_accumulator_value)
            .with_epsilon(self.options.eps)
    }

    /// Takes steps, whose losses must be PyTorch's.
    fn steps<B: AutodiffBackend, O: Optimizer<SparseNN<B>, B>>(
        &self,
        (mut model, mut optim): (SparseNN<B>, O),
        steps: std::ops::Range<usize>,
        by_rows: bool,
    ) -> (SparseNN<B>, O) {
        let device = model.fc1.weight.val().device();
        let mut losses = Vec::new();
        for step in steps.clone() {
            let (inputs, labels) = (&self.inputs[step], &self.labels[step]);
            let logits = if by_rows {
                model.forward_logits_csr(&sparse(inputs))
            } else {
                let shape = [inputs.len(), inputs[0].len()];
                let data = TensorData::new(inputs.concat(), shape);
                model.forward_logits(Tensor::from_data(data, &device))
            };
            let targets = TensorData::new(labels.clone(), [labels.len(), 1]);
            let targets = Tensor::from_data(targets, &device);
            let loss = binary_cross_entropy_with_logits(logits, targets);
            losses.push(loss.clone().into_data().iter().next().unwrap());
            let grads = GradientsParams::from_grads(loss.backward(), &model);
            model = optim.step(self.options.lr, model, grads);
        }
        assert_close("losses", &losses, &self.losses[steps], 0.0, 1e-5);
        (model, optim)
    }
}

fn sparse(rows: &[Vec<f32>]) -> CsrBatch {
    let (mut offsets, mut indices, mut values) = (vec![0], vec![], vec![]);
    for row in rows {
        for (index, &value) in row.iter().enumerate() {
            if value != 0.0 {
                indices.push(index as u32);
                values.push(value);
            }
        }
        offsets.push(indices.len());
    }
    CsrBatch::new(rows[0].len(), offsets, indices, values).unwrap()
}

fn file_of(state: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("tests/reference/interchange_{state}.safetensors"))
}

/// Loads PyTorch's file of the state `from`, goes on, and demands the file of the state `to`.
fn assert_leads<B: AutodiffBackend, O: AdagradOptimizer<SparseNN<B>, B>>(
    [from, to]: [&str; 2],
    steps: std::ops::Range<usize>,
    init: impl Fn(&AdagradConfig) -> O,
    by_rows: bool,
    device: &B::Device,
) {
    let run: Run = reference("interchange.json");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.safetensors");
    let fresh = SparseNNConfig::new(12).with_hidden_size(5).init(device);
    let loaded = load_pytorch(file_of(from), fresh, init(&run.config())).unwrap();
    let (model, optim) = run.steps(loaded, steps, by_rows);
    save_pytorch(&path, &model, &optim).unwrap();

    let (found, expected) = (file::read(&path), file::read(&file_of(to)));
    assert!(found.keys().eq(expected.keys()));
    for (name, expected) in &expected {
        let found = &found[name];
        assert_eq!((found.0, &found.1), (expected.0, &expected.1), "{name}");
        assert_close(name, &floats(found), &floats(expected), 0.0, 1e-5);
    }
}

fn assert_leads_on_both_paths<B: Backend>(
    states: [&str; 2],
    steps: std::ops::Range<usize>,
    device: &B::Device,
) {
    let dense = |config: &AdagradConfig| config.init();
    let sparse = |config: &AdagradConfig| config.init_sparse();
    assert_leads::<Autodiff<B>, _>(states, steps.clone(), dense, false, device);
    assert_leads::<Autodiff<B>, _>(states, steps, sparse, true, device);
}

fn a_run_of_pytorchs_goes_on_here<B: Backend>(device: &B::Device) {
    assert_leads_on_both_paths::<B>(["middle", "end"], 10..20, device);
}

fn a_run_from_here_comes_to_pytorchs_file<B: Backend>(device: &B::Device) {
    assert_leads_on_both_paths::<B>(["begin", "middle"], 0..10, device);
}
