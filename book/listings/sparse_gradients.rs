//! Tables that are trained by the rows that a batch touches.

use std::collections::BTreeSet;
use std::fmt::Write;

use burn::backend::{Autodiff, Flex};
use burn::nn::Initializer;
use burn::optim::{GradientsParams, Optimizer, SimpleOptimizer};
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::inspect::state_bytes;
use burn_adagrad::nn::{
    SparseEmbeddingBag, SparseEmbeddingBagConfig, binary_cross_entropy_with_logits,
};
use burn_adagrad::optim::RowOptimizer;
use burn_adagrad::sparse::{CsrBatch, RowGradient};
use burn_adagrad::{AdagradConfig, RowWiseAdagradConfig, SparseNN, SparseNNConfig};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

type B = Autodiff<Flex>;

// ANCHOR: bag
/// A table of 1,000 rows, one step over two bags of ids: which rows has the step changed?
pub fn touched_rows() -> anyhow::Result<String> {
    let mut out = String::new();
    let mut bag: SparseEmbeddingBag<B> =
        SparseEmbeddingBagConfig::new(1_000, 2).init(&Default::default());
    let mut optim = AdagradConfig::new().init_sparse::<B, SparseEmbeddingBag<B>>();

    let batch = CsrBatch::from_bags(1_000, &[vec![7, 41, 7], vec![999]])?;
    writeln!(out, "rows of the batch: {:?}", batch.touched())?;

    let before: Vec<f32> = bag.weight.to_data().iter().collect();
    let loss = bag.forward(&batch).sum();
    let grads = GradientsParams::from_grads(loss.backward(), &bag);
    bag = optim.step(0.1, bag, grads);
    let after: Vec<f32> = bag.weight.to_data().iter().collect();

    // To the bit: a weight that was stepped by nothing is the number that it was.
    let rows = before.chunks(2).zip(after.chunks(2)).enumerate();
    let (same, changed): (Vec<_>, Vec<_>) = rows.partition(|(_, (before, after))| before == after);
    let changed: Vec<usize> = changed.into_iter().map(|(row, _)| row).collect();
    writeln!(out, "rows that changed: {changed:?}")?;
    writeln!(
        out,
        "rows that are what they were, to the bit: {}",
        same.len()
    )?;
    Ok(out)
}
// ANCHOR_END: bag

// ANCHOR: equal
/// A table stepped a hundred times by rows, and its twin stepped by gradients of the table's
/// size.
pub fn rows_and_the_whole() -> anyhow::Result<String> {
    let device = Default::default();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let adagrad = AdagradConfig::new().build();
    let start = Tensor::<Flex, 2>::ones([500, 4], &device);
    let (mut by_rows, mut whole) = (start.clone(), start);
    let (mut state_of_rows, mut state_of_whole) = (None, None);
    for _ in 0..100 {
        let rows: Vec<u32> = (0..20).map(|_| rng.random_range(0..400)).collect();
        let numbers: Vec<f32> = (0..80).map(|_| rng.random::<f32>() - 0.5).collect();
        let values = Tensor::from_data(TensorData::new(numbers, [20, 4]), &device);
        let gradient = RowGradient::new(500, &rows, values)?;
        let dense = gradient.to_dense();
        (by_rows, state_of_rows) = adagrad.step_rows(0.1, by_rows, gradient, state_of_rows);
        (whole, state_of_whole) = adagrad.step(0.1, whole, dense, state_of_whole);
    }
    let same = by_rows.to_data() == whole.to_data();
    let untouched: f32 = by_rows.narrow(0, 400, 100).sum().into_scalar();
    Ok(format!(
        "the same bits after 100 steps: {same}\n\
         sum of the 400 weights of rows that no batch names: {untouched}\n"
    ))
}
// ANCHOR_END: equal

// ANCHOR: twice
/// One row named twice in a batch, with the gradients 1 and 3.
pub fn named_twice() -> anyhow::Result<String> {
    let mut out = String::new();
    let device = Default::default();
    let values = Tensor::<Flex, 2>::from_floats([[1.0], [5.0], [3.0]], &device);
    let gradient = RowGradient::new(10, &[2, 7, 2], values)?;
    let sums: Vec<f32> = gradient.values().to_data().iter().collect();
    writeln!(out, "rows {:?}, their gradients {sums:?}", gradient.rows())?;

    let (_, state) = AdagradConfig::new().build().step_rows(
        0.1,
        Tensor::<Flex, 2>::zeros([10, 1], &device),
        gradient,
        None,
    );
    let accumulator: Vec<f32> = state
        .expect("Adagrad has one")
        .accumulator
        .to_data()
        .iter()
        .collect();
    writeln!(out, "accumulator of row 2: {}", accumulator[2])?;
    Ok(out)
}
// ANCHOR_END: twice

