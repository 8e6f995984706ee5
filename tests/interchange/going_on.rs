//! A run that goes through a file midway is the run that was never interrupted, bit for bit.

use crate::common::{assert_close, check, on_each_backend, to_dense, values};
use burn::backend::Autodiff;
use burn::module::{AutodiffModule, Module};
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_adagrad::interchange::{AdagradOptimizer, load_pytorch, save_pytorch};
use burn_adagrad::nn::binary_cross_entropy_with_logits;
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{AdagradConfig, EpsilonPlacement, SparseNN, SparseNNConfig};
use proptest::prelude::*;

on_each_backend!(
    a_pause_leaves_no_trace,
    optimizers_load_each_others_files,
    lookups_that_wait_stay_out_of_the_file,
    decay_that_rows_have_coming_is_in_the_file,
);

const STEPS: usize = 8;
const FEATURES: usize = 6;

fn start<B: AutodiffBackend>(seed: u64, device: &B::Device) -> SparseNN<B> {
    SparseNNConfig::new(FEATURES)
        .with_hidden_size(5)
        .init_seeded(seed, device)
}

/// Two rows with two entries each.
fn batch(step: usize) -> CsrBatch {
    let at = |k: usize| ((step * 5 + k * 2) % FEATURES) as u32;
    let values = (0..4).map(|k| ((step * 7 + k * 3) % 9) as f32 / 4.0 - 0.9);
    let indices = vec![at(0), at(1), at(1), at(2)];
    CsrBatch::new(FEATURES, vec![0, 2, 4], indices, values.collect()).unwrap()
}

/// How a network takes a batch.
type Forward<B> = fn(&SparseNN<B>, &CsrBatch) -> Tensor<B, 2>;

fn by_rows<B: Backend>(model: &SparseNN<B>, batch: &CsrBatch) -> Tensor<B, 2> {
    model.forward_logits_csr(batch)
}

fn as_a_whole<B: Backend>(model: &SparseNN<B>, batch: &CsrBatch) -> Tensor<B, 2> {
    let device = model.fc1.weight.val().device();
    model.forward_logits(to_dense(batch, &device))
}

fn train<B: AutodiffBackend, O: Optimizer<SparseNN<B>, B>>(
    mut model: SparseNN<B>,
    optim: &mut O,
    forward: Forward<B>,
    steps: std::ops::Range<usize>,
) -> SparseNN<B> {
    let device = model.fc1.weight.val().device();
    for step in steps {
        let targets = Tensor::from_floats([[1.0], [0.0]], &device);
        let loss = binary_cross_entropy_with_logits(forward(&model, &batch(step)), targets);
        let grads = GradientsParams::from_grads(loss.backward(), &model);
        model = optim.step(0.1, model, grads);
    }
    model
}

/// The file that a run ends with.
fn run<B: AutodiffBackend, O: AdagradOptimizer<SparseNN<B>, B>>(
    init: impl Fn() -> O,
    forward: Forward<B>,
    seed: u64,
    pause: Option<usize>,
    device: &B::Device,
) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.safetensors");
    let (mut model, mut optim, mut done) = (start(seed, device), init(), 0);
    if let Some(pause) = pause {
        model = train(model, &mut optim, forward, 0..pause);
        save_pytorch(&path, &model, &optim).unwrap();
        (model, optim) = load_pytorch(&path, start(seed + 1, device), init()).unwrap();
        done = pause;
    }
    model = train(model, &mut optim, forward, done..STEPS);
    save_pytorch(&path, &model, &optim).unwrap();
    std::fs::read(path).unwrap()
}

fn a_pause_leaves_no_trace<B: Backend>(device: &B::Device) {
    type A<B> = Autodiff<B>;
    let config = (
        0.0..1.0_f64,
        prop_oneof![Just(0.0_f64), Just(1e-10), 0.0..1.0],
        prop_oneof![Just(0.0_f32), 0.0..1.0_f32],
        any::<bool>(),
    );
    let strategy = (config, any::<u32>(), 0..=STEPS, any::<bool>());
    check::<B, _>(device, strategy, |(config, seed, pause, rows)| {
        let (lr_decay, epsilon, initial, inside) = config;
        let mut config = AdagradConfig::new()
            .with_lr_decay(lr_decay)
            .with_epsilon(epsilon)
            .with_initial_accumulator_value(initial);
        if inside {
            config = config.with_epsilon_placement(EpsilonPlacement::InsideSqrt);
        }
        let run = |pause| {
            if rows {
                let init = || config.init_sparse::<A<B>, SparseNN<A<B>>>();
                run(init, by_rows, seed.into(), pause, device)
            } else {
                let init = || config.init::<A<B>, SparseNN<A<B>>>();
                run(init, as_a_whole, seed.into(), pause, device)
            }
        };
        prop_assert!(run(None) == run(Some(pause)));
        Ok(())
    });
}

