//! FTRL-Proximal.

use super::element_step::ElementStep;
use super::number::Number;

/// A step of FTRL-Proximal; its state is the accumulator n and the linear term z.
///
/// ```text
/// σ = (n′^p − n^p)/η              with n′ = n + g² and p = −learning_rate_power
/// z ← z + g + 2sθ − σθ            s = l2_shrinkage
/// θ ← (clip(z, ±λ₁) − z)/(n′^p/η + 2λ₂ + β/η)
/// n ← n′
/// ```
///
/// Without shrinkage, a weight whose gradient is 0 stays where it is. Its terms do not change, so that at the same
/// rate the last line gives the same weight again, except for rounding. The rate is not 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FtrlStep<const ROOT: bool> {
    /// The learning rate η.
    pub rate: f64,
    /// The power of the accumulator in the rate; −0.5, whatever it says, with `ROOT`.
    pub learning_rate_power: f64,
    /// L1 penalty λ₁.
    pub l1: f64,
    /// L2 penalty λ₂.
    pub l2: f64,
    /// L2 penalty on the weights before the step, s.
    pub l2_shrinkage: f64,
    /// β.
    pub beta: f64,
    /// Whether to climb.
    pub maximize: bool,
}

impl<const ROOT: bool> FtrlStep<ROOT> {
    /// n^p.
    #[inline(always)]
    fn root<T: Number>(&self, accumulator: T) -> T {
        if ROOT {
            accumulator.sqrt()
        } else {
            accumulator.power(-self.learning_rate_power)
        }
    }

    /// What the linear term is divided by, for an accumulator whose root this is.
    #[inline(always)]
    fn quadratic<T: Number>(&self, root: T) -> T {
        root.scale(1.0 / self.rate)
            .offset(2.0 * self.l2 + self.beta / self.rate)
    }

    /// What the linear term is divided by under an accumulator.
    pub fn divisor<T: Number>(&self, accumulator: T) -> T {
        self.quadratic(self.root(accumulator))
    }

    /// The linear term with which weights are at rest under an accumulator.
    pub fn linear_at_rest<T: Number>(&self, theta: T, accumulator: T) -> T {
        let scaled = self.divisor(accumulator) * theta.clone();
        scaled.grow(self.l1).scale(-1.0)
    }
}

impl<const ROOT: bool> ElementStep<2> for FtrlStep<ROOT> {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum, linear]: [T; 2]) -> (T, [T; 2]) {
        let gradient = gradient.scale(if self.maximize { -1.0 } else { 1.0 });
        let total = sum.clone() + gradient.clone().square();
        let root = self.root(total.clone());
        let sigma = (root.clone() - self.root(sum)).scale(1.0 / self.rate);
        let mut slope = gradient.clone();
        if self.l2_shrinkage != 0.0 {
            slope = slope + theta.clone().scale(2.0 * self.l2_shrinkage);
        }
        let linear = linear + (slope - sigma * theta.clone());
        let mut rest = linear.clone().clip(self.l1) - linear.clone();
        let mut divisor = self.quadratic(root);
        if self.l2_shrinkage == 0.0 {
            // Chosen before the quotient: chosen after it, weights that stay would not be written, and
            // to write some numbers of a vector is slower than to write all.
            rest = rest.or_where_zero(gradient.clone(), theta);
            divisor = divisor.one_where_zero(gradient);
        }
        (rest / divisor, [total, linear])
    }
}
