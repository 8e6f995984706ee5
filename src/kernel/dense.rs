//! One pass over a parameter, its gradient and its accumulator.
//!
//! A step reads three slices and writes two of them in place: nothing is allocated, and at large
//! sizes it runs at the speed of memory.
//!
//! The accumulator is the same to the bit at every vector width and from burn's plain operations on
//! the CPU; so is the parameter, but for f32 and half precision on AVX-512, where a step may differ
//! in its last place. On one machine the kernels' bits depend on nothing but the numbers.
//!
//! # Special values
//!
//! The same comes out at every vector width and from the plain operations on the CPU. A NaN gradient makes its accumulator and its parameter NaN. An infinite gradient, or
//! a finite one whose square overflows, makes the accumulator infinite; the parameter becomes NaN
//! for the infinite one (∞/∞) and stays where it is for the finite one (g/∞), which is then frozen
//! for good. A gradient whose square underflows leaves the accumulator as it is. Denormals are not
//! flushed.

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::element_wise::{ElementStep, Pass};
use super::pass;
use super::simd::Level;
use super::threads::{CHUNK, PARALLEL_MIN, share_out};

/// What a step over one parameter needs beyond the slices; the formula is that of
/// [`reference::adagrad`](super::reference::adagrad).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdagradStep {
    /// The learning rate of this step, any decay already in it.
    pub rate: f64,
    /// ε in the denominator. With 0, an element whose accumulator is 0 does not move.
    pub epsilon: f32,
    /// Whether ε stands under the root.
    pub epsilon_inside_sqrt: bool,
    /// Whether to climb.
    pub maximize: bool,
    /// L2 penalty added to the gradient.
    pub weight_decay: f32,
}

/// A type of parameters that [`adagrad`] can step: f32, f64, and f16 and bf16 with the accumulator
/// and the arithmetic in f32.
pub trait Parameter: sealed::Step {}

pub(super) mod sealed {
    use super::AdagradStep;
    use crate::kernel::element_wise::ElementStep;
    use crate::kernel::number::Real;

    /// Out of reach for other crates: the implementations rely on slices of one length.
    pub trait Step: Copy + Send + Sync {
        /// The type of the accumulator, in which the step is computed.
        type Accumulator: Real;

        /// The number in the type of the accumulator.
        fn widen(self) -> Self::Accumulator;

        /// The nearest number to one in the type of the accumulator.
        fn narrow(number: Self::Accumulator) -> Self;

        /// Steps on this thread; the slices are equally long.
        fn step(
            step: &AdagradStep,
            parameter: &mut [Self],
            gradient: &[Self],
            accumulator: &mut [Self::Accumulator],
        );

        /// The same for any step that computes each element on its own.
        fn element_wise<S: ElementStep<N>, const N: usize>(
            rule: &S,
            parameter: &mut [Self],
            gradient: &[Self],
            state: [&mut [Self::Accumulator]; N],
        );

        /// As [`step`](Self::step), by a gradient in the type of the accumulator.
        fn step_wide(
            step: &AdagradStep,
            parameter: &mut [Self],
            gradient: &[Self::Accumulator],
            accumulator: &mut [Self::Accumulator],
        );

        /// As [`element_wise`](Self::element_wise), by a gradient in the type of the accumulator.
        fn element_wise_wide<S: ElementStep<N>, const N: usize>(
            rule: &S,
            parameter: &mut [Self],
            gradient: &[Self::Accumulator],
            state: [&mut [Self::Accumulator]; N],
        );
    }
}

