//! The kernels over slices against the formula in f64.

use adagrad_core::kernel::adagrad::AdagradStep;
use adagrad_core::kernel::element_wise;
use adagrad_core::kernel::reference::{self, AdagradOptions};
use half::{bf16, f16};
use proptest::prelude::*;

const LENGTHS: [usize; 12] = [0, 1, 7, 8, 15, 16, 17, 31, 1000, 65_537, 131_072, 300_001];

fn numbers(len: usize, salt: usize) -> Vec<f32> {
    (0..len)
        .map(|i| {
            let i = i + salt;
            if i.is_multiple_of(11) {
                0.0
            } else {
                (i as f32 * 0.7).sin() * 10.0_f32.powi(i as i32 % 9 - 5)
            }
        })
        .collect()
}

fn step(bits: u32) -> AdagradStep {
    AdagradStep {
        rate: 0.05,
        epsilon: [1e-10, 0.0, 1e-3, 1e-38][bits as usize % 4],
        epsilon_inside_sqrt: bits & 4 != 0,
        maximize: bits & 8 != 0,
        weight_decay: if bits & 16 == 0 { 0.0 } else { 0.1 },
        factor: if bits & 32 == 0 { 1.0 } else { 0.875 },
    }
}

/// The reference step on the same numbers: parameters and accumulators.
fn expected(step: &AdagradStep, p: &[f64], g: &[f64], a: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let options = AdagradOptions {
        lr_decay: 0.0,
        epsilon: step.epsilon,
        epsilon_inside_sqrt: step.epsilon_inside_sqrt,
        maximize: step.maximize,
        weight_decay: step.weight_decay,
    };
    let (mut p, mut a) = (p.to_vec(), a.to_vec());
    p.iter_mut().for_each(|p| *p *= step.factor);
    reference::adagrad(&options, step.rate, 1, &mut p, g, &mut a);
    (p, a)
}

fn f64s(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| value.into()).collect()
}

/// Demands `actual` within `relative`·|expected| + `absolute`.
fn assert_close(what: &str, actual: &[f64], expected: &[f64], relative: f64, absolute: f64) {
    assert_eq!(actual.len(), expected.len());
    for (i, (a, e)) in actual.iter().zip(expected).enumerate() {
        let bound = relative * e.abs() + absolute;
        assert!((a - e).abs() <= bound, "{what}, element {i}: {a} for {e}");
    }
}

#[test]
fn f32_steps_are_the_formula_at_every_length() {
    for len in LENGTHS {
        for bits in 0..64 {
            let step = step(bits);
            let (mut p, g) = (numbers(len, 1), numbers(len, 5));
            let mut a: Vec<f32> = numbers(len, 9).iter().map(|x| x * x).collect();
            let (parameter, accumulator) = expected(&step, &f64s(&p), &f64s(&g), &f64s(&a));
            element_wise::step(&step, &mut p, &g, [&mut a]);
            let what = format!("{len} {step:?}");
            assert_close(&what, &f64s(&a), &accumulator, 4e-7, 1e-30);
            // A step is 0.05 at most: 1e-6 of that, and the parameter is rounded once or twice.
            assert_close(&what, &f64s(&p), &parameter, 2e-7, 5e-8);
        }
    }
}

#[test]
fn f64_steps_are_the_formula_at_every_length() {
    for len in LENGTHS {
        for bits in 0..64 {
            let step = step(bits);
            let (mut p, g) = (f64s(&numbers(len, 1)), f64s(&numbers(len, 5)));
            let mut a: Vec<f64> = numbers(len, 9)
                .iter()
                .map(|&x| f64::from(x).powi(2))
                .collect();
            let (parameter, accumulator) = expected(&step, &p, &g, &a);
            element_wise::step(&step, &mut p, &g, [&mut a]);
            let what = format!("{len} {step:?}");
            assert_close(&what, &a, &accumulator, 1e-15, 0.0);
            assert_close(&what, &p, &parameter, 4e-16, 1e-16);
        }
    }
}

/// A half-precision step is the f32 step on the widened numbers, rounded once.
#[test]
fn half_precision_steps_are_f32_steps_rounded_once() {
    macro_rules! check {
        ($half:ident) => {
            for len in LENGTHS {
                for bits in 0..64 {
                    let step = step(bits);
                    let narrow = |values: Vec<f32>| -> Vec<$half> {
                        values.into_iter().map($half::from_f32).collect()
                    };
                    let (mut p, g) = (narrow(numbers(len, 1)), narrow(numbers(len, 5)));
                    let mut a: Vec<f32> = numbers(len, 9).iter().map(|x| x * x).collect();
                    let wide = |values: &[$half]| -> Vec<f32> {
                        values.iter().map(|value| value.to_f32()).collect()
                    };
                    let (mut wide_p, mut wide_a) = (wide(&p), a.clone());
                    element_wise::step(&step, &mut wide_p, &wide(&g), [&mut wide_a]);
                    element_wise::step(&step, &mut p, &g, [&mut a]);
                    assert_eq!(p, narrow(wide_p), "{len} {step:?}");
                    assert_eq!(a, wide_a, "{len} {step:?}");
                }
            }
        };
    }
    check!(f16);
    check!(bf16);
}

