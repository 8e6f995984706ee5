//! RMSprop.

// ANCHOR: solution
pub fn rmsprop(
    (rate, alpha, epsilon): (f64, f64, f64),
    weights: &mut [f64],
    gradient: &[f64],
    averages: &mut [f64],
) {
    for ((weight, g), average) in weights.iter_mut().zip(gradient).zip(averages) {
        *average = alpha * *average + (1.0 - alpha) * g * g; // Adagrad: += g * g
        *weight -= rate * g / (average.sqrt() + epsilon);
    }
}
// ANCHOR_END: solution
