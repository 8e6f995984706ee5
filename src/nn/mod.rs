//! The article's networks as burn modules.

mod init;
mod loss;
mod simple_nn;
mod sparse_nn;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

pub use loss::binary_cross_entropy_with_logits;
pub use simple_nn::{SimpleNN, SimpleNNConfig};
pub use sparse_nn::{SparseNN, SparseNNConfig};

/// A model of one probability for each row, which [`train_model`](crate::train::train_model) and
/// [`evaluate_model`](crate::train::evaluate_model) can work with. Implement it for your own
/// module to use them on it.
pub trait BinaryClassifier<B: Backend> {
    /// The value before the sigmoid: `[batch, features]` to `[batch, 1]`.
    fn forward_logits(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2>;
}
