//! Weighted sums of rows, and the gradient of some rows of a table.
//!
//! The cost follows the rows that are given; the rest of the table is not looked at. Every row is
//! computed on its own and in one order, so that the bits depend on nothing but the numbers, not on
//! the number of threads.

use super::float::FloatElement;
use super::number::Real;
use super::prefetch::prefetch;
use super::row_slices::{PARALLEL_MIN, ROWS_AT_A_TIME, check_rows};
use super::simd::{Level, Work};
use super::threads::share_out;

/// How many rows ahead memory is asked for. Fewer leave too little time for it to come, more are more
/// than a core can wait for at once (measured on tables of a million rows and more).
pub(super) const AHEAD: usize = 8;

/// Tables smaller than this, in bytes, stay in cache, so that prefetching them does not pay.
const CACHED: usize = 512 * 1024;

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

impl Csr<'_> {
    /// Checks that the parts make a matrix of this size.
    ///
    /// # Panics
    ///
    /// If they do not.
    fn check(&self, n_rows: usize, n_columns: usize) {
        assert_eq!(self.offsets.len(), n_rows + 1, "number of offsets");
        assert!(self.offsets.is_sorted(), "offsets must ascend");
        assert_eq!(self.offsets[0], 0, "the first offset");
        assert_eq!(self.offsets[n_rows], self.indices.len(), "the last offset");
        assert_eq!(self.indices.len(), self.values.len(), "number of values");
        if let Some(&largest) = self.indices.iter().max() {
            assert!(
                (largest as usize) < n_columns,
                "column {largest} of a matrix of {n_columns} columns"
            );
        }
    }
}

/// The product of a sparse matrix and a dense one: row `i` of `sums` becomes the sum of the rows of
/// `table` at the indices of row `i` of `matrix`, each times its value, in the order of the entries.
///
/// `table` is `[columns of matrix, width]` and `sums` `[rows of matrix, width]`, both row after row.
/// The sums are taken in f64 for f64, else in f32. A row without entries becomes zero.
///
/// ```
/// use adagrad_core::kernel::rows::{Csr, weighted_sum};
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
pub fn weighted_sum<P: FloatElement>(matrix: Csr, table: &[P], width: usize, sums: &mut [P]) {
    let n_rows = matrix.offsets.len().saturating_sub(1);
    assert_eq!(sums.len(), n_rows * width, "length of the sums");
    if sums.is_empty() {
        return;
    }
    matrix.check(n_rows, table.len() / width);
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

impl<P: FloatElement> Work for WeightedSum<'_, P> {
    #[inline(always)]
    fn run(self) {
        let Self {
            matrix,
            table,
            width,
            sums,
        } = self;
        let mut wide = vec![P::Accumulator::ZERO; width];
        for (i, sum) in sums.chunks_exact_mut(width).enumerate() {
            sum_row(matrix, i, table, &mut wide);
            for (sum, &wide) in sum.iter_mut().zip(&wide) {
                *sum = P::narrow(wide);
            }
        }
    }
}

/// The sum of the rows of `table` at the indices of row `i` of `matrix`, each times its value.
#[inline(always)]
pub(super) fn sum_row<P: FloatElement>(
    matrix: Csr,
    i: usize,
    table: &[P],
    sum: &mut [P::Accumulator],
) {
    let width = sum.len();
    let row = |index: u32| &table[index as usize * width..][..width];
    sum.fill(P::Accumulator::ZERO);
    let far = size_of_val(table) > CACHED;
    for entry in matrix.offsets[i]..matrix.offsets[i + 1] {
        if far && let Some(&ahead) = matrix.indices.get(entry + AHEAD) {
            prefetch(row(ahead));
        }
        let value = P::Accumulator::from_f64(matrix.values[entry].into());
        for (sum, &number) in sum.iter_mut().zip(row(matrix.indices[entry])) {
            *sum = *sum + value * number.widen();
        }
    }
}

/// The gradient of some rows of a table, not yet summed: the gradient of row `rows[i]` is row `i` of the
/// product of `matrix` and `slopes`. A step forms it row by row, and needs no memory for it.
/// The sums are in f64 for f64, else in f32: a sum of half-precision slopes may lie beyond their range.
#[derive(Clone, Copy, Debug)]
pub struct RowSums<'a, P> {
    /// Rows of the table, ascending.
    pub rows: &'a [u32],
    /// A matrix with a row for each of `rows`.
    pub matrix: Csr<'a>,
    /// `[columns of matrix, width]`.
    pub slopes: &'a [P],
}

impl<'a, P: FloatElement> RowSums<'a, P> {
    /// Some rows at a time, for the threads.
    pub(super) fn pieces(self) -> impl ExactSizeIterator<Item = Self> + Send {
        let pieces = self.rows.chunks(ROWS_AT_A_TIME).enumerate();
        pieces.map(move |(piece, rows)| Self {
            rows,
            matrix: Csr {
                offsets: &self.matrix.offsets[piece * ROWS_AT_A_TIME..],
                ..self.matrix
            },
            slopes: self.slopes,
        })
    }

    /// The first and the last of the rows.
    pub(super) fn ends(&self) -> (usize, usize) {
        (
            self.rows[0] as usize,
            self.rows[self.rows.len() - 1] as usize,
        )
    }

    /// Checks that the parts agree with each other and with a table of `len` numbers, `width` a row.
    ///
    /// # Panics
    ///
    /// If they do not.
    pub(super) fn check(&self, width: usize, len: usize) {
        check_rows(self.rows, width, len);
        self.matrix
            .check(self.rows.len(), self.slopes.len() / width);
    }
}

/// The sum of the squares of each of some rows of a table.
///
/// `table` is `[rows of the table, width]`.
///
/// # Panics
///
/// If `rows` does not ascend or has a row that the table does not have.
pub fn squares<P: FloatElement>(table: &[P], rows: &[u32], width: usize) -> Vec<f64> {
    check_rows(rows, width, table.len());
    let square = |number: &P| number.widen().to_f64().powi(2);
    let row = |&row: &u32| table[row as usize * width..][..width].iter();
    rows.iter()
        .map(|name| row(name).map(square).sum())
        .collect()
}

/// Multiplies each of some rows of a table by its factor, in place.
///
/// `table` is `[rows of the table, width]`; `factors` has one number for each of `rows`.
///
/// # Panics
///
/// If a length does not agree with the others, or `rows` does not ascend or has a row that the
/// table does not have.
pub fn scale<P: FloatElement>(table: &mut [P], rows: &[u32], factors: &[f64], width: usize) {
    assert_eq!(rows.len(), factors.len(), "number of factors");
    check_rows(rows, width, table.len());
    for (&row, &factor) in rows.iter().zip(factors) {
        let factor = P::Accumulator::from_f64(factor);
        for number in &mut table[row as usize * width..][..width] {
            *number = P::narrow(number.widen() * factor);
        }
    }
}
