//! A training step inside burn-train's `Learner` beside the same step in a loop of one's own. The model is SparseNN
//! over a table of 1,000,000 × 64 weights. A batch touches two rows.
//!
//! `cargo bench --features flex,learner --bench learner`
//!
//! - `own-loop` is forward, backward and step.
//! - `in-place` is the `Learner` with the model in an `InPlace`.
//! - `copies` is the `Learner` with the model as it is. Each step then copies the table and its accumulator.

use std::time::Duration;

use burn::backend::{Autodiff, Flex, NdArray};
use burn::optim::Optimizer;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::train::{Learner, TrainStep};
use burn_adagrad::data::SparseBatch;
use burn_adagrad::learner::InPlace;
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{AdagradConfig, SparseNN, SparseNNConfig};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const ROWS: usize = 1_000_000;
const DIM: usize = 64;
const LR: f64 = 0.01;

fn model<B: Backend>() -> SparseNN<Autodiff<B>> {
    let model: SparseNN<Autodiff<B>> = SparseNNConfig::new(ROWS)
        .with_hidden_size(DIM)
        .init(&Default::default());
    // burn draws lazy weights anew for each clone.
    model.fc1.weight.val();
    model
}

/// Batches that take turns.
fn batches<B: Backend>() -> Vec<SparseBatch<Autodiff<B>>> {
    let batch = |i: u32| {
        let ids = vec![i * 7919 % 1_000_000, i * 104_729 % 1_000_000];
        SparseBatch {
            inputs: CsrBatch::from_bags(ROWS, &[ids]).expect("the ids are in the table"),
            targets: Tensor::from_floats([[1.0]], &Default::default()),
        }
    };
    (0..64).map(batch).collect()
}

fn bench<B: Backend>(criterion: &mut Criterion, backend: &str) {
    let batches = batches::<B>();
    let mut group = criterion.benchmark_group("learner");
    let mut turn = 0;
    let mut next = || {
        turn = (turn + 1) % batches.len();
        batches[turn].clone()
    };

    let mut optim = AdagradConfig::new().init_sparse::<Autodiff<B>, SparseNN<Autodiff<B>>>();
    let mut own = Some(model::<B>());
    group.bench_function(BenchmarkId::new(backend, "own-loop"), |bencher| {
        bencher.iter(|| {
            let net = own.take().expect("the last step put it back");
            let output = TrainStep::step(&net, next());
            own = Some(optim.step(LR, net, output.grads));
        });
    });
    drop(own);

    macro_rules! learner {
        ($name:literal, $type:ty, $model:expr) => {
            let optim = AdagradConfig::new().init_sparse::<Autodiff<B>, $type>();
            let mut learner = Learner::new($model, optim, LR);
            group.bench_function(BenchmarkId::new(backend, $name), |bencher| {
                bencher.iter(|| {
                    learner.lr_step();
                    let output = learner.train_step(next());
                    learner.optimizer_step(output.grads);
                });
            });
        };
    }
    {
        learner!(
            "in-place",
            InPlace<SparseNN<Autodiff<B>>>,
            InPlace::new(model::<B>())
        );
    }
    learner!("copies", SparseNN<Autodiff<B>>, model::<B>());
    group.finish();
}

fn learner(criterion: &mut Criterion) {
    bench::<NdArray>(criterion, "ndarray");
    bench::<Flex>(criterion, "flex");
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = learner
}
criterion_main!(benches);
