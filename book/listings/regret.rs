//! The chapter "The algorithm in four steps": the regret bound, on a game whose regret is known
//! exactly.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Weights, each in [−1, 1]; feature k occurs in one round of k.
pub const FEATURES: usize = 100;

// ANCHOR: regret
/// How much is lost up to a round, and what theory allows.
#[derive(Clone, Copy)]
pub struct Regret {
    pub round: usize,
    /// Of Adagrad: its loss less that of the best fixed weights of these rounds.
    pub adagrad: f64,
    /// √2 · D∞ · Σᵢ ‖g₁:T,ᵢ‖₂, with D∞ = 2.
    pub adagrad_bound: f64,
    /// Of gradient descent with one adaptive step size for all weights.
    pub descent: f64,
    /// √2 · D₂ · ‖g₁:T‖₂, with D₂ = 2√n.
    pub descent_bound: f64,
}

/// Plays rounds with the losses fₜ(θ) = gₜ·θ. The sparse gₜ hold ±1, +1 more often.
pub fn play(rounds: usize, seed: u64) -> Vec<Regret> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (diameter, diameter_2) = (2.0, 2.0 * (FEATURES as f64).sqrt());
    let mut weights = [[0.0_f64; FEATURES]; 2];
    let mut squares = [0.0; FEATURES];
    let mut sum = [0.0; FEATURES];
    let mut losses = [0.0; 2];
    let mut course = Vec::with_capacity(rounds);
    for round in 1..=rounds {
        let mut draw = |feature: usize| {
            let occurs = rng.random::<f64>() * (feature + 1) as f64 <= 1.0;
            let sign = if rng.random::<f64>() < 0.6 { 1.0 } else { -1.0 };
            if occurs { sign } else { 0.0 }
        };
        let gradient: [f64; FEATURES] = std::array::from_fn(&mut draw);
        for (feature, g) in gradient.iter().enumerate() {
            losses[0] += g * weights[0][feature];
            losses[1] += g * weights[1][feature];
            squares[feature] += g * g;
            sum[feature] += g;
        }
        let total: f64 = squares.iter().sum();
        for (feature, g) in gradient.iter().enumerate().filter(|(_, g)| **g != 0.0) {
            let rates = [
                diameter / (2.0 * squares[feature]).sqrt(),
                diameter_2 / (2.0 * total).sqrt(),
            ];
            for (weights, rate) in weights.iter_mut().zip(rates) {
                weights[feature] = (weights[feature] - rate * g).clamp(-1.0, 1.0);
            }
        }
        let best: f64 = sum.iter().map(|sum: &f64| -sum.abs()).sum();
        let norms: f64 = squares.iter().map(|square| square.sqrt()).sum();
        course.push(Regret {
            round,
            adagrad: losses[0] - best,
            adagrad_bound: 2_f64.sqrt() * diameter * norms,
            descent: losses[1] - best,
            descent_bound: 2_f64.sqrt() * diameter_2 * total.sqrt(),
        });
    }
    course
}
// ANCHOR_END: regret

#[test]
fn no_game_is_worse_than_its_bound() {
    for seed in 0..20 {
        for regret in play(1000, seed) {
            assert!(regret.adagrad <= regret.adagrad_bound, "seed {seed}");
            assert!(regret.descent <= regret.descent_bound, "seed {seed}");
        }
    }
}
