//! Steps over the rows of a table that have a gradient, whatever the optimizer does to a row.

use super::element_step::ElementStep;
use super::float::FloatElement;
use super::number::Real;
use super::prefetch::prefetch;
use super::row_slices::{PARALLEL_MIN, RowSlices};
use super::rows::{AHEAD, RowSums, sum_row};
use super::simd::{Level, Work};
use super::threads::share_out;

impl<S: ElementStep<N>, const N: usize> RowStep<N> for S {
    fn state_width(width: usize) -> usize {
        width
    }

    #[inline(always)]
    fn step_row<P: FloatElement>(
        &self,
        parameter: &mut [P],
        gradient: &[P::Accumulator],
        state: [&mut [P::Accumulator]; N],
    ) {
        P::step_wide(self, parameter, gradient, state);
    }
}

/// What an optimizer with `N` state tensors does to one row of a table.
pub trait RowStep<const N: usize>: Sync {
    /// Numbers of each part of the state for a row of `width` numbers.
    fn state_width(width: usize) -> usize;

    /// Steps a row. Implementations are `#[inline(always)]`: the loop around them is compiled for each
    /// width of vectors.
    fn step_row<P: FloatElement>(
        &self,
        parameter: &mut [P],
        gradient: &[P::Accumulator],
        state: [&mut [P::Accumulator]; N],
    );
}

/// One step in place over the rows of a table that have a gradient; large ones are shared out over the
/// threads.
///
/// `parameter` is `[rows of the table, width]`; so is each part of the state, or it has one number for each
/// row of the table, as the rule has it. Between a step over all rows here and
/// [`element_wise::step`](super::element_wise::step) there is no difference, to the bit.
///
/// ```
/// use adagrad_core::kernel::adagrad::AdagradStep;
/// use adagrad_core::kernel::row_step;
/// use adagrad_core::kernel::rows::{Csr, RowSums};
///
/// let rule = AdagradStep {
///     rate: 0.1,
///     epsilon: 1e-10,
///     epsilon_inside_sqrt: false,
///     maximize: false,
///     weight_decay: 0.0,
///     factor: 1.0,
/// };
/// let mut parameter = [1.0_f32; 6];
/// let mut accumulator = [0.0_f32; 6];
/// // The gradient of row 2 is 2·(1, −1) + 1·(2, −2).
/// let gradient = RowSums {
///     rows: &[2],
///     matrix: Csr { offsets: &[0, 2], indices: &[0, 1], values: &[2.0, 1.0] },
///     slopes: &[1.0_f32, -1.0, 2.0, -2.0],
/// };
/// row_step::step(&rule, &mut parameter, gradient, [&mut accumulator], 2);
/// assert_eq!(parameter, [1.0, 1.0, 1.0, 1.0, 0.9, 1.1]);
/// assert_eq!(accumulator, [0.0, 0.0, 0.0, 0.0, 16.0, 16.0]);
/// ```
///
/// # Panics
///
/// If a length does not agree with the others, or the gradient's rows do not ascend, or are not all in
/// the table. Nothing has been changed then.
pub fn step<P, G, S, const N: usize>(
    step: &S,
    parameter: &mut [P],
    gradient: RowSums<G>,
    state: [&mut [P::Accumulator]; N],
    width: usize,
) where
    P: FloatElement,
    G: FloatElement<Accumulator = P::Accumulator>,
    S: RowStep<N>,
{
    gradient.check(width, parameter.len());
    let state_width = S::state_width(width);
    for part in &state {
        let expected = parameter.len() / width * state_width;
        assert_eq!(part.len(), expected, "accumulator length");
    }
    let parallel = gradient.rows.len() * width >= PARALLEL_MIN;
    let mut parameter = RowSlices::new(parameter, width);
    let mut state = state.map(|part| RowSlices::new(part, state_width));
    let pieces = gradient.pieces().map(move |gradient| {
        let (first, last) = gradient.ends();
        Piece {
            step,
            parameter: parameter.take(first, last),
            gradient,
            state: state.each_mut().map(|part| part.take(first, last)),
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
struct Piece<'a, P: FloatElement, G, S, const N: usize> {
    step: &'a S,
    parameter: &'a mut [P],
    gradient: RowSums<'a, G>,
    state: [&'a mut [P::Accumulator]; N],
    width: usize,
}

impl<P, G, S, const N: usize> Work for Piece<'_, P, G, S, N>
where
    P: FloatElement,
    G: FloatElement<Accumulator = P::Accumulator>,
    S: RowStep<N>,
{
    #[inline(always)]
    fn run(self) {
        let Self {
            step,
            parameter,
            gradient,
            mut state,
            width,
        } = self;
        let RowSums {
            rows,
            matrix,
            slopes,
        } = gradient;
        let state_width = S::state_width(width);
        let place = |row: u32, width: usize| {
            let start = (row - rows[0]) as usize * width;
            start..start + width
        };
        let mut sum = vec![P::Accumulator::ZERO; width];
        for (i, &row) in rows.iter().enumerate() {
            if let Some(&ahead) = rows.get(i + AHEAD) {
                prefetch(&parameter[place(ahead, width)]);
                for part in &state {
                    prefetch(&part[place(ahead, state_width)]);
                }
            }
            sum_row(matrix, i, slopes, &mut sum);
            step.step_row(
                &mut parameter[place(row, width)],
                &sum,
                state
                    .each_mut()
                    .map(|part| &mut part[place(row, state_width)]),
            );
        }
    }
}
