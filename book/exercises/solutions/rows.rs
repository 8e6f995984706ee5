//! A step over some rows of a table.

use std::collections::BTreeMap;

use super::slices::adagrad;
use crate::rows::Table;

// ANCHOR: solution
pub fn step(table: &mut Table, rate: f64, epsilon: f64, rows: &[usize], gradients: &[f64]) {
    let width = table.width;
    let mut summed: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (&row, gradient) in rows.iter().zip(gradients.chunks(width)) {
        let sum = summed.entry(row).or_insert_with(|| vec![0.0; width]);
        for (sum, g) in sum.iter_mut().zip(gradient) {
            *sum += g;
        }
    }
    for (row, gradient) in summed {
        let range = row * width..(row + 1) * width;
        let weights = &mut table.weights[range.clone()];
        adagrad(rate, epsilon, weights, &gradient, &mut table.sums[range]);
    }
}
// ANCHOR_END: solution
