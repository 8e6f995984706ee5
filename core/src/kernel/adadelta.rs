//! Adadelta.

use super::element_step::ElementStep;
use super::gradient::Direction;
use super::number::Number;

/// A step of Adadelta; its state is the average of the squared gradients v and that of the squared
/// updates u.
///
/// ```text
/// v ← ρv + (1 − ρ)g²
/// Δ = √((u + ε)/(v + ε)) · g
/// u ← ρu + (1 − ρ)Δ²
/// θ ← θ − ηΔ
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdadeltaStep {
    /// The learning rate η.
    pub rate: f64,
    /// How much of an average is kept at a step, ρ.
    pub rho: f64,
    /// ε.
    pub epsilon: f64,
    /// What is done to the gradient first.
    pub direction: Direction,
}

impl ElementStep<2> for AdadeltaStep {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [squares, updates]: [T; 2]) -> (T, [T; 2]) {
        let average =
            |average: T, number: T| average.scale(self.rho) + number.square().scale(1.0 - self.rho);
        let gradient = self.direction.of(gradient, &theta);
        let squares = average(squares, gradient.clone());
        let ratio = updates.clone().offset(self.epsilon) / squares.clone().offset(self.epsilon);
        let delta = ratio.sqrt() * gradient;
        let updates = average(updates, delta.clone());
        (theta - delta.scale(self.rate), [squares, updates])
    }
}
