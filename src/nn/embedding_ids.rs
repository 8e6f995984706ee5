//! What an embedding can be asked for.

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};

use crate::error::CsrError;
use crate::sparse::CsrBatch;

/// Ids for [`SparseEmbedding::forward`](super::SparseEmbedding::forward), and the shape of their vectors:
///
/// | ids | vectors |
/// | --- | --- |
/// | a slice, array or vector of `u32` | `[ids, d_model]` |
/// | `Tensor<B, 1, Int>`, `[ids]` | `[ids, d_model]` |
/// | `Tensor<B, 2, Int>`, `[batch, length]`, as for burn's `Embedding` | `[batch, length, d_model]` |
///
/// A tensor is read from its device. The trait is not implemented for other types.
pub trait EmbeddingIds<B: Backend>: sealed::Ids {
    /// The vectors.
    type Vectors;

    /// The ids one after the other, each as a row of a batch.
    ///
    /// # Errors
    ///
    /// If one is negative or not below `n_embedding`; the error names its place.
    #[doc(hidden)]
    fn to_batch(&self, n_embedding: usize) -> Result<CsrBatch, CsrError>;

    /// `vectors`, `[number of ids, d_model]`, in the shape of the ids.
    #[doc(hidden)]
    fn arrange(&self, vectors: Tensor<B, 2>) -> Self::Vectors;
}

mod sealed {
    use super::*;

    pub trait Ids {}

    impl Ids for &[u32] {}
    impl Ids for &Vec<u32> {}
    impl<const N: usize> Ids for &[u32; N] {}
    impl<B: Backend, const D: usize> Ids for Tensor<B, D, Int> {}
}

macro_rules! impl_for_slices {
    ($([$($generics:tt)*] $type:ty),+) => {$(
        impl<B: Backend, $($generics)*> EmbeddingIds<B> for $type {
            type Vectors = Tensor<B, 2>;

            fn to_batch(&self, n_embedding: usize) -> Result<CsrBatch, CsrError> {
                CsrBatch::from_ids(n_embedding, &self[..]).map_err(|error| match error {
                    CsrError::IndexTooLarge { entry, index, .. } => CsrError::IdOutOfRange {
                        row: entry,
                        column: None,
                        id: index.into(),
                        n_embedding,
                    },
                    error => error,
                })
            }

            fn arrange(&self, vectors: Tensor<B, 2>) -> Tensor<B, 2> {
                vectors
            }
        }
    )+};
}
impl_for_slices!([] &[u32], [] &Vec<u32>, [const N: usize] &[u32; N]);

impl<B: Backend> EmbeddingIds<B> for Tensor<B, 1, Int> {
    type Vectors = Tensor<B, 2>;

    fn to_batch(&self, n_embedding: usize) -> Result<CsrBatch, CsrError> {
        read(self, n_embedding, |place| (place, None))
    }

    fn arrange(&self, vectors: Tensor<B, 2>) -> Tensor<B, 2> {
        vectors
    }
}

impl<B: Backend> EmbeddingIds<B> for Tensor<B, 2, Int> {
    type Vectors = Tensor<B, 3>;

    fn to_batch(&self, n_embedding: usize) -> Result<CsrBatch, CsrError> {
        let [_, length] = self.dims();
        read(self, n_embedding, |place| {
            (place / length, Some(place % length))
        })
    }

    fn arrange(&self, vectors: Tensor<B, 2>) -> Tensor<B, 3> {
        let ([batch, length], [_, d_model]) = (self.dims(), vectors.dims());
        let shape = [batch, length, d_model];
        // For burn's `reshape`, a 0 stands for the size of before.
        match batch * length {
            0 => Tensor::zeros(shape, (&vectors.device(), vectors.dtype())),
            _ => vectors.reshape(shape),
        }
    }
}

/// The ids of a tensor; `position` gives the row and the column of a place in it.
fn read<B: Backend, const D: usize>(
    ids: &Tensor<B, D, Int>,
    n_embedding: usize,
    position: impl Fn(usize) -> (usize, Option<usize>),
) -> Result<CsrBatch, CsrError> {
    let check = |(place, id): (usize, i64)| match u32::try_from(id) {
        Ok(valid) if (valid as usize) < n_embedding => Ok(valid),
        _ => {
            let (row, column) = position(place);
            Err(CsrError::IdOutOfRange {
                row,
                column,
                id,
                n_embedding,
            })
        }
    };
    let data = ids.to_data();
    let ids: Result<Vec<u32>, CsrError> = data.iter::<i64>().enumerate().map(check).collect();
    CsrBatch::from_ids(n_embedding, &ids?)
}
