//! The loops over slices: at odd lengths, over many threads, against the formula called by hand.

use burn_adagrad::kernel::adadelta::AdadeltaStep;
use burn_adagrad::kernel::adagrad::AdagradStep;
use burn_adagrad::kernel::element_wise::{self, ElementStep};
use burn_adagrad::kernel::ftrl::FtrlStep;
use burn_adagrad::kernel::gradient::Direction;
use burn_adagrad::kernel::momentum::MomentumStep;
use burn_adagrad::kernel::norm::{DescentStep, sum_of_squares};
use burn_adagrad::kernel::proximal::ProximalStep;
use burn_adagrad::kernel::sm3::{self, Sm3Step};

use crate::common::bits;
use crate::optimizers::numbers;

const LENGTHS: [usize; 9] = [0, 1, 7, 15, 16, 17, 1000, 131_072, 300_001];

/// The loop gives what the formula gives for each element, to the bit.
fn assert_loop_is_the_formula<S: ElementStep<N>, const N: usize>(name: &str, rule: &S) {
    for len in LENGTHS {
        let (before, gradient) = (numbers(len, 1, true), numbers(len, 2, true));
        let state: [Vec<f32>; N] = std::array::from_fn(|part| {
            numbers(len, 3 + part, false)
                .iter()
                .map(|x| x.abs() + 0.01)
                .collect()
        });
        let (mut parameter, mut after) = (before.clone(), state.clone());
        let slices = after.each_mut().map(Vec::as_mut_slice);
        element_wise::step(rule, &mut parameter, &gradient, slices);
        for i in 0..len {
            let one = std::array::from_fn(|part| state[part][i]);
            let (theta, one) = rule.step(before[i], gradient[i], one);
            assert_eq!(
                theta.to_bits(),
                parameter[i].to_bits(),
                "{name}, {len}, {i}"
            );
            for part in 0..N {
                assert_eq!(
                    one[part].to_bits(),
                    after[part][i].to_bits(),
                    "{name}, {len}, {i}"
                );
            }
        }
    }
}

#[test]
fn loops_are_the_formulas() {
    let step = AdagradStep {
        rate: 0.1,
        epsilon: 1e-10,
        epsilon_inside_sqrt: false,
        maximize: false,
        weight_decay: 0.0,
        factor: 0.99,
    };
    let zero = AdagradStep {
        epsilon: 0.0,
        maximize: true,
        weight_decay: 0.1,
        ..step
    };
    for (nesterov, step) in [(false, step), (true, zero)] {
        let rule = MomentumStep {
            step,
            momentum: 0.9,
            nesterov,
        };
        assert_loop_is_the_formula("momentum", &rule);
    }
    let adadelta = AdadeltaStep {
        rate: 1.0,
        rho: 0.9,
        epsilon: 1e-6,
        direction: Direction {
            maximize: true,
            weight_decay: 0.1,
        },
    };
    assert_loop_is_the_formula("Adadelta", &adadelta);
    let proximal = ProximalStep::<false> {
        rate: 0.1,
        l1: 0.3,
        l2: 0.1,
        maximize: false,
    };
    assert_loop_is_the_formula("proximal", &proximal);
    let lazy = ProximalStep::<true> {
        rate: 0.1,
        l1: 0.3,
        l2: 0.1,
        maximize: true,
    };
    assert_loop_is_the_formula("proximal, with gradient", &lazy);
    macro_rules! ftrl {
        ($root:literal, $shrinkage:literal) => {{
            let rule = FtrlStep::<$root> {
                rate: 0.1,
                learning_rate_power: -0.4,
                l1: 0.5,
                l2: 0.1,
                l2_shrinkage: $shrinkage,
                beta: 1.0,
                maximize: false,
            };
            assert_loop_is_the_formula("FTRL", &rule);
        }};
    }
    ftrl!(true, 0.0);
    ftrl!(true, 0.1);
    ftrl!(false, 0.0);
    assert_loop_is_the_formula("descent", &DescentStep { rate: 0.1 });
    let sm3 = sm3_rule(0.9);
    assert_loop_is_the_formula::<_, 1>("SM3 of a vector", &sm3);
    assert_loop_is_the_formula::<_, 2>("SM3 of a vector, momentum", &sm3);
}

fn sm3_rule(momentum: f64) -> Sm3Step {
    Sm3Step {
        rate: 0.1,
        epsilon: 1e-8,
        momentum,
        maximize: false,
    }
}

/// SM3 in f64, one element after the other, with the index of each taken apart.
struct Plain {
    dims: Vec<usize>,
    parameter: Vec<f64>,
    accumulators: Vec<Vec<f64>>,
    momentum: Vec<f64>,
}

