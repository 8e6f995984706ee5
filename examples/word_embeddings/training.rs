//! The training loop.

use burn::module::AutodiffModule;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_adagrad::AdagradConfig;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::cooccurrence::Pair;
use crate::model::{Batch, Glove};

/// How to train.
pub struct Training {
    pub dim: usize,
    pub epochs: usize,
    /// Pairs of a batch.
    pub batch_size: usize,
    pub lr: f64,
    pub x_max: f32,
    pub seed: u64,
}

/// Losses that wait on the device; reading one at a time would make a GPU wait at every step.
const PENDING_MAX: usize = 512;

impl Training {
    /// Trains the vectors of `n_words` words on their pairs, which are shuffled for each epoch, and returns
    /// them one after the other.
    ///
    /// `on_batch` is called with the number of pairs of each batch, `on_epoch` with the epoch's number, from
    /// 1, and its loss: the mean over the non-zero counts, each as its batch found it.
    ///
    /// # Errors
    ///
    /// What `on_epoch` returns, which ends the training.
    pub fn run<B: AutodiffBackend>(
        &self,
        mut pairs: Vec<Pair>,
        n_words: usize,
        device: &B::Device,
        on_batch: impl Fn(usize),
        mut on_epoch: impl FnMut(usize, f64) -> anyhow::Result<()>,
    ) -> anyhow::Result<Vec<f32>> {
        let rng = &mut ChaCha8Rng::seed_from_u64(self.seed);
        let mut model = Glove::<B>::new(n_words, self.dim, rng, device);
        // The paper's Adagrad. Its authors' program adds up the squares of rate × gradient, not of the
        // gradient, and so in effect has rate 1 and accumulators that start at 1 / rate².
        let mut optimizer = AdagradConfig::new()
            .with_initial_accumulator_value(1.0)
            .init_sparse::<B, Glove<B>>();
        let n_counts: usize = pairs.iter().map(|pair| pair.counts().count()).sum();
        let mut pending = Vec::new();
        for epoch in 1..=self.epochs {
            pairs.shuffle(rng);
            let mut loss_sum = 0.0;
            for pairs in pairs.chunks(self.batch_size) {
                let batch = Batch::new(pairs, n_words, self.x_max, device)?;
                let loss = model.loss(&batch);
                let grads = GradientsParams::from_grads(loss.backward(), &model);
                model = optimizer.step(self.lr, model, grads);
                pending.push(loss.inner());
                if pending.len() == PENDING_MAX {
                    loss_sum += read(&mut pending);
                }
                on_batch(pairs.len());
            }
            loss_sum += read(&mut pending);
            on_epoch(epoch, loss_sum / n_counts as f64)?;
        }
        Ok(model.valid().vectors())
    }
}

/// The sum of the losses, which are taken.
fn read<B: Backend>(losses: &mut Vec<Tensor<B, 1>>) -> f64 {
    if losses.is_empty() {
        return 0.0;
    }
    let losses = Tensor::cat(std::mem::take(losses), 0);
    losses.into_data().iter::<f64>().sum()
}
