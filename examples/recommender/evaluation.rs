//! Held-out errors, and what to recommend.

use anyhow::Result;
use burn::tensor::backend::Backend;

use super::model::Recommender;
use super::ratings::{Pair, Rating, Ratings};
use super::training::score;

/// From the lowest to the highest rating. A score outside is no rating: it is taken for the nearer end.
#[derive(Clone, Copy)]
pub struct Scale {
    pub lowest: f32,
    pub highest: f32,
}

impl Scale {
    /// Of the ratings to train on.
    pub fn of(ratings: &[Rating]) -> Self {
        let values = || ratings.iter().map(|rating| rating.value);
        Self {
            lowest: values().fold(f32::INFINITY, f32::min),
            highest: values().fold(f32::NEG_INFINITY, f32::max),
        }
    }

    fn rating(self, score: f32) -> f32 {
        score.clamp(self.lowest, self.highest)
    }

    /// The root of the mean squared difference between ratings and the scores given for them.
    pub fn rmse(self, ratings: &[Rating], scores: Vec<f32>) -> f64 {
        let pairs = ratings.iter().zip(scores);
        let squared = pairs.map(|(r, score)| f64::from(self.rating(score) - r.value).powi(2));
        (squared.sum::<f64>() / ratings.len() as f64).sqrt()
    }
}

/// The `n` items with the highest scores of those that the user has not rated, best first, with the
/// predicted rating.
pub fn recommend<B: Backend>(
    model: &Recommender<B>,
    ratings: &Ratings,
    user: u32,
    n: usize,
    scale: Scale,
) -> Result<Vec<(u32, f32)>> {
    let pairs = ratings.unrated(user);
    let scores = score(model, &pairs)?;
    let mut scored: Vec<(Pair, f32)> = pairs.into_iter().zip(scores).collect();
    scored.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    scored.truncate(n);
    let rated = |(pair, score): (Pair, f32)| (pair.item, scale.rating(score));
    Ok(scored.into_iter().map(rated).collect())
}
