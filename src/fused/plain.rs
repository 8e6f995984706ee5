//! The step in plain tensor operations, for every backend.

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

use super::Operands;
use crate::kernel::dense::AdagradStep;
use crate::kernel::element_wise::ElementStep;
use crate::kernel::number::Number;

/// The type in which a step over parameters of type `dtype` is computed and its accumulator kept.
pub(crate) fn working_dtype(dtype: DType) -> DType {
    match dtype {
        DType::F64 => DType::F64,
        _ => DType::F32,
    }
}

/// One Adagrad step.
pub(super) fn adagrad<B: Backend, const D: usize>(
    step: &AdagradStep,
    operands: Operands<Tensor<B, D>, 1>,
) -> (Tensor<B, D>, [Tensor<B, D>; 1]) {
    let dtype = operands.parameter.dtype();
    let Update {
        parameter,
        movement,
        accumulator,
        ..
    } = update(step, operands, drop);
    (cast(parameter - movement, dtype), [accumulator])
}

/// One step of an optimizer that computes each element on its own.
pub(super) fn element_wise<B: Backend, S: ElementStep<N>, const D: usize, const N: usize>(
    rule: &S,
    operands: Operands<Tensor<B, D>, N>,
) -> (Tensor<B, D>, [Tensor<B, D>; N]) {
    let dtype = operands.parameter.dtype();
    let working = working_dtype(dtype);
    let (parameter, state) = rule.step(
        cast(operands.parameter, working),
        cast(operands.gradient, working),
        operands.state.map(|part| cast(part, working)),
    );
    (cast(parameter, dtype), state)
}

impl<B: Backend, const D: usize> Number for Tensor<B, D> {
    fn scale(self, factor: f64) -> Self {
        if factor == 1.0 {
            self
        } else {
            self.mul_scalar(factor)
        }
    }

    fn offset(self, constant: f64) -> Self {
        if constant == 0.0 {
            self
        } else {
            self.add_scalar(constant)
        }
    }

    fn sqrt(self) -> Self {
        Tensor::sqrt(self)
    }

    fn divide(self, constant: f64) -> Self {
        // A quotient, not a reciprocal: burn-ndarray approximates those.
        self.ones_like().mul_scalar(constant) / self
    }

    fn power(self, exponent: f64) -> Self {
        self.powf_scalar(exponent)
    }

    fn clip(self, limit: f64) -> Self {
        self.clamp(-limit, limit)
    }

    fn shrink(self, distance: Self) -> Self {
        let below = self.clone().min_pair(distance.clone());
        self - below.max_pair(distance.neg())
    }

    fn grow(self, distance: f64) -> Self {
        self.clone() + self.sign().mul_scalar(distance)
    }

    fn or_where_zero(self, condition: Self, other: Self) -> Self {
        self.mask_where(condition.equal_elem(0.0), other)
    }

    fn one_where_zero(self, condition: Self) -> Self {
        self.mask_fill(condition.equal_elem(0.0), 1.0)
    }

    fn zero_where_zero(self, condition: Self) -> Self {
        self.mask_fill(condition.equal_elem(0.0), 0.0)
    }
}

/// What a step takes from a parameter, the parameter before and the accumulator after it, all in the type in
/// which it is computed.
pub(super) struct Update<B: Backend, const D: usize, S> {
    pub(super) parameter: Tensor<B, D>,
    pub(super) movement: Tensor<B, D>,
    pub(super) accumulator: Tensor<B, D>,
    /// What was made of the square of the gradient, which the step has added to it.
    pub(super) square: S,
}

/// The arithmetic of an Adagrad step. `take_square` gets the square of the gradient: to keep it, or to drop it
/// before the next tensor is made. One more that is held has cost more than half of the speed, where the
/// allocator then gave memory back to the system at each step.
pub(super) fn update<B: Backend, const D: usize, S>(
    step: &AdagradStep,
    operands: Operands<Tensor<B, D>, 1>,
    take_square: impl FnOnce(Tensor<B, D>) -> S,
) -> Update<B, D, S> {
    let working = working_dtype(operands.parameter.dtype());
    let parameter = cast(operands.parameter, working);
    let mut gradient = cast(operands.gradient, working);
    let [accumulator] = operands.state.map(|accumulator| cast(accumulator, working));

    if step.maximize {
        gradient = gradient.neg();
    }
    if step.weight_decay != 0.0 {
        gradient = gradient + parameter.clone().mul_scalar(step.weight_decay);
    }
    let square = gradient.clone() * gradient.clone();
    // In place: nothing else holds the accumulator.
    let accumulator = accumulator + square.clone();
    let square = take_square(square);

    let denominator = if step.epsilon_inside_sqrt {
        accumulator.clone().add_scalar(step.epsilon).sqrt()
    } else {
        accumulator.clone().sqrt().add_scalar(step.epsilon)
    };
    let mut direction = gradient / denominator;
    if step.epsilon == 0.0 {
        direction = direction.mask_fill(accumulator.clone().equal_elem(0.0), 0.0);
    }
    Update {
        parameter,
        movement: direction.mul_scalar(step.rate),
        accumulator,
        square,
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
