//! Surfaces over two weights that the figures and the playground walk on.

/// A function of two weights, with its gradient.
pub struct Surface {
    pub name: &'static str,
    /// Where each walk begins.
    pub start: [f64; 2],
    /// The part of the plane that pictures show: from the first corner to the second.
    pub view: [[f64; 2]; 2],
    pub value: fn([f64; 2]) -> f64,
    /// The gradient that step `t`, from 0, sees.
    pub gradient: fn(usize, [f64; 2]) -> [f64; 2],
}

// ANCHOR: valley
/// A narrow valley: 25 times as steep across as along.
pub const VALLEY: Surface = Surface {
    name: "valley",
    start: [-4.0, 1.5],
    view: [[-5.0, -2.0], [2.0, 2.0]],
    value: |[x, y]| 0.5 * (x * x + 25.0 * y * y),
    gradient: |_, [x, y]| [x, 25.0 * y],
};
// ANCHOR_END: valley

/// A saddle at the origin between two minima: a walk begins beside the ridge.
pub const SADDLE: Surface = Surface {
    name: "saddle",
    start: [-1.5, 0.001],
    view: [[-2.0, -1.5], [1.0, 1.5]],
    value: |[x, y]| 0.5 * x * x - 0.5 * y * y + 0.25 * y.powi(4),
    gradient: |_, [x, y]| [x, y.powi(3) - y],
};

// ANCHOR: rare
/// Steps from one gradient of the rare weight to the next.
pub const RARE_EVERY: usize = 10;

/// The weight `x` has a gradient at each step, the weight `y` at one step of ten.
pub const RARE: Surface = Surface {
    name: "rare",
    start: [-2.0, -2.0],
    view: [[-2.5, -2.5], [2.5, 2.5]],
    value: |[x, y]| 0.5 * (x - 1.5).powi(2) + 0.5 * (y - 1.5).powi(2) / RARE_EVERY as f64,
    gradient: |t, [x, y]| {
        let rare = if t % RARE_EVERY == 0 { y - 1.5 } else { 0.0 };
        [x - 1.5, rare]
    },
};
// ANCHOR_END: rare

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
    if step % 2 == 0 { number } else { -number }
}

/// A bowl whose gradients have noise three times as large as the slope at a distance of 1.
pub const NOISY: Surface = Surface {
    name: "noisy",
    start: [-2.0, 1.5],
    view: [[-2.5, -2.0], [2.0, 2.0]],
    value: |[x, y]| 0.5 * (x * x + 4.0 * y * y),
    gradient: |step, [x, y]| [x + 3.0 * noise(step, 0), 4.0 * y + 3.0 * noise(step, 1)],
};
