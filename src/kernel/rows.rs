//! Weighted sums of rows, and Adagrad steps over some rows of a table.
//!
//! The cost follows the rows that are named; the rest of the table is not looked at. Every row is
//! computed on its own and in one order, so that the bits depend on nothing but the numbers: not on
//! the number of threads, and between a step over all rows here and
//! [`dense::adagrad`](super::dense::adagrad) there is no difference.

use super::dense::{AdagradStep, Parameter};
use super::pass::Real;
use super::prefetch::prefetch;
use super::row_slices::{PARALLEL_MIN, ROWS_AT_A_TIME, RowSlices, check_rows};
use super::simd::{Level, Work};
use super::threads::share_out;

/// How many rows ahead memory is asked for: at some 10 ns a row, the time that memory takes.
const AHEAD: usize = 8;

/// A sparse matrix in compressed sparse rows: row `i` has the entries `offsets[i]..offsets[i + 1]`
/// of `indices` and `values`.
#[derive(Clone, Copy, Debug)]
pub struct Csr<'a> {
    /// One more than there are rows, ascending from 0 to the number of entries.
    pub offsets: &'a [usize],
    /// The column of each entry.
    pub indices: &'a [u32],
    /// The value of each entry.
    pub values: &'a [f32],
}

/// The product of a sparse matrix and a dense one: row `i` of `sums` becomes the sum of the rows of
/// `table` that row `i` of `matrix` names, each times its value, in the order of the entries.
///
/// `table` is `[columns of matrix, width]` and `sums` `[rows of matrix, width]`, both row after row.
/// The sums are taken in f64 for f64, else in f32. A row without entries becomes zero.
///
/// ```
/// use burn_adagrad::kernel::rows::{Csr, weighted_sum};
///
/// let matrix = Csr { offsets: &[0, 2, 2], indices: &[0, 2], values: &[1.0, 0.5] };
/// let mut sums = [7.0_f32; 4];
/// weighted_sum(matrix, &[1.0, 2.0, 0.0, 0.0, 4.0, 6.0], 2, &mut sums);
/// assert_eq!(sums, [3.0, 5.0, 0.0, 0.0]);
/// ```
///
/// # Panics
///
/// If a length does not agree with the others, the offsets do not ascend, or an index lies outside
/// of the table.
pub fn weighted_sum<P: Parameter>(matrix: Csr, table: &[P], width: usize, sums: &mut [P]) {
    let n_rows = matrix.offsets.len().saturating_sub(1);
    assert_eq!(sums.len(), n_rows * width, "length of the sums");
    assert_eq!(
        matrix.indices.len(),
        matrix.values.len(),
        "number of values"
    );
    if sums.is_empty() {
        return;
    }
    let level = Level::detect();
    let piece = |(piece, sums): (usize, &mut [P])| {
        level.run(WeightedSum {
            matrix: Csr {
                offsets: &matrix.offsets[piece * ROWS_AT_A_TIME..],
                ..matrix
            },
            table,
            width,
            sums,
        });
    };
    let pieces = sums.chunks_mut(ROWS_AT_A_TIME * width).enumerate();
    if matrix.indices.len() * width < PARALLEL_MIN {
        pieces.for_each(piece);
    } else {
        share_out(pieces, piece);
    }
}

struct WeightedSum<'a, P> {
    matrix: Csr<'a>,
    table: &'a [P],
    width: usize,
    sums: &'a mut [P],
}

impl<P: Parameter> Work for WeightedSum<'_, P> {
    #[inline(always)]
    fn run(self) {
        let Self {
            matrix,
            table,
            width,
            sums,
        } = self;
        let row = |index: u32| &table[index as usize * width..][..width];
        let mut sum = vec![P::Accumulator::ZERO; width];
        for (i, narrow) in sums.chunks_exact_mut(width).enumerate() {
            sum.fill(P::Accumulator::ZERO);
            for entry in matrix.offsets[i]..matrix.offsets[i + 1] {
                if let Some(&ahead) = matrix.indices.get(entry + AHEAD) {
                    prefetch(row(ahead));
                }
                let value = P::Accumulator::from_f64(matrix.values[entry].into());
                for (sum, &number) in sum.iter_mut().zip(row(matrix.indices[entry])) {
                    *sum = *sum + value * number.widen();
                }
            }
            for (narrow, &sum) in narrow.iter_mut().zip(&sum) {
                *narrow = P::narrow(sum);
            }
        }
    }
}

