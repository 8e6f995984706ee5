//! Proximal Adagrad.

use super::element_wise::ElementStep;
use super::number::Number;

/// A step of proximal Adagrad; its state is the accumulator G, which is above 0.
///
/// ```text
/// G ← G + g²
/// r = η/√G
/// p = θ − r·g
/// θ ← sign(p)·max(|p| − rλ₁, 0)/(1 + rλ₂)
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProximalStep {
    /// The learning rate η.
    pub rate: f64,
    /// L1 penalty λ₁.
    pub l1: f64,
    /// L2 penalty λ₂.
    pub l2: f64,
    /// Whether a weight whose gradient is 0 is left alone by the penalties too.
    pub only_with_gradient: bool,
    /// Whether to climb.
    pub maximize: bool,
}

impl ElementStep<1> for ProximalStep {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum]: [T; 1]) -> (T, [T; 1]) {
        let gradient = gradient.scale(if self.maximize { -1.0 } else { 1.0 });
        let sum = sum + gradient.clone().square();
        let rate = sum.clone().sqrt().divide(self.rate);
        let mut moved = theta.clone() - rate.clone() * gradient.clone();
        if self.l1 != 0.0 {
            moved = moved.shrink(rate.clone().scale(self.l1));
        }
        if self.l2 != 0.0 {
            moved = moved / rate.scale(self.l2).offset(1.0);
        }
        if self.only_with_gradient {
            moved = moved.or_where_zero(gradient, theta);
        }
        (moved, [sum])
    }
}
