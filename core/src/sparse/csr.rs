//! A batch of sparse rows.

use std::sync::{Arc, OnceLock};

use super::transpose::Transposed;
use crate::error::CsrError;
use crate::kernel::rows::Csr;

/// Fewer entries than this are sorted faster than a thread wakes up.
const SORT_AHEAD_MIN: usize = 8192;

/// A batch of sparse rows, in compressed sparse row form: what a layer over sparse features, or over
/// bags of ids, takes instead of a dense matrix.
///
/// Row `i` has the entries `offsets[i]..offsets[i + 1]`. An entry names a feature (an id, a row of the
/// layer's table) and gives its value (its weight). Within a row, ids may come in any order and more
/// than once: their values add up. A row may be empty: its sum is zero. The values are data, no
/// gradient flows to them.
///
/// Clones share their storage.
///
/// ```
/// use adagrad_core::sparse::CsrBatch;
///
/// // Two rows over four features: {0: 1.0, 3: 2.0} and {1: 5.0}.
/// let batch = CsrBatch::new(4, vec![0, 2, 3], vec![0, 3, 1], vec![1.0, 2.0, 5.0])?;
/// assert_eq!((batch.len(), batch.n_features(), batch.nnz()), (2, 4, 3));
/// assert_eq!(batch.touched(), [0, 1, 3]);
///
/// let error = CsrBatch::new(4, vec![0, 2], vec![0, 4], vec![1.0, 2.0]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "entry 1 (row 0): index 4 is not below the number of features, 4"
/// );
/// # Ok::<(), adagrad_core::error::CsrError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CsrBatch {
    storage: Arc<Storage>,
}

#[derive(Debug)]
struct Storage {
    n_features: usize,
    offsets: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
    transposed: OnceLock<Transposed>,
}

impl CsrBatch {
    /// A batch from its offsets (one more than there are rows), indices and values.
    ///
    /// # Errors
    ///
    /// If there are not as many values as indices, the offsets do not ascend from 0 to their number, an
    /// index is not below `n_features`, or a value is not finite; and from 2³² entries on. The error names
    /// the position.
    pub fn new(
        n_features: usize,
        offsets: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<f32>,
    ) -> Result<Self, CsrError> {
        if values.len() != indices.len() {
            return Err(CsrError::Length {
                indices: indices.len(),
                values: values.len(),
            });
        }
        check_offsets(&offsets, indices.len()).map_err(|position| CsrError::Offsets {
            position,
            offset: offsets.get(position).copied(),
            entries: indices.len(),
        })?;
        if indices.len().max(offsets.len()) > u32::MAX as usize {
            return Err(CsrError::TooLarge {
                entries: indices.len(),
            });
        }
        let wrong =
            |(&index, &value): (&u32, &f32)| index as usize >= n_features || !value.is_finite();
        if let Some(entry) = indices.iter().zip(&values).position(wrong) {
            let row = offsets.partition_point(|&offset| offset <= entry) - 1;
            let (index, value) = (indices[entry], values[entry]);
            return Err(if index as usize >= n_features {
                CsrError::IndexTooLarge {
                    entry,
                    row,
                    index,
                    n_features,
                }
            } else {
                CsrError::NotFinite { entry, row, value }
            });
        }
        Ok(Self::from_checked(n_features, offsets, indices, values))
    }

    /// A batch of bags of ids, each id of weight 1.
    ///
    /// # Errors
    ///
    /// If an id is not below `n_features`.
    ///
    /// ```
    /// use adagrad_core::sparse::CsrBatch;
    ///
    /// let batch = CsrBatch::from_bags(10, &[vec![3, 3, 7], vec![]])?;
    /// assert_eq!((batch.len(), batch.nnz(), batch.touched()), (2, 3, &[3, 7][..]));
    /// # Ok::<(), adagrad_core::error::CsrError>(())
    /// ```
    pub fn from_bags(n_features: usize, bags: &[impl AsRef<[u32]>]) -> Result<Self, CsrError> {
        let mut offsets = vec![0];
        let mut indices = Vec::new();
        for bag in bags {
            indices.extend_from_slice(bag.as_ref());
            offsets.push(indices.len());
        }
        let values = vec![1.0; indices.len()];
        Self::new(n_features, offsets, indices, values)
    }

    /// A batch of one id a row.
    ///
    /// # Errors
    ///
    /// If an id is not below `n_features`.
    pub fn from_ids(n_features: usize, ids: &[u32]) -> Result<Self, CsrError> {
        let offsets = (0..=ids.len()).collect();
        Self::new(n_features, offsets, ids.to_vec(), vec![1.0; ids.len()])
    }

    /// A batch of bags of ids, each with its weight.
    ///
    /// # Errors
    ///
    /// If an id is not below `n_features`, or a weight is not finite.
    ///
    /// ```
    /// use adagrad_core::sparse::CsrBatch;
    ///
    /// let batch = CsrBatch::from_weighted_bags(10, &[vec![(3, 1.0), (7, 0.5)], vec![]])?;
    /// assert_eq!((batch.indices(), batch.values()), (&[3, 7][..], &[1.0, 0.5][..]));
    /// # Ok::<(), adagrad_core::error::CsrError>(())
    /// ```
    pub fn from_weighted_bags(
        n_features: usize,
        bags: &[impl AsRef<[(u32, f32)]>],
    ) -> Result<Self, CsrError> {
        let mut offsets = vec![0];
        let (mut indices, mut values) = (Vec::new(), Vec::new());
        for bag in bags {
            for &(id, weight) in bag.as_ref() {
                indices.push(id);
                values.push(weight);
            }
            offsets.push(indices.len());
        }
        Self::new(n_features, offsets, indices, values)
    }

