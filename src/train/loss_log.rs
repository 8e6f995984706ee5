//! Losses that wait on the device.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Reading a scalar waits for all work that a GPU has queued, so losses are read this many at a
/// time; more would keep too many small buffers alive.
const PENDING_MAX: usize = 512;

/// Collects the losses of the batches and reads them many at a time.
pub(super) struct LossLog<B: Backend> {
    pending: Vec<Tensor<B, 1>>,
    losses: Vec<f32>,
}

impl<B: Backend> Default for LossLog<B> {
    fn default() -> Self {
        Self {
            pending: Vec::new(),
            losses: Vec::new(),
        }
    }
}

impl<B: Backend> LossLog<B> {
    /// Takes a loss of one element.
    pub(super) fn push(&mut self, loss: Tensor<B, 1>) {
        self.pending.push(loss);
        if self.pending.len() >= PENDING_MAX {
            self.read();
        }
    }

    /// All losses, in the order in which they came.
    pub(super) fn finish(mut self) -> Vec<f32> {
        self.read();
        self.losses
    }

    fn read(&mut self) {
        if !self.pending.is_empty() {
            let pending = Tensor::cat(std::mem::take(&mut self.pending), 0);
            self.losses.extend(pending.into_data().iter::<f32>());
        }
    }
}
