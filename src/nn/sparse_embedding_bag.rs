//! Sums and means of embeddings, trained row by row.

use burn::config::Config;
use burn::module::{Initializer, Module};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::sparse::{CsrBatch, RowTable};

/// How the vectors of a bag become one.
#[derive(Config, Copy, Debug, PartialEq, Eq)]
pub enum BagMode {
    /// Their sum, each times its weight.
    Sum,
    /// The sum divided by the number of ids (not by the sum of the weights).
    Mean,
}

/// Sizes of a [`SparseEmbeddingBag`].
#[derive(Config, Debug)]
pub struct SparseEmbeddingBagConfig {
    /// Ids that there are, from 0.
    pub n_embedding: usize,
    /// Numbers of a vector.
    pub d_model: usize,
    /// How the vectors of a bag become one. Default [`Sum`](BagMode::Sum); PyTorch's default is the
    /// mean.
    #[config(default = "BagMode::Sum")]
    pub mode: BagMode,
    /// Distribution of the first vectors. Default N(0, 1), that of PyTorch.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 1.0 }")]
    pub initializer: Initializer,
}

impl SparseEmbeddingBagConfig {
    /// A layer with vectors from burn's generator.
    pub fn init<B: Backend>(&self, device: &B::Device) -> SparseEmbeddingBag<B> {
        let shape = [self.n_embedding, self.d_model];
        SparseEmbeddingBag {
            weight: self.initializer.init(shape, device).into(),
            mean: self.mode == BagMode::Mean,
        }
    }
}

/// One vector for each bag of ids: the sum or the mean of the ids' vectors, each times its weight, as
/// PyTorch's `EmbeddingBag(sparse=True)`, trained by the rows that a batch touched
/// ([`sparse`](crate::sparse)).
///
/// Source: <https://docs.pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html>.
///
/// ```
/// use burn::backend::NdArray;
/// use burn_adagrad::nn::{BagMode, SparseEmbeddingBag, SparseEmbeddingBagConfig};
/// use burn_adagrad::sparse::CsrBatch;
///
/// let device = Default::default();
/// let layer: SparseEmbeddingBag<NdArray> = SparseEmbeddingBagConfig::new(100, 8)
///     .with_mode(BagMode::Mean)
///     .init(&device);
/// let bags = CsrBatch::from_bags(100, &[vec![3, 3, 99], vec![]])?;
/// assert_eq!(layer.forward(&bags).dims(), [2, 8]);
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
#[derive(Module, Debug)]
pub struct SparseEmbeddingBag<B: Backend> {
    /// The vectors, `[n_embedding, d_model]`.
    pub weight: RowTable<B>,
    mean: bool,
}

impl<B: Backend> SparseEmbeddingBag<B> {
    /// The vector of each bag, `[bags, d_model]`; zeros for an empty bag.
    ///
    /// # Panics
    ///
    /// If the bags are not over `n_embedding` ids.
    pub fn forward(&self, bags: &CsrBatch) -> Tensor<B, 2> {
        if self.mean {
            self.weight.weighted_sum(&bags.divided_by_length())
        } else {
            self.weight.weighted_sum(bags)
        }
    }
}
