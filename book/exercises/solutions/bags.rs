//! Bags of ids as sparse rows.

use std::collections::BTreeMap;

use burn_adagrad::error::CsrError;
use burn_adagrad::sparse::CsrBatch;

// ANCHOR: solution
pub fn count(n_features: usize, bags: &[Vec<u32>]) -> Result<CsrBatch, CsrError> {
    let mut offsets = vec![0];
    let (mut indices, mut values) = (Vec::new(), Vec::new());
    for bag in bags {
        let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
        for &id in bag {
            *counts.entry(id).or_default() += 1.0;
        }
        indices.extend(counts.keys());
        values.extend(counts.values());
        offsets.push(indices.len());
    }
    // It checks the ids.
    CsrBatch::new(n_features, offsets, indices, values)
}
// ANCHOR_END: solution
