//! A step of SM3: in place on ndarray and flex, else in plain tensor operations.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::dense;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use super::host::{HostTensor, Slice, SliceMut};
use super::of_rank;
use super::operands::Operands;
use super::plain::{Elements, cast, working_dtype};
use crate::kernel::number::Number;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use crate::kernel::sm3;
use crate::kernel::sm3::Sm3Step;

/// A parameter, its gradient, the accumulators of each dimension, and the momentum.
pub(crate) struct Sm3Operands<B: Backend, const D: usize> {
    pub(crate) parameter: Tensor<B, D>,
    pub(crate) gradient: Tensor<B, D>,
    pub(crate) accumulators: Vec<Tensor<B, 1>>,
    pub(crate) momentum: Option<Tensor<B, D>>,
}

/// One step: the operands after it, less the gradient.
pub(crate) fn step<B: Backend, const D: usize>(
    step: &Sm3Step,
    operands: Sm3Operands<B, D>,
) -> Stepped<B, D> {
    if operands.parameter.dims().contains(&0) {
        return (operands.parameter, operands.accumulators, operands.momentum);
    }
    if D == 1 {
        return vector(step, operands);
    }
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let operands = match on_host(step, operands) {
        Ok(stepped) => return stepped,
        Err(operands) => operands,
    };
    plain(step, operands)
}

/// A step of a vector, whose accumulators are those of Adagrad.
fn vector<B: Backend, const D: usize>(
    step: &Sm3Step,
    operands: Sm3Operands<B, D>,
) -> Stepped<B, D> {
    let Sm3Operands {
        parameter,
        gradient,
        mut accumulators,
        momentum,
    } = operands;
    let sums = of_rank(accumulators.remove(0));
    let (parameter, sums, momentum) = match momentum {
        Some(momentum) => {
            let state = [sums, momentum];
            let operands = Operands {
                parameter,
                gradient,
                state,
            };
            let (parameter, [sums, momentum]) = dense::step(step, operands);
            (parameter, sums, Some(momentum))
        }
        None => {
            let operands = Operands {
                parameter,
                gradient,
                state: [sums],
            };
            let (parameter, [sums]) = dense::step(step, operands);
            (parameter, sums, None)
        }
    };
    (parameter, vec![of_rank(sums)], momentum)
}

/// What [`step`] gives.
type Stepped<B, const D: usize> = (Tensor<B, D>, Vec<Tensor<B, 1>>, Option<Tensor<B, D>>);

/// Steps in place, if the tensors are of a backend and a type for which that is possible; else gives
/// the operands back.
#[cfg(any(feature = "flex", feature = "ndarray"))]
pub(super) fn on_host<B: Backend, const D: usize>(
    step: &Sm3Step,
    operands: Sm3Operands<B, D>,
) -> Result<Stepped<B, D>, Sm3Operands<B, D>> {
    if !HostTensor::knows(&operands.parameter) {
        return Err(operands);
    }
    let dims = operands.parameter.dims();
    let Sm3Operands {
        parameter,
        gradient,
        accumulators,
        momentum,
    } = operands;
    let mut parameter = HostTensor::take_known(parameter);
    let mut gradient = HostTensor::take_known(gradient);
    let accumulators = accumulators.into_iter();
    let mut accumulators: Vec<_> = accumulators.map(HostTensor::take_known).collect();
    let mut momentum = momentum.map(HostTensor::take_known);
    macro_rules! run {
        ($p:ident, $type:ident) => {{
            let slice_mut = |tensor| match HostTensor::slice_mut(tensor) {
                Some(SliceMut::$type(numbers)) => Some(numbers),
                _ => None,
            };
            let sums: Option<Vec<_>> = accumulators.iter_mut().map(slice_mut).collect();
            let momentum = momentum.as_mut().map(slice_mut);
            match (gradient.slice(), sums, momentum) {
                (Some(Slice::$type(g)), Some(mut sums), None) => {
                    sm3::step(step, &dims, $p, g, &mut sums, None);
                    true
                }
                (Some(Slice::$type(g)), Some(mut sums), Some(Some(momentum))) => {
                    sm3::step(step, &dims, $p, g, &mut sums, Some(momentum));
                    true
                }
                _ => false,
            }
        }};
    }
    let stepped = match parameter.slice_mut() {
        Some(SliceMut::F32(p)) => run!(p, F32),
        Some(SliceMut::F64(p)) => run!(p, F64),
        _ => false,
    };
    let parameter = parameter.give_back();
    let accumulators = accumulators
        .into_iter()
        .map(HostTensor::give_back)
        .collect();
    let momentum = momentum.map(HostTensor::give_back);
    if stepped {
        return Ok((parameter, accumulators, momentum));
    }
    Err(Sm3Operands {
        parameter,
        gradient: gradient.give_back(),
        accumulators,
        momentum,
    })
}

/// For each element of a tensor of these dimensions the least of the accumulators of its slices.
pub(crate) fn bound<B: Backend, const D: usize>(
    accumulators: &[Tensor<B, 1>],
    dims: [usize; D],
) -> Tensor<B, D> {
    let along = |(dim, sums): (usize, &Tensor<B, 1>)| {
        let mut shape = [1; D];
        shape[dim] = dims[dim];
        sums.clone().reshape(shape).expand(dims)
    };
    accumulators
        .iter()
        .enumerate()
        .map(along)
        .reduce(Tensor::min_pair)
        .expect("a tensor has a dimension")
}

pub(super) fn plain<B: Backend, const D: usize>(
    step: &Sm3Step,
    operands: Sm3Operands<B, D>,
) -> Stepped<B, D> {
    let (dims, dtype) = (operands.parameter.dims(), operands.parameter.dtype());
    let working = working_dtype(dtype);
    let gradient = Elements(cast(operands.gradient, working));
    let nu = Elements(bound(&operands.accumulators, dims)) + gradient.clone().square();
    let sums = (0..D).map(|dim| {
        let others = (0..D).filter(|&other| other != dim);
        let largest = others.fold(nu.0.clone(), |nu, other| nu.max_dim(other));
        largest.reshape([dims[dim]])
    });
    let accumulators = sums.collect();
    let parameter = Elements(cast(operands.parameter, working));
    let (parameter, momentum) = match operands.momentum {
        Some(momentum) => {
            let (parameter, momentum) =
                step.moved_with(parameter, gradient, nu, Elements(momentum));
            (parameter, Some(momentum.0))
        }
        None => (step.moved(parameter, gradient, nu), None),
    };
    (cast(parameter.0, dtype), accumulators, momentum)
}
