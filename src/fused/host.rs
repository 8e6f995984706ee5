//! Tensors whose numbers lie in this process's memory, as slices.

use std::any::{Any, TypeId};

use burn::backend::Autodiff;
use burn::tensor::backend::{Backend, BackendTypes};
use burn::tensor::{DType, Tensor, TensorPrimitive, bf16, f16};

use super::convert;

/// The numbers of a tensor in row-major order.
pub(super) enum Slice<'a> {
    F32(&'a [f32]),
    F64(&'a [f64]),
    #[cfg_attr(not(feature = "flex"), expect(dead_code, reason = "only flex has it"))]
    F16(&'a [f16]),
    #[cfg_attr(not(feature = "flex"), expect(dead_code, reason = "only flex has it"))]
    BF16(&'a [bf16]),
}

/// The same, to be written.
pub(super) enum SliceMut<'a> {
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
    #[cfg_attr(not(feature = "flex"), expect(dead_code, reason = "only flex has it"))]
    F16(&'a mut [f16]),
    #[cfg_attr(not(feature = "flex"), expect(dead_code, reason = "only flex has it"))]
    BF16(&'a mut [bf16]),
}

/// A backend's own tensor type with numbers that the kernels know.
pub(super) trait Host: Any {
    /// The numbers; laid out anew if they are not in row-major order. `None` for a type that the
    /// kernels do not know.
    fn slice(&mut self) -> Option<Slice<'_>>;

    /// The same, to be written: copied first if another tensor shares them.
    fn slice_mut(&mut self) -> Option<SliceMut<'_>>;
}

/// A tensor of a backend that was found to be one of ours.
pub(super) struct HostTensor(Box<dyn Host>);

impl HostTensor {
    /// Takes a tensor if its backend keeps its numbers in this process's memory and is known here;
    /// else gives it back.
    pub(super) fn take<B: Backend, const D: usize>(
        tensor: Tensor<B, D>,
    ) -> Result<Self, Tensor<B, D>> {
        if matches!(tensor.dtype(), DType::QFloat(_)) {
            return Err(tensor);
        }
        let id = TypeId::of::<B::FloatTensorPrimitive>();
        macro_rules! take {
            ($type:ty) => {
                if id == TypeId::of::<$type>() {
                    let own: $type = convert(tensor.into_primitive().tensor());
                    return Ok(Self(Box::new(own)));
                }
            };
        }
        #[cfg(feature = "ndarray")]
        take!(burn::backend::ndarray::NdArrayTensor);
        #[cfg(feature = "flex")]
        take!(burn::backend::flex::FlexTensor);
        Err(tensor)
    }

    /// Takes a tensor of the same backend as one that was taken.
    pub(super) fn take_another<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Self {
        Self::take(tensor).unwrap_or_else(|_| panic!("the tensors are of one backend"))
    }

    /// A tensor to be read: as [`take`](Self::take), and from below autodiff too, where nothing is
    /// recorded of it.
    pub(super) fn of<B: Backend, const D: usize>(
        tensor: Tensor<B, D>,
    ) -> Result<Self, Tensor<B, D>> {
        let tensor = match Self::take(tensor) {
            Ok(host) => return Ok(host),
            Err(tensor) => tensor,
        };
        if matches!(tensor.dtype(), DType::QFloat(_)) {
            return Err(tensor);
        }
        let id = TypeId::of::<B::FloatTensorPrimitive>();
        macro_rules! below_autodiff {
            ($backend:ty) => {{
                type Tracked = <Autodiff<$backend> as BackendTypes>::FloatTensorPrimitive;
                if id == TypeId::of::<Tracked>() {
                    let tracked: Tracked = convert(tensor.into_primitive().tensor());
                    return Ok(Self(Box::new(tracked.primitive)));
                }
            }};
        }
        #[cfg(feature = "ndarray")]
        below_autodiff!(burn::backend::NdArray);
        #[cfg(feature = "ndarray")]
        below_autodiff!(burn::backend::NdArray<f64>);
        #[cfg(feature = "flex")]
        below_autodiff!(burn::backend::Flex);
        Err(tensor)
    }

    /// The numbers.
    pub(super) fn slice(&mut self) -> Option<Slice<'_>> {
        self.0.slice()
    }

    /// The numbers, to be written.
    pub(super) fn slice_mut(&mut self) -> Option<SliceMut<'_>> {
        self.0.slice_mut()
    }

    /// The tensor that was taken.
    pub(super) fn give_back<B: Backend, const D: usize>(self) -> Tensor<B, D> {
        let own: Box<dyn Any> = self.0;
        let own = own
            .downcast::<B::FloatTensorPrimitive>()
            .expect("it goes back to the backend that it came from");
        Tensor::from_primitive(TensorPrimitive::Float(*own))
    }
}
