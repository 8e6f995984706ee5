//! Momentum for Adagrad.

use burn::config::Config;

use crate::validate::Problems;

/// Momentum on Adagrad's steps: what is accumulated is d = g/(√G + ε), the step for a rate of 1.
///
/// Source: optax, `chain(scale_by_rss, trace(decay, nesterov), scale(−η))`,
/// <https://optax.readthedocs.io/en/latest/api/transformations.html#optax.trace>; heavy ball: B. Polyak,
/// *Some methods of speeding up the convergence of iteration methods*, 1964.
#[derive(Config, Copy, Debug, PartialEq)]
pub enum AdagradMomentum {
    /// m ← μm + d; θ ← θ − ηm, with this μ.
    HeavyBall(f64),
    /// m ← μm + d; θ ← θ − η(d + μm), with this μ.
    Nesterov(f64),
}

impl AdagradMomentum {
    /// μ.
    pub(super) fn coefficient(&self) -> f64 {
        match *self {
            Self::HeavyBall(momentum) | Self::Nesterov(momentum) => momentum,
        }
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        let momentum = self.coefficient();
        let ok = (0.0..1.0).contains(&momentum);
        problems.require("momentum", momentum, ok, "at least 0 and below 1");
    }
}
