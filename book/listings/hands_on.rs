//! The chapter "SparseNN, hands on": the article's program, with the crate's functions.

use std::fmt::Write;

// ANCHOR: uses
use burn::backend::{Autodiff, Flex};
use burn::module::AutodiffModule;
use burn::tensor::backend::AutodiffBackend;
use burn_adagrad::data::{SparseDataset, dataloader};
use burn_adagrad::train::{OptimizerKind, RunSeeds};
use burn_adagrad::{
    AdagradConfig, SparseDataConfig, SparseNN, SparseNNConfig, evaluate_model,
    generate_sparse_data, train_model,
};
// ANCHOR_END: uses

// ANCHOR: train
/// Trains SparseNN on the first 800 rows; gives its accuracy on the other 200, and the loss of
/// every batch.
pub fn adagrad<B: AutodiffBackend>(data: &SparseDataset, epochs: usize) -> (f64, Vec<f32>) {
    let device = Default::default();
    let (train, test) = data.split_at(800);
    // The seeds of the command `compare_optimizers`, so that the results are the same.
    let seeds = RunSeeds::new(0);
    let train = dataloader::<B>(train, 32, Some(seeds.shuffle), &device);
    let test = dataloader::<B::InnerBackend>(test, 32, None, &device);

    let model: SparseNN<B> = SparseNNConfig::new(100).init_seeded(seeds.weights, &device);
    let mut optimizer = AdagradConfig::new().init::<B, SparseNN<B>>();
    let (model, losses) = train_model(model, &mut optimizer, 0.01, train.as_ref(), epochs, |_| ());
    (evaluate_model(&model.valid(), test.as_ref()), losses)
}
// ANCHOR_END: train

// ANCHOR: compare
/// The same with each of the article's four: the same rows, weights and batches for all.
pub fn compare<B: AutodiffBackend>(
    data: &SparseDataset,
    epochs: usize,
) -> Vec<(OptimizerKind, f64, Vec<f32>)> {
    let device = Default::default();
    let (train, test) = data.split_at(800);
    let seeds = RunSeeds::new(0);
    let test = dataloader::<B::InnerBackend>(test, 32, None, &device);
    let run = |optimizer: OptimizerKind| {
        // A loader shuffles anew for each epoch. A new one begins with the first order again.
        let train = dataloader::<B>(train.clone(), 32, Some(seeds.shuffle), &device);
        let model: SparseNN<B> = SparseNNConfig::new(100).init_seeded(seeds.weights, &device);
        let (model, losses) = optimizer.train(model, 0.01, train.as_ref(), epochs, |_| ());
        let accuracy = evaluate_model(&model.valid(), test.as_ref());
        (optimizer, accuracy, losses)
    };
    OptimizerKind::ARTICLE.into_iter().map(run).collect()
}
// ANCHOR_END: compare

// ANCHOR: main
/// The program of the chapter.
pub fn output() -> anyhow::Result<String> {
    type B = Autodiff<Flex>;
    let data = generate_sparse_data(&SparseDataConfig::new())?;
    let (accuracy, _) = adagrad::<B>(&data, 100);
    let mut text = format!("Adagrad accuracy: {accuracy:.4}\n\nFinal accuracies:\n");
    for (optimizer, accuracy, _) in compare::<B>(&data, 100) {
        writeln!(text, "{optimizer}: {accuracy:.4}")?;
    }
    Ok(text)
}
// ANCHOR_END: main

/// The losses of one comparison, the mean of each epoch.
pub fn losses_by_epoch() -> anyhow::Result<Vec<(OptimizerKind, f64, Vec<f64>)>> {
    let data = generate_sparse_data(&SparseDataConfig::new())?;
    let mean =
        |losses: &[f32]| losses.iter().map(|&l| f64::from(l)).sum::<f64>() / losses.len() as f64;
    let runs = compare::<Autodiff<Flex>>(&data, 100).into_iter();
    let epochs = |losses: Vec<f32>| losses.chunks(25).map(mean).collect();
    Ok(runs
        .map(|(optimizer, accuracy, losses)| (optimizer, accuracy, epochs(losses)))
        .collect())
}
