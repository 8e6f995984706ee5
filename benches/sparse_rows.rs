//! Row-sparse training of an embedding bag: 1,024 bags of 40 ids with a Zipf distribution, rows of 50
//! weights, tables of 10,000 to 4,000,000 rows.
//!
//! `sparse_rows/step/…` is the optimizer's step alone (forming the gradient of the rows, and stepping
//! them), `sparse_rows/training/…` all of a training step: forward, loss, backward, step.
//!
//! `sparse_rows/family/…` is the step of every optimizer that can step rows, over a table of 100,000 rows.
//!
//! `cargo bench --features flex --bench sparse_rows`

use std::time::{Duration, Instant};

use burn::backend::{Autodiff, Flex, NdArray};
use burn::nn::Initializer;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::AdagradConfig;
use burn_adagrad::nn::{SparseEmbeddingBag, SparseEmbeddingBagConfig};
use burn_adagrad::optim::{RowOptimizer, SparseAdaptor};
use burn_adagrad::sparse::CsrBatch;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const VOCABULARIES: [usize; 4] = [10_000, 100_000, 1_000_000, 4_000_000];
const BAGS: usize = 1024;
const IDS: usize = 40;
const DIM: usize = 50;
/// Batches that take turns, so that a step does not find its own rows in the cache.
const BATCHES: usize = 8;

/// Ids with P(k) ∝ 1/(k + 1)^1.05.
fn ids(vocabulary: usize) -> Vec<Vec<u32>> {
    let mut total = 0.0;
    let cumulative: Vec<f64> = (0..vocabulary)
        .map(|k| {
            total += 1.0 / (k as f64 + 1.0).powf(1.05);
            total
        })
        .collect();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut draw = || {
        let at = rng.random::<f64>() * total;
        cumulative.partition_point(|&sum| sum <= at) as u32
    };
    (0..BATCHES)
        .map(|_| (0..BAGS * IDS).map(|_| draw()).collect())
        .collect()
}

/// What a training step took: all of it, and the optimizer's part.
struct Times {
    all: Duration,
    step: Duration,
}

struct Training<B: Backend> {
    vocabulary: usize,
    ids: Vec<Vec<u32>>,
    slope: Tensor<Autodiff<B>, 2>,
    next: usize,
}

impl<B: Backend> Training<B> {
    fn new(vocabulary: usize) -> Self {
        let slope: Vec<f32> = (0..BAGS * DIM)
            .map(|i| (i as f32 * 0.618).fract() - 0.5)
            .collect();
        Self {
            vocabulary,
            ids: ids(vocabulary),
            slope: Tensor::from_data(TensorData::new(slope, [BAGS, DIM]), &Default::default()),
            next: 0,
        }
    }

    fn step(
        &mut self,
        layer: SparseEmbeddingBag<Autodiff<B>>,
        optim: &mut impl Optimizer<SparseEmbeddingBag<Autodiff<B>>, Autodiff<B>>,
    ) -> (SparseEmbeddingBag<Autodiff<B>>, Times) {
        self.next = (self.next + 1) % BATCHES;
        let ids = self.ids[self.next].clone();
        let start = Instant::now();
        let offsets = (0..=BAGS).map(|bag| bag * IDS).collect();
        let weights = vec![1.0; ids.len()];
        let batch = CsrBatch::new(self.vocabulary, offsets, ids, weights).expect("a valid batch");
        let loss = (layer.forward(&batch) * self.slope.clone()).sum();
        let grads = GradientsParams::from_grads(loss.backward(), &layer);
        let before = Instant::now();
        let layer = optim.step(0.01, layer, grads);
        let end = Instant::now();
        let times = Times {
            all: end - start,
            step: end - before,
        };
        (layer, times)
    }
}

/// Tables of gigabytes are made when a benchmark that needs them runs, and only then.
struct Run<B: Backend, O: RowOptimizer<B>> {
    training: Training<B>,
    layer: Option<SparseEmbeddingBag<Autodiff<B>>>,
    optim: SparseAdaptor<O, SparseEmbeddingBag<Autodiff<B>>, Autodiff<B>>,
}

impl<B: Backend, O: RowOptimizer<B>> Run<B, O> {
    fn new(vocabulary: usize, optim: O) -> Self {
        let layer = SparseEmbeddingBagConfig::new(vocabulary, DIM)
            .with_initializer(Initializer::Uniform {
                min: -0.05,
                max: 0.05,
            })
            .init(&Default::default());
        Self {
            training: Training::new(vocabulary),
            layer: Some(layer),
            optim: optim.into(),
        }
    }

    fn step(&mut self) -> Times {
        let before = self.layer.take().expect("the last step put it back");
        let (after, times) = self.training.step(before, &mut self.optim);
        self.layer = Some(after);
        times
    }
}

fn bench<B: Backend>(criterion: &mut Criterion, name: &str) {
    for vocabulary in VOCABULARIES {
        let mut run = None;
        for (part, time) in [
            ("step", (|times| times.step) as fn(Times) -> Duration),
            ("training", |times| times.all),
        ] {
            let mut group = criterion.benchmark_group(format!("sparse_rows/{part}"));
            group.bench_function(BenchmarkId::new(name, vocabulary), |bencher| {
                let run = run.get_or_insert_with(|| {
                    Run::<B, _>::new(vocabulary, AdagradConfig::new().build())
                });
                bencher.iter_custom(|iterations| (0..iterations).map(|_| time(run.step())).sum());
            });
            group.finish();
        }
    }
}

/// The step of every optimizer that can step rows.
fn family<B: Backend>(criterion: &mut Criterion, backend: &str) {
    fn bench<B: Backend, O: RowOptimizer<B>>(
        group: &mut BenchmarkGroup<WallTime>,
        backend: &str,
        name: &str,
        optim: &O,
    ) {
        let mut run = None;
        group.bench_function(BenchmarkId::new(backend, name), |bencher| {
            let run = run.get_or_insert_with(|| Run::new(100_000, optim.clone()));
            bencher.iter_custom(|iterations| (0..iterations).map(|_| run.step().step).sum());
        });
    }
    let mut group = criterion.benchmark_group("sparse_rows/family");
    macro_rules! bench {
        ([] $($name:literal => $config:expr,)*) => {
            $(bench::<B, _>(&mut group, backend, $name, &$config.build());)*
        };
    }
    burn_adagrad::optimizers!(rows => bench []);
    burn_adagrad::optimizers!(lazy => bench []);
    group.finish();
}

fn sparse_rows(criterion: &mut Criterion) {
    bench::<NdArray>(criterion, "ndarray");
    bench::<Flex>(criterion, "flex");
    family::<NdArray>(criterion, "ndarray");
    family::<Flex>(criterion, "flex");
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = sparse_rows
}
criterion_main!(benches);
