//! Training, row by row, and predictions.

use anyhow::Result;
use burn::module::AutodiffModule;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::{AdagradConfig, RowWiseAdagradConfig};
use rand::Rng;
use rand::seq::SliceRandom;

use super::model::Recommender;
use super::ratings::{Pair, Rating};

/// Pairs whose scores are computed at once.
const SCORED_AT_ONCE: usize = 8192;

/// How to train.
pub struct Training {
    pub epochs: usize,
    pub batch_size: usize,
    pub lr: f64,
    /// Decoupled weight decay of an epoch, of which each step has its share: else it would grow with
    /// the number of batches, and a value that is right for one file be wrong for a larger one.
    pub weight_decay: f64,
    pub row_wise: bool,
}

impl Training {
    /// Trains on the squared error; `on_epoch` is given its mean over each epoch.
    pub fn fit<B: AutodiffBackend>(
        &self,
        model: Recommender<B>,
        ratings: &[Rating],
        rng: &mut impl Rng,
        on_epoch: impl FnMut(f64),
    ) -> Result<Recommender<B::InnerBackend>> {
        let steps = ratings.len().div_ceil(self.batch_size);
        let decay = self.weight_decay / steps as f64;
        if self.row_wise {
            let config = RowWiseAdagradConfig::new().with_decoupled_weight_decay(decay);
            self.fit_with(config.try_init_sparse()?, model, ratings, rng, on_epoch)
        } else {
            let config = AdagradConfig::new().with_decoupled_weight_decay(decay);
            self.fit_with(config.try_init_sparse()?, model, ratings, rng, on_epoch)
        }
    }

    fn fit_with<B: AutodiffBackend>(
        &self,
        mut optim: impl Optimizer<Recommender<B>, B>,
        mut model: Recommender<B>,
        ratings: &[Rating],
        rng: &mut impl Rng,
        mut on_epoch: impl FnMut(f64),
    ) -> Result<Recommender<B::InnerBackend>> {
        let device = B::Device::default();
        let mut ratings = ratings.to_vec();
        for _ in 0..self.epochs {
            ratings.shuffle(rng);
            let mut sums = Vec::new();
            for batch in ratings.chunks(self.batch_size) {
                let values: Vec<f32> = batch.iter().map(|rating| rating.value).collect();
                let values = TensorData::new(values, [batch.len(), 1]);
                let inputs = model.batch(batch.iter().map(|rating| rating.pair))?;
                let errors = model.forward(&inputs) - Tensor::from_data(values, &device);
                let sum = errors.square().sum();
                let loss = sum.clone() / batch.len() as f64;
                let grads = GradientsParams::from_grads(loss.backward(), &model);
                model = optim.step(self.lr, model, grads);
                sums.push(sum.inner());
            }
            // Read from the device once an epoch.
            let sum: f64 = Tensor::cat(sums, 0).into_data().iter::<f64>().sum();
            on_epoch(sum / ratings.len() as f64);
        }
        Ok(model.valid())
    }
}

/// The model's scores of some pairs. They may lie outside the scale of the ratings.
pub fn score<B: Backend>(model: &Recommender<B>, pairs: &[Pair]) -> Result<Vec<f32>> {
    let mut scores = Vec::with_capacity(pairs.len());
    for pairs in pairs.chunks(SCORED_AT_ONCE) {
        let batch = model.batch(pairs.iter().copied())?;
        scores.extend(model.forward(&batch).into_data().iter::<f32>());
    }
    Ok(scores)
}
