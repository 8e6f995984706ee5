//! Times of a step.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use burn::backend::{Flex, NdArray};
use burn::optim::{AdaGradConfig, SimpleOptimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor, TensorData};
use burn_adagrad::AdagradConfig;
use burn_adagrad::plot::{Line, LinePlot, Point};

use super::measure::{Work, medians};
use super::rows::with_commas;
use super::{Artifact, write};
use crate::listings::speed::{copy, numbers, plain_and_fused, plain_step};

pub fn artifacts() -> Vec<Artifact> {
    vec![
        Artifact::text("plain_and_fused.txt", plain_and_fused),
        Artifact::measured("step_times.md", step_times),
    ]
}

const SIZES: [usize; 4] = [6_400, 64_000, 1_024_000, 10_240_000];
/// Bytes that a step reads and writes for each element in f32: three numbers and two.
const BYTES: f64 = 20.0;
const ROUNDS: usize = 15;
const TURN: Duration = Duration::from_millis(30);

/// What is measured, the colour of its line, and whether that is dashed.
const LINES: [(&str, usize, bool); 8] = [
    ("tensor operations, ndarray", 1, false),
    ("tensor operations, flex", 1, true),
    ("burn's AdaGrad, ndarray", 3, false),
    ("burn's AdaGrad, flex", 3, true),
    ("one pass, ndarray", 0, false),
    ("one pass, flex", 0, true),
    ("one pass, flex, bf16", 2, true),
    ("copy loop", 4, false),
];

fn step_times(path: &Path) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for size in SIZES {
        let nanoseconds = medians(&mut works(size), ROUNDS, TURN)?.into_iter();
        let an_element = |time: Duration| time.as_secs_f64() * 1e9 / size as f64;
        times.push(nanoseconds.map(an_element).collect::<Vec<f64>>());
    }
    let mut table = String::from("| ns an element · GB/s |");
    for size in SIZES {
        write!(table, " {} |", with_commas(size))?;
    }
    writeln!(table, "\n| --- |{}", " ---: |".repeat(SIZES.len()))?;
    let mut lines = Vec::new();
    for (i, (name, colour, dashed)) in LINES.into_iter().enumerate() {
        // Half precision moves 2 + 2 + 4 bytes in and 2 + 4 out.
        let bytes = if name.ends_with("bf16") { 14.0 } else { BYTES };
        write!(table, "| {name} |")?;
        for times in &times {
            write!(table, " {:.3} · {:.1} |", times[i], bytes / times[i])?;
        }
        table.push('\n');
        let point = |(size, times): (usize, &Vec<f64>)| Point::new(size as f64, times[i]);
        let points = SIZES.into_iter().zip(&times).map(point).collect();
        lines.push(Line::new(name, points).with_stroke(colour, dashed));
    }
    write(path, &table)?;
    LinePlot::new(
        "One step of Adagrad",
        "Elements of the parameter",
        "Nanoseconds an element",
    )
    .write_table(&lines, &path.with_extension("csv"))?;
    Ok(())
}

/// In the order of [`LINES`].
fn works(size: usize) -> Vec<Work<'static>> {
    let (ours, burn) = (AdagradConfig::new().build(), AdaGradConfig::new().build());
    let gradient = numbers(size);
    let (mut parameter, mut accumulator) = (gradient.clone(), gradient.clone());
    vec![
        plain::<NdArray>(size),
        plain::<Flex>(size),
        step::<NdArray, _>(burn.clone(), size, DType::F32),
        step::<Flex, _>(burn, size, DType::F32),
        step::<NdArray, _>(ours.clone(), size, DType::F32),
        step::<Flex, _>(ours.clone(), size, DType::F32),
        step::<Flex, _>(ours, size, DType::BF16),
        Box::new(move || {
            copy(&mut parameter, &gradient, &mut accumulator);
            Ok(())
        }),
    ]
}

/// The type of the numbers is said: the default of a backend is that of the process.
fn tensor<B: Backend>(size: usize, dtype: DType) -> Tensor<B, 2> {
    let data = TensorData::new(numbers(size), [size / 100, 100]);
    Tensor::from_data(data, (&Default::default(), dtype))
}

fn plain<B: Backend>(size: usize) -> Work<'static> {
    let gradient = tensor::<B>(size, DType::F32);
    let mut held = Some((gradient.clone(), gradient.zeros_like()));
    Box::new(move || {
        let (parameter, accumulator) = held.take().expect("the last step put it back");
        held = Some(plain_step(0.01, parameter, gradient.clone(), accumulator));
        Ok(())
    })
}

fn step<B: Backend, O: SimpleOptimizer<B> + 'static>(
    optim: O,
    size: usize,
    dtype: DType,
) -> Work<'static> {
    let gradient = tensor::<B>(size, dtype);
    let mut held = Some((tensor::<B>(size, dtype), None));
    Box::new(move || {
        let (parameter, state) = held.take().expect("the last step put it back");
        held = Some(optim.step(0.01, parameter, gradient.clone(), state));
        Ok(())
    })
}
