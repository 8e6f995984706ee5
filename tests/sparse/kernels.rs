//! The kernels over rows: against the formula in f64, and against the dense kernel, bit for bit.

use crate::common::{assert_close, bits, matrix, on_each_backend, values};
use burn::backend::{Flex, NdArray};
use burn::optim::SimpleOptimizer;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use burn_adagrad::kernel::adagrad::AdagradStep;
use burn_adagrad::kernel::row_wise::RowWiseStep;
use burn_adagrad::kernel::rows::{self, Csr, RowSums};
use burn_adagrad::kernel::{element_wise, reference, row_step};
use burn_adagrad::optim::RowOptimizer;
use burn_adagrad::sparse::RowGradient;
use burn_adagrad::{AdagradConfig, RowWiseAdagradConfig};
use half::{bf16, f16};
use std::panic::{AssertUnwindSafe, catch_unwind};

on_each_backend!(
    row_wise_is_the_scalar_formula,
    row_wise_with_equal_gradients_is_adagrad,
    tables_of_more_dimensions_have_rows,
);

/// Widths around the vectors' and the row lengths' edges.
const WIDTHS: [usize; 9] = [1, 2, 7, 8, 15, 16, 17, 50, 129];

fn numbers(len: usize, salt: usize) -> Vec<f32> {
    (0..len)
        .map(|i| ((i * 7 + salt) as f32).sin() * 10.0_f32.powi(((i + salt) % 5) as i32 - 2))
        .collect()
}

fn step(bits: u32) -> AdagradStep {
    AdagradStep {
        rate: 0.05,
        epsilon: [1e-10, 0.0, 1e-3, 1e-38][bits as usize % 4],
        epsilon_inside_sqrt: bits & 4 != 0,
        maximize: bits & 8 != 0,
        weight_decay: 0.0,
        factor: 1.0,
    }
}

/// A gradient of one contribution a row.
struct Plain {
    offsets: Vec<usize>,
    indices: Vec<u32>,
    ones: Vec<f32>,
}

impl Plain {
    fn new(n: usize) -> Self {
        Self {
            offsets: (0..=n).collect(),
            indices: (0..n as u32).collect(),
            ones: vec![1.0; n],
        }
    }

    fn gradient<'a>(&'a self, rows: &'a [u32], slopes: &'a [f32]) -> RowSums<'a, f32> {
        let matrix = Csr {
            offsets: &self.offsets,
            indices: &self.indices,
            values: &self.ones,
        };
        RowSums {
            rows,
            matrix,
            slopes,
        }
    }
}

/// Every other row, or some rows far apart; enough of them that threads take part.
fn named(n_rows: usize, every: usize) -> Vec<u32> {
    (0..n_rows as u32)
        .filter(|row| *row as usize % every < every.div_ceil(2))
        .collect()
}

#[test]
fn a_step_over_rows_is_the_dense_step_over_these_rows() {
    for (width, every) in WIDTHS.into_iter().flat_map(|w| [(w, 1), (w, 3), (w, 10)]) {
        for (n_rows, bits_of_step) in [(1, 0), (2, 1), (300, 6), (2500, 9), (2500, 0)] {
            let step = step(bits_of_step);
            let rows = named(n_rows, every);
            let (p, a) = (numbers(n_rows * width, 1), numbers(n_rows * width, 2));
            let a: Vec<f32> = a.iter().map(|a| a.abs()).collect();
            let g = numbers(rows.len() * width, 3);
            let mut got = (p.clone(), a.clone());
            let plain = Plain::new(rows.len());
            let gradient = plain.gradient(&rows, &g);
            row_step::step(&step, &mut got.0, gradient, [&mut got.1], width);

            let mut expected = (p, a);
            for (&row, g) in rows.iter().zip(g.chunks_exact(width)) {
                let place = row as usize * width..(row as usize + 1) * width;
                let (p, a) = (&mut expected.0[place.clone()], &mut expected.1[place]);
                element_wise::step(&step, p, g, [a]);
            }
            assert!(
                bits(&got.0) == bits(&expected.0),
                "{width} {every} {step:?}"
            );
            assert!(
                bits(&got.1) == bits(&expected.1),
                "{width} {every} {step:?}"
            );
        }
    }
}

