//! An embedding that is trained row by row.

use burn::config::Config;
use burn::module::{Initializer, Module};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::error::CsrError;
use crate::sparse::{CsrBatch, RowTable};

/// Sizes of a [`SparseEmbedding`].
#[derive(Config, Debug)]
pub struct SparseEmbeddingConfig {
    /// Ids that there are, from 0.
    pub n_embedding: usize,
    /// Numbers of a vector.
    pub d_model: usize,
    /// Distribution of the first vectors. Default N(0, 1), that of burn's and PyTorch's embeddings.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 1.0 }")]
    pub initializer: Initializer,
}

impl SparseEmbeddingConfig {
    /// An embedding with vectors from burn's generator.
    pub fn init<B: Backend>(&self, device: &B::Device) -> SparseEmbedding<B> {
        let shape = [self.n_embedding, self.d_model];
        SparseEmbedding {
            weight: self.initializer.init(shape, device).into(),
        }
    }
}

/// A vector for each id: burn's `Embedding`, trained by the rows that a batch touched
/// ([`sparse`](crate::sparse)). The record is that of `Embedding`.
///
/// ```
/// use burn::backend::NdArray;
/// use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
///
/// let device = Default::default();
/// let embedding: SparseEmbedding<NdArray> = SparseEmbeddingConfig::new(100, 8).init(&device);
/// let vectors = embedding.forward(&[3, 3, 99])?;
/// assert_eq!(vectors.dims(), [3, 8]);
///
/// let error = embedding.forward(&[3, 100]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "entry 1 (row 1): index 100 is not below the number of features, 100"
/// );
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
#[derive(Module, Debug)]
pub struct SparseEmbedding<B: Backend> {
    /// The vectors, `[n_embedding, d_model]`.
    pub weight: RowTable<B>,
}

impl<B: Backend> SparseEmbedding<B> {
    /// The vectors of some ids: `[ids.len(), d_model]`.
    ///
    /// # Errors
    ///
    /// If an id is not below `n_embedding`.
    pub fn forward(&self, ids: &[u32]) -> Result<Tensor<B, 2>, CsrError> {
        let [n_embedding, _] = self.weight.dims();
        let batch = CsrBatch::from_ids(n_embedding, ids)?;
        Ok(self.weight.weighted_sum(&batch))
    }
}
