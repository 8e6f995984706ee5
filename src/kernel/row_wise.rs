//! Row-wise Adagrad: one accumulator for each row of a table.

use super::dense::Parameter;
use super::pass::Real;
use super::prefetch::prefetch;
use super::row_slices::{PARALLEL_MIN, ROWS_AT_A_TIME, RowSlices, check_rows};
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

/// One step of row-wise Adagrad in place over the rows of a table that `rows` names.
///
/// `parameter` is `[rows of the table, width]`, `accumulator` has one number for each row of the
/// table, and `gradient` is `[rows.len(), width]`: its row `i` belongs to row `rows[i]` of the table.
/// The result does not depend on the number of threads, to the bit.
///
/// ```
/// use burn_adagrad::kernel::row_wise::{RowWiseStep, adagrad};
///
/// let step = RowWiseStep { rate: 0.1, epsilon: 1e-10, maximize: false };
/// let mut parameter = [1.0_f32; 4];
/// let mut accumulator = [0.0_f32; 2];
/// adagrad(&step, &mut parameter, &[1], &[1.0, 7.0], &mut accumulator, 2);
/// // The mean of the squares is 25, its root 5.
/// assert_eq!(accumulator, [0.0, 25.0]);
/// assert_eq!(parameter, [1.0, 1.0, 0.98, 0.86]);
/// ```
///
/// # Panics
///
/// If a length does not agree with the others, or `rows` does not ascend or names a row that the
/// table does not have.
pub fn adagrad<P: Parameter>(
    step: &RowWiseStep,
    parameter: &mut [P],
    rows: &[u32],
    gradient: &[P],
    accumulator: &mut [P::Accumulator],
    width: usize,
) {
    assert_eq!(
        parameter.len(),
        accumulator.len() * width,
        "accumulator length"
    );
    assert_eq!(rows.len() * width, gradient.len(), "gradient length");
    check_rows(rows, width, parameter.len());
    let (mut parameter, mut accumulator) = (
        RowSlices::new(parameter, width),
        RowSlices::new(accumulator, 1),
    );
    let pieces = rows
        .chunks(ROWS_AT_A_TIME)
        .zip(gradient.chunks(ROWS_AT_A_TIME * width))
        .map(move |(rows, gradient)| {
            let (first, last) = (rows[0] as usize, rows[rows.len() - 1] as usize);
            Piece {
                step,
                rows,
                parameter: parameter.take(first, last),
                gradient,
                accumulator: accumulator.take(first, last),
                width,
            }
        });
    let level = Level::detect();
    if gradient.len() < PARALLEL_MIN {
        pieces.for_each(|piece| level.run(piece));
    } else {
        share_out(pieces, |piece| level.run(piece));
    }
}

/// Some of the rows; the slices of the table begin at the first of them.
struct Piece<'a, P: Parameter> {
    step: &'a RowWiseStep,
    rows: &'a [u32],
    parameter: &'a mut [P],
    gradient: &'a [P],
    accumulator: &'a mut [P::Accumulator],
    width: usize,
}

impl<P: Parameter> Work for Piece<'_, P> {
    #[inline(always)]
    fn run(self) {
        let rate = P::Accumulator::from_f64(self.step.rate);
        let epsilon = P::Accumulator::from_f64(self.step.epsilon.into());
        let signed_rate = if self.step.maximize {
            P::Accumulator::ZERO - rate
        } else {
            rate
        };
        let gradients = self.gradient.chunks_exact(self.width);
        for (i, (&row, gradient)) in self.rows.iter().zip(gradients).enumerate() {
            if let Some(&ahead) = self.rows.get(i + AHEAD) {
                let ahead = (ahead - self.rows[0]) as usize;
                prefetch(&self.parameter[ahead * self.width..][..self.width]);
                prefetch(&self.accumulator[ahead..=ahead]);
            }
            let row = (row - self.rows[0]) as usize;
            let total = self.accumulator[row] + mean_square(gradient);
            self.accumulator[row] = total;
            if epsilon == P::Accumulator::ZERO && total == P::Accumulator::ZERO {
                continue;
            }
            let multiplier = signed_rate / (total.sqrt() + epsilon);
            let parameter = &mut self.parameter[row * self.width..][..self.width];
            for (theta, &g) in parameter.iter_mut().zip(gradient) {
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
