//! The article's networks as burn modules, and layers over sparse features.

mod embedding_ids;
mod init;
mod loss;
mod simple_nn;
mod sparse_embedding;
mod sparse_embedding_bag;
mod sparse_linear;
mod sparse_nn;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

pub use embedding_ids::EmbeddingIds;
pub use loss::binary_cross_entropy_with_logits;
pub use simple_nn::{SimpleNN, SimpleNNConfig};
pub use sparse_embedding::{SparseEmbedding, SparseEmbeddingConfig};
pub use sparse_embedding_bag::{BagMode, SparseEmbeddingBag, SparseEmbeddingBagConfig};
pub use sparse_linear::{SparseLinear, SparseLinearConfig};
pub use sparse_nn::{SparseNN, SparseNNConfig};

/// A model of one probability for each row of its inputs `I` (a dense tensor, or a
/// [`CsrBatch`](crate::sparse::CsrBatch)), which [`train_model`](crate::train::train_model) and
/// [`evaluate_model`](crate::train::evaluate_model) can work with. Implement it for your own
/// module to use them on it.
pub trait BinaryClassifier<B: Backend, I = Tensor<B, 2>> {
    /// The value before the sigmoid, `[batch, 1]`.
    fn forward_logits(&self, inputs: I) -> Tensor<B, 2>;
}
