//! Proximal Adagrad.

use super::element_step::ElementStep;
use super::number::Number;

/// A step of proximal Adagrad; its state is the accumulator G, which is above 0.
///
/// ```text
/// G ← G + g²
/// r = η/√G
/// p = θ − r·g
/// θ ← sign(p)·max(|p| − rλ₁, 0)/(1 + rλ₂)
/// ```
///
/// With `ONLY_WITH_GRADIENT`, a weight whose gradient is 0 is left alone by the penalties too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProximalStep<const ONLY_WITH_GRADIENT: bool> {
    /// The learning rate η.
    pub rate: f64,
    /// L1 penalty λ₁.
    pub l1: f64,
    /// L2 penalty λ₂.
    pub l2: f64,
    /// Whether to climb.
    pub maximize: bool,
}

impl<const ONLY_WITH_GRADIENT: bool> ElementStep<1> for ProximalStep<ONLY_WITH_GRADIENT> {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum]: [T; 1]) -> (T, [T; 1]) {
        let gradient = gradient.scale(if self.maximize { -1.0 } else { 1.0 });
        let sum = sum + gradient.clone().square();
        let rate = sum.clone().sqrt().reciprocal_times(self.rate);
        let moved = theta.clone() - rate.clone() * gradient.clone();
        // Without branches: a penalty of 0 changes no bit.
        let mut shrunk = moved.shrink(rate.clone().scale(self.l1));
        let mut divisor = rate.scale(self.l2).offset(1.0);
        if ONLY_WITH_GRADIENT {
            // Chosen before the quotient, as in FTRL-Proximal.
            shrunk = shrunk.or_where_zero(gradient.clone(), theta);
            divisor = divisor.one_where_zero(gradient);
        }
        (shrunk / divisor, [sum])
    }
}
