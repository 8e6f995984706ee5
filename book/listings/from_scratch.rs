//! The chapter "From scratch": Adagrad on vectors, then on tensors.

use std::fmt::Write;

use burn::backend::NdArray;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

// ANCHOR: vectors
/// Adagrad on plain numbers.
pub struct VectorAdagrad {
    learning_rate: f64,
    epsilon: f64,
    accumulator: Vec<f64>,
}

impl VectorAdagrad {
    /// For so many weights.
    pub fn new(learning_rate: f64, weights: usize) -> Self {
        Self {
            learning_rate,
            epsilon: 1e-10,
            accumulator: vec![0.0; weights],
        }
    }

    /// One step: the four lines of the algorithm.
    pub fn step(&mut self, weights: &mut [f64], gradient: &[f64]) {
        for ((weight, &g), sum) in weights.iter_mut().zip(gradient).zip(&mut self.accumulator) {
            *sum += g * g;
            *weight -= self.learning_rate * g / (sum.sqrt() + self.epsilon);
        }
    }
}
// ANCHOR_END: vectors

// ANCHOR: tensors
/// The same on tensors of any shape, on any backend. Returns the weights and the accumulator.
pub fn tensor_step<B: Backend, const D: usize>(
    learning_rate: f64,
    weights: Tensor<B, D>,
    gradient: Tensor<B, D>,
    accumulator: Tensor<B, D>,
) -> (Tensor<B, D>, Tensor<B, D>) {
    let accumulator = accumulator + gradient.clone() * gradient.clone();
    let step = gradient / (accumulator.clone().sqrt() + 1e-10);
    (weights - step * learning_rate, accumulator)
}
// ANCHOR_END: tensors

// ANCHOR: problem
/// The weights to be found; the first feature is in every row, the others in one of 4, 16 and
/// 64.
pub const TRUE_WEIGHTS: [f64; 4] = [2.0, -1.0, 3.0, -2.0];
const ONE_IN: [usize; 4] = [1, 4, 16, 64];

/// A row of sparse features with its target, a little noise added.
pub fn row(rng: &mut ChaCha8Rng) -> ([f64; 4], f64) {
    let features = ONE_IN.map(|n| {
        if rng.random_range(0..n) == 0 {
            1.0
        } else {
            0.0
        }
    });
    let target: f64 = features.iter().zip(TRUE_WEIGHTS).map(|(x, w)| x * w).sum();
    let noise: f64 = rng.sample(StandardNormal);
    (features, target + 0.1 * noise)
}

/// The gradient of half the squared error of a row.
pub fn gradient(weights: &[f64; 4], (features, target): &([f64; 4], f64)) -> [f64; 4] {
    let output: f64 = features.iter().zip(weights).map(|(x, w)| x * w).sum();
    features.map(|x| (output - target) * x)
}
// ANCHOR_END: problem

/// The weights after each step of Adagrad, and of steps of one size.
pub fn run(steps: usize, rates: [f64; 2], seed: u64) -> Vec<[[f64; 4]; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut adagrad = VectorAdagrad::new(rates[0], 4);
    let mut weights = [[0.0; 4]; 2];
    let mut course = vec![weights];
    for _ in 0..steps {
        let row = row(&mut rng);
        let step = gradient(&weights[0], &row);
        adagrad.step(&mut weights[0], &step);
        let step = gradient(&weights[1], &row);
        for (weight, g) in weights[1].iter_mut().zip(step) {
            *weight -= rates[1] * g;
        }
        course.push(weights);
    }
    course
}

/// The mean distance from the true weights.
pub fn error(weights: &[f64; 4]) -> f64 {
    let distances = weights.iter().zip(TRUE_WEIGHTS).map(|(w, t)| (w - t).abs());
    distances.sum::<f64>() / 4.0
}

/// The weights on the way.
pub fn output() -> anyhow::Result<String> {
    let course = run(1000, [1.0, 0.1], 0);
    let mut text = format!("true weights        {}\n", shown(&TRUE_WEIGHTS));
    for step in [10, 100, 1000] {
        let [adagrad, one_size] = &course[step];
        writeln!(text, "after {step} steps")?;
        writeln!(text, "  Adagrad, rate 1   {}", shown(adagrad))?;
        writeln!(text, "  one size, 0.1     {}", shown(one_size))?;
    }
    let tensors = by_tensors(1000, 1.0, 0);
    let vectors = course[1000][0];
    let apart = vectors.iter().zip(&tensors).map(|(v, t)| (v - t).abs());
    let apart = apart.fold(0.0, f64::max);
    writeln!(
        text,
        "vectors and tensors agree to 1e-12: {}",
        apart < 1e-12
    )?;
    Ok(text)
}

fn shown(weights: &[f64; 4]) -> String {
    let number = |weight: &f64| format!("{weight:6.3}");
    weights.iter().map(number).collect::<Vec<_>>().join("  ")
}

/// The same run by tensors: the weights after so many steps, on one of burn's CPU backends.
fn by_tensors(steps: usize, rate: f64, seed: u64) -> Vec<f64> {
    let device = Default::default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let zeros = || Tensor::<NdArray, 1>::zeros([4], (&device, DType::F64));
    let (mut weights, mut accumulator) = (zeros(), zeros());
    for _ in 0..steps {
        let before: Vec<f64> = weights.to_data().iter().collect();
        let before = [before[0], before[1], before[2], before[3]];
        let step = Tensor::from_data(gradient(&before, &row(&mut rng)), (&device, DType::F64));
        (weights, accumulator) = tensor_step(rate, weights, step, accumulator);
    }
    weights.into_data().iter().collect()
}

// ANCHOR: test
#[test]
fn vectors_tensors_and_the_crate_take_the_same_steps() {
    use burn::optim::SimpleOptimizer;
    use burn_adagrad::AdagradConfig;

    type T = Tensor<NdArray, 1>;
    let options = (&Default::default(), DType::F64);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut by_vectors = VectorAdagrad::new(0.5, 4);
    let mut vector = [0.0; 4];
    let (mut tensor, mut accumulator) = (T::zeros([4], options), T::zeros([4], options));
    let (mut crates, mut state) = (T::zeros([4], options), None);
    let optimizer = AdagradConfig::new().build();
    for _ in 0..100 {
        let gradient = gradient(&vector, &row(&mut rng));
        by_vectors.step(&mut vector, &gradient);
        let gradient = T::from_data(gradient, options);
        (tensor, accumulator) = tensor_step(0.5, tensor, gradient.clone(), accumulator);
        (crates, state) = optimizer.step(0.5, crates, gradient, state);
        for other in [&tensor, &crates] {
            let other: Vec<f64> = other.to_data().iter().collect();
            for (ours, other) in vector.iter().zip(other) {
                assert!((ours - other).abs() < 1e-9, "{ours} {other}");
            }
        }
    }
}
// ANCHOR_END: test
