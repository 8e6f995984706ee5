//! GloVe's model and its objective.
//!
//! Source: J. Pennington, R. Socher, C. D. Manning, GloVe: Global Vectors for Word Representation, EMNLP
//! 2014, <https://aclanthology.org/D14-1162/>.

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::error::CsrError;
use burn_adagrad::nn::SparseEmbedding;
use burn_adagrad::sparse::CsrBatch;
use rand::{Rng, RngExt};

use crate::cooccurrence::Pair;

/// A vector w and a bias b for each word, and another vector w̃ and bias b̃ for when it is the context of
/// a word.
#[derive(Module, Debug)]
pub struct Glove<B: Backend> {
    words: SparseEmbedding<B>,
    word_biases: SparseEmbedding<B>,
    contexts: SparseEmbedding<B>,
    context_biases: SparseEmbedding<B>,
}

impl<B: Backend> Glove<B> {
    /// A model with numbers from U(−1/(2·dim), 1/(2·dim)), as in the program of GloVe's authors.
    pub fn new(n_words: usize, dim: usize, rng: &mut impl Rng, device: &B::Device) -> Self {
        let mut embedding = |width: usize| {
            let draw = |_| (rng.random::<f32>() - 0.5) / dim as f32;
            let values: Vec<f32> = (0..n_words * width).map(draw).collect();
            let weight = Param::from_data(TensorData::new(values, [n_words, width]), device);
            SparseEmbedding {
                weight: weight.into(),
            }
        };
        Self {
            words: embedding(dim),
            word_biases: embedding(1),
            contexts: embedding(dim),
            context_biases: embedding(1),
        }
    }

    /// Σ f(X)·(w·w̃ + b + b̃ − log X)² over the batch: `[1]`.
    pub fn loss(&self, batch: &Batch<B>) -> Tensor<B, 1> {
        // The layers' tables, to which a batch is passed that vectors and biases share and that is sorted
        // once; `forward` takes ids and makes a batch of its own.
        let words = self.words.weight.weighted_sum(&batch.words);
        let contexts = self.contexts.weight.weighted_sum(&batch.contexts);
        let biases = self.word_biases.weight.weighted_sum(&batch.words)
            + self.context_biases.weight.weighted_sum(&batch.contexts);
        let error = (words * contexts).sum_dim(1) + biases - batch.logs.clone();
        (error.clone() * error * batch.weights.clone()).sum()
    }

    /// The vectors that stand for the words, w + w̃, by id, one after the other.
    pub fn vectors(&self) -> Vec<f32> {
        let vectors = self.words.weight.val() + self.contexts.weight.val();
        vectors.into_data().iter::<f32>().collect()
    }
}

/// The counts of some pairs: every word of a pair is once the word and once the context.
pub struct Batch<B: Backend> {
    words: CsrBatch,
    contexts: CsrBatch,
    /// log X, `[counts, 1]`.
    logs: Tensor<B, 2>,
    /// f(X) = min(1, (X / x_max)^¾), `[counts, 1]`.
    weights: Tensor<B, 2>,
}

impl<B: Backend> Batch<B> {
    /// # Errors
    ///
    /// If a word's id is not below `n_words`.
    pub fn new(
        pairs: &[Pair],
        n_words: usize,
        x_max: f32,
        device: &B::Device,
    ) -> Result<Self, CsrError> {
        let (mut words, mut contexts) = (Vec::new(), Vec::new());
        let (mut logs, mut weights) = (Vec::new(), Vec::new());
        for (word, context, count) in pairs.iter().flat_map(|pair| pair.counts()) {
            words.push(word);
            contexts.push(context);
            logs.push(count.ln());
            weights.push((count / x_max).powf(0.75).min(1.0));
        }
        let column = |values: Vec<f32>| {
            let shape = [values.len(), 1];
            Tensor::from_data(TensorData::new(values, shape), device)
        };
        Ok(Self {
            words: CsrBatch::from_ids(n_words, &words)?,
            contexts: CsrBatch::from_ids(n_words, &contexts)?,
            logs: column(logs),
            weights: column(weights),
        })
    }
}
