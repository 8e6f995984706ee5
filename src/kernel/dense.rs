//! One pass over a parameter, its gradient and its accumulator.
//!
//! A step reads three slices and writes two of them in place: nothing is allocated, and at large
//! sizes it runs at the speed of memory.
//!
//! # Special values
//!
//! The same comes out at every vector width, on any number of threads, and from the plain tensor
//! operations. A NaN gradient makes its accumulator and its parameter NaN. An infinite gradient, or
//! a finite one whose square overflows, makes the accumulator infinite; the parameter becomes NaN
//! for the infinite one (∞/∞) and stays where it is for the finite one (g/∞), which is then frozen
//! for good. A gradient whose square underflows leaves the accumulator as it is. Denormals are not
//! flushed.

use rayon::prelude::*;

use super::simd::Level;

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

/// Fewer elements than this are stepped by the calling thread alone: waking another one takes longer
/// than it saves (see `benches/optimizer_step.rs`).
const PARALLEL_MIN: usize = 32 * 1024;

/// A type of parameters that [`adagrad`] can step: f32, f64, and f16 and bf16 with the accumulator
/// and the arithmetic in f32.
pub trait Parameter: Copy + Send + Sync + sealed::Sealed {
    /// The type of the accumulator, in which the step is computed.
    type Accumulator: Copy + Send + Sync;

    #[doc(hidden)]
    fn step(
        step: &AdagradStep,
        parameter: &mut [Self],
        gradient: &[Self],
        accumulator: &mut [Self::Accumulator],
    );
}

pub(super) mod sealed {
    pub trait Sealed {}
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
    // One stretch a thread, so that each reads and writes its own pages from front to back.
    let chunk = len
        .div_ceil(rayon::current_num_threads())
        .max(PARALLEL_MIN / 2);
    parameter
        .par_chunks_mut(chunk)
        .zip(gradient.par_chunks(chunk))
        .zip(accumulator.par_chunks_mut(chunk))
        .for_each(|((parameter, gradient), accumulator)| {
            P::step(step, parameter, gradient, accumulator);
        });
}

/// The floating-point types in which a step is computed.
pub(super) trait Real:
    Copy
    + PartialEq
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;
    const MINUS_ONE: Self;
    fn from_f64(value: f64) -> Self;
    fn sqrt(self) -> Self;
}

macro_rules! real {
    ($($float:ident),+) => {$(
        impl Real for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const MINUS_ONE: Self = -1.0;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }
        }

        impl sealed::Sealed for $float {}

        impl Parameter for $float {
            type Accumulator = $float;

            fn step(
                step: &AdagradStep,
                parameter: &mut [Self],
                gradient: &[Self],
                accumulator: &mut [Self],
            ) {
                pass_at(Level::detect(), step, parameter, gradient, accumulator);
            }
        }
    )+};
}
real!(f32, f64);

