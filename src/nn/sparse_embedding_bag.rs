//! Sums and means of embeddings, trained row by row.

use burn::config::Config;
use burn::module::{Initializer, Module};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::sparse::{CsrBatch, RowTable};

/// How the vectors of a bag become one.
#[derive(Config, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BagMode {
    /// Their sum, each times its weight.
    Sum,
    /// The sum divided by the number of ids (not by the sum of the weights).
    Mean,
}

/// Sizes of a [`SparseEmbeddingBag`].
#[derive(Config, Debug)]
#[non_exhaustive]
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
    /// An id that stands for nothing: its vector is zero and never moves, and it does not count in a
    /// mean. Default none.
    pub padding_idx: Option<usize>,
    /// The norm (L2) that no vector exceeds: longer ones are shortened where they are looked up, and for
    /// good in the step that follows. Default none.
    pub max_norm: Option<f32>,
}

impl SparseEmbeddingBagConfig {
    /// A layer with vectors from burn's generator.
    ///
    /// # Panics
    ///
    /// If `padding_idx` is not below `n_embedding`, or `max_norm` is not finite or not above 0.
    pub fn init<B: Backend>(&self, device: &B::Device) -> SparseEmbeddingBag<B> {
        let shape = [self.n_embedding, self.d_model];
        let weight = self.initializer.init(shape, device);
        SparseEmbeddingBag {
            weight: RowTable::from(weight).with_options(self.padding_idx, self.max_norm),
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
    /// If the bags are not over `n_embedding` ids; and as [`RowTable::weighted_sum`], if gradients of the
    /// table were lost.
    pub fn forward(&self, bags: &CsrBatch) -> Tensor<B, 2> {
        if self.mean {
            let bags = self.weight.without_padding(bags);
            self.weight.weighted_sum(&bags.divided_by_length())
        } else {
            self.weight.weighted_sum(bags)
        }
    }

    /// The layer with these vectors, `[new ids, d_model]`, for ids that follow on the last: a vocabulary
    /// that grows. See [`RowTable::append`] for its cost, and
    /// [`SparseAdaptor::grow`](crate::optim::SparseAdaptor::grow) for the optimizer.
    ///
    /// # Panics
    ///
    /// If the vectors do not have `d_model` numbers.
    pub fn append(self, vectors: Tensor<B, 2>) -> Self {
        Self {
            weight: self.weight.append(vectors),
            ..self
        }
    }
}
