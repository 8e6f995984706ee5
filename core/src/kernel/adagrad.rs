//! Adagrad: one pass over a parameter, its gradient and its accumulator.
//!
//! A step reads three slices and writes two of them in place: nothing is allocated, and at large
//! sizes it runs at the speed of memory.
//!
//! The accumulator is the same to the bit at every vector width and from burn's plain operations
//! on the CPU; so is the parameter, except for f32 and half precision on AVX-512, where a step
//! may differ in its last place. On one machine the kernels' bits depend on nothing but the
//! numbers.
//!
//! # Special values
//!
//! The results are the same at every vector width and from the plain operations on the CPU.
//!
//! - A NaN gradient makes its accumulator and its parameter NaN.
//! - An infinite gradient makes the accumulator infinite and the parameter NaN (∞/∞).
//! - A finite gradient whose square overflows makes the accumulator infinite. The parameter stays where it is
//!   (g/∞) and never moves again.
//! - A gradient whose square underflows leaves the accumulator as it is. Denormals are not flushed.

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::element_step::{ElementStep, run};
use super::gradient::Direction;
use super::number::{Number, Real};

/// An Adagrad step; its state is the accumulator G.
///
/// ```text
/// θ ← θ·factor
/// g ← −g                        if maximize
/// g ← g + λθ
/// G ← G + g²
/// θ ← θ − η·g/(√G + ε)          ε under the root: g/√(G + ε)
/// ```
///
/// The same in f64, written out: [`reference::adagrad`](super::reference::adagrad).
///
/// ```
/// use adagrad_core::kernel::adagrad::AdagradStep;
/// use adagrad_core::kernel::element_wise;
///
/// let rule = AdagradStep {
///     rate: 0.1,
///     epsilon: 1e-10,
///     epsilon_inside_sqrt: false,
///     maximize: false,
///     weight_decay: 0.0,
///     factor: 1.0,
/// };
/// let mut parameter = [1.0_f32, 1.0];
/// let mut accumulator = [0.0_f32, 0.0];
/// element_wise::step(&rule, &mut parameter, &[4.0, 0.0], [&mut accumulator]);
/// assert_eq!(parameter, [0.9, 1.0]);
/// assert_eq!(accumulator, [16.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdagradStep {
    /// The learning rate η of this step, any decay already in it.
    pub rate: f64,
    /// ε in the denominator. With 0, an element whose accumulator is 0 does not move.
    pub epsilon: f64,
    /// Whether ε stands under the root.
    pub epsilon_inside_sqrt: bool,
    /// Whether to climb.
    pub maximize: bool,
    /// L2 penalty λ, added to the gradient.
    pub weight_decay: f64,
    /// By what the weights are multiplied first: 1 without decoupled weight decay.
    pub factor: f64,
}

impl ElementStep<1> for AdagradStep {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum]: [T; 1]) -> (T, [T; 1]) {
        let (theta, direction, sum) = self.direction(theta, gradient, sum);
        (theta - direction.scale(self.rate), [sum])
    }

    #[inline(always)]
    fn step_slices<T: Real>(&self, parameter: &mut [T], gradient: &[T], state: [&mut [T]; 1]) {
        match self.usual() {
            Some(usual) => run(&usual, parameter, gradient, state),
            None => run(self, parameter, gradient, state),
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn step_f32(
        &self,
        parameter: &mut [f32],
        gradient: &[f32],
        [sum]: &mut [&mut [f32]; 1],
    ) -> bool {
        self.suits_estimated_quotients()
            && match self.usual() {
                Some(usual) => avx512::step(&usual, parameter, gradient, [&mut **sum]),
                None => avx512::step(self, parameter, gradient, [&mut **sum]),
            }
    }
}

/// A step without decay and with an ε above 0 outside of the root. It is a type of its own, so
/// that its loop has the other options as constants and pays for none of them.
struct Usual {
    rate: f64,
    epsilon: f64,
    maximize: bool,
}

impl ElementStep<1> for Usual {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum]: [T; 1]) -> (T, [T; 1]) {
        let step = AdagradStep {
            rate: self.rate,
            epsilon: self.epsilon,
            epsilon_inside_sqrt: false,
            maximize: self.maximize,
            weight_decay: 0.0,
            factor: 1.0,
        };
        let (theta, direction, sum) = step.quotient(theta, gradient, sum);
        (theta - direction.scale(self.rate), [sum])
    }
}

