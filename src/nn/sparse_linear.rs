//! A linear layer over sparse rows.

use burn::config::Config;
use burn::module::{Initializer, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::module::linear;

use crate::sparse::{CsrBatch, RowTable};

/// Sizes of a [`SparseLinear`].
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct SparseLinearConfig {
    /// Features of a row.
    pub d_input: usize,
    /// Outputs.
    pub d_output: usize,
    /// Whether to add a bias. Default `true`.
    #[config(default = true)]
    pub bias: bool,
    /// Distribution of the first weights. Default U(−1/√d_input, 1/√d_input), that of burn's `Linear`.
    #[config(
        default = "Initializer::KaimingUniform { gain: 1.0 / 3.0_f64.sqrt(), fan_out_only: false }"
    )]
    pub initializer: Initializer,
}

impl SparseLinearConfig {
    /// A layer with weights from burn's generator.
    pub fn init<B: Backend>(&self, device: &B::Device) -> SparseLinear<B> {
        LinearConfig::new(self.d_input, self.d_output)
            .with_bias(self.bias)
            .with_initializer(self.initializer.clone())
            .init(device)
            .into()
    }
}

/// O = I·W + b, as burn's `Linear`, for inputs of which most are zero.
///
/// On a [`CsrBatch`], the forward pass reads the weights of the features that the batch has, and an
/// optimizer from `init_sparse` steps these alone ([`sparse`](crate::sparse)): the cost does not grow
/// with `d_input`. On a dense tensor the layer is burn's `Linear`. The record is `Linear`'s, too.
///
/// ```
/// use burn::backend::NdArray;
/// use burn_adagrad::nn::{SparseLinear, SparseLinearConfig};
/// use burn_adagrad::sparse::CsrBatch;
///
/// let device = Default::default();
/// let layer: SparseLinear<NdArray> = SparseLinearConfig::new(1_000_000, 50).init(&device);
/// let batch = CsrBatch::new(1_000_000, vec![0, 1, 3], vec![5, 0, 999_999], vec![1.0, 0.5, 2.0])?;
/// assert_eq!(layer.forward_csr(&batch).dims(), [2, 50]);
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
#[derive(Module, Debug)]
pub struct SparseLinear<B: Backend> {
    /// The weights, `[d_input, d_output]`.
    pub weight: RowTable<B>,
    /// The bias, `[d_output]`.
    pub bias: Option<Param<Tensor<B, 1>>>,
}

impl<B: Backend> SparseLinear<B> {
    /// The layer of a sparse batch: `[batch, d_output]`.
    ///
    /// # Panics
    ///
    /// If the batch does not have `d_input` features.
    pub fn forward_csr(&self, inputs: &CsrBatch) -> Tensor<B, 2> {
        let outputs = self.weight.weighted_sum(inputs);
        match &self.bias {
            Some(bias) => outputs + bias.val().unsqueeze(),
            None => outputs,
        }
    }

    /// The layer of a dense batch: `[batch, d_input]` to `[batch, d_output]`. Its gradient is dense, of
    /// the size of the weights.
    pub fn forward(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2> {
        let bias = self.bias.as_ref().map(|bias| bias.val());
        linear(inputs, self.weight.current(), bias)
    }
}

impl<B: Backend> From<Linear<B>> for SparseLinear<B> {
    fn from(linear: Linear<B>) -> Self {
        Self {
            weight: linear.weight.into(),
            bias: linear.bias,
        }
    }
}
