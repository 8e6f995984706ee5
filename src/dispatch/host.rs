//! Tensors whose numbers lie in this process's memory, as slices.

use std::any::{Any, TypeId};

use burn::backend::Autodiff;
#[cfg(feature = "flex")]
use burn::backend::flex::FlexTensor;
#[cfg(feature = "ndarray")]
use burn::backend::ndarray::NdArrayTensor;
use burn::tensor::backend::{Backend, BackendTypes};
use burn::tensor::{DType, Tensor, TensorPrimitive};

#[cfg(feature = "flex")]
use super::flex;
#[cfg(feature = "ndarray")]
use super::ndarray;
pub(super) use super::slice::{Slice, SliceMut};

/// A tensor of a backend that was found to be one of ours.
pub(super) enum HostTensor {
    #[cfg(feature = "ndarray")]
    NdArray(NdArrayTensor),
    #[cfg(feature = "flex")]
    Flex(FlexTensor),
}

/// Does the same to the tensor of either backend.
macro_rules! each_backend {
    ($host:expr, $function:ident) => {
        match $host {
            #[cfg(feature = "ndarray")]
            HostTensor::NdArray(tensor) => ndarray::$function(tensor),
            #[cfg(feature = "flex")]
            HostTensor::Flex(tensor) => flex::$function(tensor),
        }
    };
}

impl HostTensor {
    /// Whether the numbers of a tensor lie in this process's memory, in a way that is known here.
    pub(super) fn knows<B: Backend, const D: usize>(tensor: &Tensor<B, D>) -> bool {
        let id = TypeId::of::<B::FloatTensorPrimitive>();
        let known = [
            #[cfg(feature = "ndarray")]
            TypeId::of::<NdArrayTensor>(),
            #[cfg(feature = "flex")]
            TypeId::of::<FlexTensor>(),
        ];
        known.contains(&id) && !is_quantized(tensor)
    }

    /// Takes a tensor if it is [known](Self::knows); else gives it back.
    pub(super) fn take<B: Backend, const D: usize>(
        tensor: Tensor<B, D>,
    ) -> Result<Self, Tensor<B, D>> {
        if Self::knows(&tensor) {
            Ok(Self::take_known(tensor))
        } else {
            Err(tensor)
        }
    }

    /// Takes a tensor of the same backend as one that is [known](Self::knows).
    ///
    /// # Panics
    ///
    /// If it is of another.
    pub(super) fn take_known<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Self {
        let own = tensor.into_primitive().tensor();
        let id = TypeId::of::<B::FloatTensorPrimitive>();
        #[cfg(feature = "ndarray")]
        if id == TypeId::of::<NdArrayTensor>() {
            return Self::NdArray(convert(own));
        }
        #[cfg(feature = "flex")]
        if id == TypeId::of::<FlexTensor>() {
            return Self::Flex(convert(own));
        }
        unreachable!("the backend is known")
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
        if is_quantized(&tensor) {
            return Err(tensor);
        }
        let id = TypeId::of::<B::FloatTensorPrimitive>();
        macro_rules! below_autodiff {
            ($variant:ident, $backend:ty) => {{
                type Tracked = <Autodiff<$backend> as BackendTypes>::FloatTensorPrimitive;
                if id == TypeId::of::<Tracked>() {
                    let tracked: Tracked = convert(tensor.into_primitive().tensor());
                    return Ok(Self::$variant(tracked.primitive));
                }
            }};
        }
        #[cfg(feature = "ndarray")]
        below_autodiff!(NdArray, burn::backend::NdArray);
        #[cfg(feature = "ndarray")]
        below_autodiff!(NdArray, burn::backend::NdArray<f64>);
        #[cfg(feature = "flex")]
        below_autodiff!(Flex, burn::backend::Flex);
        Err(tensor)
    }

    /// The numbers in row-major order.
    pub(super) fn slice(&mut self) -> Option<Slice<'_>> {
        each_backend!(self, lay_out_by_rows);
        self.memory()
    }

    /// The numbers in row-major order, to be written.
    pub(super) fn slice_mut(&mut self) -> Option<SliceMut<'_>> {
        each_backend!(self, lay_out_by_rows);
        self.memory_mut()
    }

    /// Lays the numbers out without gaps, if they are not; in an order of the tensor's choice.
    pub(super) fn lay_out_densely(&mut self) {
        each_backend!(self, lay_out_densely);
    }

    /// Gives the numbers the order in memory of another tensor, if that is of the same shape; says whether it
    /// is.
    pub(super) fn lay_out_as(&mut self, model: &Self) -> bool {
        match (self, model) {
            #[cfg(feature = "ndarray")]
            (Self::NdArray(tensor), Self::NdArray(model)) => ndarray::lay_out_as(tensor, model),
            #[cfg(feature = "flex")]
            (Self::Flex(tensor), Self::Flex(model)) => flex::lay_out_as(tensor, model),
            #[cfg(all(feature = "flex", feature = "ndarray"))]
            _ => false,
        }
    }

    /// The numbers in the order in which they lie, which has no gaps. `None` for a type that the kernels
    /// do not know.
    pub(super) fn memory(&self) -> Option<Slice<'_>> {
        each_backend!(self, memory)
    }

    /// The same, to be written: copied first if another tensor shares them.
    pub(super) fn memory_mut(&mut self) -> Option<SliceMut<'_>> {
        each_backend!(self, memory_mut)
    }

    /// The tensor that was taken.
    pub(super) fn give_back<B: Backend, const D: usize>(self) -> Tensor<B, D> {
        let own = match self {
            #[cfg(feature = "ndarray")]
            Self::NdArray(tensor) => convert(tensor),
            #[cfg(feature = "flex")]
            Self::Flex(tensor) => convert(tensor),
        };
        Tensor::from_primitive(TensorPrimitive::Float(own))
    }
}

/// The slices of all parts of a state, if all are of one type.
macro_rules! state_slices {
    ($state:expr, $slice_mut:ident, $type:ident) => {{
        let slices = $state.map(|part| match part.$slice_mut() {
            Some(SliceMut::$type(slice)) => Some(slice),
            _ => None,
        });
        let all = slices.iter().all(Option::is_some);
        all.then(|| slices.map(|slice| slice.expect("each is one")))
    }};
}
pub(super) use state_slices;

/// Whether the numbers of a tensor are quantized: burn keeps them apart from all others.
fn is_quantized<B: Backend, const D: usize>(tensor: &Tensor<B, D>) -> bool {
    matches!(tensor.dtype(), DType::QFloat(_))
}

/// The value as the type that it has.
fn convert<A: Any, B: Any>(value: A) -> B {
    let mut slot = Some(value);
    let slot = (&mut slot as &mut dyn Any).downcast_mut::<Option<B>>();
    slot.and_then(Option::take)
        .expect("the types were compared")
}