// ANCHOR: decay
/// Fifty steps with decoupled weight decay, all of them over row 0. No step touches rows 1 and
/// 2.
pub fn lazy_decay() -> anyhow::Result<String> {
    let mut out = String::new();
    let mut bag: SparseEmbeddingBag<B> = SparseEmbeddingBagConfig::new(3, 1)
        .with_initializer(Initializer::Ones)
        .init(&Default::default());
    let config = AdagradConfig::new().with_decoupled_weight_decay(0.1);
    let mut optim = config.init_sparse::<B, SparseEmbeddingBag<B>>();
    for _ in 0..50 {
        // A gradient of zero: what moves the row is its decay alone.
        let loss = bag
            .forward(&CsrBatch::from_ids(3, &[0])?)
            .mul_scalar(0.0)
            .sum();
        let grads = GradientsParams::from_grads(loss.backward(), &bag);
        bag = optim.step(0.1, bag, grads);
    }
    writeln!(out, "(1 - 0.1 * 0.1)^50 = {:.6}", 0.99_f64.powi(50))?;
    let read: f32 = bag.forward(&CsrBatch::from_ids(3, &[1])?).into_scalar();
    writeln!(out, "row 1 as a layer reads it: {read:.6}")?;
    let table: Vec<f32> = bag.weight.to_data().iter().collect();
    writeln!(out, "the whole table:           {table:.6?}")?;
    Ok(out)
}
// ANCHOR_END: decay

// ANCHOR: refused
/// Options under which rows without gradient would move, and what `try_init_sparse` says to
/// them.
pub fn refused() -> anyhow::Result<String> {
    let mut out = String::new();
    for config in [
        AdagradConfig::new().with_weight_decay(0.01),
        AdagradConfig::new().with_momentum(0.9),
    ] {
        let refused = config.try_init_sparse::<B, SparseEmbeddingBag<B>>().err();
        writeln!(out, "{}", refused.expect("a table cannot have it"))?;
    }
    Ok(out)
}
// ANCHOR_END: refused

const FEATURES: usize = 1_000_000;
const ROWS: usize = 64;
const ENTRIES: usize = 20;

// ANCHOR: data
/// The rule that the labels follow: half of the features speak for class 1, the others against
/// it.
fn speaks_for(feature: u32) -> f32 {
    if feature.wrapping_mul(2_654_435_761) >> 31 == 0 {
        1.0
    } else {
        -1.0
    }
}

/// Rows of twenty features out of a million. The feature k turns up about as often as 1/k says.
fn draw(rng: &mut impl Rng) -> anyhow::Result<(CsrBatch, Vec<f32>)> {
    let mut bags = Vec::new();
    let mut labels = Vec::new();
    for _ in 0..ROWS {
        let feature = |_| (FEATURES as f64).powf(rng.random()) as u32 - 1;
        let bag: Vec<u32> = (0..ENTRIES).map(feature).collect();
        let votes: f32 = bag.iter().map(|&feature| speaks_for(feature)).sum();
        labels.push(if votes > 0.0 { 1.0 } else { 0.0 });
        bags.push(bag);
    }
    Ok((CsrBatch::from_bags(FEATURES, &bags)?, labels))
}
// ANCHOR_END: data

// ANCHOR: million
/// SparseNN over a million features, 300 steps.
pub fn a_million_features() -> anyhow::Result<String> {
    let mut out = String::new();
    let device = Default::default();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut model: SparseNN<B> = SparseNNConfig::new(FEATURES)
        .with_hidden_size(4)
        .init_seeded(0, &device);
    let mut optim = AdagradConfig::new().init_sparse::<B, SparseNN<B>>();

    let mut losses = Vec::new();
    let mut seen = BTreeSet::new();
    for _ in 0..300 {
        let (batch, labels) = draw(&mut rng)?;
        seen.extend(batch.touched().to_vec());
        let targets = Tensor::from_data(TensorData::new(labels, [ROWS, 1]), &device);
        let loss = binary_cross_entropy_with_logits(model.forward_logits_csr(&batch), targets);
        let grads = GradientsParams::from_grads(loss.backward(), &model);
        model = optim.step(0.1, model, grads);
        losses.push(loss.into_scalar());
    }

    let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
    writeln!(out, "loss, first 20 steps: {:.3}", mean(&losses[..20]))?;
    writeln!(out, "loss, last 20 steps:  {:.3}", mean(&losses[280..]))?;
    writeln!(
        out,
        "rows touched by all 300 steps: {} of {FEATURES}",
        seen.len()
    )?;
    writeln!(out, "\nbytes that the optimizer keeps for this network:")?;
    writeln!(
        out,
        "Adagrad        {:>10}",
        state_bytes(&model, &AdagradConfig::new())
    )?;
    writeln!(
        out,
        "RowWiseAdagrad {:>10}",
        state_bytes(&model, &RowWiseAdagradConfig::new())
    )?;
    Ok(out)
}
// ANCHOR_END: million
