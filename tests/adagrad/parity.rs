//! The numbers of other frameworks: `tests/reference/generate.py` made them.

use crate::common::network::in_batches;
use crate::common::{assert_close, on_each_backend, reference, values, vector};
use burn::module::Param;
use burn::nn::Linear;
use burn::optim::{AdaGradConfig, LearningRate, SimpleOptimizer};
use burn::tensor::TensorData;
use burn::tensor::backend::Backend;
use burn::{backend::Autodiff, module::AutodiffModule};
use burn_adagrad::data::dataloader;
use burn_adagrad::train::OptimizerKind;
use burn_adagrad::{Adagrad, AdagradConfig, AdagradState, SparseNN, SparseNNConfig};
use serde::Deserialize;
use std::collections::BTreeMap;

on_each_backend!(
    adagrad_options_match_pytorch,
    presets_match_their_frameworks,
    burn_preset_matches_burn,
    epsilon_zero_keeps_still_where_pytorch_gives_nan,
    sparse_nn_training_matches_pytorch,
);

/// What a framework made of the gradients: the parameter and the accumulator after each step.
#[derive(Deserialize)]
struct Path {
    initial: Vec<f32>,
    gradients: Vec<Vec<f32>>,
    parameters: Vec<Vec<f32>>,
    accumulators: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Options {
    lr: f64,
    lr_decay: f64,
    weight_decay: f64,
    initial_accumulator_value: f32,
    eps: f64,
    maximize: bool,
}

impl Options {
    fn config(&self) -> AdagradConfig {
        AdagradConfig::pytorch()
            .with_lr_decay(self.lr_decay)
            .with_weight_decay(self.weight_decay)
            .with_initial_accumulator_value(self.initial_accumulator_value)
            .with_epsilon(self.eps)
            .with_maximize(self.maximize)
    }
}

/// Steps along `path.gradients` and demands the path's numbers, within 1e-6 relative.
fn assert_follows<B: Backend>(
    name: &str,
    optim: &Adagrad,
    lr: LearningRate,
    path: &Path,
    device: &B::Device,
) {
    assert_eq!(path.gradients.len(), path.parameters.len(), "{name}");
    let mut parameter = vector::<B>(&path.initial, device);
    let mut state: Option<AdagradState<B, 1>> = None;
    for (i, gradient) in path.gradients.iter().enumerate() {
        (parameter, state) = optim.step(lr, parameter, vector(gradient, device), state);
        let what = format!("{name}, step {}", i + 1);
        let accumulator = values(&state.as_ref().unwrap().accumulator);
        assert_close(&what, &accumulator, &path.accumulators[i], 1e-6, 0.0);
        assert_close(&what, &values(&parameter), &path.parameters[i], 1e-6, 0.0);
    }
}

fn adagrad_options_match_pytorch<B: Backend>(device: &B::Device) {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        name: String,
        options: Options,
        #[serde(flatten)]
        path: Path,
    }
    let file: File = reference("adagrad.json");
    assert_eq!(file.cases.len(), 10);
    for case in file.cases {
        if case.name == "default" {
            let (theirs, ours) = (&case.options, AdagradConfig::pytorch());
            assert_eq!(ours.lr_decay, theirs.lr_decay);
            assert_eq!(ours.epsilon, theirs.eps);
            assert_eq!(
                ours.initial_accumulator_value,
                theirs.initial_accumulator_value
            );
            assert_eq!(ours.maximize, theirs.maximize);
            assert_eq!(ours.weight_decay, 0.0);
        }
        let optim = case.options.config().build();
        assert_follows::<B>(&case.name, &optim, case.options.lr, &case.path, device);
    }
}

/// Keras and optax, with their defaults and from an accumulator of 0, where the place of ε shows.
fn presets_match_their_frameworks<B: Backend>(device: &B::Device) {
    #[derive(Deserialize)]
    struct Preset {
        #[serde(flatten)]
        defaults: Record,
        zero_accumulator: BTreeMap<String, Record>,
    }
    #[derive(Deserialize)]
    struct Record {
        learning_rate: f64,
        epsilon: f64,
        initial_accumulator_value: f32,
        #[serde(flatten)]
        path: Path,
    }
    let file: BTreeMap<String, Preset> = reference("presets.json");
    assert!(file.keys().eq(["keras", "optax"]));

    for (framework, preset) in file {
        let config = match framework.as_str() {
            "keras" => AdagradConfig::keras(),
            _ => AdagradConfig::optax(),
        };
        let record = &preset.defaults;
        assert_eq!(config.epsilon, record.epsilon, "{framework}");
        let initial = record.initial_accumulator_value;
        assert_eq!(config.initial_accumulator_value, initial, "{framework}");
        let lr = record.learning_rate;
        assert_follows::<B>(&framework, &config.build(), lr, &record.path, device);

        for (name, record) in preset.zero_accumulator {
            let name = format!("{framework}, accumulator from 0, {name}");
            let optim = config
                .clone()
                .with_epsilon(record.epsilon)
                .with_initial_accumulator_value(record.initial_accumulator_value)
                .build();
            assert_follows::<B>(&name, &optim, record.learning_rate, &record.path, device);
        }
    }
}