    /// As [`new`](Self::new), for parts that are known to be right.
    #[doc(hidden)]
    pub fn from_checked(
        n_features: usize,
        offsets: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<f32>,
    ) -> Self {
        Self {
            storage: Arc::new(Storage {
                n_features,
                offsets,
                indices,
                values,
                transposed: OnceLock::new(),
            }),
        }
    }

    /// Of one entry a row, of value 1, whose indices ascend.
    #[doc(hidden)]
    pub fn of_ascending(n_features: usize, indices: Vec<u32>) -> Self {
        let (offsets, values) = ((0..=indices.len()).collect(), vec![1.0; indices.len()]);
        let transposed = OnceLock::from(Transposed::of_ascending(&indices));
        let storage = Storage {
            n_features,
            offsets,
            indices,
            values,
            transposed,
        };
        Self {
            storage: Arc::new(storage),
        }
    }

    /// The rows of all batches, one after the other. They have the same number of features.
    pub fn concat(batches: &[Self]) -> Self {
        let (mut offsets, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for batch in batches {
            let before = indices.len();
            offsets.extend(batch.offsets()[1..].iter().map(|offset| before + offset));
            indices.extend_from_slice(batch.indices());
            values.extend_from_slice(batch.values());
        }
        let n_features = batches.first().map_or(0, |batch| batch.n_features());
        Self::from_checked(n_features, offsets, indices, values)
    }

    /// The batch without the entries of a feature.
    pub fn without(&self, feature: u32) -> Self {
        if !self.indices().contains(&feature) {
            return self.clone();
        }
        let mut offsets = vec![0];
        let (mut indices, mut values) = (Vec::new(), Vec::new());
        for ends in self.offsets().windows(2) {
            let entries = self.indices()[ends[0]..ends[1]]
                .iter()
                .zip(&self.values()[ends[0]..]);
            for (&index, &value) in entries.filter(|(index, _)| **index != feature) {
                indices.push(index);
                values.push(value);
            }
            offsets.push(indices.len());
        }
        Self::from_checked(self.n_features(), offsets, indices, values)
    }

    /// The batch with every row divided by the number of its entries.
    pub fn divided_by_length(&self) -> Self {
        let mut values = self.values().to_vec();
        for ends in self.offsets().windows(2) {
            let n = (ends[1] - ends[0]) as f32;
            values[ends[0]..ends[1]].iter_mut().for_each(|v| *v /= n);
        }
        Self::from_checked(
            self.n_features(),
            self.offsets().to_vec(),
            self.indices().to_vec(),
            values,
        )
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.storage.offsets.len() - 1
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of features (ids) that there are, in this batch or not.
    pub fn n_features(&self) -> usize {
        self.storage.n_features
    }

    /// Number of entries.
    pub fn nnz(&self) -> usize {
        self.storage.indices.len()
    }

    /// Where the rows begin, and the number of entries at the end.
    pub fn offsets(&self) -> &[usize] {
        &self.storage.offsets
    }

    /// The feature of each entry.
    pub fn indices(&self) -> &[u32] {
        &self.storage.indices
    }

    /// The value of each entry.
    pub fn values(&self) -> &[f32] {
        &self.storage.values
    }

    /// What it takes in memory, its entries by feature included.
    pub fn bytes(&self) -> usize {
        self.storage.offsets.len() * size_of::<usize>() + 16 * self.nnz()
    }

    /// The features that occur in the batch, ascending. The first call sorts the entries, the result is
    /// kept.
    pub fn touched(&self) -> &[u32] {
        &self.transposed().columns
    }

    /// Begins to sort the entries by feature on another thread, if there are enough of them: a step needs
    /// them in that order, and forward and backward pass come before it.
    pub fn sort_ahead(&self) {
        // On a thread of the pool the work would wait for that thread, and keep the batch alive meanwhile.
        let outside_of_pool = rayon::current_thread_index().is_none();
        if outside_of_pool && self.nnz() >= SORT_AHEAD_MIN {
            let storage = Arc::downgrade(&self.storage);
            rayon::spawn(move || {
                if let Some(storage) = storage.upgrade() {
                    Self { storage }.transposed();
                }
            });
        }
    }

    /// The entries by feature: a row for each of [`touched`](Self::touched).
    pub fn by_feature(&self) -> Csr<'_> {
        self.transposed().csr()
    }

    /// The entries by row.
    pub fn by_row(&self) -> Csr<'_> {
        Csr {
            offsets: self.offsets(),
            indices: self.indices(),
            values: self.values(),
        }
    }

    fn transposed(&self) -> &Transposed {
        let transpose = || Transposed::new(self.by_row());
        self.storage.transposed.get_or_init(transpose)
    }
}

/// The position of the first offset that does not ascend from 0 to `entries`, if there is one.
pub(crate) fn check_offsets(offsets: &[usize], entries: usize) -> Result<(), usize> {
    let Some(last) = offsets.len().checked_sub(1) else {
        return Err(0);
    };
    let mut previous = 0;
    for (position, &offset) in offsets.iter().enumerate() {
        let ok = offset >= previous
            && (position > 0 || offset == 0)
            && if position == last {
                offset == entries
            } else {
                offset <= entries
            };
        if !ok {
            return Err(position);
        }
        previous = offset;
    }
    Ok(())
}
