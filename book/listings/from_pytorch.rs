//! The article's complete program, and what else there is to carry over from PyTorch.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use burn::backend::{Autodiff, Flex};
use burn::data::dataloader::DataLoader;
use burn::module::{AutodiffModule, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::data::{DenseBatch, SparseDataset, dataloader};
use burn_adagrad::interchange::{load_pytorch, save_pytorch};
use burn_adagrad::nn::binary_cross_entropy_with_logits;
use burn_adagrad::plot::{LossCurve, LossPlot};
use burn_adagrad::train::{OptimizerKind, RunSeeds, pytorch_adam, pytorch_rmsprop, pytorch_sgd};
use burn_adagrad::{
    AdagradConfig, EpsilonPlacement, SparseDataConfig, SparseNNConfig, generate_sparse_data,
};
use safetensors::SafeTensors;
use serde::Deserialize;

type B = Autodiff<Flex>;

// ANCHOR: network
#[derive(Module, Debug)]
pub struct SparseNN<B: Backend> {
    fc1: Linear<B>,
    fc2: Linear<B>,
}

impl<B: Backend> SparseNN<B> {
    pub fn new(input_size: usize, device: &B::Device) -> Self {
        Self {
            fc1: LinearConfig::new(input_size, 50).init(device),
            fc2: LinearConfig::new(50, 1).init(device),
        }
    }

    pub fn forward_logits(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        self.fc2.forward(relu(self.fc1.forward(x)))
    }

    pub fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        sigmoid(self.forward_logits(x))
    }
}
// ANCHOR_END: network

// ANCHOR: train
fn train_model<O: Optimizer<SparseNN<B>, B>>(
    mut model: SparseNN<B>,
    optimizer: &mut O,
    lr: f64,
    train_loader: &dyn DataLoader<B, DenseBatch<B>>,
    num_epochs: usize,
) -> (SparseNN<B>, Vec<f32>) {
    let mut losses = Vec::new();
    for _epoch in 0..num_epochs {
        for batch in train_loader.iter() {
            let outputs = model.forward_logits(batch.inputs);
            let loss = binary_cross_entropy_with_logits(outputs, batch.targets);
            let grads = GradientsParams::from_grads(loss.backward(), &model);
            model = optimizer.step(lr, model, grads);
            losses.push(loss.into_scalar());
        }
    }
    (model, losses)
}
// ANCHOR_END: train

// ANCHOR: evaluate
fn evaluate_model(
    model: &SparseNN<Flex>,
    test_loader: &dyn DataLoader<Flex, DenseBatch<Flex>>,
) -> f64 {
    let mut correct = 0;
    let mut total = 0;
    for batch in test_loader.iter() {
        let predicted = model.forward(batch.inputs).greater_elem(0.5);
        let hits = predicted.equal(batch.targets.greater_elem(0.5));
        total += hits.dims()[0];
        correct += hits.int().sum().into_scalar() as usize;
    }
    correct as f64 / total as f64
}
// ANCHOR_END: evaluate

// ANCHOR: experiment
fn run_experiment<O: Optimizer<SparseNN<B>, B>>(
    mut optimizer: O,
    num_epochs: usize,
) -> anyhow::Result<(Vec<f32>, f64)> {
    let device = Default::default();
    let data = generate_sparse_data(&SparseDataConfig::new())?;
    let input_size = data.n_features();
    let (train, test) = data.split_at(data.len() * 8 / 10);
    let shuffle = Some(RunSeeds::new(0).shuffle);
    let train_loader = dataloader::<B>(train, 32, shuffle, &device);
    let test_loader = dataloader::<Flex>(test, 32, None, &device);

    let model = from_seed(SparseNN::new(input_size, &device));
    let (model, losses) = train_model(
        model,
        &mut optimizer,
        0.01,
        train_loader.as_ref(),
        num_epochs,
    );
    let accuracy = evaluate_model(&model.valid(), test_loader.as_ref());
    Ok((losses, accuracy))
}
// ANCHOR_END: experiment

// ANCHOR: program
/// The program: four optimizers, their accuracies, the picture of their losses.
pub fn program(num_epochs: usize, folder: &Path) -> anyhow::Result<String> {
    let results = [
        (
            "Adagrad",
            run_experiment(AdagradConfig::new().init(), num_epochs)?,
        ),
        ("SGD", run_experiment(pytorch_sgd().init(), num_epochs)?),
        ("Adam", run_experiment(pytorch_adam().init(), num_epochs)?),
        (
            "RMSprop",
            run_experiment(pytorch_rmsprop().init(), num_epochs)?,
        ),
    ];
    let mut out = String::from("Final accuracies:\n");
    let mut curves = Vec::new();
    for (name, (losses, accuracy)) in results {
        writeln!(out, "{name}: {accuracy:.4}")?;
        let label = format!("{name} (Accuracy: {accuracy:.4})");
        curves.push(LossCurve { label, losses });
    }
    LossPlot::new(curves[0].losses.len() / num_epochs)
        .with_title("Training Loss Comparison (Sparse Data)")
        .draw(&curves, &folder.join("losses.svg"))?;
    Ok(out)
}
// ANCHOR_END: program

/// The network with first weights that are the same each time: those of `compare_optimizers`.
fn from_seed(model: SparseNN<B>) -> SparseNN<B> {
    let seeded = SparseNNConfig::new(model.fc1.weight.dims()[0])
        .init_seeded::<B>(RunSeeds::new(0).weights, &Default::default());
    SparseNN {
        fc1: Linear {
            weight: (*seeded.fc1.weight).clone(),
            bias: seeded.fc1.bias,
        },
        fc2: seeded.fc2,
    }
}

