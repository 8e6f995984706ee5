//! Row-sparse training against PyTorch's: `EmbeddingBag(sparse=True)` with its Adagrad, and `SparseAdam`.

use crate::common::network::in_batches;
use crate::common::{assert_close, on_each_backend, reference, values};
use burn::backend::Autodiff;
use burn::module::{AutodiffModule, Param};
use burn::nn::Linear;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::data::sparse_dataloader;
use burn_adagrad::nn::{
    BagMode, SparseEmbedding, SparseEmbeddingBag, SparseEmbeddingBagConfig, SparseEmbeddingConfig,
    SparseLinear,
};
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{
    AdagradConfig, AdagradState, AdamConfig, AdamState, SparseNN, SparseNNConfig, train_model,
};
use serde::Deserialize;

on_each_backend!(
    embedding_bags_match_pytorch,
    a_network_matches_pytorch,
    adam_matches_sparse_adam,
);

type Matrix = Vec<Vec<f32>>;

fn param<B: Backend>(rows: &Matrix, device: &B::Device) -> Param<Tensor<B, 2>> {
    Param::from_data(
        TensorData::new(rows.concat(), [rows.len(), rows[0].len()]),
        device,
    )
}

fn embedding_bags_match_pytorch<B: Backend>(device: &B::Device) {
    #[derive(Deserialize)]
    struct File {
        embedding_bag: Vec<Case>,
        weight_decay_refused: String,
    }
    #[derive(Deserialize)]
    struct Case {
        name: String,
        mode: String,
        options: Options,
        vocabulary: usize,
        dim: usize,
        initial: Matrix,
        steps: Vec<Step>,
    }
    #[derive(Deserialize)]
    struct Options {
        lr: f64,
        lr_decay: f64,
        eps: f64,
        initial_accumulator_value: f32,
    }
    #[derive(Deserialize)]
    struct Step {
        indices: Vec<u32>,
        offsets: Vec<usize>,
        weights: Option<Vec<f32>>,
        slope: Matrix,
        output: Matrix,
        parameter: Matrix,
        accumulator: Matrix,
    }
    let file: File = reference("rows.json");
    // What PyTorch cannot do, and `decoupled_weight_decay` can.
    assert!(
        file.weight_decay_refused
            .contains("not compatible with sparse")
    );
    assert_eq!(file.embedding_bag.len(), 5);
    for case in file.embedding_bag {
        let mode = match case.mode.as_str() {
            "sum" => BagMode::Sum,
            "mean" => BagMode::Mean,
            other => panic!("no mode {other}"),
        };
        let mut layer: SparseEmbeddingBag<Autodiff<B>> =
            SparseEmbeddingBagConfig::new(case.vocabulary, case.dim)
                .with_mode(mode)
                .init(device);
        layer.weight = param(&case.initial, device).into();
        let mut optim = AdagradConfig::new()
            .with_lr_decay(case.options.lr_decay)
            .with_epsilon(case.options.eps)
            .with_initial_accumulator_value(case.options.initial_accumulator_value)
            .init_sparse();
        for (number, step) in case.steps.into_iter().enumerate() {
            let what = |what: &str| format!("{}, step {}, {what}", case.name, number + 1);
            let weights = step
                .weights
                .unwrap_or_else(|| vec![1.0; step.indices.len()]);
            let batch =
                CsrBatch::new(case.vocabulary, step.offsets, step.indices, weights).unwrap();
            let output = layer.forward(&batch);
            assert_close(
                &what("output"),
                &values(&output),
                &step.output.concat(),
                1e-5,
                1e-6,
            );
            let slope = param::<Autodiff<B>>(&step.slope, device)
                .val()
                .set_require_grad(false);
            let grads = (output * slope).sum().backward();
            let grads = GradientsParams::from_grads(grads, &layer);
            layer = optim.step(case.options.lr, layer, grads);

            let parameter = values(&layer.valid().weight.val());
            assert_close(
                &what("parameter"),
                &parameter,
                &step.parameter.concat(),
                1e-5,
                2e-6,
            );
            let record = optim.to_record().remove(&layer.weight.id).unwrap();
            let state: AdagradState<B, 2> = record.into_state();
            let accumulator = values(&state.accumulator);
            assert_close(
                &what("accumulator"),
                &accumulator,
                &step.accumulator.concat(),
                1e-5,
                1e-6,
            );
        }
    }
}

#[derive(Deserialize)]
struct Weights {
    fc1_weight: Matrix,
    fc1_bias: Vec<f32>,
    fc2_weight: Matrix,
    fc2_bias: Vec<f32>,
}

fn linear<B: Backend>(weight: &Matrix, bias: &[f32], device: &B::Device) -> Linear<B> {
    let bias = TensorData::new(bias.to_vec(), [bias.len()]);
    Linear {
        weight: param(weight, device),
        bias: Some(Param::from_data(bias, device)),
    }
}

