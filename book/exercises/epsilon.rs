//! Exercise 2: ε inside or outside of the root.

use super::help::close;
use super::solutions::epsilon as solution;

// ANCHOR: stub
/// The ε outside of the root with which the denominator is the same as with
/// `inside` under it, for an accumulator that holds `sum`.
pub fn outside(inside: f64, sum: f64) -> f64 {
    unimplemented!("your turn, with {inside} and {sum}")
}
// ANCHOR_END: stub

type Outside = fn(f64, f64) -> f64;

/// For accumulators of 0, of about ε, and so large that the difference of two roots has no digit
/// left.
fn check(outside: Outside) -> anyhow::Result<()> {
    for (inside, sum, expected) in [
        (1e-8, 0.0, 1e-4),
        (0.25, 0.0, 0.5),
        (9.0, 16.0, 1.0),
        (7.0, 9.0, 1.0),
        (1e-8, 1e8, 5e-13),
        (1e-7, 1e12, 5e-14),
    ] {
        let what = format!("for {inside} under the root and a sum of {sum}");
        close(&what, &[outside(inside, sum)], &[expected], 1e-9)?;
    }
    Ok(())
}

#[test]
#[ignore = "yours to write"]
fn yours() -> anyhow::Result<()> {
    check(outside)
}

#[test]
fn the_solution() -> anyhow::Result<()> {
    check(solution::outside)
}

#[test]
fn mistakes_are_found() {
    // The right formula, which loses all digits to the subtraction.
    let difference: Outside = |inside, sum| (sum + inside).sqrt() - sum.sqrt();
    let of_untouched_weights: Outside = |inside, _| inside.sqrt();
    let of_large_sums: Outside = |inside, sum| inside / (2.0 * sum.sqrt());
    let the_same: Outside = |inside, _| inside;
    for wrong in [difference, of_untouched_weights, of_large_sums, the_same] {
        assert!(check(wrong).is_err());
    }
}
