//! The loss of a binary classifier.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Binary cross entropy of logits, averaged: mean((1 − y)·x + log(1 + e^−x)).
///
/// The same as the article's `BCELoss` of the sigmoid, but finite and with a gradient where the
/// sigmoid rounds to 0 or 1. `logits` and `targets` (from 0 to 1) are `[batch, 1]`; the result has
/// one element. The gradient with respect to a logit is (σ(x) − y)/batch, at x = 0 too; no gradient
/// flows to the targets.
///
/// Source: <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::tensor::Tensor;
/// use burn_adagrad::nn::binary_cross_entropy_with_logits;
///
/// let device = Default::default();
/// let logits = Tensor::<NdArray, 2>::from_floats([[0.0], [200.0]], &device);
/// let targets = Tensor::from_floats([[1.0], [0.0]], &device);
/// let loss: f32 = binary_cross_entropy_with_logits(logits, targets).into_scalar();
/// assert!((loss - (2.0_f32.ln() + 200.0) / 2.0).abs() < 1e-4);
/// ```
pub fn binary_cross_entropy_with_logits<B: Backend>(
    logits: Tensor<B, 2>,
    targets: Tensor<B, 2>,
) -> Tensor<B, 1> {
    let (value, slope) = value_and_slope(logits.clone().detach(), targets.detach());
    // x·slope has the gradient that is wanted; adding a constant gives it the value as well. The
    // backward pass is then one product. Left to autodiff, it would go through a reciprocal, which
    // burn-ndarray approximates to some 5e-5: enough to turn steps of Adagrad and Adam, whose
    // length does not depend on the gradient's size, where a gradient is nearly zero.
    let carrier = (logits * slope).mean();
    let constant = value - carrier.clone().detach();
    carrier + constant
}

/// The loss of untracked logits, averaged, and its derivative σ(x) − y for each of them.
///
/// With e = e^−|x|, which cannot overflow, and p = [x ≥ 0]: log(1 + e^x) = p·x + log(1 + e) and
/// σ(x) = (p + (1 − p)·e)/(1 + e).
fn value_and_slope<B: Backend>(
    logits: Tensor<B, 2>,
    targets: Tensor<B, 2>,
) -> (Tensor<B, 1>, Tensor<B, 2>) {
    let positive = logits.clone().greater_equal_elem(0.0);
    let e = logits.clone().abs().neg().exp();
    let sigmoid = e.clone().mask_fill(positive.clone(), 1.0) / e.clone().add_scalar(1.0);
    let value = (positive.float() - targets.clone()) * logits + e.log1p();
    (value.mean(), sigmoid - targets)
}
