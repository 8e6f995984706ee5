//! What the network learnt about single tokens, and how far Adagrad still moves their weights.

use burn::tensor::{Tensor, TensorData};
use burn_adagrad::data::SparseDataset;
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{DefaultBackend, SparseNN};

use crate::features::Features;
use crate::training::Trained;

/// Features that are looked up together.
const CHUNK: usize = 4096;

/// A feature that training texts have.
pub struct Insight<'a> {
    /// Its token; with hashed features the most frequent of those that share it.
    pub name: &'a str,
    /// How many training texts have it.
    pub texts: usize,
    /// The change of the logit where the token stands alone: logit(token) − logit(empty text).
    pub change: f32,
    /// The mean of η / (√G + ε), by which the next gradient is multiplied, over the token's weights in
    /// the first layer that have had a gradient. The others (the rectifier of their neuron was shut
    /// whenever the token was there) have G = 0: their η / ε stands for nothing and would drown the rest.
    pub rate: Option<f64>,
}

/// All features that training texts have, the most frequent first; of equally frequent ones that with
/// the largest change.
pub fn insights<'a>(
    features: &'a Features,
    rows: &SparseDataset,
    trained: &Trained,
) -> anyhow::Result<Vec<Insight<'a>>> {
    let mut texts = vec![0_usize; rows.n_features()];
    for &feature in rows.to_batch().indices() {
        texts[feature as usize] += 1;
    }
    let present = (0_u32..).zip(&texts).filter(|&(_, &texts)| texts > 0);
    let present: Vec<u32> = present.map(|(feature, _)| feature).collect();

    let empty = CsrBatch::from_bags(features.len(), &[[0; 0]])?;
    let empty: f32 = logits(&trained.model, &empty)[0];
    let mut insights = Vec::with_capacity(present.len());
    for chunk in present.chunks(CHUNK) {
        let alone = CsrBatch::from_ids(features.len(), chunk)?;
        let logits = logits(&trained.model, &alone);
        let rates = rates(trained, chunk);
        for ((&feature, logit), rate) in chunk.iter().zip(logits).zip(rates) {
            insights.push(Insight {
                name: features.token(feature),
                texts: texts[feature as usize],
                change: logit - empty,
                rate,
            });
        }
    }
    let size = |insight: &Insight| insight.change.abs();
    insights.sort_by(|a, b| b.texts.cmp(&a.texts).then(size(b).total_cmp(&size(a))));
    Ok(insights)
}

fn logits(model: &SparseNN<DefaultBackend>, batch: &CsrBatch) -> Vec<f32> {
    let logits = model.forward_logits_csr(batch).into_data();
    logits.iter::<f32>().collect()
}

/// [`Insight::rate`] of each feature.
fn rates(trained: &Trained, features: &[u32]) -> Vec<Option<f64>> {
    let ids: Vec<i32> = features.iter().map(|&feature| feature as i32).collect();
    let ids = TensorData::new(ids, [features.len()]);
    let ids = Tensor::from_data(ids, &trained.accumulator.device());
    let rows = trained.accumulator.clone().select(0, ids);
    let [_, hidden] = rows.dims();
    let accumulated: Vec<f64> = rows.into_data().iter::<f64>().collect();
    let mean = |row: &[f64]| {
        let moved = row.iter().filter(|&&g| g > 0.0);
        let rates = moved.map(|g| trained.lr / (g.sqrt() + trained.epsilon));
        let (sum, n) = rates.fold((0.0, 0), |(sum, n), rate| (sum + rate, n + 1));
        (n > 0).then(|| sum / f64::from(n))
    };
    accumulated.chunks(hidden).map(mean).collect()
}
