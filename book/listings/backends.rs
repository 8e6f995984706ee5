//! One program, several backends.

use std::fmt::Write;

use burn::backend::{Autodiff, Flex, NdArray};
use burn::optim::SimpleOptimizer;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{DType, Tensor};
use burn_adagrad::data::dataloader;
use burn_adagrad::{
    AdagradConfig, SparseDataConfig, SparseNN, SparseNNConfig, generate_sparse_data, train_model,
};

// ANCHOR: generic
/// The losses of a training run on any backend. Data, first weights and the order of the rows
/// are made on the host: they are the same everywhere.
pub fn train<B: AutodiffBackend>(device: &B::Device) -> anyhow::Result<Vec<f32>> {
    let data = generate_sparse_data(&SparseDataConfig::new())?;
    let loader = dataloader::<B>(data, 100, Some(1), device);
    let model: SparseNN<B> = SparseNNConfig::new(100).init_seeded(2, device);
    let mut optim = AdagradConfig::new().init::<B, SparseNN<B>>();
    let (_, losses) = train_model(model, &mut optim, 0.05, loader.as_ref(), 20, |_| ());
    Ok(losses)
}
// ANCHOR_END: generic

// ANCHOR: both
/// The same function on two backends.
pub fn on_both() -> anyhow::Result<String> {
    let mut out = String::new();
    let ndarray = train::<Autodiff<NdArray>>(&Default::default())?;
    let flex = train::<Autodiff<Flex>>(&Default::default())?;
    writeln!(out, "step   ndarray      flex")?;
    for step in [0, 49, 99, 149, 199] {
        writeln!(
            out,
            "{:>4}  {:.6}  {:.6}",
            step + 1,
            ndarray[step],
            flex[step]
        )?;
    }
    let apart = ndarray.iter().zip(&flex).map(|(a, b)| (a - b).abs());
    writeln!(
        out,
        "largest difference of a loss: {:.6}",
        apart.fold(0.0, f32::max)
    )?;
    Ok(out)
}
// ANCHOR_END: both

// ANCHOR: half
/// Three thousand gradients of 1, in three types of numbers.
pub fn half_precision() -> anyhow::Result<String> {
    let mut out = String::new();
    let device = Default::default();
    let adagrad = AdagradConfig::new().build();
    for dtype in [DType::F32, DType::F16, DType::BF16] {
        let one = Tensor::<Flex, 1>::ones([1], (&device, dtype));
        let (mut weight, mut state) = (one.clone(), None);
        let mut naive = one.zeros_like();
        for _ in 0..3_000 {
            naive = naive + one.clone() * one.clone();
            (weight, state) = adagrad.step(0.01, weight, one.clone(), state);
        }
        let accumulator = state.expect("Adagrad has one").accumulator;
        let kept = accumulator.dtype();
        let number = |tensor: Tensor<Flex, 1>| tensor.cast(DType::F32).into_scalar();
        let (naive, accumulator) = (number(naive), number(accumulator));
        writeln!(out, "{dtype:?}: the squares summed in this type: {naive}")?;
        writeln!(
            out,
            "     the optimizer's accumulator, {kept:?}: {accumulator}"
        )?;
    }
    Ok(out)
}
// ANCHOR_END: half
