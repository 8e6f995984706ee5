//! Row-sparse training that is saved and loaded midway is the run that was never interrupted.

use crate::common::{assert_close, bits, on_each_backend, values};
use burn::backend::Autodiff;
use burn::module::{AutodiffModule, Module};
use burn::optim::{GradientsParams, Optimizer};
use burn::record::{FullPrecisionSettings, NamedMpkBytesRecorder, Record, Recorder};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{AdagradConfig, RowWiseAdagradConfig, SparseNN, SparseNNConfig};

on_each_backend!(
    adagrad_resumes,
    row_wise_adagrad_resumes,
    lazy_decay_resumes,
    dense_and_sparse_optimizers_load_each_others_records,
);

const STEPS: usize = 8;

fn start<B: AutodiffBackend>(device: &B::Device) -> SparseNN<B> {
    SparseNNConfig::new(30)
        .with_hidden_size(4)
        .init_seeded(3, device)
}

/// Another few of the 30 features at each step.
fn batch(step: usize) -> CsrBatch {
    let bags: Vec<Vec<u32>> = (0..4)
        .map(|bag| {
            (0..3)
                .map(|i| ((step * 7 + bag * 5 + i * i) % 30) as u32)
                .collect()
        })
        .collect();
    CsrBatch::from_bags(30, &bags).unwrap()
}

fn train<B: AutodiffBackend, O: Optimizer<SparseNN<B>, B>>(
    mut model: SparseNN<B>,
    optim: &mut O,
    steps: std::ops::Range<usize>,
) -> SparseNN<B> {
    for step in steps {
        let loss = (model.forward_logits_csr(&batch(step)) - 1.0)
            .powi_scalar(2)
            .mean();
        let grads = GradientsParams::from_grads(loss.backward(), &model);
        model = optim.step(0.1, model, grads);
    }
    model
}

fn weights<B: AutodiffBackend>(model: &SparseNN<B>) -> Vec<f32> {
    let model = model.valid();
    let weights = [
        values(&model.fc1.weight.current()),
        values(&model.fc1.bias.unwrap().val()),
        values(&model.fc2.weight.val()),
    ];
    weights.concat()
}

fn save_and_load<B: Backend, T: Record<B>>(record: T, device: &B::Device) -> T {
    let recorder = NamedMpkBytesRecorder::<FullPrecisionSettings>::default();
    let bytes = recorder.record(record, ()).unwrap();
    recorder.load(bytes, device).unwrap()
}

/// In one go, and with a pause in which model and optimizer go through a recorder.
macro_rules! with_and_without_a_pause {
    ($B:ident, $init:expr, $device:expr) => {{
        type A<B> = Autodiff<B>;
        let straight = train(start::<A<$B>>($device), &mut $init, 0..STEPS);

        let mut optim = $init;
        let model = train(start::<A<$B>>($device), &mut optim, 0..STEPS / 2);
        let record = save_and_load::<A<$B>, _>(model.into_record(), $device);
        let model = start::<A<$B>>($device).load_record(record);
        let mut optim = $init.load_record(save_and_load::<A<$B>, _>(optim.to_record(), $device));
        let resumed = train(model, &mut optim, STEPS / 2..STEPS);
        (weights(&straight), weights(&resumed))
    }};
}

fn adagrad_resumes<B: Backend>(device: &B::Device) {
    let config = AdagradConfig::new().with_lr_decay(0.1);
    let (straight, resumed) = with_and_without_a_pause!(B, config.init_sparse(), device);
    assert_eq!(bits(&straight), bits(&resumed));
}

fn row_wise_adagrad_resumes<B: Backend>(device: &B::Device) {
    let config = RowWiseAdagradConfig::new().with_lr_decay(0.1);
    let (straight, resumed) = with_and_without_a_pause!(B, config.init_sparse(), device);
    assert_eq!(bits(&straight), bits(&resumed));
}

/// A record holds decayed weights: the pending decay of rows is applied in one product, or in two. To the bit
/// it is the same run if that, too, flushes where the other is saved.
fn lazy_decay_resumes<B: Backend>(device: &B::Device) {
    let config = AdagradConfig::new().with_decoupled_weight_decay(0.5);
    let (straight, resumed) = with_and_without_a_pause!(B, config.init_sparse(), device);
    assert_close("weights", &resumed, &straight, 1e-5, 1e-6);

    let mut optim = config.init_sparse();
    let model = train(start::<Autodiff<B>>(device), &mut optim, 0..STEPS / 2);
    let model = optim.flush(model);
    let straight = train(model, &mut optim, STEPS / 2..STEPS);
    assert_eq!(bits(&weights(&straight)), bits(&resumed));
}

fn dense_and_sparse_optimizers_load_each_others_records<B: Backend>(device: &B::Device) {
    let config = AdagradConfig::new();
    let mut sparse = config.init_sparse();
    let model = train(start::<Autodiff<B>>(device), &mut sparse, 0..STEPS);
    let record = sparse.to_record();
    let mut dense = config
        .init::<Autodiff<B>, SparseNN<Autodiff<B>>>()
        .load_record(record);
    // A step that forgot the accumulators would have the length of the rate.
    let before = values(&model.fc2.weight.val());
    let inputs = burn::tensor::Tensor::ones([1, 30], device);
    let loss = model.forward_logits(inputs).sum();
    let grads = GradientsParams::from_grads(loss.backward(), &model);
    let model = dense.step(0.1, model, grads);
    let after = values(&model.fc2.weight.val());
    assert!(
        before
            .iter()
            .zip(&after)
            .all(|(b, a)| (b - a).abs() < 0.0999)
    );
    let back = config
        .init_sparse::<Autodiff<B>, SparseNN<Autodiff<B>>>()
        .load_record(dense.to_record());
    assert_eq!(back.to_record().len(), 4);
}