// ANCHOR: options
/// The options that PyTorch has, and two of those that it does not have; as text.
pub fn options() -> anyhow::Result<String> {
    let config = AdagradConfig::pytorch()
        .with_lr_decay(0.001)
        .with_weight_decay(0.01)
        .with_initial_accumulator_value(0.5)
        .with_epsilon(0.25)
        .with_maximize(true)
        .with_epsilon_placement(EpsilonPlacement::InsideSqrt)
        .with_decoupled_weight_decay(0.0);
    config.try_build()?;
    Ok(format!("{config}\n"))
}
// ANCHOR_END: options

// ANCHOR: carry
/// Ten steps here, then a file that PyTorch reads; the file read back, and ten more steps.
pub fn carried_over() -> anyhow::Result<String> {
    let mut out = String::new();
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("run.safetensors");
    let device = Default::default();
    let data = generate_sparse_data(&SparseDataConfig::new().with_n_samples(320))?;
    let loader = dataloader::<B>(data, 32, None, &device);

    let mut optim = AdagradConfig::pytorch().init::<B, SparseNN<B>>();
    let model = from_seed(SparseNN::new(100, &device));
    let (model, _) = train_model(model, &mut optim, 0.01, loader.as_ref(), 1);
    save_pytorch(&file, &model, &optim)?;

    let bytes = std::fs::read(&file)?;
    let mut tensors = SafeTensors::deserialize(&bytes)?.tensors();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, tensor) in tensors {
        writeln!(out, "{name:<28} {:?}", tensor.shape())?;
    }

    let fresh = AdagradConfig::pytorch().init::<B, SparseNN<B>>();
    let (loaded, mut fresh) = load_pytorch(&file, SparseNN::new(100, &device), fresh)
        .map_err(|error| error.into_error())?;
    let (_, through_the_file) = train_model(loaded, &mut fresh, 0.01, loader.as_ref(), 1);
    let (_, straight_on) = train_model(model, &mut optim, 0.01, loader.as_ref(), 1);
    writeln!(
        out,
        "\nthe next losses are the same to the bit: {}",
        through_the_file == straight_on
    )?;
    Ok(out)
}
// ANCHOR_END: carry

/// A run of PyTorch's that `tests/reference/generate.py` has recorded.
#[derive(Deserialize)]
struct Reference {
    torch: String,
    lr: f64,
    rows: Vec<Vec<(u32, f32)>>,
    labels: Vec<f32>,
    batches: Vec<Vec<usize>>,
    initial: Weights,
    optimizers: BTreeMap<String, Losses>,
}

/// In PyTorch's layout: the outputs first.
#[derive(Deserialize)]
struct Weights {
    fc1_weight: Vec<Vec<f32>>,
    fc1_bias: Vec<f32>,
    fc2_weight: Vec<Vec<f32>>,
    fc2_bias: Vec<f32>,
}

#[derive(Deserialize)]
struct Losses {
    losses: Vec<f32>,
}

/// A layer in burn's layout: the inputs first.
fn linear(weight: &[Vec<f32>], bias: &[f32]) -> Linear<B> {
    let (inputs, outputs, device) = (weight[0].len(), weight.len(), Default::default());
    let data = TensorData::new(weight.concat(), [outputs, inputs]);
    let weight = Tensor::<B, 2>::from_data(data, &device).transpose();
    Linear {
        weight: Param::from_tensor(weight),
        bias: Some(Param::from_data(
            TensorData::new(bias.to_vec(), [outputs]),
            &device,
        )),
    }
}

/// By optimizer, PyTorch's losses and those of this crate.
pub type Both = BTreeMap<String, [Vec<f32>; 2]>;

/// PyTorch's version, and the losses from the same first weights and the same batches.
pub fn losses_of_both() -> anyhow::Result<(String, Both)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/sparse_nn.json");
    let recorded: Reference = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let (mut offsets, mut indices, mut values, mut labels) = (vec![0], vec![], vec![], vec![]);
    for &row in recorded.batches.iter().flatten() {
        for &(index, value) in &recorded.rows[row] {
            indices.push(index);
            values.push(value);
        }
        offsets.push(indices.len());
        labels.push(recorded.labels[row]);
    }
    let data = SparseDataset::new(100, offsets, indices, values, labels)?;
    let loader = dataloader::<B>(data, recorded.batches[0].len(), None, &Default::default());

    let mut both = BTreeMap::new();
    for (name, theirs) in recorded.optimizers {
        let mut model = SparseNNConfig::new(100).init::<B>(&Default::default());
        let first = &recorded.initial;
        model.fc1 = linear(&first.fc1_weight, &first.fc1_bias).into();
        model.fc2 = linear(&first.fc2_weight, &first.fc2_bias);
        let optimizer = OptimizerKind::from_name(&name)?;
        let (_, ours) = optimizer.train(model, recorded.lr, loader.as_ref(), 1, |_| ());
        both.insert(name, [theirs.losses, ours]);
    }
    Ok((recorded.torch, both))
}

/// How far the losses of the two are apart.
pub fn apart() -> anyhow::Result<String> {
    let mut out = String::new();
    let (version, both) = losses_of_both()?;
    writeln!(
        out,
        "PyTorch {version}: 100 losses each, largest relative difference"
    )?;
    for (name, [theirs, ours]) in both {
        let relative = theirs.iter().zip(&ours).map(|(a, b)| (a - b).abs() / a);
        writeln!(out, "{name:<8} {:.6}", relative.fold(0.0, f32::max))?;
    }
    Ok(out)
}
