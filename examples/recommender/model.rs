//! Matrix factorisation with biases.

use std::collections::HashSet;

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::error::CsrError;
use burn_adagrad::nn::SparseEmbedding;
use burn_adagrad::sparse::CsrBatch;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::ratings::Pair;
use super::split::Seen;

/// Standard deviation of a factor's numbers before training.
const FIRST_FACTOR: f32 = 0.1;

/// rating ≈ mean + user's bias + item's bias + ⟨user's factor, item's factor⟩.
#[derive(Module, Debug)]
pub struct Recommender<B: Backend> {
    mean: f32,
    user_bias: SparseEmbedding<B>,
    item_bias: SparseEmbedding<B>,
    factors: Option<Factors<B>>,
}

#[derive(Module, Debug)]
struct Factors<B: Backend> {
    user: SparseEmbedding<B>,
    item: SparseEmbedding<B>,
}

/// The users and items of some pairs, to look up. A bias and a factor share them, so they are sorted
/// once for both.
pub struct Batch {
    users: CsrBatch,
    items: CsrBatch,
}

/// Sizes of a [`Recommender`].
pub struct RecommenderConfig {
    pub n_users: usize,
    pub n_items: usize,
    /// Numbers of a factor. With 0, there are biases only.
    pub dim: usize,
    pub mean: f32,
}

impl RecommenderConfig {
    /// Biases of zero and factors from a normal distribution.
    ///
    /// Users and items that training will not see have factors of zero, and keep them: a score is then
    /// what is known of the other of the pair, or the mean.
    pub fn init<B: Backend>(
        &self,
        seen: &Seen,
        rng: &mut impl Rng,
        device: &B::Device,
    ) -> Recommender<B> {
        let biases = |n| table(vec![0.0; n], [n, 1], device);
        let mut factors = |n: usize, seen: &HashSet<u32>| {
            let mut weights = Vec::with_capacity(n * self.dim);
            for row in 0..n as u32 {
                let std = if seen.contains(&row) {
                    FIRST_FACTOR
                } else {
                    0.0
                };
                let normal = |_| std * rng.sample::<f32, _>(StandardNormal);
                weights.extend((0..self.dim).map(normal));
            }
            table(weights, [n, self.dim], device)
        };
        Recommender {
            mean: self.mean,
            user_bias: biases(self.n_users),
            item_bias: biases(self.n_items),
            factors: (self.dim > 0).then(|| Factors {
                user: factors(self.n_users, &seen.users),
                item: factors(self.n_items, &seen.items),
            }),
        }
    }
}

fn table<B: Backend>(
    weights: Vec<f32>,
    shape: [usize; 2],
    device: &B::Device,
) -> SparseEmbedding<B> {
    SparseEmbedding {
        weight: Param::from_data(TensorData::new(weights, shape), device).into(),
    }
}

impl<B: Backend> Recommender<B> {
    /// # Errors
    ///
    /// If a user or an item is not a row of the tables.
    pub fn batch(&self, pairs: impl Iterator<Item = Pair>) -> Result<Batch, CsrError> {
        let [n_users, _] = self.user_bias.weight.dims();
        let [n_items, _] = self.item_bias.weight.dims();
        let (users, items): (Vec<u32>, Vec<u32>) = pairs.map(|pair| (pair.user, pair.item)).unzip();
        Ok(Batch {
            users: CsrBatch::from_ids(n_users, &users)?,
            items: CsrBatch::from_ids(n_items, &items)?,
        })
    }

    /// The scores, `[pairs, 1]`.
    pub fn forward(&self, Batch { users, items }: &Batch) -> Tensor<B, 2> {
        let user_bias = self.user_bias.weight.weighted_sum(users);
        let item_bias = self.item_bias.weight.weighted_sum(items);
        let biased = user_bias + item_bias + self.mean;
        let Some(factors) = &self.factors else {
            return biased;
        };
        let user = factors.user.weight.weighted_sum(users);
        let item = factors.item.weight.weighted_sum(items);
        biased + (user * item).sum_dim(1)
    }
}