/// One Adagrad step in place over the rows of a table that `rows` names.
///
/// `parameter` and `accumulator` are `[rows of the table, width]`, `gradient` is
/// `[rows.len(), width]`: its row `i` belongs to row `rows[i]` of the table.
///
/// ```
/// use burn_adagrad::kernel::dense::AdagradStep;
/// use burn_adagrad::kernel::rows::adagrad;
///
/// let step = AdagradStep {
///     rate: 0.1,
///     epsilon: 1e-10,
///     epsilon_inside_sqrt: false,
///     maximize: false,
///     weight_decay: 0.0,
/// };
/// let mut parameter = [1.0_f32; 6];
/// let mut accumulator = [0.0_f32; 6];
/// adagrad(&step, &mut parameter, &[2], &[4.0, -4.0], &mut accumulator, 2);
/// assert_eq!(parameter, [1.0, 1.0, 1.0, 1.0, 0.9, 1.1]);
/// assert_eq!(accumulator, [0.0, 0.0, 0.0, 0.0, 16.0, 16.0]);
/// ```
///
/// # Panics
///
/// If a length does not agree with the others, or `rows` does not ascend or names a row that the
/// table does not have.
pub fn adagrad<P: Parameter>(
    step: &AdagradStep,
    parameter: &mut [P],
    rows: &[u32],
    gradient: &[P],
    accumulator: &mut [P::Accumulator],
    width: usize,
) {
    assert_eq!(parameter.len(), accumulator.len(), "accumulator length");
    assert_eq!(rows.len() * width, gradient.len(), "gradient length");
    check_rows(rows, width, parameter.len());
    let (mut parameter, mut accumulator) = (
        RowSlices::new(parameter, width),
        RowSlices::new(accumulator, width),
    );
    let pieces = rows
        .chunks(ROWS_AT_A_TIME)
        .zip(gradient.chunks(ROWS_AT_A_TIME * width))
        .map(move |(rows, gradient)| {
            let (first, last) = (rows[0] as usize, rows[rows.len() - 1] as usize);
            (
                rows,
                parameter.take(first, last),
                gradient,
                accumulator.take(first, last),
            )
        });
    let piece = |(rows, parameter, gradient, accumulator): (&[u32], _, _, _)| {
        adagrad_piece(step, rows, parameter, gradient, accumulator, width);
    };
    if gradient.len() < PARALLEL_MIN {
        pieces.for_each(piece);
    } else {
        share_out(pieces, piece);
    }
}

/// The slices begin at the first of the rows.
fn adagrad_piece<P: Parameter>(
    step: &AdagradStep,
    rows: &[u32],
    parameter: &mut [P],
    gradient: &[P],
    accumulator: &mut [P::Accumulator],
    width: usize,
) {
    let start = |row: u32| (row - rows[0]) as usize * width;
    for (i, (&row, gradient)) in rows.iter().zip(gradient.chunks_exact(width)).enumerate() {
        if let Some(&ahead) = rows.get(i + AHEAD) {
            prefetch(&parameter[start(ahead)..][..width]);
            prefetch(&accumulator[start(ahead)..][..width]);
        }
        let place = start(row)..start(row) + width;
        P::step(
            step,
            &mut parameter[place.clone()],
            gradient,
            &mut accumulator[place],
        );
    }
}

/// Multiplies each row of a table that `rows` names by its factor, in place.
///
/// `table` is `[rows of the table, width]`; `factors` has one number for each of `rows`.
///
/// # Panics
///
/// If a length does not agree with the others, or `rows` does not ascend or names a row that the
/// table does not have.
pub fn scale<P: Parameter>(table: &mut [P], rows: &[u32], factors: &[f32], width: usize) {
    assert_eq!(rows.len(), factors.len(), "number of factors");
    check_rows(rows, width, table.len());
    for (&row, &factor) in rows.iter().zip(factors) {
        let factor = P::Accumulator::from_f64(factor.into());
        for number in &mut table[row as usize * width..][..width] {
            *number = P::narrow(number.widen() * factor);
        }
    }
}