macro_rules! assert_sums_are_the_formula {
    ($float:ty, $relative:expr, $absolute:expr) => {
        for width in WIDTHS {
            let table: Vec<$float> = numbers(400 * width, 4)
                .into_iter()
                .map(|number| <$float>::from_f64_number(number.into()))
                .collect();
            let indices: Vec<u32> = (0..3000).map(|i| (i * i * 31) % 400).collect();
            let entries = numbers(3000, 5);
            let mut offsets: Vec<usize> = (0..300).map(|i| i * i / 30).collect();
            offsets.push(3000);
            let matrix = Csr {
                offsets: &offsets,
                indices: &indices,
                values: &entries,
            };
            let mut sums = vec![<$float>::from_f64_number(7.0); 300 * width];
            rows::weighted_sum(matrix, &table, width, &mut sums);
            for row in 0..300 {
                for column in 0..width {
                    let (mut sum, mut size) = (0.0_f64, 0.0_f64);
                    for entry in offsets[row]..offsets[row + 1] {
                        let number = table[indices[entry] as usize * width + column];
                        let term = f64::from(entries[entry]) * number.to_f64_number();
                        sum += term;
                        size += term.abs();
                    }
                    let got = sums[row * width + column].to_f64_number();
                    let allowed = $relative * size + $absolute;
                    assert!((got - sum).abs() <= allowed, "{width}: {got} for {sum}");
                }
            }
        }
    };
}

trait Number {
    fn from_f64_number(number: f64) -> Self;
    fn to_f64_number(self) -> f64;
}

macro_rules! number {
    ($($float:ty),+) => {$(
        impl Number for $float {
            fn from_f64_number(number: f64) -> Self {
                number as $float
            }

            fn to_f64_number(self) -> f64 {
                self.into()
            }
        }
    )+};
}
number!(f32, f64);

macro_rules! half_number {
    ($($float:ty),+) => {$(
        impl Number for $float {
            fn from_f64_number(number: f64) -> Self {
                Self::from_f64(number)
            }

            fn to_f64_number(self) -> f64 {
                self.into()
            }
        }
    )+};
}
half_number!(f16, bf16);

#[test]
fn weighted_sums_are_the_formula() {
    assert_sums_are_the_formula!(f32, 2e-6, 0.0);
    assert_sums_are_the_formula!(f64, 1e-14, 0.0);
    assert_sums_are_the_formula!(f16, 1e-3, 6e-8);
    assert_sums_are_the_formula!(bf16, 1e-2, 0.0);
}

#[test]
fn row_wise_steps_are_the_formula() {
    for (width, every) in WIDTHS.into_iter().flat_map(|w| [(w, 1), (w, 3)]) {
        for (n_rows, epsilon, maximize) in [(1, 1e-10, false), (300, 0.0, true), (2500, 1e-3, true)]
        {
            let step = RowWiseStep {
                rate: 0.05,
                epsilon,
                maximize,
            };
            let rows = named(n_rows, every);
            let p = numbers(n_rows * width, 1);
            let a: Vec<f32> = (0..n_rows).map(|row| (row % 3) as f32 * 0.5).collect();
            let mut g = numbers(rows.len() * width, 3);
            // A row without gradient, whose accumulator is 0.
            g[..width].fill(0.0);
            let mut got = (p.clone(), a.clone());
            let plain = Plain::new(rows.len());
            let gradient = plain.gradient(&rows, &g);
            row_step::step(&step, &mut got.0, gradient, [&mut got.1], width);

            let f64s = |numbers: &[f32]| numbers.iter().map(|&n| n.into()).collect::<Vec<f64>>();
            let (mut p, mut a) = (f64s(&p), f64s(&a));
            for (&row, g) in rows.iter().zip(g.chunks_exact(width)) {
                let row = row as usize;
                let place = row * width..(row + 1) * width;
                let sum = &mut a[row..=row];
                reference::row_wise_adagrad(epsilon, maximize, 0.05, &mut p[place], &f64s(g), sum);
            }
            let f32s = |numbers: &[f64]| numbers.iter().map(|&n| n as f32).collect::<Vec<f32>>();
            assert_close("parameter", &got.0, &f32s(&p), 2e-6, 2e-7);
            assert_close("accumulator", &got.1, &f32s(&a), 2e-6, 0.0);
        }
    }
}

