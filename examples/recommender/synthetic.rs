//! Ratings that follow the model, with noise: how well any model can do is known.

use rand::Rng;
use rand::RngExt;
use rand::seq::index::sample_weighted;
use rand_distr::StandardNormal;

use super::ratings::Ratings;

const USERS: usize = 2_000;
const ITEMS: usize = 1_000;
const RANK: usize = 5;
const MEAN: f32 = 3.5;
const USER_BIAS: f32 = 0.4;
const ITEM_BIAS: f32 = 0.5;
/// Standard deviation of a coordinate of a factor: that of the product of two is 0.25·√5 ≈ 0.56.
const FACTOR: f32 = 0.5;
const NOISE: f32 = 0.5;

/// Ratings, and for each the score before noise and rounding.
pub struct Synthetic {
    pub ratings: Ratings,
    pub scores: Vec<f32>,
}

/// Of 2,000 users, each rates 10 to 90 of 1,000 items, item i with a weight of 1/i (Zipf's law). The
/// score is mean + user's bias + item's bias + product of two factors of rank 5; the rating is the score
/// with noise, rounded to half steps from 1 to 5.
pub fn generate(rng: &mut impl Rng) -> anyhow::Result<Synthetic> {
    let mut normal = |std: f32| std * rng.sample::<f32, _>(StandardNormal);
    let mut side = |n: usize, bias: f32| -> Vec<(f32, [f32; RANK])> {
        (0..n)
            .map(|_| (normal(bias), [(); RANK].map(|()| normal(FACTOR))))
            .collect()
    };
    let (users, items) = (side(USERS, USER_BIAS), side(ITEMS, ITEM_BIAS));

    let mut ratings = Ratings::default();
    let mut scores = Vec::new();
    for (user, (user_bias, p)) in users.iter().enumerate() {
        let amount = rng.random_range(10..=90);
        let weight = |item: usize| 1.0 / (item + 1) as f64;
        for item in sample_weighted(rng, ITEMS, weight, amount)? {
            let (item_bias, q) = &items[item];
            let product: f32 = p.iter().zip(q).map(|(p, q)| p * q).sum();
            let score = MEAN + user_bias + item_bias + product;
            let noisy = score + NOISE * rng.sample::<f32, _>(StandardNormal);
            let rating = (2.0 * noisy).round().clamp(2.0, 10.0) / 2.0;
            ratings.rate(&(user + 1).to_string(), &(item + 1).to_string(), rating)?;
            scores.push(score);
        }
    }
    Ok(Synthetic { ratings, scores })
}