impl AdagradStep {
    // ANCHOR: formula
    /// The decayed weights θ·factor, the direction of the step, and the accumulator G.
    #[inline(always)]
    pub(super) fn direction<T: Number>(&self, theta: T, gradient: T, sum: T) -> (T, T, T) {
        let (theta, direction, sum) = self.quotient(theta, gradient, sum);
        let direction = if self.epsilon as f32 == 0.0 {
            direction.zero_where_zero(sum.clone())
        } else {
            direction
        };
        (theta, direction, sum)
    }

    /// The same for an ε above 0: the direction is g/(√G + ε).
    #[inline(always)]
    fn quotient<T: Number>(&self, theta: T, gradient: T, sum: T) -> (T, T, T) {
        let theta = theta.scale(self.factor);
        let options = Direction {
            maximize: self.maximize,
            weight_decay: self.weight_decay,
        };
        let gradient = options.of(gradient, &theta);
        let sum = sum + gradient.clone().square();
        // One of the two is -0, and adding -0 changes nothing. So one root serves both
        // placements.
        let (under, outside) = if self.epsilon_inside_sqrt {
            (self.epsilon, -0.0)
        } else {
            (-0.0, self.epsilon)
        };
        let denominator = sum.clone().offset(under).sqrt().offset(outside);
        (theta, gradient / denominator, sum)
    }
    // ANCHOR_END: formula

    /// The same step, if its options are the usual ones.
    #[inline(always)]
    fn usual(&self) -> Option<Usual> {
        let usual = !self.epsilon_inside_sqrt
            && self.epsilon as f32 > 0.0
            && self.weight_decay == 0.0
            && self.factor == 1.0;
        usual.then_some(Usual {
            rate: self.rate,
            epsilon: self.epsilon,
            maximize: self.maximize,
        })
    }

    /// Whether the estimate of 1/(√G + ε) can neither overflow nor underflow for this ε.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn suits_estimated_quotients(&self) -> bool {
        self.epsilon as f32 == 0.0 || (1e-30..1e30).contains(&self.epsilon)
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::kernel::element_step::Pass;
    use crate::kernel::simd::Level;

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
        (0..32).map(|bits| AdagradStep {
            rate: 0.01,
            epsilon: if bits & 1 == 0 { 1e-10 } else { 0.0 },
            epsilon_inside_sqrt: bits & 2 != 0,
            maximize: bits & 4 != 0,
            weight_decay: if bits & 8 == 0 { 0.0 } else { 0.1 },
            factor: if bits & 16 == 0 { 1.0 } else { 0.99 },
        })
    }

    fn cases() -> impl Iterator<Item = (usize, AdagradStep)> {
        let lengths = [0, 1, 7, 8, 15, 16, 17, 31, 33, 48, 1000];
        lengths
            .into_iter()
            .flat_map(|len| steps().map(move |step| (len, step)))
    }

    fn stepped(len: usize, step: impl Fn(&mut [f32], &[f32], &mut [f32])) -> (Vec<f32>, Vec<f32>) {
        let mut parameter = numbers(len, 1);
        let mut accumulator: Vec<f32> = numbers(len, 2).iter().map(|x| x.abs()).collect();
        step(&mut parameter, &numbers(len, 3), &mut accumulator);
        (parameter, accumulator)
    }

    fn run_at(level: Level, len: usize, rule: &AdagradStep) -> (Vec<f32>, Vec<f32>) {
        stepped(len, |parameter, gradient, accumulator| {
            level.run(Pass {
                rule,
                parameter,
                gradient,
                state: [accumulator],
            });
        })
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
            for (len, step) in cases().filter(|_| available) {
                let (p, a) = run_at(level, len, &step);
                let (q, b) = run_at(Level::Baseline, len, &step);
                assert_eq!(
                    (bits(&p), bits(&a)),
                    (bits(&q), bits(&b)),
                    "{level:?} {len} {step:?}"
                );
            }
        }
    }

    /// The estimated quotient: the accumulator to the bit, the parameter to the last place of
    /// the step, and NaN, infinity and zero where the exact loop has them.
    #[test]
    fn the_estimated_quotient_is_within_a_unit_of_the_last_place() {
        if !std::arch::is_x86_feature_detected!("avx512f") {
            return;
        }
        for (len, step) in cases() {
            let (p, a) = stepped(len, |p, g, a| assert!(step.step_f32(p, g, &mut [a])));
            let (q, b) = run_at(Level::Baseline, len, &step);
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
            assert_eq!(step.suits_estimated_quotients(), suits, "{epsilon}");
        }
    }
}
