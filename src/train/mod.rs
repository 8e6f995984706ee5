//! The training loop, the evaluation, and the article's experiment.

pub mod article;
mod compare;
mod experiment;
#[cfg(feature = "learner")]
pub mod learner;
mod loss_log;
mod optimizer;

use burn::data::dataloader::DataLoader;
use burn::module::AutodiffModule;
use burn::optim::{GradientsParams, LearningRate, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};

use crate::data::Batch;
use crate::nn::{BinaryClassifier, binary_cross_entropy_with_logits};
use loss_log::LossLog;

pub use crate::optim::{
    OptimizerKind, OptimizerOptions, pytorch_adam, pytorch_rmsprop, pytorch_sgd,
};
pub use compare::{
    Comparison, ComparisonRequest, DataSource, OptimizerRuns, Protocol, compare_optimizers,
};
pub use experiment::{
    ExperimentConfig, ExperimentRequest, Run, RunSeeds, Split, TunedOptimizer, run_experiment,
};

/// Trains a binary classifier and returns it with the loss of every batch, in order.
///
/// For each batch: forward, binary cross entropy of the logits, backward, step. `on_epoch` is
/// called after each epoch with its number, from 1. Losses stay on the device until many can be
/// read at once, so a GPU is not made to wait at every step. Batches may be dense
/// ([`dataloader`](crate::data::dataloader)) or sparse
/// ([`sparse_dataloader`](crate::data::sparse_dataloader)).
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn_adagrad::data::dataloader;
/// use burn_adagrad::{
///     AdagradConfig, SparseDataConfig, SparseNN, SparseNNConfig, evaluate_model,
///     generate_sparse_data, train_model,
/// };
///
/// type B = Autodiff<NdArray>;
/// let device = Default::default();
/// let data = generate_sparse_data(&SparseDataConfig::new())?;
/// let (train, test) = data.split_at(800);
/// let train = dataloader::<B>(train, 32, Some(1), &device);
/// let test = dataloader::<NdArray>(test, 32, None, &device);
///
/// let model = SparseNNConfig::new(100).init_seeded::<B>(2, &device);
/// let mut optim = AdagradConfig::new().init::<B, SparseNN<B>>();
/// let (model, losses) = train_model(model, &mut optim, 0.01, train.as_ref(), 5, |_| ());
///
/// assert_eq!(losses.len(), 5 * 25);
/// assert!(losses[losses.len() - 1] < losses[0]);
/// let accuracy = evaluate_model(&burn::module::AutodiffModule::valid(&model), test.as_ref());
/// assert!(accuracy > 0.6);
/// # Ok::<(), burn_adagrad::error::DatasetError>(())
/// ```
// ANCHOR: train_model
pub fn train_model<B, M, O, I>(
    mut model: M,
    optimizer: &mut O,
    lr: LearningRate,
    train_loader: &dyn DataLoader<B, Batch<B, I>>,
    num_epochs: usize,
    mut on_epoch: impl FnMut(usize),
) -> (M, Vec<f32>)
where
    B: AutodiffBackend,
    M: AutodiffModule<B> + BinaryClassifier<B, I>,
    O: Optimizer<M, B>,
{
    let mut losses = LossLog::<B::InnerBackend>::default();
    for epoch in 1..=num_epochs {
        for Batch { inputs, targets } in train_loader.iter() {
            let loss = binary_cross_entropy_with_logits(model.forward_logits(inputs), targets);
            let grads = GradientsParams::from_grads(loss.backward(), &model);
            model = optimizer.step(lr, model, grads);
            losses.push(loss.inner());
        }
        on_epoch(epoch);
    }
    (model, losses.finish())
}
// ANCHOR_END: train_model

/// The share of rows whose class the model gets right: class 1 where the probability is above
/// one half. NaN if the loader has no rows.
///
/// Takes the model without autodiff (`model.valid()`). The count is read from the device once.
// ANCHOR: evaluate_model
pub fn evaluate_model<B, M, I>(model: &M, test_loader: &dyn DataLoader<B, Batch<B, I>>) -> f64
where
    B: Backend,
    M: BinaryClassifier<B, I>,
{
    let mut correct: Vec<Tensor<B, 1>> = Vec::new();
    for Batch { inputs, targets } in test_loader.iter() {
        let predicted = model.forward_logits(inputs).greater_elem(0.0);
        let hits = predicted.equal(targets.greater_elem(0.5));
        correct.push(hits.float().sum());
    }
    if correct.is_empty() {
        return f64::NAN;
    }
    let correct: f64 = Tensor::cat(correct, 0).into_data().iter::<f64>().sum();
    correct / test_loader.num_items() as f64
}
// ANCHOR_END: evaluate_model
