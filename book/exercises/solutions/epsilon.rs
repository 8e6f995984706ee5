//! ε inside or outside of the root.

// ANCHOR: solution
pub fn outside(inside: f64, sum: f64) -> f64 {
    // √(G + ε) − √G, times and divided by the sum of the two roots.
    inside / ((sum + inside).sqrt() + sum.sqrt())
}
// ANCHOR_END: solution
