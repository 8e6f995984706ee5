//! The network, its training, and what the optimizer remembers.

use anyhow::ensure;
use burn::backend::Autodiff;
use burn::module::AutodiffModule;
use burn::optim::Optimizer;
use burn::tensor::Tensor;
use burn_adagrad::data::{SparseDataset, sparse_dataloader};
use burn_adagrad::{
    AdagradConfig, DefaultBackend, SparseNN, SparseNNConfig, evaluate_model, train_model,
};

use crate::common::{derive_seed, progress_bar};
use crate::options::Options;

type B = Autodiff<DefaultBackend>;

/// 4 GB of weights, and as much for the accumulator: one wrong digit must not ask for more.
const WEIGHTS_MAX: usize = 1_000_000_000;

/// A trained network.
pub struct Trained {
    pub model: SparseNN<DefaultBackend>,
    /// Mean loss of each epoch.
    pub losses: Vec<f32>,
    /// G of the first layer's weights, `[features, hidden]`.
    pub accumulator: Tensor<DefaultBackend, 2>,
    /// η and ε of the optimizer.
    pub lr: f64,
    pub epsilon: f64,
}

pub fn train(options: &Options, rows: &SparseDataset) -> anyhow::Result<Trained> {
    let (n_features, hidden) = (rows.n_features(), options.hidden);
    ensure!(
        n_features.saturating_mul(hidden) <= WEIGHTS_MAX,
        "{n_features} features times --hidden {hidden} are too many weights (at most {WEIGHTS_MAX})"
    );
    // ANCHOR: train
    let device = Default::default();
    // The seed itself shuffles the texts.
    let seed = |stream| derive_seed(options.seed, stream);
    let model: SparseNN<B> = SparseNNConfig::new(n_features)
        .with_hidden_size(hidden)
        .init_seeded(seed(1), &device);
    let config = AdagradConfig::new();
    let mut optim = config.init_sparse::<B, SparseNN<B>>();

    let loader = sparse_dataloader::<B>(rows.clone(), options.batch_size, Some(seed(2)), &device);
    let bar = progress_bar(options.epochs as u64, "epochs");
    let (model, losses) = train_model(
        model,
        &mut optim,
        options.lr,
        loader.as_ref(),
        options.epochs,
        |_| bar.inc(1),
    );
    // ANCHOR_END: train
    bar.finish_and_clear();
    let lost = losses.iter().filter(|loss| !loss.is_finite()).count();
    if lost > 0 {
        eprintln!("warning: {lost} of {} losses are not finite", losses.len());
    }

    let mut states = optim.to_record();
    let state = states.remove(&model.fc1.weight.id);
    let state = state
        .expect("the first layer was stepped")
        .into_state::<2>();
    let epochs = losses.chunks(losses.len() / options.epochs);
    Ok(Trained {
        model: model.valid(),
        losses: epochs
            .map(|losses| losses.iter().sum::<f32>() / losses.len() as f32)
            .collect(),
        accumulator: state.accumulator,
        lr: options.lr,
        epsilon: config.epsilon,
    })
}

/// The share of rows whose class the model gets right.
pub fn accuracy(options: &Options, model: &SparseNN<DefaultBackend>, rows: SparseDataset) -> f64 {
    let loader = sparse_dataloader(rows, options.batch_size, None, &Default::default());
    evaluate_model(model, loader.as_ref())
}
