//! Steps over the rows of a table that have a gradient, whatever the optimizer does to a row.

use super::dense::{AdagradStep, Parameter};
use super::element_wise::ElementStep;
use super::number::Real;
use super::prefetch::prefetch;
use super::row_slices::{PARALLEL_MIN, RowSlices};
use super::rows::{AHEAD, RowSums, sum_row};
use super::simd::{Level, Work};
use super::threads::share_out;

impl<P: Parameter> RowStep<P, 1> for AdagradStep {
    fn state_width(width: usize) -> usize {
        width
    }

    #[inline(always)]
    fn step_row(
        &self,
        parameter: &mut [P],
        gradient: &[P::Accumulator],
        [accumulator]: [&mut [P::Accumulator]; 1],
    ) {
        P::step_wide(self, parameter, gradient, accumulator);
    }
}

impl<P: Parameter, S: ElementStep<N>, const N: usize> RowStep<P, N> for S {
    fn state_width(width: usize) -> usize {
        width
    }

    #[inline(always)]
    fn step_row(
        &self,
        parameter: &mut [P],
        gradient: &[P::Accumulator],
        state: [&mut [P::Accumulator]; N],
    ) {
        P::element_wise_wide(self, parameter, gradient, state);
    }
}

/// What an optimizer with `N` state tensors does to one row of a table.
pub(crate) trait RowStep<P: Parameter, const N: usize>: Sync {
    /// Numbers of each part of the state for a row of `width` numbers.
    fn state_width(width: usize) -> usize;

    /// Steps a row. Implementations are `#[inline(always)]`, as [`Work`] demands.
    fn step_row(
        &self,
        parameter: &mut [P],
        gradient: &[P::Accumulator],
        state: [&mut [P::Accumulator]; N],
    );
}

/// Steps the rows of a table that have a gradient, shared out over the threads.
///
/// # Panics
///
/// If the parts do not agree; nothing has been changed then.
pub(crate) fn step_rows<P, G, S, const N: usize>(
    step: &S,
    parameter: &mut [P],
    gradient: RowSums<G>,
    state: [&mut [P::Accumulator]; N],
    width: usize,
) where
    P: Parameter,
    G: Parameter<Accumulator = P::Accumulator>,
    S: RowStep<P, N>,
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
struct Piece<'a, P: Parameter, G, S, const N: usize> {
    step: &'a S,
    parameter: &'a mut [P],
    gradient: RowSums<'a, G>,
    state: [&'a mut [P::Accumulator]; N],
    width: usize,
}

impl<P, G, S, const N: usize> Work for Piece<'_, P, G, S, N>
where
    P: Parameter,
    G: Parameter<Accumulator = P::Accumulator>,
    S: RowStep<P, N>,
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
