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

/// The averages of Adam for one weight.
#[derive(Default)]
struct Adam {
    mean: f64,
    mean_square: f64,
    step: i32,
}

impl Adam {
    fn step(&mut self, rate: f64, gradient: f64) -> f64 {
        self.step += 1;
        self.mean = 0.9 * self.mean + 0.1 * gradient;
        self.mean_square = 0.999 * self.mean_square + 0.001 * gradient * gradient;
        let mean = self.mean / (1.0 - 0.9f64.powi(self.step));
        let mean_square = self.mean_square / (1.0 - 0.999f64.powi(self.step));
        rate * mean / (mean_square.sqrt() + 1e-8)
    }
}

/// Where 500 walks end after 500 steps under SGD, Adagrad and Adam, when each gradient has noise
/// of this deviation: the share in the deep minimum, and the share that runs away.
pub fn shares(rate: f64, noise: f64) -> [[f64; 2]; 3] {
    const WALKS: u64 = 500;
    let mut found = [[0; 2]; 3];
    for walk in 0..WALKS {
        let mut rng = ChaCha8Rng::seed_from_u64(walk);
        let mut adagrad = VectorAdagrad::new(rate, 1);
        let mut adam = Adam::default();
        let mut places = [[0.88]; 3];
        for _ in 0..500 {
            let noise = noise * rng.sample::<f64, _>(StandardNormal);
            let [sgd, by_adagrad, by_adam] = places.map(|[place]| slope(place) + noise);
            places[0][0] -= rate * sgd;
            adagrad.step(&mut places[1], &[by_adagrad]);
            places[2][0] -= adam.step(rate, by_adam);
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
        "| rate | noise | SGD (plain) | Adagrad | Adam |\n\
         | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for rate in [0.03, 0.1, 0.3] {
        for noise in [0.0, 0.5, 1.0, 2.0] {
            let percent = |[deep, away]: [f64; 2]| {
                let deep = format!("{:.0} %", 100.0 * deep);
                if away > 0.0 {
                    format!("{deep} ({:.0} % run away)", 100.0 * away)
                } else {
                    deep
                }
            };
            let [sgd, adagrad, adam] = shares(rate, noise).map(percent);
            writeln!(text, "| {rate} | {noise} | {sgd} | {adagrad} | {adam} |")?;
        }
    }
    Ok(text)
}

/// The averages are those of burn's Adam, which computes 1 − βᵗ in f32.
#[test]
fn adam_steps_as_burns_does() {
    use super::descent::{B, Point, descend};
    use super::surfaces::RARE;
    let burns = burn_adagrad::train::pytorch_adam().init::<B, Point<B>>();
    let burns = descend(burns, 0.1, &RARE, 50);
    let (mut adam, mut place) = (Adam::default(), RARE.start[0]);
    for burns in &burns[1..] {
        place -= adam.step(0.1, place - 1.5);
        assert!((place - burns[0]).abs() < 1e-4, "{place} {burns:?}");
    }
}
