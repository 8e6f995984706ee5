//! One epoch of the article's training: SparseNN on 800 rows of 100 features in batches of 32, with
//! Adagrad; forward, loss, backward and step.
//!
//! `cargo bench --features flex --bench training`

use std::time::Duration;

use burn::backend::{Autodiff, Flex, NdArray};
use burn::tensor::backend::Backend;
use burn_adagrad::data::dataloader;
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

fn training(criterion: &mut Criterion) {
    epoch::<NdArray>(criterion, "ndarray");
    epoch::<Flex>(criterion, "flex");
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
