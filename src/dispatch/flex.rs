//! Tensors of burn-flex.

use burn::backend::flex::FlexTensor;
use burn::tensor::DType;

use super::slice::{Slice, SliceMut};

/// Row-major, with storage of its own size; nothing is copied if it is that already.
pub(super) fn lay_out_by_rows(tensor: &mut FlexTensor) {
    *tensor = tensor.to_contiguous();
}

/// Flex has no other order without gaps.
pub(super) fn lay_out_densely(tensor: &mut FlexTensor) {
    lay_out_by_rows(tensor);
}

/// Row-major as `model`, if that is of the same shape; says whether it is.
pub(super) fn lay_out_as(tensor: &mut FlexTensor, model: &FlexTensor) -> bool {
    lay_out_by_rows(tensor);
    tensor.layout().shape() == model.layout().shape()
}

/// The numbers, which are laid out by rows.
pub(super) fn memory(tensor: &FlexTensor) -> Option<Slice<'_>> {
    match tensor.dtype() {
        DType::F32 => Some(Slice::F32(tensor.storage())),
        DType::F64 => Some(Slice::F64(tensor.storage())),
        DType::F16 => Some(Slice::F16(tensor.storage())),
        DType::BF16 => Some(Slice::BF16(tensor.storage())),
        _ => None,
    }
}

/// The same, to be written. `storage_mut` copies if the storage is shared: a caller's clone never sees the
/// step.
pub(super) fn memory_mut(tensor: &mut FlexTensor) -> Option<SliceMut<'_>> {
    match tensor.dtype() {
        DType::F32 => Some(SliceMut::F32(tensor.storage_mut())),
        DType::F64 => Some(SliceMut::F64(tensor.storage_mut())),
        DType::F16 => Some(SliceMut::F16(tensor.storage_mut())),
        DType::BF16 => Some(SliceMut::BF16(tensor.storage_mut())),
        _ => None,
    }
}
