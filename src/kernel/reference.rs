//! The formulas, scalar, in f64, one element after the other: slow, plain, and what every faster
//! path is held to.

/// Options of an [`adagrad`] step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdagradOptions {
    /// Decay of the learning rate: η / (1 + (t − 1)·`lr_decay`).
    pub lr_decay: f64,
    /// ε in the denominator.
    pub epsilon: f64,
    /// Whether ε stands under the root.
    pub epsilon_inside_sqrt: bool,
    /// Whether to climb.
    pub maximize: bool,
    /// L2 penalty added to the gradient.
    pub weight_decay: f64,
}

impl Default for AdagradOptions {
    /// PyTorch's defaults.
    fn default() -> Self {
        Self {
            lr_decay: 0.0,
            epsilon: 1e-10,
            epsilon_inside_sqrt: false,
            maximize: false,
            weight_decay: 0.0,
        }
    }
}

/// One Adagrad step in place, at step number `step` (from 1).
///
/// Per element: g ← −g if maximize; g ← g + λθ; G ← G + g²;
/// θ ← θ − η/(1 + (t − 1)·lr_decay) · g/(√G + ε), or g/√(G + ε). With ε = 0 an element whose
/// accumulator is 0 does not move.
///
/// Source: Duchi, Hazan, Singer (2011), <https://jmlr.org/papers/v12/duchi11a.html>.
///
/// ```
/// use burn_adagrad::kernel::reference::{AdagradOptions, adagrad};
///
/// let mut parameter = [1.0, 1.0];
/// let mut accumulator = [0.0, 0.0];
/// adagrad(&AdagradOptions::default(), 0.1, 1, &mut parameter, &[4.0, 0.0], &mut accumulator);
/// assert!((parameter[0] - 0.9).abs() < 1e-9);
/// assert_eq!(parameter[1], 1.0);
/// assert_eq!(accumulator, [16.0, 0.0]);
/// ```
///
/// # Panics
///
/// If the three slices are not equally long, or `step` is 0.
pub fn adagrad(
    options: &AdagradOptions,
    lr: f64,
    step: usize,
    parameter: &mut [f64],
    gradient: &[f64],
    accumulator: &mut [f64],
) {
    assert!(step > 0, "steps count from 1");
    assert_eq!(parameter.len(), gradient.len(), "gradient length");
    assert_eq!(parameter.len(), accumulator.len(), "accumulator length");

    let rate = lr / (1.0 + (step - 1) as f64 * options.lr_decay);
    for ((theta, &g), sum) in parameter.iter_mut().zip(gradient).zip(accumulator) {
        let g = if options.maximize { -g } else { g } + options.weight_decay * *theta;
        *sum += g * g;
        if options.epsilon == 0.0 && *sum == 0.0 {
            continue;
        }
        let denominator = if options.epsilon_inside_sqrt {
            (*sum + options.epsilon).sqrt()
        } else {
            sum.sqrt() + options.epsilon
        };
        *theta -= rate * g / denominator;
    }
}
