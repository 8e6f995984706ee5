//! An embedding that is trained row by row.

use burn::config::Config;
use burn::module::{Initializer, Module};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::EmbeddingIds;
use crate::error::CsrError;
use crate::sparse::RowTable;

/// Sizes of a [`SparseEmbedding`].
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct SparseEmbeddingConfig {
    /// Ids that there are, from 0.
    pub n_embedding: usize,
    /// Numbers of a vector.
    pub d_model: usize,
    /// Distribution of the first vectors. Default N(0, 1), that of burn's and PyTorch's embeddings.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 1.0 }")]
    pub initializer: Initializer,
    /// An id that stands for nothing: its vector is zero and never moves. Default none.
    pub padding_idx: Option<usize>,
    /// The norm (L2) that no vector exceeds: longer ones are shortened where they are looked up, and for
    /// good in the step that follows. Default none.
    pub max_norm: Option<f32>,
}

impl SparseEmbeddingConfig {
    /// An embedding with vectors from burn's generator.
    ///
    /// # Panics
    ///
    /// If `padding_idx` is not below `n_embedding`, or `max_norm` is not finite or not above 0.
    pub fn init<B: Backend>(&self, device: &B::Device) -> SparseEmbedding<B> {
        let shape = [self.n_embedding, self.d_model];
        let weight = self.initializer.init(shape, device);
        SparseEmbedding {
            weight: RowTable::from(weight).with_options(self.padding_idx, self.max_norm),
        }
    }
}

/// A vector for each id: burn's `Embedding`, trained by the rows that a batch touched
/// ([`sparse`](crate::sparse)). The record is that of `Embedding`.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::tensor::{Int, Tensor};
/// use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
///
/// let device = Default::default();
/// let embedding: SparseEmbedding<NdArray> = SparseEmbeddingConfig::new(100, 8).init(&device);
/// let vectors = embedding.forward(&[3, 3, 99])?;
/// assert_eq!(vectors.dims(), [3, 8]);
///
/// let ids = Tensor::<NdArray, 2, Int>::from_ints([[3, 99], [0, 1], [2, 2]], &device);
/// assert_eq!(embedding.forward(ids)?.dims(), [3, 2, 8]);
///
/// let ids = Tensor::<NdArray, 2, Int>::from_ints([[3, 99], [0, -1]], &device);
/// let error = embedding.forward(ids).unwrap_err();
/// assert_eq!(error.to_string(), "ids[1][1]: id -1 is not one of the 100 ids from 0 on");
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
#[derive(Module, Debug)]
pub struct SparseEmbedding<B: Backend> {
    /// The vectors, `[n_embedding, d_model]`.
    pub weight: RowTable<B>,
}

impl<B: Backend> SparseEmbedding<B> {
    /// The vectors of some ids: `[ids, d_model]` for a list, `[batch, length, d_model]` for a tensor `[batch,
    /// length]` ([`EmbeddingIds`]).
    ///
    /// # Errors
    ///
    /// If an id is negative or not below `n_embedding`; the error names its place.
    ///
    /// # Panics
    ///
    /// As [`RowTable::weighted_sum`], if gradients of the table were lost.
    pub fn forward<I: EmbeddingIds<B>>(&self, ids: I) -> Result<I::Vectors, CsrError> {
        let [n_embedding, _] = self.weight.dims();
        let batch = ids.to_batch(n_embedding)?;
        Ok(ids.arrange(self.weight.weighted_sum(&batch)))
    }

    /// The embedding with these vectors, `[new ids, d_model]`, for ids that follow on the last: a
    /// vocabulary that grows. See [`RowTable::append`] for its cost, and
    /// [`SparseAdaptor::grow`](crate::optim::SparseAdaptor::grow) for the optimizer.
    ///
    /// # Panics
    ///
    /// If the vectors do not have `d_model` numbers.
    pub fn append(self, vectors: Tensor<B, 2>) -> Self {
        Self {
            weight: self.weight.append(vectors),
        }
    }
}