impl Plain {
    fn step(&mut self, rule: &Sm3Step, gradient: &[f32]) {
        let before = self.accumulators.clone();
        self.accumulators = self.dims.iter().map(|&n| vec![0.0; n]).collect();
        for (i, &g) in gradient.iter().enumerate() {
            let g = f64::from(g);
            let mut index = vec![0; self.dims.len()];
            let mut rest = i;
            for dim in (0..self.dims.len()).rev() {
                index[dim] = rest % self.dims[dim];
                rest /= self.dims[dim];
            }
            let bounds = index.iter().zip(&before).map(|(&i, part)| part[i]);
            let nu = bounds.fold(f64::INFINITY, f64::min) + g * g;
            for (&i, part) in index.iter().zip(&mut self.accumulators) {
                part[i] = part[i].max(nu);
            }
            let direction = if nu == 0.0 {
                0.0
            } else {
                g / (nu + rule.epsilon).sqrt()
            };
            self.momentum[i] = rule.momentum * self.momentum[i] + (1.0 - rule.momentum) * direction;
            self.parameter[i] -= rule.rate * self.momentum[i];
        }
    }
}

/// Few and many slices, short and long lines, one and many pieces for the threads.
#[test]
fn sm3_is_the_formula_in_any_shape() {
    let shapes: [&[usize]; 9] = [
        &[1, 1],
        &[3, 5],
        &[17, 300],
        &[2, 100_001],
        &[70_000, 3],
        &[900, 257],
        &[3, 4, 5],
        &[70, 1, 2500],
        &[5, 3, 7, 2000],
    ];
    for (shape, momentum) in shapes.into_iter().flat_map(|s| [(s, 0.0), (s, 0.9)]) {
        let len: usize = shape.iter().product();
        let rule = sm3_rule(momentum);
        let start = numbers(len, 4, false);
        let mut plain = Plain {
            dims: shape.to_vec(),
            parameter: start.iter().map(|&x| x.into()).collect(),
            accumulators: shape.iter().map(|&n| vec![0.0; n]).collect(),
            momentum: vec![0.0; len],
        };
        let mut parameter = start;
        let mut accumulators: Vec<Vec<f32>> = shape.iter().map(|&n| vec![0.0; n]).collect();
        let mut moments = vec![0.0_f32; if momentum > 0.0 { len } else { 0 }];
        for step in 0..3 {
            let gradient = numbers(len, step, true);
            let mut slices: Vec<&mut [f32]> =
                accumulators.iter_mut().map(Vec::as_mut_slice).collect();
            let moments = (momentum > 0.0).then_some(moments.as_mut_slice());
            sm3::step(
                &rule,
                shape,
                &mut parameter,
                &gradient,
                &mut slices,
                moments,
            );
            plain.step(&rule, &gradient);
        }
        let close = |a: f32, b: f64| (f64::from(a) - b).abs() <= 1e-5 * b.abs() + 1e-6;
        for (i, (&a, &b)) in parameter.iter().zip(&plain.parameter).enumerate() {
            assert!(close(a, b), "{shape:?}, parameter {i}: {a} for {b}");
        }
        for (a, b) in accumulators
            .iter()
            .flatten()
            .zip(plain.accumulators.iter().flatten())
        {
            assert!(close(*a, *b), "{shape:?}, accumulator: {a} for {b}");
        }
    }
}

/// In f64, at lengths of one chunk and of many; the same for one thread as for more.
#[test]
fn sums_of_squares_are_exact_and_do_not_depend_on_the_threads() {
    for len in [0, 1, 15, 16, 17, 65_537, 1_000_003] {
        let numbers = numbers(len, 8, false);
        let expected: f64 = numbers.iter().map(|&x| f64::from(x).powi(2)).sum();
        let sum = sum_of_squares(&numbers);
        assert!(
            (sum - expected).abs() <= 1e-12 * expected,
            "{len}: {sum} for {expected}"
        );
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap();
        let alone = pool.install(|| sum_of_squares(&numbers));
        assert_eq!(alone.to_bits(), sum.to_bits(), "{len}");
    }
    assert_eq!(bits(&[0.0]), [0]);
}

/// A dense step of row-wise Adagrad is the step over all rows, to the bit, for few and many rows of any width.
#[test]
fn dense_row_wise_steps_are_steps_over_all_rows() {
    use burn_adagrad::kernel::row_step;
    use burn_adagrad::kernel::row_wise::{RowWiseStep, dense};
    use burn_adagrad::kernel::rows::{Csr, RowSums};

    for (n, width) in [
        (1, 1),
        (7, 3),
        (100, 17),
        (3, 50_001),
        (70_001, 3),
        (1500, 100),
    ] {
        for epsilon in [1e-10, 0.0] {
            let step = RowWiseStep {
                rate: 0.1,
                epsilon,
                maximize: width == 17,
            };
            let gradient = numbers(n * width, 1, width == 3);
            let start = || (numbers(n * width, 2, false), vec![0.0_f32; n]);
            let (mut a, mut a_sums) = start();
            dense(&step, &mut a, &gradient, &mut a_sums);
            let rows: Vec<u32> = (0..n as u32).collect();
            let offsets: Vec<usize> = (0..=n).collect();
            let sums = RowSums {
                rows: &rows,
                matrix: Csr {
                    offsets: &offsets,
                    indices: &rows,
                    values: &vec![1.0; n],
                },
                slopes: &gradient,
            };
            let (mut b, mut b_sums) = start();
            row_step::step(&step, &mut b, sums, [&mut b_sums], width);
            assert_eq!(
                (bits(&a), bits(&a_sums)),
                (bits(&b), bits(&b_sums)),
                "{n} × {width}"
            );
        }
    }
}
