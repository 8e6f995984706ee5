//! Comparing numbers.

use anyhow::ensure;

/// Whether numbers are those expected, each to within a share of itself.
pub fn close(what: &str, actual: &[f64], expected: &[f64], share: f64) -> anyhow::Result<()> {
    ensure!(
        actual.len() == expected.len(),
        "{what}: {} numbers instead of {}",
        actual.len(),
        expected.len()
    );
    for (i, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
        // Written so that NaN is not close to anything.
        let near = (actual - expected).abs() <= share * expected.abs();
        ensure!(near, "{what}, number {i}: {actual} instead of {expected}");
    }
    Ok(())
}
