//! A step as tensor operations, as one pass, and as nothing but reading and writing.

use std::fmt::Write;
use std::sync::Mutex;

use burn::backend::Flex;
use burn::optim::SimpleOptimizer;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::AdagradConfig;

// ANCHOR: plain
/// Adagrad in tensor operations of burn. Each of them is a pass over memory of its own.
pub fn plain_step<B: Backend>(
    rate: f64,
    parameter: Tensor<B, 2>,
    gradient: Tensor<B, 2>,
    accumulator: Tensor<B, 2>,
) -> (Tensor<B, 2>, Tensor<B, 2>) {
    let accumulator = accumulator + gradient.clone() * gradient.clone();
    let denominator = accumulator.clone().sqrt() + 1e-10;
    (parameter - gradient / denominator * rate, accumulator)
}
// ANCHOR_END: plain

/// Elements that a thread takes at a time, and from how many on there are several threads: as
/// the kernel.
const CHUNK: usize = 16 * 1024;
const PARALLEL_MIN: usize = 128 * 1024;

// ANCHOR: copy
/// Reads three arrays and writes two, and computes next to nothing: the step that no step can
/// beat.
pub fn copy(parameter: &mut [f32], gradient: &[f32], accumulator: &mut [f32]) {
    let helpers = match parameter.len() {
        ..PARALLEL_MIN => 0,
        _ => rayon::current_num_threads() - 1,
    };
    let chunks = parameter
        .chunks_mut(CHUNK)
        .zip(gradient.chunks(CHUNK))
        .zip(accumulator.chunks_mut(CHUNK));
    let chunks = Mutex::new(chunks);
    let next = || chunks.lock().expect("nobody panics").next();
    let move_all = || {
        while let Some(((parameter, gradient), accumulator)) = next() {
            for ((theta, &g), sum) in parameter.iter_mut().zip(gradient).zip(accumulator) {
                *theta += g;
                *sum += g;
            }
        }
    };
    rayon::in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| move_all());
        }
        move_all();
    });
}
// ANCHOR_END: copy

/// Numbers from −0.5 to 0.5.
pub fn numbers(size: usize) -> Vec<f32> {
    (0..size)
        .map(|i| (i as f32 * 0.618).fract() - 0.5)
        .collect()
}

// ANCHOR: same
/// A hundred steps of the plain operations and of the fused step, from the same numbers.
pub fn plain_and_fused() -> anyhow::Result<String> {
    let mut out = String::new();
    let tensor = |numbers: Vec<f32>| {
        Tensor::<Flex, 2>::from_data(TensorData::new(numbers, [64, 100]), &Default::default())
    };
    let start = tensor(numbers(6_400));
    let gradient = tensor(numbers(12_800)[6_400..].to_vec());
    let (mut plain, mut accumulator) = (start.clone(), start.zeros_like());
    let adagrad = AdagradConfig::new().build();
    let (mut fused, mut state) = (start.clone(), None);
    for _ in 0..100 {
        (plain, accumulator) = plain_step(0.01, plain, gradient.clone(), accumulator);
        (fused, state) = adagrad.step(0.01, fused, gradient.clone(), state);
    }
    let apart: f32 = (plain - fused.clone()).abs().max().into_scalar();
    let moved: f32 = (fused - start.clone()).abs().max().into_scalar();
    writeln!(out, "farthest that a weight has moved: {moved:.4}")?;
    writeln!(out, "largest difference of the two:    {apart:.6}")?;
    // `start` was cloned, and is what it was: the steps made a copy of it before they wrote.
    let kept = start.to_data() == TensorData::new(numbers(6_400), [64, 100]);
    writeln!(out, "the clone that was kept is as it was: {kept}")?;
    Ok(out)
}
// ANCHOR_END: same
