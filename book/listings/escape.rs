//! The chapter "Against SGD, RMSprop and Adam": out of a shallow minimum, with noise.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::from_scratch::VectorAdagrad;

// ANCHOR: escape
/// θ⁴/4 − θ²/2 + θ/5: a shallow minimum near 0.88, a deep one near −1.09.
fn slope(weight: f64) -> f64 {
    weight.powi(3) - weight + 0.2
}

/// The shares of 500 walks that end in the deep minimum, and of those that run away, under gradient descent and
/// under Adagrad, when each gradient has noise of this deviation.
pub fn shares(rate: f64, noise: f64) -> [[f64; 2]; 2] {
    const WALKS: u64 = 500;
    let mut found = [[0; 2]; 2];
    for walk in 0..WALKS {
        let mut rng = ChaCha8Rng::seed_from_u64(walk);
        let mut adagrad = VectorAdagrad::new(rate, 1);
        let mut places = [[0.88]; 2];
        for _ in 0..500 {
            let noise = noise * rng.sample::<f64, _>(StandardNormal);
            places[0][0] -= rate * (slope(places[0][0]) + noise);
            let gradient = slope(places[1][0]) + noise;
            adagrad.step(&mut places[1], &[gradient]);
        }
        for ([deep, away], [place]) in found.iter_mut().zip(places) {
            *deep += u64::from(place < 0.0 && place.is_finite());
            *away += u64::from(!place.is_finite());
        }
    }
    found.map(|counts| counts.map(|count| count as f64 / WALKS as f64))
}
// ANCHOR_END: escape

/// The shares as a table.
pub fn output() -> anyhow::Result<String> {
    use std::fmt::Write;
    let mut text = String::from(
        "| rate | noise | gradient descent | runs away | Adagrad | runs away |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for rate in [0.03, 0.1, 0.3] {
        for noise in [0.0, 0.5, 1.0, 2.0] {
            let percent = |share: f64| format!("{:.0} %", 100.0 * share);
            let [[descent, lost], [adagrad, adagrad_lost]] =
                shares(rate, noise).map(|shares| shares.map(percent));
            writeln!(
                text,
                "| {rate} | {noise} | {descent} | {lost} | {adagrad} | {adagrad_lost} |"
            )?;
        }
    }
    Ok(text)
}
