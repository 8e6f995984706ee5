//! Adagrad over slices.

// ANCHOR: solution
pub fn adagrad(rate: f64, epsilon: f64, weights: &mut [f64], gradient: &[f64], sums: &mut [f64]) {
    for ((weight, g), sum) in weights.iter_mut().zip(gradient).zip(sums) {
        *sum += g * g;
        *weight -= rate * g / (sum.sqrt() + epsilon);
    }
}
// ANCHOR_END: solution
