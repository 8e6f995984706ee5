//! Batches of rows, dense or sparse, through burn's data loader.

use std::sync::Arc;

use burn::data::dataloader::batcher::Batcher;
use burn::data::dataloader::{DataLoader, DataLoaderBuilder};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::{BurnDataset, SparseDataset, SparseRow};
use crate::sparse::CsrBatch;

/// Some rows with their labels; `I` is what holds the features.
#[derive(Clone, Debug)]
pub struct Batch<B: Backend, I> {
    /// The features.
    pub inputs: I,
    /// The labels, `[batch, 1]`.
    pub targets: Tensor<B, 2>,
}

/// A [`Batch`] whose features are a dense tensor, `[batch, features]`.
pub type DenseBatch<B> = Batch<B, Tensor<B, 2>>;

/// A [`Batch`] whose features are sparse rows.
pub type SparseBatch<B> = Batch<B, CsrBatch>;

/// Makes a [`DenseBatch`] of the rows of a [`SparseDataset`]. Only here do the zeros take memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct DenseBatcher;

impl<B: Backend> Batcher<B, SparseRow, DenseBatch<B>> for DenseBatcher {
    fn batch(&self, rows: Vec<SparseRow>, device: &B::Device) -> DenseBatch<B> {
        let n_features = rows.first().map_or(0, SparseRow::n_features);
        let mut inputs = vec![0.0_f32; rows.len() * n_features];
        for (i, row) in rows.iter().enumerate() {
            let dense = &mut inputs[i * n_features..][..n_features];
            for (&index, &value) in row.indices().iter().zip(row.values()) {
                dense[index as usize] = value;
            }
        }
        let inputs = TensorData::new(inputs, [rows.len(), n_features]);
        Batch {
            inputs: Tensor::from_data(inputs, device),
            targets: targets(&rows, device),
        }
    }
}

/// Makes a [`SparseBatch`] of the rows of a [`SparseDataset`]; no dense matrix is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct CsrBatcher;

impl<B: Backend> Batcher<B, SparseRow, SparseBatch<B>> for CsrBatcher {
    fn batch(&self, rows: Vec<SparseRow>, device: &B::Device) -> SparseBatch<B> {
        let n_features = rows.first().map_or(0, SparseRow::n_features);
        let mut offsets = Vec::with_capacity(rows.len() + 1);
        offsets.push(0);
        let (mut indices, mut values) = (Vec::new(), Vec::new());
        for row in &rows {
            indices.extend_from_slice(row.indices());
            values.extend_from_slice(row.values());
            offsets.push(indices.len());
        }
        Batch {
            inputs: CsrBatch::from_checked(n_features, offsets, indices, values),
            targets: targets(&rows, device),
        }
    }
}

fn targets<B: Backend>(rows: &[SparseRow], device: &B::Device) -> Tensor<B, 2> {
    let targets: Vec<f32> = rows.iter().map(SparseRow::label).collect();
    Tensor::from_data(TensorData::new(targets, [rows.len(), 1]), device)
}

/// A burn data loader of [`DenseBatch`]es of `batch_size` rows (the last may be smaller).
///
/// With a `shuffle` seed each pass over the data has another order, and the sequence of orders
/// depends on the seed alone; without, the rows keep their order.
///
/// # Panics
///
/// If `batch_size` is 0.
pub fn dataloader<B: Backend>(
    dataset: SparseDataset,
    batch_size: usize,
    shuffle: Option<u64>,
    device: &B::Device,
) -> Arc<dyn DataLoader<B, DenseBatch<B>>> {
    loader(DenseBatcher, dataset, batch_size, shuffle, device)
}

/// As [`dataloader`], of [`SparseBatch`]es.
///
/// # Panics
///
/// If `batch_size` is 0.
pub fn sparse_dataloader<B: Backend>(
    dataset: SparseDataset,
    batch_size: usize,
    shuffle: Option<u64>,
    device: &B::Device,
) -> Arc<dyn DataLoader<B, SparseBatch<B>>> {
    loader(CsrBatcher, dataset, batch_size, shuffle, device)
}

fn loader<B: Backend, I: Clone + std::fmt::Debug + Send + Sync + 'static>(
    batcher: impl Batcher<B, SparseRow, Batch<B, I>> + 'static,
    dataset: SparseDataset,
    batch_size: usize,
    shuffle: Option<u64>,
    device: &B::Device,
) -> Arc<dyn DataLoader<B, Batch<B, I>>> {
    assert!(batch_size > 0, "batch_size = 0 (must be at least 1)");
    let mut builder = DataLoaderBuilder::new(batcher)
        // burn reserves room for a whole batch at once.
        .batch_size(batch_size.min(dataset.len().max(1)))
        .set_device(device.clone());
    if let Some(seed) = shuffle {
        builder = builder.shuffle(seed);
    }
    builder.build(BurnDataset(dataset))
}
