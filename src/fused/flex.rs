//! Tensors of burn-flex.

use burn::backend::flex::FlexTensor;
use burn::tensor::{DType, Element, bf16, f16};
use bytemuck::Pod;

use super::host::{Host, Slice, SliceMut};
use super::{Operands, Step};
use crate::kernel::dense::Parameter;

/// Steps in place and says whether it did: not if the types or shapes are not the kernel's.
pub(super) fn step<S: Step<N>, const N: usize>(
    step: &S,
    operands: &mut Operands<FlexTensor, N>,
) -> bool {
    let Operands {
        parameter,
        gradient,
        state,
    } = &operands;
    let shape = parameter.layout().shape();
    let same = |tensor: &FlexTensor| tensor.layout().shape() == shape;
    if !same(gradient) || !state.iter().all(same) {
        return false;
    }
    let types = (parameter.dtype(), gradient.dtype());
    let state_is = |dtype| state.iter().all(|tensor| tensor.dtype() == dtype);
    match types {
        (DType::F32, DType::F32) if state_is(DType::F32) => run::<f32, S, N>(step, operands),
        (DType::F64, DType::F64) if state_is(DType::F64) => run::<f64, S, N>(step, operands),
        (DType::F16, DType::F16) if state_is(DType::F32) => run::<f16, S, N>(step, operands),
        (DType::BF16, DType::BF16) if state_is(DType::F32) => run::<bf16, S, N>(step, operands),
        _ => return false,
    }
    true
}

fn run<P, S, const N: usize>(step: &S, operands: &mut Operands<FlexTensor, N>)
where
    P: Parameter<Accumulator: Element + Pod> + Element + Pod,
    S: Step<N>,
{
    let Operands {
        parameter,
        gradient,
        state,
    } = operands;
    for tensor in [&mut *parameter, &mut *gradient]
        .into_iter()
        .chain(state.iter_mut())
    {
        // Row-major, with storage of its own size; nothing is copied if it is that already.
        *tensor = tensor.to_contiguous();
    }
    // `storage_mut` copies if the storage is shared: a caller's clone never sees the step.
    step.on_slices(
        parameter.storage_mut::<P>(),
        gradient.storage::<P>(),
        state
            .each_mut()
            .map(|tensor| tensor.storage_mut::<P::Accumulator>()),
    );
}

impl Host for FlexTensor {
    fn slice(&mut self) -> Option<Slice<'_>> {
        *self = self.to_contiguous();
        match self.dtype() {
            DType::F32 => Some(Slice::F32(self.storage())),
            DType::F64 => Some(Slice::F64(self.storage())),
            DType::F16 => Some(Slice::F16(self.storage())),
            DType::BF16 => Some(Slice::BF16(self.storage())),
            _ => None,
        }
    }

    fn slice_mut(&mut self) -> Option<SliceMut<'_>> {
        *self = self.to_contiguous();
        match self.dtype() {
            DType::F32 => Some(SliceMut::F32(self.storage_mut())),
            DType::F64 => Some(SliceMut::F64(self.storage_mut())),
            DType::F16 => Some(SliceMut::F16(self.storage_mut())),
            DType::BF16 => Some(SliceMut::BF16(self.storage_mut())),
            _ => None,
        }
    }
}
