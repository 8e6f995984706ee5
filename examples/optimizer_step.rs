//! Steps of one optimizer over one tensor and little else, for tools that look at a process from
//! outside: its peak memory, the kernels that it launches.
//!
//! `/usr/bin/time -v target/release/examples/optimizer_step --elements 10240000 --optimizer adagrad`

use std::time::Instant;

use burn::backend::Autodiff;
use burn::module::Param;
use burn::optim::{AdaGradConfig, GradientsParams, Optimizer, SimpleOptimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Distribution, Tensor};
use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
use burn_adagrad::{AdagradConfig, DefaultBackend};
use clap::{Parser, ValueEnum};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Runs steps of one optimizer over one tensor.
#[derive(Parser)]
struct Options {
    /// Elements of the parameter
    #[arg(long, default_value_t = 10_240_000)]
    elements: usize,
    /// Number of steps
    #[arg(long, default_value_t = 10)]
    steps: usize,
    /// Whose optimizer
    #[arg(long, value_enum, default_value = "adagrad")]
    optimizer: Kind,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// This crate's Adagrad
    Adagrad,
    /// burn's own AdaGrad
    Burn,
    /// This crate's Adagrad over 40,960 rows at random of a table of rows of 50 elements: forward,
    /// backward, step
    Rows,
    /// None: only the parameter, the gradient and a third tensor for the accumulator
    None,
}

fn run<O: SimpleOptimizer<DefaultBackend>>(options: &Options, optim: &O) {
    let device = Default::default();
    let uniform = Distribution::Uniform(-0.5, 0.5);
    let tensor = || Tensor::<DefaultBackend, 1>::random([options.elements], uniform, &device);
    let (mut parameter, gradient) = (tensor(), tensor());
    let mut state = None;
    for step in 1..=options.steps {
        let start = Instant::now();
        (parameter, state) = optim.step(0.01, parameter, gradient.clone(), state);
        DefaultBackend::sync(&device).expect("the device answers");
        println!("step {step}: {:?}", start.elapsed());
    }
}

const WIDTH: usize = 50;
const IDS: usize = 40_960;

fn run_rows(options: &Options) {
    type B = Autodiff<DefaultBackend>;

    let device = Default::default();
    let n_rows = options.elements / WIDTH;
    let mut layer: SparseEmbedding<B> = SparseEmbeddingConfig::new(n_rows, WIDTH).init(&device);
    layer.weight = Param::from_tensor(Tensor::ones([n_rows, WIDTH], &device)).into();
    let mut optim = AdagradConfig::new().init_sparse::<B, SparseEmbedding<B>>();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    for step in 1..=options.steps {
        let ids: Vec<u32> = (0..IDS)
            .map(|_| rng.random_range(0..n_rows as u32))
            .collect();
        let start = Instant::now();
        let loss = layer.forward(&ids).expect("the ids are in the table").sum();
        let grads = GradientsParams::from_grads(loss.backward(), &layer);
        layer = optim.step(0.01, layer, grads);
        DefaultBackend::sync(&device).expect("the device answers");
        println!("step {step}: {:?}", start.elapsed());
    }
}

fn hold(options: &Options) {
    let device = Default::default();
    let zeros = || Tensor::<DefaultBackend, 1>::ones([options.elements], &device);
    let held = [zeros(), zeros(), zeros()];
    println!("{} tensors held", held.len());
}

fn main() {
    let options = Options::parse();
    match options.optimizer {
        Kind::Adagrad => run(&options, &AdagradConfig::new().build()),
        Kind::Burn => run(&options, &AdaGradConfig::new().build()),
        Kind::Rows => run_rows(&options),
        Kind::None => hold(&options),
    }
}
