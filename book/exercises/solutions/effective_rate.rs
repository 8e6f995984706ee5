//! The rate that is left.

use crate::effective_rate::Constant;

// ANCHOR: solution
pub fn effective_rate(constant: &Constant, steps: usize) -> f64 {
    let sum = constant.initial + steps as f64 * constant.gradient.powi(2);
    constant.learning_rate / sum.sqrt()
}

pub fn first_step_below(constant: &Constant, rate: f64) -> usize {
    // η/√(G₀ + t·g²) < r where t > ((η/r)² − G₀)/g²; a step has a number of at least 1.
    let sum = (constant.learning_rate / rate).powi(2) - constant.initial;
    let bound = sum / constant.gradient.powi(2);
    (bound.floor() + 1.0).max(1.0) as usize
}
// ANCHOR_END: solution
