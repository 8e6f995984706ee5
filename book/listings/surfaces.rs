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
