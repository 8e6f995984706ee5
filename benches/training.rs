//! The article's training: SparseNN on 800 rows of 100 features in batches of 32, with Adagrad.
//!
//! `training/epoch/…` is one epoch through `train_model`; `training/parts/…` are the parts of one of
//! its 25 steps: making the batch, forward and loss, backward, and the optimizer's step.
//!
//! `cargo bench --features flex --bench training`

use std::time::{Duration, Instant};

use burn::backend::{Autodiff, Flex, NdArray};
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn_adagrad::data::dataloader;
use burn_adagrad::nn::binary_cross_entropy_with_logits;
use burn_adagrad::{
    AdagradConfig, SparseDataConfig, SparseNN, SparseNNConfig, generate_sparse_data, train_model,
};
use criterion::{Criterion, criterion_group, criterion_main};

fn epoch<B: Backend>(criterion: &mut Criterion, name: &str) {
    let device = Default::default();
    let data = generate_sparse_data(&SparseDataConfig::new()).expect("the defaults are valid");
    let loader = dataloader::<Autodiff<B>>(data.split_at(800).0, 32, Some(1), &device);
    let mut optim = AdagradConfig::new().init::<Autodiff<B>, SparseNN<Autodiff<B>>>();
    let mut model = Some(SparseNNConfig::new(100).init_seeded(2, &device));
    criterion.bench_function(&format!("training/epoch/{name}"), |bencher| {
        bencher.iter(|| {
            let before = model.take().expect("the last epoch put it back");
            let (after, losses) = train_model(before, &mut optim, 0.01, loader.as_ref(), 1, |_| ());
            model = Some(after);
            losses
        });
    });
}

/// Times one part of each step of a training that goes on all the while: apart from the others, a
/// part would meet other caches and another graph.
fn parts<B: Backend>(criterion: &mut Criterion, name: &str) {
    let device = Default::default();
    let data = generate_sparse_data(&SparseDataConfig::new()).expect("the defaults are valid");
    let rows = data.split_at(32).0;
    let loader = dataloader::<Autodiff<B>>(rows, 32, None, &device);
    let mut optim = AdagradConfig::new().init::<Autodiff<B>, SparseNN<Autodiff<B>>>();
    let mut model = Some(SparseNNConfig::new(100).init_seeded::<Autodiff<B>>(2, &device));
    let mut step = || -> [Duration; 4] {
        let before = model.take().expect("the last step put it back");
        let start = Instant::now();
        let batch = loader.iter().next().expect("the loader has one batch");
        let batched = Instant::now();
        let logits = before.forward_logits(batch.inputs);
        let loss = binary_cross_entropy_with_logits(logits, batch.targets);
        let forwarded = Instant::now();
        let gradients = GradientsParams::from_grads(loss.backward(), &before);
        let backwarded = Instant::now();
        model = Some(optim.step(0.01, before, gradients));
        let stepped = Instant::now();
        [
            batched - start,
            forwarded - batched,
            backwarded - forwarded,
            stepped - backwarded,
        ]
    };
    let mut group = criterion.benchmark_group(format!("training/parts/{name}"));
    for (part, name) in ["batch", "forward+loss", "backward", "step"]
        .into_iter()
        .enumerate()
    {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| (0..iterations).map(|_| step()[part]).sum());
        });
    }
    group.finish();
}

fn training(criterion: &mut Criterion) {
    epoch::<NdArray>(criterion, "ndarray");
    epoch::<Flex>(criterion, "flex");
    parts::<NdArray>(criterion, "ndarray");
    parts::<Flex>(criterion, "flex");
    #[cfg(feature = "wgpu")]
    epoch::<burn::backend::Wgpu>(criterion, "wgpu");
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = training
}
criterion_main!(benches);
