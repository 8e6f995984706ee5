//! Where a backend's tensors become slices, in place.
//!
//! ndarray and flex (with the features of these names) step in one pass over memory, without a copy
//! where a tensor is uniquely owned; every other backend, and every combination of types that the
//! kernels do not know, takes plain tensor operations. The choice is made by type, once a call.

#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "ndarray")]
mod ndarray;
mod plain;

#[cfg(any(feature = "flex", feature = "ndarray"))]
use std::any::{Any, TypeId};

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use burn::tensor::{DType, TensorPrimitive};

use crate::kernel::dense::AdagradStep;

pub(crate) use plain::working_dtype;

/// A parameter, its gradient and its accumulator.
pub(crate) struct Operands<T> {
    pub(crate) parameter: T,
    pub(crate) gradient: T,
    pub(crate) accumulator: T,
}

#[cfg(any(feature = "flex", feature = "ndarray"))]
impl<T> Operands<T> {
    fn map<U>(self, f: impl Fn(T) -> U) -> Operands<U> {
        Operands {
            parameter: f(self.parameter),
            gradient: f(self.gradient),
            accumulator: f(self.accumulator),
        }
    }
}

/// One Adagrad step; the tensors have one shape.
pub(crate) fn adagrad<B: Backend, const D: usize>(
    step: &AdagradStep,
    operands: Operands<Tensor<B, D>>,
) -> (Tensor<B, D>, Tensor<B, D>) {
    #[cfg(feature = "ndarray")]
    let operands = match through(operands, |operands| ndarray::adagrad(step, operands)) {
        (stepped, true) => return (stepped.parameter, stepped.accumulator),
        (operands, false) => operands,
    };
    #[cfg(feature = "flex")]
    let operands = match through(operands, |operands| flex::adagrad(step, operands)) {
        (stepped, true) => return (stepped.parameter, stepped.accumulator),
        (operands, false) => operands,
    };
    plain::adagrad(step, operands)
}

/// Lets `run` step the operands as a backend's own tensors `T`, if `B` is that backend, and says
/// whether it did.
#[cfg(any(feature = "flex", feature = "ndarray"))]
fn through<B: Backend, const D: usize, T: Any>(
    operands: Operands<Tensor<B, D>>,
    run: impl FnOnce(&mut Operands<T>) -> bool,
) -> (Operands<Tensor<B, D>>, bool) {
    let quantized = |tensor: &Tensor<B, D>| matches!(tensor.dtype(), DType::QFloat(_));
    if TypeId::of::<B::FloatTensorPrimitive>() != TypeId::of::<T>()
        || quantized(&operands.parameter)
        || quantized(&operands.gradient)
        || quantized(&operands.accumulator)
    {
        return (operands, false);
    }
    let mut own = operands.map(|tensor| convert::<_, T>(tensor.into_primitive().tensor()));
    let stepped = run(&mut own);
    let tensor = |own: T| Tensor::from_primitive(TensorPrimitive::Float(convert(own)));
    (own.map(tensor), stepped)
}

/// The value as the type that it has.
#[cfg(any(feature = "flex", feature = "ndarray"))]
fn convert<A: Any, B: Any>(value: A) -> B {
    let mut slot = Some(value);
    let slot = (&mut slot as &mut dyn Any).downcast_mut::<Option<B>>();
    slot.and_then(Option::take)
        .expect("the types were compared")
}
