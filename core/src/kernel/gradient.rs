//! What is done to a gradient before an optimizer sees it.

use super::number::Number;

/// Climb or descend, and an L2 penalty: g ← −g if `maximize`, then g ← g + λθ, as PyTorch does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Direction {
    /// Whether to climb.
    pub maximize: bool,
    /// The penalty λ.
    pub weight_decay: f64,
}

impl Direction {
    /// The gradient that an optimizer steps along.
    #[inline(always)]
    pub(super) fn of<T: Number>(&self, gradient: T, theta: &T) -> T {
        let gradient = gradient.scale(if self.maximize { -1.0 } else { 1.0 });
        if self.weight_decay == 0.0 {
            gradient
        } else {
            gradient + theta.clone().scale(self.weight_decay)
        }
    }
}
