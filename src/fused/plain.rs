//! The step in plain tensor operations, for every backend.

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

use super::Operands;
use crate::kernel::dense::AdagradStep;

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
    operands: Operands<Tensor<B, D>>,
) -> (Tensor<B, D>, Tensor<B, D>) {
    let dtype = operands.parameter.dtype();
    let Update {
        parameter,
        movement,
        accumulator,
        square,
    } = update(step, operands);
    (cast(parameter - movement, dtype), accumulator + square)
}

/// What a step takes from a parameter and adds to its accumulator, and these two before the step, all
/// in the type in which it is computed.
pub(super) struct Update<B: Backend, const D: usize> {
    pub(super) parameter: Tensor<B, D>,
    pub(super) movement: Tensor<B, D>,
    pub(super) accumulator: Tensor<B, D>,
    pub(super) square: Tensor<B, D>,
}

/// The arithmetic of an Adagrad step.
pub(super) fn update<B: Backend, const D: usize>(
    step: &AdagradStep,
    operands: Operands<Tensor<B, D>>,
) -> Update<B, D> {
    let working = working_dtype(operands.parameter.dtype());
    let parameter = cast(operands.parameter, working);
    let mut gradient = cast(operands.gradient, working);
    let accumulator = cast(operands.accumulator, working);

    if step.maximize {
        gradient = gradient.neg();
    }
    if step.weight_decay != 0.0 {
        gradient = gradient + parameter.clone().mul_scalar(step.weight_decay);
    }
    let square = gradient.clone() * gradient.clone();
    let total = accumulator.clone() + square.clone();

    let denominator = if step.epsilon_inside_sqrt {
        total.clone().add_scalar(step.epsilon).sqrt()
    } else {
        total.clone().sqrt().add_scalar(step.epsilon)
    };
    let mut direction = gradient / denominator;
    if step.epsilon == 0.0 {
        direction = direction.mask_fill(total.equal_elem(0.0), 0.0);
    }
    Update {
        parameter,
        movement: direction.mul_scalar(step.rate),
        accumulator,
        square,
    }
}

/// The tensor in a type of numbers; itself if that is its type.
pub(super) fn cast<B: Backend, const D: usize>(tensor: Tensor<B, D>, dtype: DType) -> Tensor<B, D> {
    if tensor.dtype() == dtype {
        tensor
    } else {
        tensor.cast(dtype)
    }
}
