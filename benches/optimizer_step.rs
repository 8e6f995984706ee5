//! One optimizer step over one tensor: this crate's Adagrad beside burn's AdaGrad, on ndarray and
//! flex, and beside a loop that only moves the same bytes; the other optimizers beside burn's RMSprop and
//! Adam.
//!
//! `cargo bench --features flex --bench optimizer_step`
//!
//! `cargo bench --no-default-features --bench optimizer_step -- '^optimizer_step/(ndarray|flex)'` times the plain
//! tensor operations that a project gets without the feature of its backend; their rows are named `…-plain`.
//!
//! A step of Adagrad reads parameter, gradient and accumulator and writes parameter and accumulator: 20
//! bytes an element, from which the throughput is computed for all. The gradient outlives the step, as
//! PyTorch's does: freeing it is the same cost for all and none of the optimizer's.

use std::hint::black_box;
use std::sync::Mutex;
use std::time::Duration;

use burn::backend::{Flex, NdArray};
use burn::optim::{AdaGradConfig, SimpleOptimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::AdagradConfig;
use burn_adagrad::kernel::adagrad::AdagradStep;
use burn_adagrad::kernel::element_wise;
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use rayon::ThreadPoolBuilder;

const SIZES: [usize; 4] = [6_400, 64_000, 1_024_000, 10_240_000];
const BYTES_PER_ELEMENT: u64 = 5 * 4;

fn numbers(size: usize) -> Vec<f32> {
    (0..size)
        .map(|i| (i as f32 * 0.618).fract() - 0.5)
        .collect()
}

fn tensor<B: Backend>(data: &[f32]) -> Tensor<B, 2> {
    let data = TensorData::new(data.to_vec(), [data.len() / 100, 100]);
    Tensor::from_data(data, &Default::default())
}

fn bench_step<B: Backend, O: SimpleOptimizer<B>>(
    group: &mut BenchmarkGroup<WallTime>,
    name: &str,
    optim: &O,
    size: usize,
) {
    let data = numbers(size);
    let gradient = tensor::<B>(&data);
    // The first step makes the state and is not timed.
    let (parameter, mut state) = optim.step(0.01, tensor(&data), gradient.clone(), None);
    let mut parameter = Some(parameter);
    group.bench_function(BenchmarkId::new(name, size), |bencher| {
        bencher.iter(|| {
            let before = parameter.take().expect("the last step put it back");
            let (after, stepped) = optim.step(0.01, before, gradient.clone(), state.take());
            (parameter, state) = (Some(after), stepped);
        });
        black_box(&parameter);
    });
}

/// The name of a row of ours, which says whether it is the fused step.
fn row(backend: &str, fused: bool) -> String {
    let plain = if fused { "" } else { "-plain" };
    format!("{backend}-adagrad{plain}")
}

/// The family beside burn's RMSprop and Adam, over a table with rows of 100.
fn family<B: Backend>(criterion: &mut Criterion, backend: &str) {
    for size in SIZES {
        let mut group = criterion.benchmark_group("optimizer_step/family");
        group.throughput(Throughput::Elements(size as u64));
        macro_rules! bench {
            ([] $($name:literal => $config:expr,)*) => {$(
                let name = format!("{backend}-{}", $name);
                bench_step::<B, _>(&mut group, &name, &$config.build(), size);
            )*};
        }
        burn_adagrad::optimizers!(benches => bench []);
        group.finish();
    }
}

/// Reads three arrays and writes two; shared out over the threads, where that is faster, in the
/// kernel's chunks.
fn bench_copy(group: &mut BenchmarkGroup<WallTime>, size: usize) {
    let gradient = numbers(size);
    let (mut parameter, mut accumulator) = (gradient.clone(), gradient.clone());
    let chunk = 16 * 1024;
    let threads = if size < 128 * 1024 {
        1
    } else {
        rayon::current_num_threads()
    };
    group.bench_function(BenchmarkId::new("copy", size), |bencher| {
        bencher.iter(|| {
            let chunks = parameter
                .chunks_mut(chunk)
                .zip(gradient.chunks(chunk))
                .zip(accumulator.chunks_mut(chunk));
            let chunks = Mutex::new(chunks);
            let next = || chunks.lock().expect("nobody panics").next();
            let move_all = || {
                while let Some(((p, g), a)) = next() {
                    let (p, g, a) = (black_box(p), black_box(g), black_box(a));
                    for ((p, &g), a) in p.iter_mut().zip(g).zip(a) {
                        *p += g;
                        *a += g;
                    }
                }
            };
            rayon::in_place_scope(|scope| {
                for _ in 1..threads {
                    scope.spawn(|_| move_all());
                }
                move_all();
            });
        });
    });
}

/// The kernel over slices: with the estimated and (by an ε that the estimate does not suit) the exact
/// quotient on one thread, and on one and on all threads around the size from which it uses them.
fn kernel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("optimizer_step/kernel");
    let mut bench = |name: &str, size: usize, threads: usize, epsilon: f64| {
        let step = AdagradStep {
            rate: 0.01,
            epsilon,
            epsilon_inside_sqrt: false,
            maximize: false,
            weight_decay: 0.0,
            factor: 1.0,
        };
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads start");
        let gradient = numbers(size);
        let (mut parameter, mut accumulator) = (numbers(size), vec![1.0; size]);
        group.throughput(Throughput::Bytes(size as u64 * BYTES_PER_ELEMENT));
        group.bench_function(BenchmarkId::new(name, size), |bencher| {
            pool.install(|| {
                bencher.iter(|| {
                    element_wise::step(&step, &mut parameter, &gradient, [&mut accumulator])
                });
            });
        });
    };
    for size in [6_400, 64_000] {
        bench("f32", size, 1, 1e-10);
        bench("exact", size, 1, 1e-31);
    }
    for size in [131_072, 262_144, 524_288] {
        bench("one-thread", size, 1, 1e-10);
        bench("all-threads", size, rayon::current_num_threads(), 1e-10);
    }
    group.finish();
}

fn optimizer_step(criterion: &mut Criterion) {
    let (ours, burn) = (AdagradConfig::new().build(), AdaGradConfig::new().build());
    let ndarray = row("ndarray", cfg!(feature = "ndarray"));
    let flex = row("flex", cfg!(feature = "flex"));
    for size in SIZES {
        let mut group = criterion.benchmark_group("optimizer_step");
        group.throughput(Throughput::Bytes(size as u64 * BYTES_PER_ELEMENT));
        bench_copy(&mut group, size);
        bench_step::<NdArray, _>(&mut group, &ndarray, &ours, size);
        bench_step::<NdArray, _>(&mut group, "ndarray-burn", &burn, size);
        bench_step::<Flex, _>(&mut group, &flex, &ours, size);
        bench_step::<Flex, _>(&mut group, "flex-burn", &burn, size);
        group.finish();
    }
}

fn family_on_ndarray(criterion: &mut Criterion) {
    family::<NdArray>(criterion, "ndarray");
}

fn family_on_flex(criterion: &mut Criterion) {
    family::<Flex>(criterion, "flex");
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = optimizer_step, kernel, family_on_ndarray, family_on_flex
}
criterion_main!(benches);
