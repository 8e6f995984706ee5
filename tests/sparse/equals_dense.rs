//! Row-sparse training against training the whole table.

use crate::common::{
    assert_close, bits, is_cpu, matrix, on_each_backend, reference, to_dense, values, vector,
};
use burn::backend::Autodiff;
use burn::module::{AutodiffModule, Module, ModuleMapper, Param};
use burn::optim::{GradientsParams, Optimizer, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_adagrad::nn::{SparseLinear, SparseLinearConfig, binary_cross_entropy_with_logits};
use burn_adagrad::optim::RowOptimizer;
use burn_adagrad::sparse::{CsrBatch, RowGradient};
use burn_adagrad::{
    AdagradConfig, EpsilonPlacement, RowWiseAdagradConfig, SparseNN, SparseNNConfig,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

on_each_backend!(
    adagrad_over_rows_is_adagrad,
    row_wise_adagrad_over_rows_is_row_wise_adagrad,
    the_sparse_rosenbrock_path_is_the_dense_one_and_pytorchs,
    a_network_learns_the_same_from_sparse_and_dense_batches,
    lazy_decay_is_decay_at_every_step,
    a_table_used_whole_and_by_rows_decays_once,
);

const ROWS: usize = 40;
const WIDTH: usize = 7;

fn steps<B: Backend>(device: &B::Device) -> usize {
    if is_cpu::<B>(device) { 400 } else { 25 }
}

/// Row numbers, some twice and few rows in all, and their gradients; now and then a gradient of zeros.
fn draw<B: Backend>(rng: &mut ChaCha8Rng, device: &B::Device) -> RowGradient<B> {
    let n = rng.random_range(0..12);
    let rows: Vec<u32> = (0..n)
        .map(|_| rng.random_range(0..ROWS as u32 / 2) * rng.random_range(1..=2))
        .collect();
    let numbers: Vec<f32> = (0..n * WIDTH)
        .map(|_| {
            let size = 10.0_f32.powi(rng.random_range(-4..3));
            (rng.random::<f32>() - 0.5) * size * rng.random_range(0..3) as f32
        })
        .collect();
    let numbers = Tensor::from_data(burn::tensor::TensorData::new(numbers, [n, WIDTH]), device);
    RowGradient::new(ROWS, &rows, numbers).unwrap()
}

fn start<B: Backend>(device: &B::Device) -> Tensor<B, 2> {
    let numbers: Vec<f32> = (0..ROWS * WIDTH).map(|i| (i as f32).sin()).collect();
    matrix(&numbers, WIDTH, device)
}

/// To the bit on the CPU; a GPU may contract a product and a sum.
#[track_caller]
fn assert_same<B: Backend, const D: usize>(
    what: &str,
    sparse: &Tensor<B, D>,
    dense: &Tensor<B, D>,
    device: &B::Device,
) {
    let (sparse, dense) = (values(sparse), values(dense));
    if is_cpu::<B>(device) {
        assert_eq!(bits(&sparse), bits(&dense), "{what}");
    } else {
        assert_close(what, &sparse, &dense, 1e-5, 1e-6);
    }
}

/// Steps two copies of a table, one by rows and one whole.
macro_rules! assert_rows_are_the_whole {
    ($optim:expr, $B:ident, $what:expr, $device:expr) => {{
        let (optim, device) = ($optim, $device);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (mut sparse, mut dense) = (start::<$B>(device), start::<$B>(device));
        let (mut sparse_state, mut dense_state) = (None, None);
        for step in 0..steps::<$B>(device) {
            let gradient = draw::<$B>(&mut rng, device);
            let whole = gradient.to_dense();
            (sparse, sparse_state) = optim.step_rows(0.1, sparse, gradient, sparse_state);
            (dense, dense_state) = optim.step(0.1, dense, whole, dense_state);
            if step % 20 == 0 {
                assert_same($what, &sparse, &dense, device);
            }
        }
        assert_same($what, &sparse, &dense, device);
        let (sparse, dense) = (sparse_state.unwrap(), dense_state.unwrap());
        assert_eq!(sparse.step, dense.step);
        assert_same($what, &sparse.accumulator, &dense.accumulator, device);
        // Rows 21, 23, … are never drawn.
        assert_eq!(
            values(&sparse.accumulator.slice([39..40]))
                .iter()
                .sum::<f32>()
                == 0.0,
            !$what.contains("initial")
        );
    }};
}

fn adagrad_over_rows_is_adagrad<B: Backend>(device: &B::Device) {
    let config = AdagradConfig::new();
    for (what, config) in [
        ("defaults", config.clone()),
        ("lr_decay", config.clone().with_lr_decay(0.1)),
        (
            "initial, inside",
            config
                .clone()
                .with_initial_accumulator_value(0.1)
                .with_epsilon(1e-7)
                .with_epsilon_placement(EpsilonPlacement::InsideSqrt),
        ),
        (
            "maximize, ε = 0",
            config.with_maximize(true).with_epsilon(0.0),
        ),
    ] {
        assert_rows_are_the_whole!(config.build(), B, what, device);
    }
}

fn row_wise_adagrad_over_rows_is_row_wise_adagrad<B: Backend>(device: &B::Device) {
    let config = RowWiseAdagradConfig::new();
    for (what, config) in [
        ("defaults", config.clone()),
        (
            "lr_decay, maximize",
            config.clone().with_lr_decay(0.1).with_maximize(true),
        ),
        (
            "initial",
            config.clone().with_initial_accumulator_value(0.1),
        ),
        ("ε = 0", config.with_epsilon(0.0)),
    ] {
        assert_rows_are_the_whole!(config.build(), B, what, device);
    }
}

/// The gradient of the Rosenbrock function (1 − x)² + 100·(y − x²)².
fn rosenbrock([x, y]: [f64; 2]) -> [f64; 2] {
    [
        -400.0 * x * (y - x * x) - 2.0 * (1.0 - x),
        200.0 * (y - x * x),
    ]
}

/// PyTorch's test of its sparse optimizers: one coordinate a step, its gradient in two parts.
fn the_sparse_rosenbrock_path_is_the_dense_one_and_pytorchs<B: Backend>(device: &B::Device) {
    #[derive(Deserialize)]
    struct File {
        rosenbrock: Rosenbrock,
    }
    #[derive(Deserialize)]
    struct Rosenbrock {
        lr: f64,
        steps: usize,
        every: usize,
        parameters: Vec<Vec<f32>>,
    }
    let Rosenbrock {
        lr,
        steps,
        every,
        parameters,
    } = reference::<File>("rows.json").rosenbrock;
    assert_eq!((steps, parameters.len()), (1800, 18));

    let optim = AdagradConfig::new().build();
    let start = || vector::<B>(&[1.5, 1.5], device);
    let (mut sparse, mut dense) = (start(), start());
    let (mut sparse_state, mut dense_state) = (None, None);
    let steps = if is_cpu::<B>(device) { steps } else { every };
    for step in 0..steps {
        let at = values(&sparse);
        let gradient = rosenbrock([at[0].into(), at[1].into()]);
        // Even steps: the second coordinate.
        let coordinate = 1 - step % 2;
        let part = gradient[coordinate] as f32 / 4.0;
        let rest = gradient[coordinate] as f32 - part;
        let parts = if coordinate == 0 {
            [part, rest]
        } else {
            [rest, part]
        };
        let rows = [coordinate as u32; 2];
        let gradient = RowGradient::new(2, &rows, matrix::<B>(&parts, 1, device)).unwrap();
        let whole = gradient.to_dense().reshape([2]);
        (sparse, sparse_state) = optim.step_rows(lr, sparse, gradient, sparse_state);
        (dense, dense_state) = optim.step(lr, dense, whole, dense_state);
        if (step + 1) % every == 0 {
            assert_same("dense", &sparse, &dense, device);
            let expected = &parameters[step / every];
            assert_close("PyTorch", &values(&sparse), expected, 1e-4, 0.0);
        }
    }
}

/// Rows with few of 60 features, some empty.
fn batches(n: usize) -> Vec<(CsrBatch, Vec<f32>)> {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    (0..n)
        .map(|_| {
            let (mut offsets, mut indices, mut entries) = (vec![0], Vec::new(), Vec::new());
            for _ in 0..8 {
                for _ in 0..rng.random_range(0..6) {
                    indices.push(rng.random_range(0..60));
                    entries.push(rng.random::<f32>() - 0.5);
                }
                offsets.push(indices.len());
            }
            let labels = (0..8).map(|_| rng.random_range(0..2) as f32).collect();
            (
                CsrBatch::new(60, offsets, indices, entries).unwrap(),
                labels,
            )
        })
        .collect()
}

fn a_network_learns_the_same_from_sparse_and_dense_batches<B: Backend>(device: &B::Device) {
    type Net<B> = SparseNN<Autodiff<B>>;
    let start = || -> Net<B> {
        SparseNNConfig::new(60)
            .with_hidden_size(9)
            .init_seeded(5, device)
    };
    let (mut sparse, mut dense) = (start(), start());
    let config = AdagradConfig::new();
    let mut sparse_optim = config.init_sparse::<Autodiff<B>, Net<B>>();
    let mut dense_optim = config.init::<Autodiff<B>, Net<B>>();
    for (batch, labels) in batches(steps::<B>(device)) {
        let targets = || matrix::<Autodiff<B>>(&labels, 1, device);
        let logits = sparse.forward_logits_csr(&batch);
        let sparse_loss = binary_cross_entropy_with_logits(logits, targets());
        let grads = GradientsParams::from_grads(sparse_loss.backward(), &sparse);
        sparse = sparse_optim.step(0.05, sparse, grads);

        let logits = dense.forward_logits(to_dense(&batch, device));
        let dense_loss = binary_cross_entropy_with_logits(logits, targets());
        let grads = GradientsParams::from_grads(dense_loss.backward(), &dense);
        dense = dense_optim.step(0.05, dense, grads);
        let (sparse, dense) = (values(&sparse_loss), values(&dense_loss));
        assert_close("loss", &sparse, &dense, 1e-3, 1e-4);
    }
    let weights = |net: &Net<B>| values(&net.valid().fc1.weight.val());
    assert_close("weights", &weights(&sparse), &weights(&dense), 1e-2, 2e-3);
}

/// Multiplies a table by the decay of a step, as decay at every step would.
struct Shrink(f64);

impl<B: AutodiffBackend> ModuleMapper<B> for Shrink {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        param.map(|tensor| Tensor::from_inner(tensor.inner().mul_scalar(self.0)).require_grad())
    }
}

/// A layer that can be cloned: burn draws lazy weights anew for each clone.
fn layer<B: Backend>(bias: bool, device: &B::Device) -> SparseLinear<Autodiff<B>> {
    let layer: SparseLinear<Autodiff<B>> =
        SparseLinearConfig::new(60, 5).with_bias(bias).init(device);
    values(&layer.weight.val());
    layer.bias.as_ref().map(|bias| values(&bias.val()));
    layer
}

/// A layer whose gradient depends on its weights: that it also reads decayed rows shows here.
fn lazy_decay_is_decay_at_every_step<B: Backend>(device: &B::Device) {
    type Layer<B> = SparseLinear<Autodiff<B>>;
    let decay = 0.3;
    let layer: Layer<B> = layer::<B>(false, device);
    let config = AdagradConfig::new().with_lr_decay(0.01);
    let mut lazy = layer.clone();
    let mut lazy_optim = config
        .clone()
        .with_decoupled_weight_decay(decay)
        .init_sparse::<Autodiff<B>, Layer<B>>();
    // The whole table, with the optimizer's own decay, and with decay by hand.
    let (mut dense, mut by_hand) = (layer.clone(), layer.clone().fork(device));
    let mut dense_optim = config
        .clone()
        .with_decoupled_weight_decay(decay)
        .init::<Autodiff<B>, Layer<B>>();
    let mut hand_optim = config.init::<Autodiff<B>, Layer<B>>();

    for (step, (batch, _)) in batches(steps::<B>(device)).into_iter().enumerate() {
        // A schedule: the rate of each step counts, not their number.
        let lr = 0.05 / (1.0 + step as f64 / 50.0);
        let loss = |out: Tensor<Autodiff<B>, 2>| (out.add_scalar(-1.0)).powi_scalar(2).mean();
        let inputs = || to_dense::<Autodiff<B>>(&batch, device);

        let grads = loss(lazy.forward_csr(&batch)).backward();
        let grads = GradientsParams::from_grads(grads, &lazy);
        lazy = lazy_optim.step(lr, lazy, grads);

        let grads = loss(dense.forward(inputs())).backward();
        let grads = GradientsParams::from_grads(grads, &dense);
        dense = dense_optim.step(lr, dense, grads);

        let grads = loss(by_hand.forward(inputs())).backward();
        let grads = GradientsParams::from_grads(grads, &by_hand);
        let rate = lr / (1.0 + step as f64 * 0.01);
        by_hand = by_hand.map(&mut Shrink(1.0 - rate * decay));
        by_hand = hand_optim.step(lr, by_hand, grads);
    }
    let weights = |layer: &Layer<B>| values(&layer.valid().weight.val());
    assert_close("dense", &weights(&dense), &weights(&by_hand), 1e-5, 1e-6);

    // However it is looked at, every weight is up to date before the flush.
    let current = values(&lazy.valid().weight.current());
    let recorded = values(&lazy.clone().into_record().weight.val());
    let read = weights(&lazy);
    let lazy = lazy_optim.flush(lazy);
    let flushed = weights(&lazy);
    assert_close("flushed", &flushed, &weights(&dense), 1e-4, 1e-5);
    assert_close("current", &current, &flushed, 1e-6, 1e-9);
    assert_close("recorded", &recorded, &flushed, 1e-6, 1e-9);
    assert_close("read", &read, &flushed, 1e-6, 1e-9);
    assert_eq!(weights(&lazy_optim.flush(lazy)), flushed, "a second flush");
}

/// A step over the whole table in the middle of steps over rows.
fn a_table_used_whole_and_by_rows_decays_once<B: Backend>(device: &B::Device) {
    type Layer<B> = SparseLinear<Autodiff<B>>;
    let layer: Layer<B> = layer::<B>(true, device);
    let config = AdagradConfig::new().with_decoupled_weight_decay(0.5);
    let (mut mixed, mut dense) = (layer.clone(), layer);
    let mut mixed_optim = config.init_sparse::<Autodiff<B>, Layer<B>>();
    let mut dense_optim = config.init::<Autodiff<B>, Layer<B>>();
    for (step, (batch, _)) in batches(12).into_iter().enumerate() {
        let inputs = || to_dense::<Autodiff<B>>(&batch, device);
        let out = match step % 4 {
            0 | 1 => mixed.forward_csr(&batch),
            2 => mixed.forward(inputs()),
            // Both in one graph: half the gradient comes by rows, half whole.
            _ => (mixed.forward_csr(&batch) + mixed.forward(inputs())).mul_scalar(0.5),
        };
        let grads = GradientsParams::from_grads(out.powi_scalar(2).sum().backward(), &mixed);
        mixed = mixed_optim.step(0.1, mixed, grads);

        let out = dense.forward(inputs());
        let grads = GradientsParams::from_grads(out.powi_scalar(2).sum().backward(), &dense);
        dense = dense_optim.step(0.1, dense, grads);
    }
    let weights = |layer: &Layer<B>| values(&layer.valid().weight.current());
    // Decay twice, or not at all, would be off by some thousandths.
    assert_close("weights", &weights(&mixed), &weights(&dense), 1e-4, 3e-4);
}
