//! The surfaces that the playground has and no figure.

use crate::listings::surfaces::Surface;

/// The valley, turned by some 37 degrees: its axes are not those of the weights.
pub const ROTATED: Surface = Surface {
    name: "rotated",
    start: [-3.0, -1.0],
    view: [[-4.0, -2.5], [2.5, 2.5]],
    value: |[x, y]| 0.5 * ((0.8 * x + 0.6 * y).powi(2) + 25.0 * (0.8 * y - 0.6 * x).powi(2)),
    gradient: |_, [x, y]| {
        let (along, across) = (0.8 * x + 0.6 * y, 25.0 * (0.8 * y - 0.6 * x));
        [0.8 * along - 0.6 * across, 0.6 * along + 0.8 * across]
    },
};

/// A number from −1 to 1 for a step and a weight: the same at each run. Every second one undoes
/// the one before.
fn noise(step: usize, axis: u32) -> f64 {
    let bits = (2 * (step as u32 >> 1) + axis + 1).wrapping_mul(0x9e37_79b1);
    let bits = (bits ^ (bits >> 16)).wrapping_mul(0x85eb_ca6b);
    let bits = bits ^ (bits >> 13);
    let number = f64::from(bits) / 4_294_967_296.0 * 2.0 - 1.0;
    if step.is_multiple_of(2) {
        number
    } else {
        -number
    }
}

/// A bowl whose gradients have noise three times as large as the slope at a distance of 1.
pub const NOISY: Surface = Surface {
    name: "noisy",
    start: [-2.0, 1.5],
    view: [[-2.5, -2.0], [2.0, 2.0]],
    value: |[x, y]| 0.5 * (x * x + 4.0 * y * y),
    gradient: |step, [x, y]| [x + 3.0 * noise(step, 0), 4.0 * y + 3.0 * noise(step, 1)],
};
