//! The article's synthetic data.

use burn::config::Config;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::SparseDataset;
use crate::error::DatasetError;
use crate::validate::Problems;

/// Options of [`generate_sparse_data`]; the defaults are the article's.
#[derive(Config, Debug, PartialEq)]
#[non_exhaustive]
pub struct SparseDataConfig {
    /// Rows. Default 1,000.
    #[config(default = 1000)]
    pub n_samples: usize,
    /// Features. Default 100.
    #[config(default = 100)]
    pub n_features: usize,
    /// Probability that a feature of a row is zero. Default 0.95.
    #[config(default = 0.95)]
    pub sparsity: f64,
    /// Seed of the generator. Default 0.
    #[config(default = 0)]
    pub seed: u64,
}

/// Sparse rows with labels that a linear rule gives.
///
/// Each feature of a row is drawn from N(0, 1) and kept with probability 1 − `sparsity`; a
/// weight vector is drawn from N(0, 1); the label is 1 where features · weights > 0, else 0. A
/// row without any feature therefore has label 0.
///
/// The data are made on the host by ChaCha8 and depend on the options alone: the same seed gives
/// the same data on every backend and machine.
///
/// # Errors
///
/// If there are no rows or no features, or `sparsity` does not lie between 0 and 1.
///
/// ```
/// use burn_adagrad::{SparseDataConfig, generate_sparse_data};
///
/// let data = generate_sparse_data(&SparseDataConfig::new().with_seed(1))?;
/// assert_eq!((data.len(), data.n_features()), (1000, 100));
/// assert!((data.sparsity() - 0.95).abs() < 0.01);
/// # Ok::<(), burn_adagrad::error::DatasetError>(())
/// ```
pub fn generate_sparse_data(config: &SparseDataConfig) -> Result<SparseDataset, DatasetError> {
    let SparseDataConfig {
        n_samples,
        n_features,
        sparsity,
        seed,
    } = *config;
    let mut problems = Problems::default();
    problems.require_at_least_1("n_samples", n_samples);
    let features_ok = n_features > 0 && u32::try_from(n_features).is_ok();
    problems.require(
        "n_features",
        n_features,
        features_ok,
        "from 1 to 4294967295",
    );
    let sparsity_ok = (0.0..=1.0).contains(&sparsity);
    problems.require("sparsity", sparsity, sparsity_ok, "from 0 to 1");
    problems
        .into_result()
        .map_err(DatasetError::InvalidConfig)?;

    // ANCHOR: draw
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    let weights: Vec<f32> = (0..n_features)
        .map(|_| rng.sample(StandardNormal))
        .collect();
    let mut offsets = vec![0];
    let (mut indices, mut values, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n_samples {
        let mut score = 0.0_f64;
        for (feature, &weight) in weights.iter().enumerate() {
            if rng.random::<f64>() < sparsity {
                continue;
            }
            let value: f32 = rng.sample(StandardNormal);
            score += f64::from(value) * f64::from(weight);
            indices.push(feature as u32);
            values.push(value);
        }
        offsets.push(indices.len());
        labels.push(if score > 0.0 { 1.0 } else { 0.0 });
    }
    SparseDataset::new(n_features, offsets, indices, values, labels)
    // ANCHOR_END: draw
}