fn a_network_matches_pytorch<B: Backend>(device: &B::Device) {
    #[derive(Deserialize)]
    struct File {
        sparse_nn: Network,
    }
    #[derive(Deserialize)]
    struct Network {
        input_size: usize,
        hidden_size: usize,
        lr: f64,
        rows: Vec<Vec<(u32, f32)>>,
        labels: Vec<f32>,
        batches: Vec<Vec<usize>>,
        initial: Weights,
        losses: Vec<f32>,
        r#final: Weights,
    }
    let network = reference::<File>("rows.json").sparse_nn;
    let data = in_batches(
        network.input_size,
        &network.rows,
        &network.labels,
        &network.batches,
    );
    let loader = sparse_dataloader::<Autodiff<B>>(data, network.batches[0].len(), None, device);

    let mut model: SparseNN<Autodiff<B>> = SparseNNConfig::new(network.input_size)
        .with_hidden_size(network.hidden_size)
        .init(device);
    let start = &network.initial;
    model.fc1 = SparseLinear::from(linear(&start.fc1_weight, &start.fc1_bias, device));
    model.fc2 = linear(&start.fc2_weight, &start.fc2_bias, device);
    let mut optim = AdagradConfig::new().init_sparse();
    let (model, losses) = train_model(model, &mut optim, network.lr, loader.as_ref(), 1, |_| ());
    assert_close("losses", &losses, &network.losses, 1e-4, 0.0);
    let model = model.valid();
    let end = &network.r#final;
    for (what, ours, theirs) in [
        (
            "fc1.weight",
            values(&model.fc1.weight.val()),
            end.fc1_weight.concat(),
        ),
        (
            "fc1.bias",
            values(&model.fc1.bias.unwrap().val()),
            end.fc1_bias.clone(),
        ),
        (
            "fc2.weight",
            values(&model.fc2.weight.val()),
            end.fc2_weight.concat(),
        ),
        (
            "fc2.bias",
            values(&model.fc2.bias.unwrap().val()),
            end.fc2_bias.clone(),
        ),
    ] {
        assert_close(what, &ours, &theirs, 1e-4, 2e-5);
    }
}

fn adam_matches_sparse_adam<B: Backend>(device: &B::Device) {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        name: String,
        options: Options,
        initial: Matrix,
        steps: Vec<Step>,
    }
    #[derive(Deserialize)]
    struct Options {
        lr: f64,
        betas: [f64; 2],
        eps: f64,
        maximize: bool,
    }
    #[derive(Deserialize)]
    struct Step {
        ids: Vec<u32>,
        gradients: Matrix,
        parameter: Matrix,
        exp_avg: Matrix,
        exp_avg_sq: Matrix,
    }
    let cases = reference::<File>("sparse_adam.json").cases;
    assert_eq!(cases.len(), 5);
    for case in cases {
        let options = &case.options;
        let config = AdamConfig::new();
        if case.name == "default" {
            assert_eq!([config.beta_1, config.beta_2], options.betas);
            assert_eq!(config.epsilon, options.eps);
        }
        let mut optim = config
            .with_beta_1(options.betas[0])
            .with_beta_2(options.betas[1])
            .with_epsilon(options.eps)
            .with_maximize(options.maximize)
            .init_sparse();
        let (rows, dim) = (case.initial.len(), case.initial[0].len());
        let mut layer: SparseEmbedding<Autodiff<B>> =
            SparseEmbeddingConfig::new(rows, dim).init(device);
        layer.weight = param(&case.initial, device).into();
        assert_eq!(case.steps.len(), 20);
        for (number, step) in case.steps.into_iter().enumerate() {
            let what = |what: &str| format!("{}, step {}, {what}", case.name, number + 1);
            let slope = param::<Autodiff<B>>(&step.gradients, device).val();
            let slope = slope.set_require_grad(false);
            let output = layer.forward(&step.ids).unwrap();
            let grads = (output * slope).sum().backward();
            let grads = GradientsParams::from_grads(grads, &layer);
            layer = optim.step(options.lr, layer, grads);

            let record = optim.to_record().remove(&layer.weight.id).unwrap();
            let state: AdamState<B, 2> = record.into_state();
            assert_eq!(state.step, number + 1);
            let parameter = values(&layer.valid().weight.val());
            for (part, found, expected) in [
                ("parameter", parameter, step.parameter),
                ("exp_avg", values(&state.exp_avg), step.exp_avg),
                ("exp_avg_sq", values(&state.exp_avg_sq), step.exp_avg_sq),
            ] {
                assert_close(&what(part), &found, &expected.concat(), 1e-6, 0.0);
            }
        }
    }
}
