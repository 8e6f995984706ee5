//! Adam, with ε where PyTorch's `SparseAdam` has it.

use super::element_step::ElementStep;
use super::number::Number;

/// A step of Adam; its state is the average of the gradients m and that of the squared gradients v.
///
/// ```text
/// θ ← θ·factor
/// g ← −g                        if maximize
/// m ← β₁m + (1 − β₁)g
/// v ← β₂v + (1 − β₂)g²
/// θ ← θ − s·m/(√v + ε)          s from [`step_size`]
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// The learning rate with the bias of both averages corrected, s.
    pub step_size: f64,
    /// How much of the average of the gradients is kept at a step, β₁.
    pub beta_1: f64,
    /// How much of the average of the squared gradients is kept at a step, β₂.
    pub beta_2: f64,
    /// ε.
    pub epsilon: f64,
    /// By what the weight is multiplied first: 1 without weight decay.
    pub factor: f64,
    /// Climb instead of descend.
    pub maximize: bool,
}

/// The learning rate η at step t (from 1) with the bias of both averages corrected:
/// η·√(1 − β₂ᵗ)/(1 − β₁ᵗ).
pub fn step_size(rate: f64, beta_1: f64, beta_2: f64, step: usize) -> f64 {
    let missing = |beta: f64| 1.0 - beta.powf(step as f64);
    rate * missing(beta_2).sqrt() / missing(beta_1)
}

impl ElementStep<2> for AdamStep {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [mean, squares]: [T; 2]) -> (T, [T; 2]) {
        let theta = theta.scale(self.factor);
        let gradient = gradient.scale(if self.maximize { -1.0 } else { 1.0 });
        let squares =
            squares.scale(self.beta_2) + gradient.clone().square().scale(1.0 - self.beta_2);
        let mean = mean.scale(self.beta_1) + gradient.scale(1.0 - self.beta_1);
        let direction = mean.clone() / squares.clone().sqrt().offset(self.epsilon);
        (theta - direction.scale(self.step_size), [mean, squares])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// m = 0.1·3 and v = 0.001·9: with the bias corrected, the first step is as long as the rate.
    #[test]
    fn a_first_step_is_as_long_as_the_rate() {
        let rule = AdamStep {
            step_size: step_size(0.01, 0.9, 0.999, 1),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-12,
            factor: 0.5,
            maximize: false,
        };
        let (theta, [mean, squares]) = rule.step(2.0_f64, 3.0, [0.0, 0.0]);
        assert!((mean - 0.3).abs() < 1e-12 && (squares - 0.009).abs() < 1e-12);
        assert!((theta - (2.0 * 0.5 - 0.01)).abs() < 1e-10);
        let up = AdamStep {
            maximize: true,
            ..rule
        };
        let (theta, _) = up.step(2.0_f64, 3.0, [0.0, 0.0]);
        assert!((theta - (2.0 * 0.5 + 0.01)).abs() < 1e-10);
    }
}
