//! Tensors of burn-flex.

use burn::backend::flex::FlexTensor;
use burn::tensor::{DType, Element, bf16, f16};
use bytemuck::Pod;

use super::Operands;
use super::host::{Host, Slice, SliceMut};
use crate::kernel::dense::{self, AdagradStep, Parameter};

/// Steps in place and says whether it did: not if the types or shapes are not the kernel's.
pub(super) fn adagrad(step: &AdagradStep, operands: &mut Operands<FlexTensor>) -> bool {
    let Operands {
        parameter,
        gradient,
        accumulator,
    } = &operands;
    let shape = parameter.layout().shape();
    if shape != gradient.layout().shape() || shape != accumulator.layout().shape() {
        return false;
    }
    match (parameter.dtype(), gradient.dtype(), accumulator.dtype()) {
        (DType::F32, DType::F32, DType::F32) => run::<f32>(step, operands),
        (DType::F64, DType::F64, DType::F64) => run::<f64>(step, operands),
        (DType::F16, DType::F16, DType::F32) => run::<f16>(step, operands),
        (DType::BF16, DType::BF16, DType::F32) => run::<bf16>(step, operands),
        _ => return false,
    }
    true
}

fn run<P>(step: &AdagradStep, operands: &mut Operands<FlexTensor>)
where
    P: Parameter<Accumulator: Element + Pod> + Element + Pod,
{
    let Operands {
        parameter,
        gradient,
        accumulator,
    } = operands;
    for tensor in [&mut *parameter, &mut *gradient, &mut *accumulator] {
        // Row-major, with storage of its own size; nothing is copied if it is that already.
        *tensor = tensor.to_contiguous();
    }
    // `storage_mut` copies if the storage is shared: a caller's clone never sees the step.
    dense::adagrad(
        step,
        parameter.storage_mut::<P>(),
        gradient.storage::<P>(),
        accumulator.storage_mut::<P::Accumulator>(),
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
