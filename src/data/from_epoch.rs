//! Loaders that go on where a run was.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::data::dataloader::{DataLoader, DataLoaderIterator};
use burn::tensor::backend::Backend;

/// A loader whose first pass is pass number `epoch` (from 1) of `loader`, for a run that resumes: a loader
/// that shuffles has another order for each pass, and begins with the first when a program begins.
///
/// A pass is skipped by beginning it. That is enough for burn's loaders without workers, which draw their order
/// then, and not for those with workers (`num_workers`), which draw it later, each in its thread.
///
/// A run that goes on from the checkpoint of epoch n takes its batches from `from_epoch(loader, n + 1)`.
///
/// ```
/// use burn::backend::NdArray;
/// use burn_adagrad::data::{from_epoch, sparse_dataloader};
/// use burn_adagrad::{SparseDataConfig, generate_sparse_data};
///
/// let data = generate_sparse_data(&SparseDataConfig::new())?;
/// let loader = || sparse_dataloader::<NdArray>(data.clone(), 100, Some(7), &Default::default());
/// let first_row = |batch: burn_adagrad::data::SparseBatch<NdArray>| batch.inputs.indices()[..3].to_vec();
///
/// let whole_run = loader();
/// let second_pass = (whole_run.iter(), whole_run.iter().next().map(first_row)).1;
/// let resumed = from_epoch(loader(), 2);
/// assert_eq!(resumed.iter().next().map(first_row), second_pass);
/// # Ok::<(), burn_adagrad::error::DatasetError>(())
/// ```
pub fn from_epoch<B: Backend, O: Send + 'static>(
    loader: Arc<dyn DataLoader<B, O>>,
    epoch: usize,
) -> Arc<dyn DataLoader<B, O>> {
    Arc::new(FromEpoch {
        loader,
        to_skip: AtomicUsize::new(epoch.saturating_sub(1)),
    })
}

struct FromEpoch<B: Backend, O> {
    loader: Arc<dyn DataLoader<B, O>>,
    /// Passes that are still to be skipped.
    to_skip: AtomicUsize,
}

impl<B: Backend, O: Send + 'static> FromEpoch<B, O> {
    fn with(&self, loader: Arc<dyn DataLoader<B, O>>) -> Arc<dyn DataLoader<B, O>> {
        Arc::new(Self {
            loader,
            to_skip: AtomicUsize::new(self.to_skip.load(Ordering::Relaxed)),
        })
    }
}

impl<B: Backend, O: Send + 'static> DataLoader<B, O> for FromEpoch<B, O> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<O> + 'a> {
        for _ in 0..self.to_skip.swap(0, Ordering::Relaxed) {
            drop(self.loader.iter());
        }
        self.loader.iter()
    }

    fn num_items(&self) -> usize {
        self.loader.num_items()
    }

    fn to_device(&self, device: &B::Device) -> Arc<dyn DataLoader<B, O>> {
        self.with(self.loader.to_device(device))
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<B, O>> {
        self.with(self.loader.slice(start, end))
    }
}
