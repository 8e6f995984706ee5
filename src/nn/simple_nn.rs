//! The article's first network.

use burn::config::Config;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::init::seeded_linear;

/// Sizes of a [`SimpleNN`].
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct SimpleNNConfig {
    /// Features of a row. Default 10.
    #[config(default = 10)]
    pub input_size: usize,
    /// Neurons of the hidden layer. Default 5.
    #[config(default = 5)]
    pub hidden_size: usize,
    /// Classes. Default 2.
    #[config(default = 2)]
    pub output_size: usize,
}

/// Linear(10 → 5), ReLU, Linear(5 → 2): a classifier of two classes, to be trained with the
/// cross entropy of its logits.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::tensor::Tensor;
/// use burn_adagrad::SimpleNN;
///
/// let device = Default::default();
/// let model = SimpleNN::<NdArray>::new(&device);
/// let logits = model.forward(Tensor::ones([3, 10], &device));
/// assert_eq!(logits.dims(), [3, 2]);
/// ```
// ANCHOR: simple_nn
#[derive(Module, Debug)]
pub struct SimpleNN<B: Backend> {
    /// Input to hidden.
    pub fc1: Linear<B>,
    /// Hidden to logits.
    pub fc2: Linear<B>,
}
// ANCHOR_END: simple_nn

impl SimpleNNConfig {
    /// A network with weights from burn's generator: U(−1/√n, 1/√n) with n the layer's inputs,
    /// as PyTorch's `nn.Linear`.
    pub fn init<B: Backend>(&self, device: &B::Device) -> SimpleNN<B> {
        SimpleNN {
            fc1: LinearConfig::new(self.input_size, self.hidden_size).init(device),
            fc2: LinearConfig::new(self.hidden_size, self.output_size).init(device),
        }
    }

    /// A network with weights of the same distribution that depend on `seed` alone and are the
    /// same on every backend.
    pub fn init_seeded<B: Backend>(&self, seed: u64, device: &B::Device) -> SimpleNN<B> {
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        SimpleNN {
            fc1: seeded_linear(self.input_size, self.hidden_size, rng, device),
            fc2: seeded_linear(self.hidden_size, self.output_size, rng, device),
        }
    }
}

impl<B: Backend> SimpleNN<B> {
    /// The article's network: 10 → 5 → 2.
    pub fn new(device: &B::Device) -> Self {
        SimpleNNConfig::new().init(device)
    }

    // ANCHOR: forward
    /// The logits: `[batch, input_size]` to `[batch, output_size]`.
    pub fn forward(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2> {
        self.fc2.forward(relu(self.fc1.forward(inputs)))
    }
    // ANCHOR_END: forward
}
