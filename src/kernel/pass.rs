//! The loop in plain Rust, compiled once for each set of vector instructions.

use super::dense::AdagradStep;
use super::number::Real;
use super::simd::Level;

/// Calls the macro `$call` with the three constants of the loop that suit a step: ε under the root,
/// ε zero, weight decay.
macro_rules! with_constants {
    ($step:expr, $call:ident) => {
        match (
            $step.epsilon_inside_sqrt,
            $step.epsilon == 0.0,
            $step.weight_decay != 0.0,
        ) {
            (false, false, false) => $call!(false, false, false),
            (false, false, true) => $call!(false, false, true),
            (false, true, false) => $call!(false, true, false),
            (false, true, true) => $call!(false, true, true),
            (true, false, false) => $call!(true, false, false),
            (true, false, true) => $call!(true, false, true),
            (true, true, false) => $call!(true, true, false),
            (true, true, true) => $call!(true, true, true),
        }
    };
}
pub(super) use with_constants;

/// Steps three equally long slices with the instructions of `level`.
pub(super) fn adagrad<T: Real>(
    level: Level,
    step: &AdagradStep,
    parameter: &mut [T],
    gradient: &[T],
    accumulator: &mut [T],
) {
    macro_rules! call {
        ($inside:literal, $zero:literal, $decay:literal) => {
            match level {
                Level::Baseline => {
                    pass::<T, $inside, $zero, $decay>(step, parameter, gradient, accumulator)
                }
                // SAFETY: a level above the baseline comes from `Level::detect`, which gives it only
                // where the processor has its instructions; the functions ask nothing else.
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => unsafe {
                    pass_avx2::<T, $inside, $zero, $decay>(step, parameter, gradient, accumulator)
                },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => unsafe {
                    pass_avx512::<T, $inside, $zero, $decay>(step, parameter, gradient, accumulator)
                },
            }
        };
    }
    with_constants!(step, call)
}

// ANCHOR: wide
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
// ANCHOR_END: wide

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

// ANCHOR: pass
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
// ANCHOR_END: pass

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::kernel::avx512;

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

    fn steps() -> impl Iterator<Item = AdagradStep> {
        (0..16).map(|bits| AdagradStep {
            rate: 0.01,
            epsilon: if bits & 1 == 0 { 1e-10 } else { 0.0 },
            epsilon_inside_sqrt: bits & 2 != 0,
            maximize: bits & 4 != 0,
            weight_decay: if bits & 8 == 0 { 0.0 } else { 0.1 },
        })
    }

    const LENGTHS: [usize; 11] = [0, 1, 7, 8, 15, 16, 17, 31, 33, 48, 1000];

    fn run(len: usize, step: impl Fn(&mut [f32], &[f32], &mut [f32])) -> (Vec<f32>, Vec<f32>) {
        let mut parameter = numbers(len, 1);
        let mut accumulator: Vec<f32> = numbers(len, 2).iter().map(|x| x.abs()).collect();
        step(&mut parameter, &numbers(len, 3), &mut accumulator);
        (parameter, accumulator)
    }

    /// Which NaN comes out is the processor's choice.
    fn bits(values: &[f32]) -> Vec<u32> {
        let bits = |value: &f32| {
            if value.is_nan() {
                u32::MAX
            } else {
                value.to_bits()
            }
        };
        values.iter().map(bits).collect()
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        for (level, available) in [
            (Level::Avx2, std::arch::is_x86_feature_detected!("avx2")),
            (
                Level::Avx512,
                std::arch::is_x86_feature_detected!("avx512f"),
            ),
        ] {
            for (len, step) in LENGTHS
                .into_iter()
                .flat_map(|len| steps().map(move |s| (len, s)))
            {
                if available {
                    let (p, a) = run(len, |p, g, a| adagrad(level, &step, p, g, a));
                    let (q, b) = run(len, |p, g, a| adagrad(Level::Baseline, &step, p, g, a));
                    assert_eq!(
                        (bits(&p), bits(&a)),
                        (bits(&q), bits(&b)),
                        "{level:?} {len} {step:?}"
                    );
                }
            }
        }
    }

    /// The estimated quotient: the accumulator to the bit, the parameter to the last place of the
    /// step, and NaN, infinity and zero where the exact loop has them.
    #[test]
    fn the_estimated_quotient_is_within_a_unit_of_the_last_place() {
        if !std::arch::is_x86_feature_detected!("avx512f") {
            return;
        }
        for (len, step) in LENGTHS
            .into_iter()
            .flat_map(|len| steps().map(move |s| (len, s)))
        {
            assert!(avx512::suits(&step));
            // SAFETY: AVX-512F was detected.
            let (p, a) = run(len, |p, g, a| unsafe { avx512::adagrad(&step, p, g, a) });
            let (q, b) = run(len, |p, g, a| adagrad(Level::Baseline, &step, p, g, a));
            assert_eq!(bits(&a), bits(&b), "{len} {step:?}");
            let before = numbers(len, 1);
            for (i, gradient) in numbers(len, 3).into_iter().enumerate() {
                let (ours, exact) = (p[i], q[i]);
                // The remainder of a denormal gradient has no bits left.
                let relative = if gradient.abs() < 1e-37 { 1e-4 } else { 2.5e-7 };
                let moved = f64::from((exact - before[i]).abs());
                let allowed = relative * moved + 6e-8 * f64::from(exact.abs());
                let same = ours == exact || (ours.is_nan() && exact.is_nan());
                let error = (f64::from(ours) - f64::from(exact)).abs();
                assert!(
                    same || error <= allowed,
                    "{len} {step:?}: {ours:e} for {exact:e}"
                );
            }
        }
    }

    /// Beyond these, 1/ε is not a normal number.
    #[test]
    fn extreme_epsilons_are_left_to_the_exact_loop() {
        for (epsilon, suits) in [(0.0, true), (1e-38, false), (1e-10, true), (1e35, false)] {
            let step = AdagradStep {
                epsilon,
                ..steps().next().unwrap()
            };
            assert_eq!(avx512::suits(&step), suits, "{epsilon}");
        }
    }
}
