//! Where a backend's tensors become slices, in place.
//!
//! ndarray and flex (with the features of these names) step in one pass over memory, without a copy
//! where a tensor is uniquely owned; every other backend, and every combination of types that the
//! kernels do not know, takes plain tensor operations. The choice is made by type, once a call.

#[cfg(feature = "flex")]
mod flex;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod host;
#[cfg(feature = "ndarray")]
mod ndarray;
pub(crate) mod norm;
mod plain;
mod plain_rows;
pub(crate) mod rows;
pub(crate) mod sm3;

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

#[cfg(all(test, feature = "flex", feature = "ndarray"))]
mod tests {
    use burn::backend::{Flex, NdArray};
    use burn::tensor::TensorData;

    use super::*;

    /// Numbers of every kind: normal, denormal, zero, huge, infinite, NaN.
    fn numbers(salt: usize) -> Vec<f32> {
        let special = [0.0, -0.0, 1e-40, 1e-25, 1e25, f32::INFINITY, f32::NAN];
        (0..1000)
            .map(|i| match (i * 7 + salt) % 19 {
                k if k < special.len() => special[k],
                k => ((i + salt) as f32 * 0.7).sin() * 10.0_f32.powi(k as i32 % 5 - 2),
            })
            .collect()
    }

    fn operands<B: Backend>() -> Operands<Tensor<B, 2>, 1> {
        let tensor =
            |numbers| Tensor::from_data(TensorData::new(numbers, [25, 40]), &Default::default());
        let accumulator: Vec<f32> = numbers(3).iter().map(|number| number.abs()).collect();
        Operands {
            parameter: tensor(numbers(1)),
            gradient: tensor(numbers(2)),
            state: [tensor(accumulator)],
        }
    }

    fn values<B: Backend>(tensor: Tensor<B, 2>) -> Vec<f32> {
        tensor.into_data().to_vec().unwrap()
    }

    fn assert_fused_equals_plain<B: Backend, T: Any>(
        run: impl Fn(&AdagradStep, &mut Operands<T, 1>) -> bool,
    ) {
        for bits in 0..32 {
            let step = AdagradStep {
                rate: 0.01,
                epsilon: [1e-10, 0.0][bits & 1],
                epsilon_inside_sqrt: bits & 2 != 0,
                maximize: bits & 4 != 0,
                weight_decay: [0.0, 0.1][bits >> 3 & 1],
            };
            let (stepped, fused) = through(operands::<B>(), |own| run(&step, own));
            assert!(fused, "{step:?} took the plain path");
            let (parameter, [accumulator]) = plain::adagrad(&step, operands::<B>());

            let sums = values(stepped.state[0].clone())
                .into_iter()
                .zip(values(accumulator));
            for (fused, plain) in sums {
                let nan = fused.is_nan() && plain.is_nan();
                assert!(
                    nan || fused.to_bits() == plain.to_bits(),
                    "{step:?}: {fused} {plain}"
                );
            }
            let parameters = values(stepped.parameter).into_iter().zip(values(parameter));
            for ((fused, plain), before) in parameters.zip(numbers(1)) {
                let same = fused == plain || (fused.is_nan() && plain.is_nan());
                let error = (fused - plain).abs();
                // On AVX-512 the step of a denormal gradient is an estimate.
                let allowed = 1e-6 * (plain - before).abs() + 6e-8 * plain.abs();
                assert!(
                    same || error <= allowed.max(1e-33),
                    "{step:?}: {fused:e} {plain:e}"
                );
            }
        }
    }

    #[test]
    fn ndarray_steps_are_fused_and_equal_the_plain_path() {
        use burn::backend::ndarray::NdArrayTensor;
        assert_fused_equals_plain::<NdArray, NdArrayTensor>(super::ndarray::step);
    }

    #[test]
    fn flex_steps_are_fused_and_equal_the_plain_path() {
        use burn::backend::flex::FlexTensor;
        assert_fused_equals_plain::<Flex, FlexTensor>(super::flex::step);
    }

    /// A backend's tensors do not pass for another's.
    #[test]
    fn tensors_of_another_backend_are_given_back() {
        use burn::backend::flex::FlexTensor;
        let before = values(operands::<NdArray>().gradient);
        let run = |_: &mut Operands<FlexTensor, 1>| panic!("not a tensor of flex");
        let (operands, fused) = through(operands::<NdArray>(), run);
        assert!(!fused);
        let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(values(operands.gradient)), bits(before));
    }
}
