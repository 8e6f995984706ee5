//! Adagrad with momentum.

use super::adagrad::AdagradStep;
use super::element_step::ElementStep;
use super::number::Number;

/// An Adagrad step with momentum; its state is the accumulator and the momentum m.
///
/// ```text
/// θ ← θ·factor
/// d = g/(√G + ε)                  with G ← G + g² before
/// m ← μm + d
/// θ ← θ − η·m                     Nesterov: η·(d + μm)
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MomentumStep {
    /// The step without momentum.
    pub step: AdagradStep,
    /// How much of the momentum is kept, μ.
    pub momentum: f64,
    /// Whether to look ahead, as Nesterov.
    pub nesterov: bool,
}

impl ElementStep<2> for MomentumStep {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum, momentum]: [T; 2]) -> (T, [T; 2]) {
        let (theta, direction, sum) = self.step.direction(theta, gradient, sum);
        let momentum = momentum.scale(self.momentum) + direction.clone();
        let movement = if self.nesterov {
            direction + momentum.clone().scale(self.momentum)
        } else {
            momentum.clone()
        };
        (theta - movement.scale(self.step.rate), [sum, momentum])
    }
}
