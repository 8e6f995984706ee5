//! The gradient of some rows of a table.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::CsrBatch;
use crate::dispatch::rows::{RowOperands, add, wide_sum};
use crate::dispatch::{cast, working_dtype};
use crate::error::CsrError;

/// The gradient of the rows of a table that a batch touched; that of all other rows is zero.
///
/// The row numbers ascend, each once: contributions to the same row are summed, in the order in which
/// they came, so that the bits depend on nothing else.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::tensor::Tensor;
/// use burn_adagrad::sparse::RowGradient;
///
/// let values = Tensor::<NdArray, 2>::from_floats([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], &Default::default());
/// let gradient = RowGradient::new(100, &[7, 2, 7], values)?;
/// assert_eq!(gradient.rows(), [2, 7]);
/// let values: Vec<f32> = gradient.values().into_data().to_vec().unwrap();
/// assert_eq!(values, [3.0, 4.0, 6.0, 8.0]);
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RowGradient<B: Backend> {
    /// Rows of the table: at least as many as the batch knows of.
    n_rows: usize,
    /// The batch that took weighted sums of the table's rows.
    batch: CsrBatch,
    /// The gradient of these sums, `[batch, width]`. The gradient of the rows follows from it; steps form
    /// it row by row, without memory for all of it.
    slopes: Tensor<B, 2>,
}

impl<B: Backend> RowGradient<B> {
    /// The gradient of a table of `n_rows` rows from contributions to it: row `i` of `values`
    /// (`[rows.len(), width]`) belongs to row `rows[i]`. Rows may come in any order, and more than once.
    ///
    /// # Errors
    ///
    /// If a row number is not below `n_rows`, or there are not as many rows of values as row numbers.
    pub fn new(n_rows: usize, rows: &[u32], values: Tensor<B, 2>) -> Result<Self, CsrError> {
        if values.dims()[0] != rows.len() {
            return Err(CsrError::Length {
                indices: rows.len(),
                values: values.dims()[0],
            });
        }
        Ok(Self::of_sums(
            n_rows,
            CsrBatch::from_ids(n_rows, rows)?,
            values,
        ))
    }

    /// The gradient of a table of `n_rows` rows, from which `batch` took weighted sums, `slopes` (`[batch,
    /// width]`) being the gradient of these.
    pub(crate) fn of_sums(n_rows: usize, batch: CsrBatch, slopes: Tensor<B, 2>) -> Self {
        Self {
            n_rows,
            batch,
            slopes,
        }
    }

    /// The sum of the gradients of some lookups, on the device of the first: what was looked up, and the gradient
    /// of the output. None of no lookups.
    pub(crate) fn of_lookups(
        n_rows: usize,
        mut lookups: Vec<(CsrBatch, Tensor<B, 2>)>,
    ) -> Option<Self> {
        if lookups.len() == 1 {
            let (batch, slopes) = lookups.remove(0);
            return Some(Self::of_sums(n_rows, batch, slopes));
        }
        let device = lookups.first()?.1.device();
        let lookups = lookups.into_iter();
        let (batches, slopes): (Vec<CsrBatch>, Vec<_>) = lookups
            .map(|(batch, slopes)| (batch, slopes.to_device(&device)))
            .unzip();
        let batch = CsrBatch::concat(&batches);
        Some(Self::of_sums(n_rows, batch, Tensor::cat(slopes, 0)))
    }

    /// The rows, ascending, each once.
    pub fn rows(&self) -> &[u32] {
        self.batch.touched()
    }

    /// Number of rows of the table.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.slopes.dims()[1]
    }

    /// The gradient of each of [`rows`](Self::rows), `[rows, width]`; in f32 for half precision, whose
    /// range a sum of contributions may leave.
    pub fn values(&self) -> Tensor<B, 2> {
        wide_sum(self.batch.by_feature(), self.slopes.clone())
    }

    /// The same on a device.
    pub fn to_device(self, device: &B::Device) -> Self {
        Self {
            slopes: self.slopes.to_device(device),
            ..self
        }
    }

    /// What a step over the rows needs: it forms [`values`](Self::values) by itself.
    pub(crate) fn operands<const D: usize, const A: usize, const N: usize>(
        &self,
        parameter: Tensor<B, D>,
        state: [Tensor<B, A>; N],
    ) -> RowOperands<'_, B, D, A, N> {
        RowOperands {
            parameter,
            rows: self.rows(),
            matrix: self.batch.by_feature(),
            slopes: self.slopes.clone(),
            state,
        }
    }

    /// The same with other values, of the same shape: clipped ones, say.
    pub(crate) fn map(self, f: impl FnOnce(Tensor<B, 2>) -> Tensor<B, 2>) -> Self {
        let rows = CsrBatch::of_ascending(self.n_rows, self.rows().to_vec());
        Self::of_sums(self.n_rows, rows, f(self.values()))
    }

    /// The same with all values multiplied by what `f` multiplies by. The rows are not summed for it.
    pub(crate) fn scale(self, f: impl FnOnce(Tensor<B, 2>) -> Tensor<B, 2>) -> Self {
        let working = working_dtype(self.slopes.dtype());
        Self {
            slopes: f(cast(self.slopes, working)),
            ..self
        }
    }

    /// The same as a tensor with all rows of the table, `[n_rows, width]`, of the type of
    /// [`values`](Self::values).
    pub fn to_dense(&self) -> Tensor<B, 2> {
        let values = self.values();
        let options = (&values.device(), values.dtype());
        let zeros = Tensor::zeros([self.n_rows, self.width()], options);
        add(zeros, self.rows(), values)
    }
}