/// Whatever is wrong is found before anything is written.
#[test]
fn rows_that_are_not_there_leave_the_table_as_it_was() {
    let (p, a) = (numbers(30, 1), vec![0.5_f32; 30]);
    for (rows, gradient) in [
        (&[1, 10][..], 6),
        (&[2, 1][..], 6),
        (&[1, 1][..], 6),
        (&[1, 2][..], 5),
    ] {
        let (mut p2, mut a2) = (p.clone(), a.clone());
        let g = vec![1.0; gradient];
        let plain = Plain::new(2);
        let result = catch_unwind(AssertUnwindSafe(|| {
            row_step::step(&step(0), &mut p2, plain.gradient(rows, &g), [&mut a2], 3);
        }));
        assert!(result.is_err(), "{rows:?}");
        let row_wise_step = RowWiseStep {
            rate: 0.1,
            epsilon: 0.0,
            maximize: false,
        };
        let result = catch_unwind(AssertUnwindSafe(|| {
            row_step::step(
                &row_wise_step,
                &mut p2,
                plain.gradient(rows, &g),
                [&mut a2[..10]],
                3,
            );
        }));
        assert!(result.is_err(), "{rows:?}");
        assert_eq!((&p2, &a2), (&p, &a));
    }
}

fn row_wise_is_the_scalar_formula<B: Backend>(device: &B::Device) {
    let start = numbers(6 * 5, 1);
    for maximize in [false, true] {
        let optim = RowWiseAdagradConfig::new()
            .with_lr_decay(0.2)
            .with_initial_accumulator_value(0.3)
            .with_epsilon(1e-3)
            .with_maximize(maximize)
            .build();
        let mut expected: Vec<f64> = start.iter().map(|&n| n.into()).collect();
        let mut sums = vec![f64::from(0.3_f32); 6];
        let (mut whole, mut by_rows) = (
            matrix::<B>(&start, 5, device),
            matrix::<B>(&start, 5, device),
        );
        let (mut whole_state, mut state) = (None, None);
        for step in 0..10 {
            let mut g = numbers(30, step + 9);
            g[10..15].fill(0.0);
            let wide: Vec<f64> = g.iter().map(|&n| n.into()).collect();
            let rate = 0.1 / (1.0 + step as f64 * 0.2);
            reference::row_wise_adagrad(
                f64::from(1e-3_f32),
                maximize,
                rate,
                &mut expected,
                &wide,
                &mut sums,
            );
            (whole, whole_state) = optim.step(0.1, whole, matrix(&g, 5, device), whole_state);
            let rows = [g[..10].to_vec(), g[15..].to_vec()].concat();
            let gradient = RowGradient::new(6, &[0, 1, 3, 4, 5], matrix(&rows, 5, device)).unwrap();
            (by_rows, state) = optim.step_rows(0.1, by_rows, gradient, state);
        }
        let f32s = |numbers: &[f64]| numbers.iter().map(|&n| n as f32).collect::<Vec<f32>>();
        assert_close("whole", &values(&whole), &f32s(&expected), 1e-5, 1e-6);
        assert_close("rows", &values(&by_rows), &f32s(&expected), 1e-5, 1e-6);
        let accumulator = values(&state.unwrap().accumulator);
        assert_close("accumulator", &accumulator, &f32s(&sums), 1e-5, 0.0);
    }
}

fn row_wise_with_equal_gradients_is_adagrad<B: Backend>(device: &B::Device) {
    let start = numbers(6 * 5, 1);
    let (row_wise, adagrad) = (
        RowWiseAdagradConfig::new().build(),
        AdagradConfig::new().build(),
    );
    let (mut a, mut b) = (
        matrix::<B>(&start, 5, device),
        matrix::<B>(&start, 5, device),
    );
    let (mut a_state, mut b_state) = (None, None);
    for step in 0..10 {
        let g: Vec<f32> = (0..30).map(|i| ((i / 5 + step) as f32).cos()).collect();
        (a, a_state) = row_wise.step(0.1, a, matrix(&g, 5, device), a_state);
        (b, b_state) = adagrad.step(0.1, b, matrix(&g, 5, device), b_state);
    }
    assert_close("parameter", &values(&a), &values(&b), 1e-5, 1e-6);
    let per_weight = values(&b_state.unwrap().accumulator);
    let per_row: Vec<f32> = per_weight.iter().copied().step_by(5).collect();
    assert_close(
        "accumulator",
        &values(&a_state.unwrap().accumulator),
        &per_row,
        1e-5,
        0.0,
    );
}

