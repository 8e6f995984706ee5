//! The article's network for sparse data.

use burn::config::Config;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::backend::Backend;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::BinaryClassifier;
use super::init::seeded_linear;
use super::{SparseLinear, SparseLinearConfig};
use crate::sparse::CsrBatch;

/// Sizes of a [`SparseNN`].
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct SparseNNConfig {
    /// Features of a row.
    pub input_size: usize,
    /// Neurons of the hidden layer. Default 50.
    #[config(default = 50)]
    pub hidden_size: usize,
}

/// Linear(input → 50), ReLU, Linear(50 → 1), sigmoid: a classifier of two classes.
///
/// It takes dense tensors, as the article's network does, and sparse batches
/// ([`forward_logits_csr`](Self::forward_logits_csr)): these, with an optimizer from
/// `init_sparse`, cost what their entries cost, however many features there are.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::tensor::Tensor;
/// use burn_adagrad::{SparseNN, SparseNNConfig};
///
/// let device = Default::default();
/// let model: SparseNN<NdArray> = SparseNNConfig::new(100).init(&device);
/// let probabilities = model.forward(Tensor::zeros([4, 100], &device));
/// assert_eq!(probabilities.dims(), [4, 1]);
/// let probabilities: Vec<f32> = probabilities.into_data().to_vec().unwrap();
/// assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
/// ```
// ANCHOR: sparse_nn
#[derive(Module, Debug)]
pub struct SparseNN<B: Backend> {
    /// Input to hidden.
    pub fc1: SparseLinear<B>,
    /// Hidden to logit.
    pub fc2: Linear<B>,
}
// ANCHOR_END: sparse_nn

impl SparseNNConfig {
    /// A network with weights from burn's generator: U(−1/√n, 1/√n) with n the layer's inputs,
    /// as PyTorch's `nn.Linear`.
    pub fn init<B: Backend>(&self, device: &B::Device) -> SparseNN<B> {
        SparseNN {
            fc1: SparseLinearConfig::new(self.input_size, self.hidden_size).init(device),
            fc2: LinearConfig::new(self.hidden_size, 1).init(device),
        }
    }

    /// A network with weights of the same distribution that depend on `seed` alone and are the
    /// same on every backend.
    pub fn init_seeded<B: Backend>(&self, seed: u64, device: &B::Device) -> SparseNN<B> {
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        SparseNN {
            fc1: seeded_linear(self.input_size, self.hidden_size, rng, device).into(),
            fc2: seeded_linear(self.hidden_size, 1, rng, device),
        }
    }
}

impl<B: Backend> SparseNN<B> {
    // ANCHOR: forward
    /// The probability of class 1: `[batch, input_size]` to `[batch, 1]`.
    pub fn forward(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2> {
        sigmoid(self.forward_logits(inputs))
    }

    /// The value before the sigmoid: `[batch, input_size]` to `[batch, 1]`. Train on this one:
    /// the loss is the same and stays finite where the sigmoid rounds to 0 or 1.
    pub fn forward_logits(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2> {
        self.output(self.fc1.forward(inputs))
    }
    // ANCHOR_END: forward

    /// The probability of class 1 of each row of a sparse batch: `[batch, 1]`.
    ///
    /// # Panics
    ///
    /// If the batch does not have `input_size` features.
    pub fn forward_csr(&self, inputs: &CsrBatch) -> Tensor<B, 2> {
        sigmoid(self.forward_logits_csr(inputs))
    }

    /// The value before the sigmoid of each row of a sparse batch: `[batch, 1]`.
    ///
    /// # Panics
    ///
    /// If the batch does not have `input_size` features.
    pub fn forward_logits_csr(&self, inputs: &CsrBatch) -> Tensor<B, 2> {
        self.output(self.fc1.forward_csr(inputs))
    }

    /// From the hidden layer before its ReLU to the logits.
    fn output(&self, hidden: Tensor<B, 2>) -> Tensor<B, 2> {
        let hidden = relu(hidden);
        let [_, n_hidden] = hidden.dims();
        if n_hidden.is_multiple_of(2) {
            return self.fc2.forward(hidden);
        }
        // burn 0.21 fuses the product of a matrix and a column with what follows it by a kernel
        // that is wrong on GPUs where the inner dimension is odd:
        // https://github.com/tracel-ai/burn/issues/5122.
        let logits = (hidden * self.fc2.weight.val().transpose()).sum_dim(1);
        match &self.fc2.bias {
            Some(bias) => logits + bias.val().unsqueeze(),
            None => logits,
        }
    }
}

impl<B: Backend> BinaryClassifier<B> for SparseNN<B> {
    fn forward_logits(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2> {
        SparseNN::forward_logits(self, inputs)
    }
}

impl<B: Backend> BinaryClassifier<B, CsrBatch> for SparseNN<B> {
    fn forward_logits(&self, inputs: CsrBatch) -> Tensor<B, 2> {
        self.forward_logits_csr(&inputs)
    }
}
