//! A sparse data set as burn's loaders take it.

use burn::data::dataset::Dataset;

use super::{SparseDataset, SparseRow};

/// A [`SparseDataset`] as a burn [`Dataset`] of its rows, for loaders of your own; the storage is shared.
///
/// [`dataloader`](super::dataloader) and [`sparse_dataloader`](super::sparse_dataloader) do it themselves.
///
/// ```
/// use burn::data::dataset::Dataset;
/// use burn_adagrad::data::{BurnDataset, SparseDataset};
///
/// let data = SparseDataset::new(4, vec![0, 2], vec![0, 3], vec![1.0, 2.0], vec![1.0])?;
/// let rows = BurnDataset(data);
/// assert_eq!((rows.len(), rows.get(0).unwrap().indices()), (1, &[0, 3][..]));
/// # Ok::<(), burn_adagrad::error::DatasetError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BurnDataset(pub SparseDataset);

impl Dataset<SparseRow> for BurnDataset {
    fn get(&self, index: usize) -> Option<SparseRow> {
        self.0.row(index)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
