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
    let working = working_dtype(dtype);
    let theta = cast(operands.parameter, working);
    let mut gradient = cast(operands.gradient, working);

    if step.maximize {
        gradient = gradient.neg();
    }
    if step.weight_decay != 0.0 {
        gradient = gradient + theta.clone().mul_scalar(step.weight_decay);
    }
    let accumulator = cast(operands.accumulator, working) + gradient.clone() * gradient.clone();

    let denominator = if step.epsilon_inside_sqrt {
        accumulator.clone().add_scalar(step.epsilon).sqrt()
    } else {
        accumulator.clone().sqrt().add_scalar(step.epsilon)
    };
    let mut direction = gradient / denominator;
    if step.epsilon == 0.0 {
        let untouched = accumulator.clone().equal_elem(0.0);
        direction = direction.mask_fill(untouched, 0.0);
    }
    let theta = theta - direction.mul_scalar(step.rate);
    (cast(theta, dtype), accumulator)
}

fn cast<B: Backend, const D: usize>(tensor: Tensor<B, D>, dtype: DType) -> Tensor<B, D> {
    if tensor.dtype() == dtype {
        tensor
    } else {
        tensor.cast(dtype)
    }
}
