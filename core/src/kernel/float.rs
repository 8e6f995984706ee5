//! The types of numbers that a table or a parameter may consist of.

use super::element_step::ElementStep;
use super::number::Real;
use sealed::Sealed;

/// A type of elements that the kernels can step: f32, f64, and f16 and bf16 with the accumulator and
/// the arithmetic in f32.
pub trait FloatElement: Sealed + Copy + Send + Sync {
    /// The type of the accumulator, in which the step is computed.
    type Accumulator: Real;

    /// The number in the type of the accumulator.
    fn widen(self) -> Self::Accumulator;

    /// The nearest number to one in the type of the accumulator.
    fn narrow(number: Self::Accumulator) -> Self;

    /// One step in place on this thread.
    ///
    /// # Panics
    ///
    /// If the slices are not equally long.
    fn step<S: ElementStep<N>, const N: usize>(
        rule: &S,
        parameter: &mut [Self],
        gradient: &[Self],
        state: [&mut [Self::Accumulator]; N],
    );

    /// The same by a gradient in the type of the accumulator.
    ///
    /// # Panics
    ///
    /// If the slices are not equally long.
    fn step_wide<S: ElementStep<N>, const N: usize>(
        rule: &S,
        parameter: &mut [Self],
        gradient: &[Self::Accumulator],
        state: [&mut [Self::Accumulator]; N],
    );
}

pub(super) mod sealed {
    /// The kernels know these types and no others.
    pub trait Sealed {}
}

macro_rules! float_element {
    ($($float:ident: $another_way:expr),+) => {$(
        impl Sealed for $float {}

        impl FloatElement for $float {
            type Accumulator = $float;

            #[inline(always)]
            fn widen(self) -> $float {
                self
            }

            #[inline(always)]
            fn narrow(number: $float) -> $float {
                number
            }

            #[inline(always)]
            fn step<S: ElementStep<N>, const N: usize>(
                rule: &S,
                parameter: &mut [Self],
                gradient: &[Self],
                state: [&mut [Self]; N],
            ) {
                Self::step_wide(rule, parameter, gradient, state);
            }

            // Inlined: to hand the state on through calls takes longer than the step of a short row.
            #[inline(always)]
            fn step_wide<S: ElementStep<N>, const N: usize>(
                rule: &S,
                parameter: &mut [Self],
                gradient: &[Self],
                mut state: [&mut [Self]; N],
            ) {
                let another_way: fn(&S, &mut [Self], &[Self], &mut [&mut [Self]; N]) -> bool =
                    $another_way;
                if !another_way(rule, parameter, gradient, &mut state) {
                    rule.step_slices(parameter, gradient, state);
                }
            }
        }
    )+};
}
float_element!(f32: S::step_f32, f64: |_, _, _, _| false);