/// One Adagrad step in place.
///
/// Large slices are shared out over rayon's threads; as every element is on its own, the result does
/// not depend on their number, to the bit.
///
/// ```
/// use burn_adagrad::kernel::dense::{AdagradStep, adagrad};
///
/// let step = AdagradStep {
///     rate: 0.1,
///     epsilon: 1e-10,
///     epsilon_inside_sqrt: false,
///     maximize: false,
///     weight_decay: 0.0,
/// };
/// let mut parameter = [1.0_f32, 1.0];
/// let mut accumulator = [0.0_f32, 0.0];
/// adagrad(&step, &mut parameter, &[4.0, 0.0], &mut accumulator);
/// assert_eq!(parameter, [0.9, 1.0]);
/// assert_eq!(accumulator, [16.0, 0.0]);
/// ```
///
/// # Panics
///
/// If the three slices are not equally long.
pub fn adagrad<P: Parameter>(
    step: &AdagradStep,
    parameter: &mut [P],
    gradient: &[P],
    accumulator: &mut [P::Accumulator],
) {
    let len = parameter.len();
    assert_eq!(len, gradient.len(), "gradient length");
    assert_eq!(len, accumulator.len(), "accumulator length");
    if len < PARALLEL_MIN {
        return P::step(step, parameter, gradient, accumulator);
    }
    let chunks = parameter
        .chunks_mut(CHUNK)
        .zip(gradient.chunks(CHUNK))
        .zip(accumulator.chunks_mut(CHUNK));
    share_out(chunks, |((parameter, gradient), accumulator)| {
        P::step(step, parameter, gradient, accumulator);
    });
}

impl Parameter for f32 {}

impl sealed::Step for f32 {
    type Accumulator = f32;

    #[inline(always)]
    fn widen(self) -> f32 {
        self
    }

    #[inline(always)]
    fn narrow(number: f32) -> f32 {
        number
    }

    fn step(step: &AdagradStep, parameter: &mut [f32], gradient: &[f32], accumulator: &mut [f32]) {
        let level = Level::detect();
        #[cfg(target_arch = "x86_64")]
        if level == Level::Avx512 && avx512::suits(step) {
            // SAFETY: `Level::detect` has found AVX-512F, and the function asks nothing else of its
            // caller: it checks the lengths itself.
            return unsafe { avx512::adagrad(step, parameter, gradient, accumulator) };
        }
        pass::adagrad(level, step, parameter, gradient, accumulator);
    }

    fn element_wise<S: ElementStep<N>, const N: usize>(
        rule: &S,
        parameter: &mut [Self],
        gradient: &[Self],
        state: [&mut [Self]; N],
    ) {
        Level::detect().run(Pass {
            rule,
            parameter,
            gradient,
            state,
        });
    }

    #[inline(always)]
    fn step_wide(
        step: &AdagradStep,
        parameter: &mut [Self],
        gradient: &[Self],
        accumulator: &mut [Self],
    ) {
        Self::step(step, parameter, gradient, accumulator);
    }

    #[inline(always)]
    fn element_wise_wide<S: ElementStep<N>, const N: usize>(
        rule: &S,
        parameter: &mut [Self],
        gradient: &[Self],
        state: [&mut [Self]; N],
    ) {
        Self::element_wise(rule, parameter, gradient, state);
    }
}

impl Parameter for f64 {}

impl sealed::Step for f64 {
    type Accumulator = f64;

    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }

    #[inline(always)]
    fn narrow(number: f64) -> f64 {
        number
    }

    fn step(step: &AdagradStep, parameter: &mut [f64], gradient: &[f64], accumulator: &mut [f64]) {
        pass::adagrad(Level::detect(), step, parameter, gradient, accumulator);
    }

    fn element_wise<S: ElementStep<N>, const N: usize>(
        rule: &S,
        parameter: &mut [Self],
        gradient: &[Self],
        state: [&mut [Self]; N],
    ) {
        Level::detect().run(Pass {
            rule,
            parameter,
            gradient,
            state,
        });
    }

    #[inline(always)]
    fn step_wide(
        step: &AdagradStep,
        parameter: &mut [Self],
        gradient: &[Self],
        accumulator: &mut [Self],
    ) {
        Self::step(step, parameter, gradient, accumulator);
    }

    #[inline(always)]
    fn element_wise_wide<S: ElementStep<N>, const N: usize>(
        rule: &S,
        parameter: &mut [Self],
        gradient: &[Self],
        state: [&mut [Self]; N],
    ) {
        Self::element_wise(rule, parameter, gradient, state);
    }
}