fn optimizers_load_each_others_files<B: Backend>(device: &B::Device) {
    type A<B> = Autodiff<B>;
    let dir = tempfile::tempdir().unwrap();
    let [first, second] = ["first", "second"].map(|name| dir.path().join(name));
    let mut sparse = AdagradConfig::new().init_sparse::<A<B>, SparseNN<A<B>>>();
    let model = train(start(1, device), &mut sparse, by_rows, 0..3);
    save_pytorch(&first, &model, &sparse).unwrap();
    let dense = AdagradConfig::new().init::<A<B>, SparseNN<A<B>>>();
    let (model, dense) = load_pytorch(&first, model, dense).unwrap();
    save_pytorch(&second, &model, &dense).unwrap();
    assert!(std::fs::read(first).unwrap() == std::fs::read(second).unwrap());
}

/// A forward pass on the autodiff backend leaves a lookup behind, which a visitor sees as a
/// parameter.
fn lookups_that_wait_stay_out_of_the_file<B: Backend>(device: &B::Device) {
    type A<B> = Autodiff<B>;
    let dir = tempfile::tempdir().unwrap();
    let [before, after] = ["before", "after"].map(|name| dir.path().join(name));
    let model = start::<A<B>>(1, device);
    let optim = AdagradConfig::new().init_sparse::<A<B>, SparseNN<A<B>>>();
    save_pytorch(&before, &model, &optim).unwrap();
    model.forward_logits_csr(&batch(0));
    save_pytorch(&after, &model, &optim).unwrap();
    assert!(std::fs::read(&before).unwrap() == std::fs::read(&after).unwrap());

    // Nor do they keep the model from loading one.
    let (model, mut optim) = load_pytorch(&before, model, optim).unwrap();
    train(model, &mut optim, by_rows, 0..1);
}

fn decay_that_rows_have_coming_is_in_the_file<B: Backend>(device: &B::Device) {
    type A<B> = Autodiff<B>;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.safetensors");
    let config = AdagradConfig::new().with_decoupled_weight_decay(0.5);
    let init = || config.init_sparse::<A<B>, SparseNN<A<B>>>();
    let mut optim = init();
    let model = train(start(1, device), &mut optim, by_rows, 0..3);
    let decayed = values(&model.fc1.weight.val());
    save_pytorch(&path, &model, &optim).unwrap();

    // The model that loads it has decay of its own coming, for weights that are no longer there.
    let (loaded, _) = load_pytorch(&path, model, init()).unwrap();
    let loaded = loaded.fc1.weight.current();
    assert_close("weights", &values(&loaded), &decayed, 1e-6, 0.0);
}

/// Frozen before or after, a parameter keeps its state in the file, and its being frozen.
#[test]
fn parameters_without_gradient_have_no_state_but_keep_one() {
    type A = Autodiff<burn::backend::NdArray>;
    let device = Default::default();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.safetensors");
    let init = || AdagradConfig::new().init::<A, SparseNN<A>>();
    let frozen = || {
        let mut model: SparseNN<A> = start(1, &device);
        model.fc2 = model.fc2.no_grad();
        model
    };
    save_pytorch(&path, &frozen(), &init()).unwrap();
    let names: Vec<String> = crate::file::read(&path).into_keys().collect();
    assert_eq!(
        names,
        [
            "fc1.bias",
            "fc1.weight",
            "fc2.bias",
            "fc2.weight",
            "optimizer.fc1.bias.step",
            "optimizer.fc1.bias.sum",
            "optimizer.fc1.weight.step",
            "optimizer.fc1.weight.sum",
        ]
    );
    let (model, optim) = load_pytorch(&path, frozen(), init()).unwrap();
    assert!(!model.fc2.weight.is_require_grad());
    assert!(model.fc1.weight.is_require_grad());
    assert_eq!(optim.to_record().len(), 2);

    let mut optim = init();
    let model = train(start(1, &device), &mut optim, as_a_whole, 0..2);
    save_pytorch(&path, &model, &optim).unwrap();
    let before = std::fs::read(&path).unwrap();
    let (model, optim) = load_pytorch(&path, frozen(), init()).unwrap();
    assert!(!model.fc2.weight.is_require_grad());
    save_pytorch(&path, &model, &optim).unwrap();
    assert!(before == std::fs::read(&path).unwrap());
    assert_eq!(model.valid().num_params(), 6 * 5 + 5 + 5 + 1);
}