/// Steps with the instructions of `level`, on this thread.
pub(super) fn pass_at<T: Real>(
    level: Level,
    step: &AdagradStep,
    parameter: &mut [T],
    gradient: &[T],
    accumulator: &mut [T],
) {
    macro_rules! variants {
        ($(($inside:literal, $zero:literal, $decay:literal)),+) => {
            match (step.epsilon_inside_sqrt, step.epsilon == 0.0, step.weight_decay != 0.0) {
                $(($inside, $zero, $decay) => match level {
                    Level::Baseline => {
                        pass::<T, $inside, $zero, $decay>(step, parameter, gradient, accumulator)
                    }
                    // SAFETY: `Level::detect` gives this level only to a processor that has AVX2,
                    // and the function asks nothing else of its caller.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => unsafe {
                        pass_avx2::<T, $inside, $zero, $decay>(
                            step, parameter, gradient, accumulator,
                        )
                    },
                    // SAFETY: as above, with AVX-512F.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => unsafe {
                        pass_avx512::<T, $inside, $zero, $decay>(
                            step, parameter, gradient, accumulator,
                        )
                    },
                },)+
            }
        };
    }
    variants!(
        (false, false, false),
        (false, false, true),
        (false, true, false),
        (false, true, true),
        (true, false, false),
        (true, false, true),
        (true, true, false),
        (true, true, true)
    );
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn pass_avx2<T: Real, const INSIDE: bool, const ZERO: bool, const DECAY: bool>(
    step: &AdagradStep,
    parameter: &mut [T],
    gradient: &[T],
    accumulator: &mut [T],
) {
    pass::<T, INSIDE, ZERO, DECAY>(step, parameter, gradient, accumulator);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn pass_avx512<T: Real, const INSIDE: bool, const ZERO: bool, const DECAY: bool>(
    step: &AdagradStep,
    parameter: &mut [T],
    gradient: &[T],
    accumulator: &mut [T],
) {
    pass::<T, INSIDE, ZERO, DECAY>(step, parameter, gradient, accumulator);
}

/// The loop. The operations and their order are those of the plain tensor path.
#[inline(always)]
fn pass<T: Real, const INSIDE: bool, const ZERO: bool, const DECAY: bool>(
    step: &AdagradStep,
    parameter: &mut [T],
    gradient: &[T],
    accumulator: &mut [T],
) {
    let rate = T::from_f64(step.rate);
    let epsilon = T::from_f64(step.epsilon.into());
    let decay = T::from_f64(step.weight_decay.into());
    let sign = if step.maximize { T::MINUS_ONE } else { T::ONE };
    for ((theta, &g), sum) in parameter.iter_mut().zip(gradient).zip(accumulator) {
        let mut g = sign * g;
        if DECAY {
            g = g + decay * *theta;
        }
        let total = *sum + g * g;
        let denominator = if INSIDE {
            (total + epsilon).sqrt()
        } else {
            total.sqrt() + epsilon
        };
        let mut direction = g / denominator;
        if ZERO && total == T::ZERO {
            direction = T::ZERO;
        }
        *sum = total;
        *theta = *theta - direction * rate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of every kind: normal, denormal, zero, huge, infinite, NaN.
    fn numbers(len: usize, salt: usize) -> Vec<f32> {
        let special = [
            0.0,
            -0.0,
            1e-40,
            -3e-42,
            1e-25,
            1e25,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
        ];
        (0..len)
            .map(|i| match (i * 7 + salt) % 23 {
                k if k < special.len() && i % 2 == 1 => special[k],
                k => ((i + salt) as f32 * 0.7).sin() * 10.0_f32.powi(k as i32 % 7 - 4),
            })
            .collect()
    }

    fn options() -> impl Iterator<Item = AdagradStep> {
        (0..16).map(|bits| AdagradStep {
            rate: 0.01,
            epsilon: if bits & 1 == 0 { 1e-10 } else { 0.0 },
            epsilon_inside_sqrt: bits & 2 != 0,
            maximize: bits & 4 != 0,
            weight_decay: if bits & 8 == 0 { 0.0 } else { 0.1 },
        })
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        // Which NaN comes out is the processor's choice.
        let bits = |value: &f32| {
            if value.is_nan() {
                u32::MAX
            } else {
                value.to_bits()
            }
        };
        values.iter().map(bits).collect()
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn every_level_gives_the_same_bits_at_odd_lengths() {
        let mut levels = vec![Level::Baseline];
        if std::arch::is_x86_feature_detected!("avx2") {
            levels.push(Level::Avx2);
        }
        if std::arch::is_x86_feature_detected!("avx512f") {
            levels.push(Level::Avx512);
        }
        for len in [0, 1, 7, 8, 15, 16, 17, 31, 33, 1000] {
            for step in options() {
                let run = |level| {
                    let mut parameter = numbers(len, 1);
                    let mut accumulator: Vec<f32> =
                        numbers(len, 2).iter().map(|x| x.abs()).collect();
                    let gradient = numbers(len, 3);
                    pass_at(level, &step, &mut parameter, &gradient, &mut accumulator);
                    (bits(&parameter), bits(&accumulator))
                };
                let expected = run(Level::Baseline);
                for &level in &levels {
                    assert_eq!(run(level), expected, "{level:?}, {len}, {step:?}");
                }
            }
        }
    }
}
