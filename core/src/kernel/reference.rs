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
/// use adagrad_core::kernel::reference::{AdagradOptions, adagrad};
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
// ANCHOR: adagrad
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
// ANCHOR_END: adagrad

/// One step of row-wise Adagrad in place, with the rate η of this step, over all rows of a table
/// `[rows, width]`.
///
/// Per row with gradient g: g ← −g if maximize; G ← G + mean(g²); θ ← θ − η · g/(√G + ε). With ε
/// = 0 a row whose accumulator is 0 does not move.
///
/// Source: FBGEMM's `EXACT_ROWWISE_ADAGRAD`, <https://github.com/pytorch/FBGEMM>, and TorchRec's
/// `RowWiseAdagrad`, <https://docs.pytorch.org/torchrec/_modules/torchrec/optim/rowwise_adagrad.html>.
///
/// ```
/// use adagrad_core::kernel::reference::row_wise_adagrad;
///
/// let mut parameter = [1.0, 1.0];
/// let mut accumulator = [0.0];
/// row_wise_adagrad(0.0, false, 0.1, &mut parameter, &[1.0, 7.0], &mut accumulator);
/// // The mean of the squares is 25, its root 5.
/// assert_eq!(accumulator, [25.0]);
/// assert_eq!(parameter, [0.98, 0.86]);
/// ```
///
/// # Panics
///
/// If parameter and gradient are not equally long, or not a whole number of times as long as the
/// accumulator.
pub fn row_wise_adagrad(
    epsilon: f64,
    maximize: bool,
    rate: f64,
    parameter: &mut [f64],
    gradient: &[f64],
    accumulator: &mut [f64],
) {
    assert_eq!(parameter.len(), gradient.len(), "gradient length");
    let width = parameter.len() / accumulator.len().max(1);
    assert_eq!(width * accumulator.len(), parameter.len(), "whole rows");

    let sign = if maximize { -1.0 } else { 1.0 };
    for (row, sum) in accumulator.iter_mut().enumerate() {
        let gradient = &gradient[row * width..][..width];
        *sum += gradient.iter().map(|g| g * g).sum::<f64>() / width as f64;
        if epsilon == 0.0 && *sum == 0.0 {
            continue;
        }
        let parameter = &mut parameter[row * width..][..width];
        for (theta, g) in parameter.iter_mut().zip(gradient) {
            *theta -= rate * sign * g / (sum.sqrt() + epsilon);
        }
    }
}
