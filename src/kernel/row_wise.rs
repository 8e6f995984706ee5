//! Row-wise Adagrad: one accumulator for each row of a table.

use super::dense::Parameter;
use super::pass::Real;
use super::prefetch::prefetch;
use super::row_slices::{PARALLEL_MIN, RowSlices};
use super::rows::{RowSums, sum_row};
use super::simd::{Level, Work};
use super::threads::share_out;

/// What a step needs beyond the slices; the formula is that of
/// [`reference::row_wise_adagrad`](super::reference::row_wise_adagrad).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowWiseStep {
    /// The learning rate of this step, any decay already in it.
    pub rate: f64,
    /// ε in the denominator. With 0, a row whose accumulator is 0 does not move.
    pub epsilon: f32,
    /// Whether to climb.
    pub maximize: bool,
}

/// Partial sums of the squares of a row. Their number is fixed, so that the order of the additions,
/// and with it every bit, is the same at each vector width.
const LANES: usize = 16;

/// How many rows ahead memory is asked for.
const AHEAD: usize = 8;

/// One step of row-wise Adagrad in place over the rows of a table that have a gradient.
///
/// `parameter` is `[rows of the table, width]`, `accumulator` has one number for each row of the table.
/// The result does not depend on the number of threads, to the bit.
///
/// ```
/// use burn_adagrad::kernel::row_wise::{RowWiseStep, adagrad};
/// use burn_adagrad::kernel::rows::{Csr, RowSums};
///
/// let step = RowWiseStep { rate: 0.1, epsilon: 1e-10, maximize: false };
/// let mut parameter = [1.0_f32; 4];
/// let mut accumulator = [0.0_f32; 2];
/// let gradient = RowSums {
///     rows: &[1],
///     matrix: Csr { offsets: &[0, 1], indices: &[0], values: &[1.0] },
///     slopes: &[1.0, 7.0],
/// };
/// adagrad(&step, &mut parameter, gradient, &mut accumulator, 2);
/// // The mean of the squares is 25, its root 5.
/// assert_eq!(accumulator, [0.0, 25.0]);
/// assert_eq!(parameter, [1.0, 1.0, 0.98, 0.86]);
/// ```
///
/// # Panics
///
/// If a length does not agree with the others, or the gradient's rows do not ascend, or are not all in
/// the table. Nothing has been changed then.
pub fn adagrad<P: Parameter>(
    step: &RowWiseStep,
    parameter: &mut [P],
    gradient: RowSums<P>,
    accumulator: &mut [P::Accumulator],
    width: usize,
) {
    assert_eq!(
        parameter.len(),
        accumulator.len() * width,
        "accumulator length"
    );
    gradient.check(width, parameter.len());
    let parallel = gradient.rows.len() * width >= PARALLEL_MIN;
    let mut parameter = RowSlices::new(parameter, width);
    let mut accumulator = RowSlices::new(accumulator, 1);
    let pieces = gradient.pieces().map(move |gradient| {
        let (first, last) = gradient.ends();
        Piece {
            step,
            parameter: parameter.take(first, last),
            gradient,
            accumulator: accumulator.take(first, last),
            width,
        }
    });
    let level = Level::detect();
    if parallel {
        share_out(pieces, |piece| level.run(piece));
    } else {
        pieces.for_each(|piece| level.run(piece));
    }
}

/// Some of the rows; the slices of the table begin at the first of them.
struct Piece<'a, P: Parameter> {
    step: &'a RowWiseStep,
    parameter: &'a mut [P],
    gradient: RowSums<'a, P>,
    accumulator: &'a mut [P::Accumulator],
    width: usize,
}

impl<P: Parameter> Work for Piece<'_, P> {
    #[inline(always)]
    fn run(self) {
        let Self {
            step,
            parameter,
            gradient,
            accumulator,
            width,
        } = self;
        let RowSums {
            rows,
            matrix,
            slopes,
        } = gradient;
        let rate = P::Accumulator::from_f64(step.rate);
        let epsilon = P::Accumulator::from_f64(step.epsilon.into());
        let signed_rate = if step.maximize {
            P::Accumulator::ZERO - rate
        } else {
            rate
        };
        let mut wide = vec![P::Accumulator::ZERO; width];
        let mut sum = vec![P::narrow(P::Accumulator::ZERO); width];
        for (i, &row) in rows.iter().enumerate() {
            if let Some(&ahead) = rows.get(i + AHEAD) {
                let ahead = (ahead - rows[0]) as usize;
                prefetch(&parameter[ahead * width..][..width]);
                prefetch(&accumulator[ahead..=ahead]);
            }
            sum_row(matrix, i, slopes, &mut wide, &mut sum);
            let row = (row - rows[0]) as usize;
            let total = accumulator[row] + mean_square(&sum);
            accumulator[row] = total;
            if epsilon == P::Accumulator::ZERO && total == P::Accumulator::ZERO {
                continue;
            }
            let multiplier = signed_rate / (total.sqrt() + epsilon);
            let parameter = &mut parameter[row * width..][..width];
            for (theta, &g) in parameter.iter_mut().zip(&sum) {
                *theta = P::narrow(theta.widen() - multiplier * g.widen());
            }
        }
    }
}

/// The mean of the squares.
#[inline(always)]
fn mean_square<P: Parameter>(gradient: &[P]) -> P::Accumulator {
    let mut sums = [P::Accumulator::ZERO; LANES];
    let (blocks, rest) = gradient.as_chunks::<LANES>();
    for block in blocks {
        for (sum, &g) in sums.iter_mut().zip(block) {
            *sum = *sum + g.widen() * g.widen();
        }
    }
    for (sum, &g) in sums.iter_mut().zip(rest) {
        *sum = *sum + g.widen() * g.widen();
    }
    let sum = sums
        .into_iter()
        .reduce(|a, b| a + b)
        .unwrap_or(P::Accumulator::ZERO);
    sum / P::Accumulator::from_f64(gradient.len() as f64)
}
