//! Batches of rows as dense tensors, through burn's data loader.

use std::sync::Arc;

use burn::data::dataloader::batcher::Batcher;
use burn::data::dataloader::{DataLoader, DataLoaderBuilder};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::{SparseDataset, SparseRow};

/// Some rows as dense tensors.
#[derive(Clone, Debug)]
pub struct DenseBatch<B: Backend> {
    /// The features, `[batch, features]`.
    pub inputs: Tensor<B, 2>,
    /// The labels, `[batch, 1]`.
    pub targets: Tensor<B, 2>,
}

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
        let targets: Vec<f32> = rows.iter().map(SparseRow::label).collect();
        let targets = TensorData::new(targets, [rows.len(), 1]);
        let inputs = TensorData::new(inputs, [rows.len(), n_features]);
        DenseBatch {
            inputs: Tensor::from_data(inputs, device),
            targets: Tensor::from_data(targets, device),
        }
    }
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
    assert!(batch_size > 0, "batch_size = 0 (must be at least 1)");
    let mut builder = DataLoaderBuilder::new(DenseBatcher)
        // burn reserves room for a whole batch at once.
        .batch_size(batch_size.min(dataset.len().max(1)))
        .set_device(device.clone());
    if let Some(seed) = shuffle {
        builder = builder.shuffle(seed);
    }
    builder.build(dataset)
}
