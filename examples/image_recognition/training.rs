//! Training with Adagrad, and what the trained network reads in images.

use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{GradientsParams, LearningRate, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_adagrad::{AdagradConfig, SimpleNN};
use rand::Rng;
use rand::seq::SliceRandom;

use crate::images::ImageSet;

/// How to train.
pub struct Training {
    /// Passes over the images.
    pub epochs: usize,
    /// Images of a batch; the last of an epoch may have fewer.
    pub batch_size: usize,
    /// Learning rate.
    pub lr: LearningRate,
}

impl Training {
    /// Trains a network whose outputs are a logit for each digit.
    ///
    /// Every epoch takes the images in a new order from `rng`. `on_epoch` is called after each
    /// with its number, from 1, and the mean loss of its images.
    ///
    /// # Errors
    ///
    /// Those of `on_epoch`, which end the training.
    pub fn run<B: AutodiffBackend, E>(
        &self,
        mut model: SimpleNN<B>,
        images: &ImageSet,
        rng: &mut impl Rng,
        device: &B::Device,
        mut on_epoch: impl FnMut(usize, f64) -> Result<(), E>,
    ) -> Result<SimpleNN<B>, E> {
        let criterion = CrossEntropyLossConfig::new().init::<B>(device);
        let mut optimizer = AdagradConfig::new().init::<B, SimpleNN<B>>();
        let mut order: Vec<usize> = (0..images.len()).collect();
        for epoch in 1..=self.epochs {
            order.shuffle(rng);
            let mut losses = Vec::new();
            for batch in order.chunks(self.batch_size) {
                let logits = model.forward(images.inputs(batch, device));
                let loss = criterion.forward(logits, images.targets(batch, device));
                let grads = GradientsParams::from_grads(loss.backward(), &model);
                model = optimizer.step(self.lr, model, grads);
                losses.push(loss.inner().mul_scalar(batch.len() as f64));
            }
            // Read once an epoch: a GPU need not wait at every step.
            let sum: f64 = Tensor::cat(losses, 0).into_data().iter::<f64>().sum();
            on_epoch(epoch, sum / images.len() as f64)?;
        }
        Ok(model)
    }
}

/// The digit with the largest logit for each image, in order.
pub fn classify<B: Backend>(
    model: &SimpleNN<B>,
    images: &ImageSet,
    batch_size: usize,
    device: &B::Device,
) -> Vec<usize> {
    let order: Vec<usize> = (0..images.len()).collect();
    let batches = order.chunks(batch_size).map(|batch| {
        let logits = model.forward(images.inputs(batch, device));
        logits.argmax(1).flatten::<1>(0, 1)
    });
    let digits = Tensor::cat(batches.collect(), 0).into_data();
    digits.iter::<i64>().map(|digit| digit as usize).collect()
}