/// A row of a `[4, 2, 3]` tensor is its `[2, 3]` slice; a vector has rows of one number.
fn tables_of_more_dimensions_have_rows<B: Backend>(device: &B::Device) {
    let start = numbers(24, 1);
    let optim = AdagradConfig::new().build();
    let gradient = || RowGradient::new(4, &[3], matrix::<B>(&numbers(6, 2), 6, device)).unwrap();
    let flat = optim
        .step_rows(0.1, matrix::<B>(&start, 6, device), gradient(), None)
        .0;
    let deep = matrix::<B>(&start, 6, device).reshape([4, 2, 3]);
    let (deep, state) = optim.step_rows(0.1, deep, gradient(), None);
    assert_eq!(values(&deep), values(&flat));
    assert_eq!(state.unwrap().accumulator.dims(), [4, 2, 3]);

    let vector = Tensor::<B, 1>::ones([3], device);
    let one = RowGradient::new(3, &[1], matrix::<B>(&[4.0], 1, device)).unwrap();
    let (vector, _) = optim.step_rows(0.1, vector, one, None);
    assert_close("vector", &values(&vector), &[1.0, 0.9, 1.0], 1e-6, 0.0);
}

/// The same bits; but in half precision the gradient of the whole table is in f32, for which there is no
/// kernel, and plain tensor operations round what they add to a row.
fn assert_same(by_rows: &[f32], dense: &[f32], dtype: DType) {
    let unit = match dtype {
        DType::F16 => 1e-3,
        DType::BF16 => 8e-3,
        _ => 0.0,
    };
    if unit == 0.0 {
        assert_eq!(bits(by_rows), bits(dense), "{dtype:?}");
    } else {
        assert_close(&format!("{dtype:?}"), by_rows, dense, unit, 0.1 * unit);
    }
}

/// Rows of f16, bf16 and f64 on the backends that have them, with accumulators in f32 and f64.
#[test]
fn other_types_step_by_rows_as_whole() {
    fn compare<B: Backend>(dtype: DType) {
        let device = Default::default();
        let start = || matrix::<B>(&numbers(40, 1), 5, &device).cast(dtype);
        let values_of = |rows: &[f32]| matrix::<B>(rows, 5, &device).cast(dtype);
        let gradient = RowGradient::new(8, &[6, 1, 6], values_of(&numbers(15, 2))).unwrap();
        let whole = gradient.to_dense();
        let optim = AdagradConfig::new().build();
        let (by_rows, state) = optim.step_rows(0.1, start(), gradient.clone(), None);
        let (dense, dense_state) = optim.step(0.1, start(), whole, None);
        assert_eq!(by_rows.dtype(), dtype);
        assert_same(&values(&by_rows), &values(&dense), dtype);
        let sums = |state: Option<burn_adagrad::AdagradState<B, 2>>| {
            bits(&values(&state.unwrap().accumulator))
        };
        assert_eq!(sums(state), sums(dense_state), "{dtype:?}");

        let optim = RowWiseAdagradConfig::new().build();
        let (by_rows, state) = optim.step_rows(0.1, start(), gradient.clone(), None);
        let (dense, dense_state) = optim.step(0.1, start(), gradient.to_dense(), None);
        assert_same(&values(&by_rows), &values(&dense), dtype);
        let sums = |state: Option<burn_adagrad::AdagradState<B, 1>>| {
            bits(&values(&state.unwrap().accumulator))
        };
        assert_eq!(sums(state), sums(dense_state), "{dtype:?}");
    }
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
        compare::<Flex>(dtype);
    }
    for dtype in [DType::F32, DType::F64] {
        compare::<NdArray>(dtype);
    }
}
