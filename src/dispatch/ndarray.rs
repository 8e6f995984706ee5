//! Tensors of burn-ndarray.

use burn::backend::ndarray::{NdArrayTensor, SharedArray};

use super::slice::{Slice, SliceMut};

const CONTIGUOUS: &str = "the array was laid out contiguously";

/// Lays an array out by rows, if `$fits` does not hold of its view. `ensure_owned` would copy a table that
/// was loaded without a copy.
macro_rules! lay_out {
    ($tensor:ident, $view:ident => $fits:expr) => {
        lay_out!(@one $tensor, F32, $view => $fits);
        lay_out!(@one $tensor, F64, $view => $fits);
    };
    (@one $tensor:ident, $type:ident, $view:ident => $fits:expr) => {
        if let NdArrayTensor::$type(storage) = $tensor {
            let $view = storage.view();
            if !$fits {
                let copy = $view.as_standard_layout().into_owned();
                *$tensor = copy.into_shared().into();
            }
        }
    };
}

/// Row-major.
pub(super) fn lay_out_by_rows(tensor: &mut NdArrayTensor) {
    lay_out!(tensor, view => view.is_standard_layout());
}

/// Row-major, if there are gaps between the numbers.
pub(super) fn lay_out_densely(tensor: &mut NdArrayTensor) {
    lay_out!(tensor, view => view.as_slice_memory_order().is_some());
}

/// The order in memory of `model`, which has no gaps, if that is of the same shape and type; says whether it is.
/// Copies only if the array has another order (a transposed gradient, say).
pub(super) fn lay_out_as(tensor: &mut NdArrayTensor, model: &NdArrayTensor) -> bool {
    macro_rules! lay_out {
        ($array:ident, $model:ident) => {{
            let (array, model) = ($array.view(), $model.view());
            if array.shape() != model.shape() {
                return false;
            }
            let strides = model.strides().iter().zip(array.strides());
            // The stride of an axis of length 1 means nothing.
            let same = |((a, b), &length): ((&isize, &isize), &usize)| a == b || length <= 1;
            if !strides.zip(array.shape()).all(same) {
                let mut copy = model.to_owned();
                copy.assign(&array);
                *tensor = copy.into_shared().into();
            }
            true
        }};
    }
    match (&*tensor, model) {
        (NdArrayTensor::F32(array), NdArrayTensor::F32(model)) => lay_out!(array, model),
        (NdArrayTensor::F64(array), NdArrayTensor::F64(model)) => lay_out!(array, model),
        _ => false,
    }
}

/// The numbers as they lie, without gaps.
pub(super) fn memory(tensor: &NdArrayTensor) -> Option<Slice<'_>> {
    macro_rules! memory {
        ($type:ident, $storage:ident) => {
            Some(Slice::$type(
                $storage.view().to_slice_memory_order().expect(CONTIGUOUS),
            ))
        };
    }
    match tensor {
        NdArrayTensor::F32(storage) => memory!(F32, storage),
        NdArrayTensor::F64(storage) => memory!(F64, storage),
        _ => None,
    }
}

/// The same, to be written.
pub(super) fn memory_mut(tensor: &mut NdArrayTensor) -> Option<SliceMut<'_>> {
    match tensor {
        NdArrayTensor::F32(storage) => Some(SliceMut::F32(slice_mut(storage.ensure_owned()))),
        NdArrayTensor::F64(storage) => Some(SliceMut::F64(slice_mut(storage.ensure_owned()))),
        _ => None,
    }
}

/// Writing to an array copies it first if it is shared: a caller's clone never sees the step.
fn slice_mut<E: Copy>(array: &mut SharedArray<E>) -> &mut [E] {
    array.as_slice_memory_order_mut().expect(CONTIGUOUS)
}
