//! The step in plain tensor operations, for every backend.

use std::ops::{Add, Div, Mul, Sub};

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

use super::operands::Operands;
use crate::kernel::element_wise::ElementStep;
use crate::kernel::number::Number;

/// The type in which a step over parameters of type `dtype` is computed and its accumulator kept.
pub(crate) fn working_dtype(dtype: DType) -> DType {
    match dtype {
        DType::F64 => DType::F64,
        _ => DType::F32,
    }
}

/// One step of an optimizer that computes each element on its own.
#[inline]
pub(super) fn element_wise<B: Backend, S: ElementStep<N>, const D: usize, const N: usize>(
    rule: &S,
    operands: Operands<Tensor<B, D>, N>,
) -> (Tensor<B, D>, [Tensor<B, D>; N]) {
    let working = working_dtype(operands.parameter.dtype());
    let fits = |tensor: &Tensor<B, D>| tensor.dtype() == working;
    if !fits(&operands.parameter) || !fits(&operands.gradient) || !operands.state.iter().all(fits) {
        return cast_and_step(rule, operands);
    }
    let (parameter, state) = rule.step(
        Elements(operands.parameter),
        Elements(operands.gradient),
        operands.state.map(Elements),
    );
    (parameter.0, state.map(|part| part.0))
}

/// The same, if a tensor is not of the type in which the step is computed. Apart from it, since even to ask
/// each tensor costs where a step takes two microseconds.
#[cold]
fn cast_and_step<B: Backend, S: ElementStep<N>, const D: usize, const N: usize>(
    rule: &S,
    operands: Operands<Tensor<B, D>, N>,
) -> (Tensor<B, D>, [Tensor<B, D>; N]) {
    let dtype = operands.parameter.dtype();
    let elements = |tensor| Elements(cast(tensor, working_dtype(dtype)));
    let (parameter, state) = rule.step(
        elements(operands.parameter),
        elements(operands.gradient),
        operands.state.map(elements),
    );
    (cast(parameter.0, dtype), state.map(|part| part.0))
}

/// The elements of a tensor, as a [`Number`] that the formulas of the optimizers work on.
#[derive(Clone)]
pub(crate) struct Elements<B: Backend, const D: usize>(pub(crate) Tensor<B, D>);

macro_rules! operator {
    ($($trait:ident::$method:ident),+) => {$(
        impl<B: Backend, const D: usize> $trait for Elements<B, D> {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        }
    )+};
}
operator!(Add::add, Sub::sub, Mul::mul, Div::div);

impl<B: Backend, const D: usize> Number for Elements<B, D> {
    fn scale(self, factor: f64) -> Self {
        if factor == 1.0 {
            self
        } else {
            Self(self.0.mul_scalar(factor))
        }
    }

    fn offset(self, constant: f64) -> Self {
        if constant == 0.0 {
            self
        } else {
            Self(self.0.add_scalar(constant))
        }
    }

    fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }

    fn reciprocal_times(self, constant: f64) -> Self {
        // A quotient, not a reciprocal: burn-ndarray approximates those.
        Self(self.0.ones_like().mul_scalar(constant) / self.0)
    }

    fn power(self, exponent: f64) -> Self {
        Self(self.0.powf_scalar(exponent))
    }

    fn clip(self, limit: f64) -> Self {
        Self(self.0.clamp(-limit, limit))
    }

    fn shrink(self, distance: Self) -> Self {
        let below = self.0.clone().min_pair(distance.0.clone());
        Self(self.0 - below.max_pair(distance.0.neg()))
    }

    fn grow(self, distance: f64) -> Self {
        Self(self.0.clone() + self.0.sign().mul_scalar(distance))
    }

    fn or_where_zero(self, condition: Self, other: Self) -> Self {
        Self(self.0.mask_where(condition.0.equal_elem(0.0), other.0))
    }

    fn one_where_zero(self, condition: Self) -> Self {
        Self(self.0.mask_fill(condition.0.equal_elem(0.0), 1.0))
    }

    fn square(self) -> Self {
        Self(self.0.square())
    }

    fn zero_where_zero(self, condition: Self) -> Self {
        Self(self.0.mask_fill(condition.0.equal_elem(0.0), 0.0))
    }
}

/// The tensor in a type of numbers; itself if that is its type.
pub(crate) fn cast<B: Backend, const D: usize>(tensor: Tensor<B, D>, dtype: DType) -> Tensor<B, D> {
    if tensor.dtype() == dtype {
        tensor
    } else {
        tensor.cast(dtype)
    }
}
