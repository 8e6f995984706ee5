//! Rows of sparse features with a label each.

use std::ops::Range;
use std::sync::Arc;

use crate::error::DatasetError;
use crate::sparse::{CsrBatch, check_offsets};

/// Rows of sparse features, each with a label, in compressed sparse row form: memory follows the
/// non-zeros, not rows × features.
///
/// Cloning and splitting share the storage.
///
/// ```
/// use adagrad_core::data::SparseDataset;
///
/// // Two rows over four features: {0: 1.0, 3: 2.0} with label 1, {1: 5.0} with label 0.
/// let data = SparseDataset::new(4, vec![0, 2, 3], vec![0, 3, 1], vec![1.0, 2.0, 5.0], vec![1.0, 0.0])?;
/// assert_eq!((data.len(), data.n_features(), data.nnz()), (2, 4, 3));
/// assert_eq!(data.row(1).unwrap().indices(), [1]);
/// # Ok::<(), adagrad_core::error::DatasetError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SparseDataset {
    storage: Arc<Storage>,
    rows: Range<usize>,
}

#[derive(Debug)]
struct Storage {
    n_features: usize,
    offsets: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
    labels: Vec<f32>,
}

impl SparseDataset {
    /// A data set from its compressed sparse rows.
    ///
    /// Row `i` holds the entries `offsets[i]..offsets[i + 1]` of `indices` (from 0, ascending
    /// within a row) and `values`, and has the label `labels[i]`.
    ///
    /// # Errors
    ///
    /// If the lengths do not agree, the offsets do not ascend, an index does not ascend or is not
    /// below `n_features`, or a value or label is not finite. The error names the row.
    pub fn new(
        n_features: usize,
        offsets: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<f32>,
        labels: Vec<f32>,
    ) -> Result<Self, DatasetError> {
        let length = |what, expected, actual| {
            if expected == actual {
                Ok(())
            } else {
                Err(DatasetError::Length {
                    what,
                    expected,
                    actual,
                })
            }
        };
        length("number of row offsets", labels.len() + 1, offsets.len())?;
        length("number of values", indices.len(), values.len())?;
        check_offsets(&offsets, indices.len()).map_err(|position| DatasetError::Offsets {
            position,
            offset: offsets[position],
            entries: indices.len(),
        })?;

        let storage = Storage {
            n_features,
            offsets,
            indices,
            values,
            labels,
        };
        for row in 0..storage.labels.len() {
            storage.check_row(row)?;
        }
        let rows = 0..storage.labels.len();
        Ok(Self {
            storage: Arc::new(storage),
            rows,
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Number of features, those that occur in no row included.
    pub fn n_features(&self) -> usize {
        self.storage.n_features
    }

    /// Number of stored entries.
    pub fn nnz(&self) -> usize {
        self.storage.offsets[self.rows.end] - self.storage.offsets[self.rows.start]
    }

    /// Share of the rows × features that is not stored, between 0 and 1; NaN if there are no rows
    /// or no features.
    pub fn sparsity(&self) -> f64 {
        1.0 - self.nnz() as f64 / (self.len() as f64 * self.n_features() as f64)
    }

    /// Row `index`, or `None` beyond the end.
    pub fn row(&self, index: usize) -> Option<SparseRow> {
        (index < self.len()).then(|| SparseRow {
            storage: self.storage.clone(),
            index: self.rows.start + index,
        })
    }

    /// A number that tells data sets apart: the same for the same rows on every machine.
    pub fn checksum(&self) -> u64 {
        // FNV-1a, 64 bits.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |number: u64| {
            for byte in number.to_le_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        };
        add(self.n_features() as u64);
        for row in (0..self.len()).filter_map(|index| self.row(index)) {
            add(row.indices().len() as u64);
            row.indices().iter().for_each(|&index| add(index.into()));
            let label = [row.label()];
            let floats = row.values().iter().chain(&label);
            floats.for_each(|number| add(number.to_bits().into()));
        }
        hash
    }

    /// All rows as one batch, without their labels. The storage is copied.
    pub fn to_batch(&self) -> CsrBatch {
        let Storage {
            n_features,
            offsets,
            indices,
            values,
            ..
        } = &*self.storage;
        let offsets = &offsets[self.rows.start..=self.rows.end];
        let first = offsets[0];
        let entries = first..offsets[offsets.len() - 1];
        CsrBatch::from_checked(
            *n_features,
            offsets.iter().map(|offset| offset - first).collect(),
            indices[entries.clone()].to_vec(),
            values[entries].to_vec(),
        )
    }

    /// The labels, one for each row.
    pub fn labels(&self) -> &[f32] {
        &self.storage.labels[self.rows.clone()]
    }

    /// The first `n` rows and the rest (all rows and none, if there are fewer).
    pub fn split_at(&self, n: usize) -> (Self, Self) {
        let middle = self.rows.start + n.min(self.len());
        let part = |rows| Self {
            storage: self.storage.clone(),
            rows,
        };
        (part(self.rows.start..middle), part(middle..self.rows.end))
    }
}

/// One row of a [`SparseDataset`]; a handle that shares the data set's storage.
#[derive(Clone, Debug)]
pub struct SparseRow {
    storage: Arc<Storage>,
    index: usize,
}

impl SparseRow {
    /// The features that the row has, from 0, ascending.
    pub fn indices(&self) -> &[u32] {
        &self.storage.indices[self.storage.entries(self.index)]
    }

    /// The values of these features.
    pub fn values(&self) -> &[f32] {
        &self.storage.values[self.storage.entries(self.index)]
    }

    /// The label.
    pub fn label(&self) -> f32 {
        self.storage.labels[self.index]
    }

    /// Number of features of the data set.
    pub fn n_features(&self) -> usize {
        self.storage.n_features
    }
}

impl Storage {
    fn entries(&self, row: usize) -> Range<usize> {
        self.offsets[row]..self.offsets[row + 1]
    }

    fn check_row(&self, row: usize) -> Result<(), DatasetError> {
        let finite = |what, value: f32| {
            if value.is_finite() {
                Ok(())
            } else {
                Err(DatasetError::NotFinite { row, what, value })
            }
        };
        finite("label", self.labels[row])?;
        let entries = self.entries(row);
        let mut previous = None;
        for (&index, &value) in self.indices[entries.clone()]
            .iter()
            .zip(&self.values[entries])
        {
            finite("value", value)?;
            if let Some(previous) = previous.filter(|&previous| index <= previous) {
                return Err(DatasetError::NotAscending {
                    row,
                    index,
                    previous,
                });
            }
            if index as usize >= self.n_features {
                return Err(DatasetError::IndexTooLarge {
                    row,
                    index,
                    n_features: self.n_features,
                });
            }
            previous = Some(index);
        }
        Ok(())
    }
}
