//! One step over a whole parameter: in place on ndarray and flex, else in plain tensor
//! operations.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

#[cfg(any(feature = "flex", feature = "ndarray"))]
use super::host::{HostTensor, Slice, SliceMut, state_slices};
use super::operands::{Operands, Stepped};
use super::plain;
use crate::kernel::element_wise::ElementStep;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use crate::kernel::element_wise::step as step_slices;

/// One step.
#[inline]
pub(crate) fn step<B: Backend, S: ElementStep<N>, const D: usize, const N: usize>(
    rule: &S,
    operands: Operands<Tensor<B, D>, N>,
) -> Stepped<B, D, D, N> {
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let operands = match on_host(rule, operands) {
        Ok(stepped) => return stepped,
        Err(operands) => operands,
    };
    plain::element_wise(rule, operands)
}

/// Steps in place, if the tensors are of a backend and of types for which that is possible; else
/// gives the operands back.
// ANCHOR: in_place
#[cfg(any(feature = "flex", feature = "ndarray"))]
pub(super) fn on_host<B: Backend, S: ElementStep<N>, const D: usize, const N: usize>(
    rule: &S,
    operands: Operands<Tensor<B, D>, N>,
) -> Result<Stepped<B, D, D, N>, Operands<Tensor<B, D>, N>> {
    let Operands {
        parameter,
        gradient,
        state,
    } = &operands;
    let known = HostTensor::knows::<B, D>;
    if !known(parameter) || !known(gradient) || !state.iter().all(known) {
        return Err(operands);
    }
    let mut parameter = HostTensor::take_known(operands.parameter);
    let mut gradient = HostTensor::take_known(operands.gradient);
    let mut state = operands.state.map(HostTensor::take_known);

    // Column-major parameters are stepped as they lie: any order in memory does, if all have it.
    parameter.lay_out_densely();
    let fit =
        gradient.lay_out_as(&parameter) && state.iter_mut().all(|part| part.lay_out_as(&parameter));
    macro_rules! run {
        ($parameter:ident, $gradient:ident, $accumulator:ident) => {
            match state_slices!(state.each_mut(), memory_mut, $accumulator) {
                Some(state) => {
                    step_slices(rule, $parameter, $gradient, state);
                    true
                }
                None => false,
            }
        };
    }
    let stepped = fit
        && match (parameter.memory_mut(), gradient.memory()) {
            (Some(SliceMut::F32(p)), Some(Slice::F32(g))) => run!(p, g, F32),
            (Some(SliceMut::F64(p)), Some(Slice::F64(g))) => run!(p, g, F64),
            (Some(SliceMut::F16(p)), Some(Slice::F16(g))) => run!(p, g, F32),
            (Some(SliceMut::BF16(p)), Some(Slice::BF16(g))) => run!(p, g, F32),
            _ => false,
        };
    let (parameter, state) = (parameter.give_back(), state.map(HostTensor::give_back));
    if stepped {
        return Ok((parameter, state));
    }
    Err(Operands {
        parameter,
        gradient: gradient.give_back(),
        state,
    })
}
// ANCHOR_END: in_place
