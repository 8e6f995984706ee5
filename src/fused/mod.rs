//! Where a backend's tensors become slices, in place.
//!
//! ndarray and flex (with the features of these names) step in one pass over memory, without a copy
//! where a tensor is uniquely owned; every other backend, and every combination of types that the
//! kernels do not know, takes plain tensor operations. The choice is made by type, once a call.

#[cfg(feature = "flex")]
mod flex;
pub(crate) mod graph;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod host;
#[cfg(feature = "ndarray")]
mod ndarray;
pub(crate) mod norm;
mod plain;
mod plain_rows;
pub(crate) mod rows;
pub(crate) mod sm3;
#[cfg(all(test, feature = "flex", feature = "ndarray"))]
mod tests;

#[cfg(any(feature = "flex", feature = "ndarray"))]
use std::any::{Any, TypeId};

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use burn::tensor::{DType, TensorPrimitive};

use crate::kernel::dense::{self, AdagradStep, Parameter};
use crate::kernel::element_wise::{self, ElementStep};

pub(crate) use plain::{cast, working_dtype};

/// A parameter, its gradient and what its optimizer remembers of it, all of one shape.
pub(crate) struct Operands<T, const N: usize> {
    pub(crate) parameter: T,
    pub(crate) gradient: T,
    pub(crate) state: [T; N],
}

#[cfg(any(feature = "flex", feature = "ndarray"))]
impl<T, const N: usize> Operands<T, N> {
    fn map<U>(self, f: impl Fn(T) -> U) -> Operands<U, N> {
        Operands {
            parameter: f(self.parameter),
            gradient: f(self.gradient),
            state: self.state.map(f),
        }
    }
}

/// A step of an optimizer with `N` state tensors: over slices, and over tensors of any backend.
pub(crate) trait Step<const N: usize> {
    /// The step in place.
    #[cfg_attr(
        not(any(feature = "flex", feature = "ndarray")),
        expect(dead_code, reason = "only the CPU backends have slices")
    )]
    fn on_slices<P: Parameter>(
        &self,
        parameter: &mut [P],
        gradient: &[P],
        state: [&mut [P::Accumulator]; N],
    );

    /// The step in plain tensor operations.
    fn on_tensors<B: Backend, const D: usize>(
        &self,
        operands: Operands<Tensor<B, D>, N>,
    ) -> (Tensor<B, D>, [Tensor<B, D>; N]);
}

impl Step<1> for AdagradStep {
    fn on_slices<P: Parameter>(
        &self,
        parameter: &mut [P],
        gradient: &[P],
        [accumulator]: [&mut [P::Accumulator]; 1],
    ) {
        dense::adagrad(self, parameter, gradient, accumulator);
    }

    fn on_tensors<B: Backend, const D: usize>(
        &self,
        operands: Operands<Tensor<B, D>, 1>,
    ) -> (Tensor<B, D>, [Tensor<B, D>; 1]) {
        plain::adagrad(self, operands)
    }
}

impl<S: ElementStep<N>, const N: usize> Step<N> for S {
    fn on_slices<P: Parameter>(
        &self,
        parameter: &mut [P],
        gradient: &[P],
        state: [&mut [P::Accumulator]; N],
    ) {
        element_wise::step(self, parameter, gradient, state);
    }

    fn on_tensors<B: Backend, const D: usize>(
        &self,
        operands: Operands<Tensor<B, D>, N>,
    ) -> (Tensor<B, D>, [Tensor<B, D>; N]) {
        plain::element_wise(self, operands)
    }
}

/// A tensor as one of rank `E`, which it is of: to reshape it would be to copy it on ndarray.
///
/// # Panics
///
/// If it is not.
pub(crate) fn of_rank<B: Backend, const D: usize, const E: usize>(
    tensor: Tensor<B, D>,
) -> Tensor<B, E> {
    assert_eq!(D, E, "the rank of the tensor");
    Tensor::from_primitive(tensor.into_primitive())
}

/// One step.
pub(crate) fn step<B: Backend, S: Step<N>, const D: usize, const N: usize>(
    step: &S,
    operands: Operands<Tensor<B, D>, N>,
) -> (Tensor<B, D>, [Tensor<B, D>; N]) {
    #[cfg(feature = "ndarray")]
    let operands = match through(operands, |operands| ndarray::step(step, operands)) {
        (stepped, true) => return (stepped.parameter, stepped.state),
        (operands, false) => operands,
    };
    #[cfg(feature = "flex")]
    let operands = match through(operands, |operands| flex::step(step, operands)) {
        (stepped, true) => return (stepped.parameter, stepped.state),
        (operands, false) => operands,
    };
    step.on_tensors(operands)
}

/// Lets `run` step the operands as a backend's own tensors `T`, if `B` is that backend, and says
/// whether it did.
#[cfg(any(feature = "flex", feature = "ndarray"))]
fn through<B: Backend, const D: usize, T: Any, const N: usize>(
    operands: Operands<Tensor<B, D>, N>,
    run: impl FnOnce(&mut Operands<T, N>) -> bool,
) -> (Operands<Tensor<B, D>, N>, bool) {
    let quantized = |tensor: &Tensor<B, D>| matches!(tensor.dtype(), DType::QFloat(_));
    if TypeId::of::<B::FloatTensorPrimitive>() != TypeId::of::<T>()
        || quantized(&operands.parameter)
        || quantized(&operands.gradient)
        || operands.state.iter().any(quantized)
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
