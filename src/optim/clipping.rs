//! Clipping of gradients, in f32 whatever the type of the parameter.
//!
//! burn 0.21 squares in the type of the gradient: in f16, one of 300 gives an infinite norm, and all that
//! it is clipped to is zero.

use burn::grad_clipping::GradientClippingConfig;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

use crate::dispatch::norm::{Squares, sum_of_squares};
use crate::dispatch::{cast, working_dtype};
use crate::sparse::RowGradient;

/// A gradient, clipped as a configuration says.
pub(super) fn clip<B: Backend, const D: usize>(
    clipping: Option<&GradientClippingConfig>,
    gradient: Tensor<B, D>,
) -> Tensor<B, D> {
    match clipping {
        None => gradient,
        Some(GradientClippingConfig::Value(limit)) => clamp(gradient, *limit),
        Some(GradientClippingConfig::Norm(max_norm)) => {
            let factor = Factor::of_norm(*max_norm, sum_of_squares(gradient.clone()));
            let dtype = gradient.dtype();
            factor.multiply(gradient, dtype)
        }
    }
}

/// The same for a gradient of rows, whose norm is that of all rows together.
pub(super) fn clip_rows<B: Backend>(
    clipping: Option<&GradientClippingConfig>,
    gradient: RowGradient<B>,
) -> RowGradient<B> {
    match clipping {
        None => gradient,
        Some(GradientClippingConfig::Value(limit)) => gradient.map(|values| clamp(values, *limit)),
        Some(GradientClippingConfig::Norm(max_norm)) => {
            let factor = Factor::of_norm(*max_norm, sum_of_squares(gradient.values()));
            factor.multiply_rows(gradient)
        }
    }
}

/// Not burn's `clamp`, which turns NaN into the limit on some backends.
fn clamp<B: Backend, const D: usize>(gradient: Tensor<B, D>, limit: f32) -> Tensor<B, D> {
    let (above, below) = (
        gradient.clone().greater_elem(limit),
        gradient.clone().lower_elem(-limit),
    );
    gradient.mask_fill(above, limit).mask_fill(below, -limit)
}

/// What a gradient is multiplied by so that its norm is at most some number.
#[derive(Clone)]
pub(super) enum Factor<B: Backend> {
    Number(f64),
    /// For backends on which reading a number would wait for it.
    Tensor(Tensor<B, 1>),
}

impl<B: Backend> Factor<B> {
    /// For a gradient with this sum of squares, by burn's formula.
    fn of_norm(max_norm: f32, squares: Squares<B>) -> Self {
        // Keeps the quotient from 0/0, and is nothing beside any norm that is clipped.
        Self::of(max_norm.into(), squares, f32::MIN_POSITIVE.into())
    }

    /// max_norm/(norm + tiny), but not above 1, for a gradient with this sum of squares.
    pub(super) fn of(max_norm: f64, squares: Squares<B>, tiny: f64) -> Self {
        match squares {
            Squares::Number(squares) => {
                let factor = max_norm / (squares.sqrt() + tiny);
                // Not `min`, which takes 1 for NaN.
                Self::Number(if factor > 1.0 { 1.0 } else { factor })
            }
            Squares::Tensor(squares) => {
                let norm = squares.sqrt().add_scalar(tiny);
                // A quotient, not a reciprocal: burn-ndarray approximates those.
                let factor = norm.ones_like().mul_scalar(max_norm) / norm;
                // Not `clamp_max`, for the same reason.
                let above = factor.clone().greater_elem(1.0);
                Self::Tensor(factor.mask_fill(above, 1.0))
            }
        }
    }

    /// The gradient times the factor, in a type of numbers.
    pub(super) fn multiply<const D: usize>(
        &self,
        gradient: Tensor<B, D>,
        dtype: DType,
    ) -> Tensor<B, D> {
        let working = working_dtype(gradient.dtype());
        match self {
            Self::Number(1.0) => cast(gradient, dtype),
            Self::Number(factor) => cast(cast(gradient, working).mul_scalar(*factor), dtype),
            Self::Tensor(factor) => {
                // Gradients of several devices keep their places.
                let factor = factor.clone().to_device(&gradient.device());
                let factor = cast(factor, working).reshape([1; D]);
                cast(cast(gradient, working) * factor, dtype)
            }
        }
    }

    /// The same for a gradient of rows.
    pub(super) fn multiply_rows(&self, gradient: RowGradient<B>) -> RowGradient<B> {
        match self {
            Self::Number(1.0) => gradient,
            _ => gradient.scale(|slopes| {
                let dtype = slopes.dtype();
                self.multiply(slopes, dtype)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

    fn half(numbers: &[f32]) -> Tensor<Flex, 2> {
        let tensor = Tensor::<Flex, 1>::from_floats(numbers, &Default::default());
        tensor.cast(DType::F16).reshape([numbers.len(), 1])
    }

    fn numbers<const D: usize>(tensor: Tensor<Flex, D>) -> Vec<f32> {
        tensor.into_data().iter().collect()
    }

    /// 300² is beyond f16, and so is the sum of two slopes of 40,000.
    #[test]
    fn norms_of_half_precision_are_taken_in_f32() {
        let norm = Some(GradientClippingConfig::Norm(5.0));
        let clipped = clip(norm.as_ref(), half(&[300.0, 400.0]));
        assert_eq!(clipped.dtype(), DType::F16);
        assert_eq!(numbers(clipped), [3.0, 4.0]);

        let rows = RowGradient::new(3, &[1, 1, 2], half(&[4e4, 4e4, 6e4])).unwrap();
        let clipped = numbers(clip_rows(norm.as_ref(), rows.clone()).values());
        assert!(
            (clipped[0] - 4.0).abs() < 1e-2 && (clipped[1] - 3.0).abs() < 1e-2,
            "{clipped:?}"
        );
        let value = Some(GradientClippingConfig::Value(7e4));
        let clipped = numbers(clip_rows(value.as_ref(), rows).values());
        assert!(
            (clipped[0] - 7e4).abs() < 1.0 && (clipped[1] - 6e4).abs() < 33.0,
            "{clipped:?}"
        );
    }

    #[test]
    fn what_is_short_enough_stays_as_it_is() {
        let norm = Some(GradientClippingConfig::Norm(5.0));
        assert_eq!(numbers(clip(norm.as_ref(), half(&[3.0, 4.0]))), [3.0, 4.0]);
        assert_eq!(numbers(clip(norm.as_ref(), half(&[0.0, 0.0]))), [0.0, 0.0]);
        let not_a_number = numbers(clip(norm.as_ref(), half(&[f32::NAN, 1.0])));
        assert!(not_a_number.iter().all(|number| number.is_nan()));
    }
}
