//! A learning rate that decays.

use super::slices::adagrad;
use crate::decaying::Decaying;

// ANCHOR: solution
pub fn step(optimizer: &mut Decaying, weights: &mut [f64], gradient: &[f64]) {
    // Steps before this one, t − 1.
    let before = optimizer.steps as f64;
    let rate = optimizer.learning_rate / (1.0 + before * optimizer.lr_decay);
    adagrad(
        rate,
        optimizer.epsilon,
        weights,
        gradient,
        &mut optimizer.sums,
    );
    optimizer.steps += 1;
}
// ANCHOR_END: solution