fn burn_preset_matches_burn<B: Backend>(device: &B::Device) {
    let theirs = AdaGradConfig::new().build();
    let ours = AdagradConfig::burn().build();
    let (mut a, mut b) = (
        vector::<B>(&[1.0, -2.0, 0.5], device),
        vector::<B>(&[1.0, -2.0, 0.5], device),
    );
    let (mut state_a, mut state_b) = (None, None);
    for step in 0..20 {
        // The third gradients are so small that ε = 1e-5 decides their step.
        let gradient = [1.0, -0.1 * step as f32, 1e-6];
        (a, state_a) = theirs.step(0.1, a, vector(&gradient, device), state_a);
        (b, state_b) = ours.step(0.1, b, vector(&gradient, device), state_b);
        assert_close("burn", &values(&b), &values(&a), 1e-6, 0.0);
    }
}

fn epsilon_zero_keeps_still_where_pytorch_gives_nan<B: Backend>(device: &B::Device) {
    #[derive(Deserialize)]
    struct File {
        epsilon_zero_nan: Case,
    }
    #[derive(Deserialize)]
    struct Case {
        options: Options,
        initial: Vec<f32>,
        gradients: Vec<Vec<f32>>,
        parameters: Vec<Vec<Option<f32>>>,
    }
    let case = reference::<File>("adagrad.json").epsilon_zero_nan;
    let lr = case.options.lr;
    let optim = case.options.config().build();
    let mut parameter = vector::<B>(&case.initial, device);
    let mut state = None;
    let mut nans = 0;
    for (gradient, theirs) in case.gradients.iter().zip(&case.parameters) {
        let before = values(&parameter);
        (parameter, state) = optim.step(lr, parameter, vector(gradient, device), state);
        let after = values(&parameter);
        assert!(after.iter().all(|value| value.is_finite()), "{after:?}");
        for i in 0..after.len() {
            match theirs[i] {
                Some(theirs) => assert_close("ε = 0", &after[i..=i], &[theirs], 1e-6, 0.0),
                None if gradient[i] == 0.0 => assert_eq!(after[i], before[i]),
                None => assert_ne!(after[i], before[i]),
            }
            nans += usize::from(theirs[i].is_none());
        }
    }
    assert!(nans > 0, "the reference has no NaN left to show");
}

#[derive(Deserialize)]
struct Weights {
    fc1_weight: Vec<Vec<f32>>,
    fc1_bias: Vec<f32>,
    fc2_weight: Vec<Vec<f32>>,
    fc2_bias: Vec<f32>,
}

/// PyTorch keeps a linear layer's weight as [out, in], burn as [in, out].
fn transpose(weight: &[Vec<f32>]) -> Vec<f32> {
    (0..weight[0].len())
        .flat_map(|input| weight.iter().map(move |row| row[input]))
        .collect()
}

fn linear<B: Backend>(weight: &[Vec<f32>], bias: &[f32], device: &B::Device) -> Linear<B> {
    let shape = [weight[0].len(), weight.len()];
    let weight = TensorData::new(transpose(weight), shape);
    let bias = TensorData::new(bias.to_vec(), [bias.len()]);
    Linear {
        weight: Param::from_data(weight, device),
        bias: Some(Param::from_data(bias, device)),
    }
}

fn sparse_nn_training_matches_pytorch<B: Backend>(device: &B::Device) {
    #[derive(Deserialize)]
    struct File {
        input_size: usize,
        hidden_size: usize,
        lr: f64,
        rows: Vec<Vec<(u32, f32)>>,
        labels: Vec<f32>,
        batches: Vec<Vec<usize>>,
        initial: Weights,
        optimizers: BTreeMap<String, Training>,
    }
    #[derive(Deserialize)]
    struct Training {
        losses: Vec<f32>,
        r#final: Weights,
    }
    let file: File = reference("sparse_nn.json");

    let data = in_batches(file.input_size, &file.rows, &file.labels, &file.batches);
    let loader = dataloader::<Autodiff<B>>(data, file.batches[0].len(), None, device);

    assert_eq!(file.optimizers.len(), 4);
    for (name, expected) in &file.optimizers {
        let mut model: SparseNN<Autodiff<B>> = SparseNNConfig::new(file.input_size)
            .with_hidden_size(file.hidden_size)
            .init(device);
        model.fc1 = linear(&file.initial.fc1_weight, &file.initial.fc1_bias, device).into();
        model.fc2 = linear(&file.initial.fc2_weight, &file.initial.fc2_bias, device);

        let kind = OptimizerKind::ARTICLE
            .into_iter()
            .find(|kind| kind.name() == name);
        let (model, losses) = kind
            .unwrap()
            .train(model, file.lr, loader.as_ref(), 1, |_| ());
        assert_close(
            &format!("{name}, losses"),
            &losses,
            &expected.losses,
            1e-4,
            0.0,
        );

        let model = model.valid();
        let weights = &expected.r#final;
        for (what, actual, expected) in [
            (
                "fc1.weight",
                values(&model.fc1.weight.val()),
                transpose(&weights.fc1_weight),
            ),
            (
                "fc1.bias",
                values(&model.fc1.bias.unwrap().val()),
                weights.fc1_bias.clone(),
            ),
            (
                "fc2.weight",
                values(&model.fc2.weight.val()),
                transpose(&weights.fc2_weight),
            ),
            (
                "fc2.bias",
                values(&model.fc2.bias.unwrap().val()),
                weights.fc2_bias.clone(),
            ),
        ] {
            assert_close(&format!("{name}, {what}"), &actual, &expected, 1e-4, 2e-5);
        }
    }
}