/// What the module's documentation says of NaN, infinity, overflow, underflow and denormals, for a
/// type whose accumulator is f32 or f64, in which `tiny`² underflows and `huge`² overflows.
macro_rules! special_values {
    ($name:ident, $half:ty, $wide:ident, $tiny:expr, $huge:expr) => {
        #[test]
        fn $name() {
            const INF: $wide = $wide::INFINITY;
            let narrow = |value: $wide| <$half as FromWide<$wide>>::narrow(value);
            // Gradient, accumulator before and after, whether the parameter moves (None: NaN).
            let cases: [($wide, $wide, $wide, Option<bool>); 10] = [
                ($wide::NAN, 1.0, $wide::NAN, None),
                (1.0, $wide::NAN, $wide::NAN, None),
                (INF, 1.0, INF, None),
                (-INF, 1.0, INF, None),
                (
                    $huge,
                    1.0,
                    $huge * $huge + 1.0,
                    Some(($huge * $huge as $wide).is_finite()),
                ),
                (1.0, INF, INF, Some(false)),
                (0.0, INF, INF, Some(false)),
                ($tiny, 4.0, 4.0, Some(false)),
                (0.0, 0.0, 0.0, Some(false)),
                // A denormal accumulator is not taken for 0.
                (0.5, $wide::MIN_POSITIVE / 8.0, 0.25, Some(true)),
            ];
            for len in [1, 16, 21, 200_000] {
                for (at, inside) in [0, len / 2, len - 1]
                    .into_iter()
                    .flat_map(|at| [(at, false), (at, true)])
                {
                    for (gradient, before, after, moves) in cases {
                        let step = AdagradStep {
                            rate: 0.1,
                            epsilon: 1e-10,
                            epsilon_inside_sqrt: inside,
                            maximize: false,
                            weight_decay: 0.0,
                            factor: 1.0,
                        };
                        let mut p = vec![narrow(1.0); len];
                        let mut g = vec![narrow(0.5); len];
                        let mut a: Vec<$wide> = vec![1.0; len];
                        (g[at], a[at]) = (narrow(gradient), before);
                        element_wise::step(&step, &mut p, &g, [&mut a]);
                        let what = format!("{len} at {at}: {gradient:e}, {before:e}, {inside}");
                        let same = a[at] == after || (a[at].is_nan() && after.is_nan());
                        assert!(same, "{what}: {:e}", a[at]);
                        match moves {
                            None => assert!(p[at] != p[at], "{what}"),
                            Some(moves) => assert_eq!(p[at] != narrow(1.0), moves, "{what}"),
                        }
                        // The neighbours are not drawn in.
                        let plain = narrow(1.0 - 0.1 * 0.5 / (1.25 as $wide).sqrt());
                        let others = p.iter().enumerate().filter(|&(i, _)| i != at);
                        let wide = |value: $half| <$half as FromWide<$wide>>::wide(value);
                        let close = |p: $half| (wide(p) - wide(plain)).abs() < 1e-6;
                        assert!(others.map(|(_, &p)| p).all(close), "{what}");
                    }
                }
            }
        }
    };
}

trait FromWide<W> {
    fn narrow(value: W) -> Self;
    fn wide(self) -> W;
}

macro_rules! from_wide {
    ($($narrow:ty, $wide:ty, $into:expr, $out:expr);+) => {$(
        impl FromWide<$wide> for $narrow {
            fn narrow(value: $wide) -> Self {
                $into(value)
            }

            fn wide(self) -> $wide {
                $out(self)
            }
        }
    )+};
}
from_wide!(
    f32, f32, |x| x, |x| x;
    f64, f64, |x| x, |x| x;
    f16, f32, f16::from_f32, f16::to_f32;
    bf16, f32, bf16::from_f32, bf16::to_f32
);

special_values!(special_values_in_f32, f32, f32, 1e-30, 1e30);
special_values!(special_values_in_f64, f64, f64, 1e-200, 1e200);
special_values!(
    special_values_in_bf16,
    bf16,
    f32,
    1e-30,
    bf16::from_f32(1e30).to_f32()
);
// f16 has no number whose square overflows f32, so its largest moves on.
special_values!(special_values_in_f16, f16, f32, 1e-30, 65_504.0);

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bit for bit, whatever the number of threads.
    #[test]
    fn threads_do_not_change_a_bit(len in 100_000_usize..400_000, bits in 0_u32..64, salt in 0_usize..99) {
        let step = step(bits);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (mut p, g) = (numbers(len, salt), numbers(len, salt + 5));
            let mut a: Vec<f32> = numbers(len, salt + 9).iter().map(|x| x * x).collect();
            pool.install(|| element_wise::step(&step, &mut p, &g, [&mut a]));
            let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
            (bits(p), bits(a))
        };
        let one = run(1);
        for threads in [2, 3, 7] {
            prop_assert!(run(threads) == one, "{} threads", threads);
        }
    }
}

#[test]
#[should_panic(expected = "gradient length")]
fn lengths_that_differ_are_refused() {
    element_wise::step(&step(0), &mut [1.0_f32; 3], &[1.0; 2], [&mut [0.0; 3]]);
}
