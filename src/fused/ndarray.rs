//! Tensors of burn-ndarray.

use burn::backend::ndarray::{NdArrayTensor, SharedArray};

use super::host::{Host, Slice, SliceMut};
use super::{Operands, Step};
use crate::kernel::dense::Parameter;

/// Steps in place and says whether it did: not if the types or shapes are not the kernel's.
pub(super) fn step<S: Step<N>, const N: usize>(
    step: &S,
    operands: &mut Operands<NdArrayTensor, N>,
) -> bool {
    macro_rules! run {
        ($type:ident) => {{
            let parts = operands.state.each_mut().map(|part| match part {
                NdArrayTensor::$type(part) => Some(part.ensure_owned()),
                _ => None,
            });
            match (&mut operands.parameter, &mut operands.gradient) {
                (NdArrayTensor::$type(p), NdArrayTensor::$type(g))
                    if parts.iter().all(Option::is_some) =>
                {
                    run(
                        step,
                        p.ensure_owned(),
                        g.ensure_owned(),
                        parts.map(Option::unwrap),
                    )
                }
                _ => false,
            }
        }};
    }
    match operands.parameter {
        NdArrayTensor::F32(_) => run!(F32),
        NdArrayTensor::F64(_) => run!(F64),
        _ => false,
    }
}

// ANCHOR: in_place
/// Writing to an array copies it first if it is shared: a caller's clone never sees the step.
fn run<E: Parameter<Accumulator = E>, S: Step<N>, const N: usize>(
    step: &S,
    parameter: &mut SharedArray<E>,
    gradient: &mut SharedArray<E>,
    mut state: [&mut SharedArray<E>; N],
) -> bool {
    let shape = parameter.shape();
    if shape != gradient.shape() || state.iter().any(|part| part.shape() != shape) {
        return false;
    }
    if parameter.as_slice_memory_order().is_none() {
        *parameter = parameter.as_standard_layout().into_owned().into_shared();
    }
    put_in_order_of(parameter, gradient);
    for part in &mut state {
        put_in_order_of(parameter, part);
    }
    step.on_slices(
        parameter.as_slice_memory_order_mut().expect(CONTIGUOUS),
        gradient.as_slice_memory_order().expect(CONTIGUOUS),
        state.map(|part| part.as_slice_memory_order_mut().expect(CONTIGUOUS)),
    );
    true
}
// ANCHOR_END: in_place

const CONTIGUOUS: &str = "the array was laid out contiguously";

/// Gives the array the order in memory of `model`, which is contiguous; copies only if it has
/// another (a transposed gradient, say).
fn put_in_order_of<E: Copy>(model: &SharedArray<E>, array: &mut SharedArray<E>) {
    let strides = model.strides().iter().zip(array.strides());
    // The stride of an axis of length 1 means nothing.
    let same = |((a, b), &length): ((&isize, &isize), &usize)| a == b || length <= 1;
    if !strides.zip(array.shape()).all(same) {
        let mut copy = model.clone();
        copy.assign(array);
        *array = copy;
    }
}

impl Host for NdArrayTensor {
    fn slice(&mut self) -> Option<Slice<'_>> {
        // `ensure_owned` would copy a table that was loaded without a copy.
        macro_rules! lay_out {
            ($storage:ident) => {
                if !$storage.view().is_standard_layout() {
                    let copy = $storage.view().as_standard_layout().into_owned();
                    *self = Self::from(copy.into_shared());
                }
            };
        }
        match self {
            Self::F32(storage) => lay_out!(storage),
            Self::F64(storage) => lay_out!(storage),
            _ => return None,
        }
        match self {
            Self::F32(storage) => Some(Slice::F32(storage.view().to_slice().expect(CONTIGUOUS))),
            Self::F64(storage) => Some(Slice::F64(storage.view().to_slice().expect(CONTIGUOUS))),
            _ => None,
        }
    }

    fn slice_mut(&mut self) -> Option<SliceMut<'_>> {
        match self {
            Self::F32(storage) => Some(SliceMut::F32(slice_mut(storage.ensure_owned()))),
            Self::F64(storage) => Some(SliceMut::F64(slice_mut(storage.ensure_owned()))),
            _ => None,
        }
    }
}

fn slice_mut<E: Copy>(array: &mut SharedArray<E>) -> &mut [E] {
    if !array.is_standard_layout() {
        *array = array.as_standard_layout().into_owned().into_shared();
    }
    array.as_slice_mut().expect(CONTIGUOUS)
}
