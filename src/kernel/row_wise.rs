//! Row-wise Adagrad: one accumulator for each row of a table.

use super::dense::Parameter;
use super::number::{Number, Real};
use super::row_step::{RowStep, step_rows};
use super::rows::RowSums;
use super::simd::{Level, Work};
use super::threads::{CHUNK, PARALLEL_MIN, share_out};

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
    step_rows(step, parameter, gradient, [accumulator], width);
}

/// The same over all rows, from a gradient as large as the parameter; to the bit what [`adagrad`] makes of
/// it.
///
/// ```
/// use burn_adagrad::kernel::row_wise::{RowWiseStep, dense};
///
/// let step = RowWiseStep { rate: 0.1, epsilon: 1e-10, maximize: false };
/// let mut parameter = [1.0_f32; 4];
/// let mut accumulator = [0.0_f32; 2];
/// dense(&step, &mut parameter, &[0.0, 0.0, 1.0, 7.0], &mut accumulator);
/// assert_eq!(accumulator, [0.0, 25.0]);
/// assert_eq!(parameter, [1.0, 1.0, 0.98, 0.86]);
/// ```
///
/// # Panics
///
/// If the gradient is not as long as the parameter, or the parameter not a whole number of times as long as
/// the accumulator.
pub fn dense<P: Parameter>(
    step: &RowWiseStep,
    parameter: &mut [P],
    gradient: &[P],
    accumulator: &mut [P::Accumulator],
) {
    assert_eq!(parameter.len(), gradient.len(), "gradient length");
    if parameter.is_empty() {
        return;
    }
    assert!(!accumulator.is_empty(), "a number for each row");
    let width = parameter.len() / accumulator.len();
    assert_eq!(parameter.len(), accumulator.len() * width, "whole rows");
    let rows = (CHUNK / width).max(1);
    let parallel = parameter.len() >= PARALLEL_MIN;
    let pieces = parameter
        .chunks_mut(rows * width)
        .zip(gradient.chunks(rows * width))
        .zip(accumulator.chunks_mut(rows));
    let level = Level::detect();
    let piece = |((parameter, gradient), accumulator)| {
        level.run(Rows {
            step,
            parameter,
            gradient,
            accumulator,
            width,
        });
    };
    if parallel {
        share_out(pieces, piece);
    } else {
        pieces.for_each(piece);
    }
}

/// Whole rows with their gradients.
struct Rows<'a, P: Parameter> {
    step: &'a RowWiseStep,
    parameter: &'a mut [P],
    gradient: &'a [P],
    accumulator: &'a mut [P::Accumulator],
    width: usize,
}

impl<P: Parameter> Work for Rows<'_, P> {
    #[inline(always)]
    fn run(self) {
        let parameters = self.parameter.chunks_exact_mut(self.width);
        let gradients = self.gradient.chunks_exact(self.width);
        let accumulators = self.accumulator.chunks_exact_mut(1);
        for ((parameter, gradient), accumulator) in parameters.zip(gradients).zip(accumulators) {
            self.step
                .step(parameter, gradient, accumulator, |g: P| g.widen());
        }
    }
}

impl<P: Parameter> RowStep<P, 1> for RowWiseStep {
    fn state_width(_: usize) -> usize {
        1
    }

    #[inline(always)]
    fn step_row(
        &self,
        parameter: &mut [P],
        gradient: &[P::Accumulator],
        [accumulator]: [&mut [P::Accumulator]; 1],
    ) {
        self.step(parameter, gradient, accumulator, |g| g);
    }
}

impl RowWiseStep {
    /// Steps a row by a gradient whose numbers `widen` brings to the type of the accumulator.
    #[inline(always)]
    fn step<P: Parameter, G: Copy>(
        &self,
        parameter: &mut [P],
        gradient: &[G],
        accumulator: &mut [P::Accumulator],
        widen: impl Fn(G) -> P::Accumulator,
    ) {
        let rate = P::Accumulator::from_f64(if self.maximize { -self.rate } else { self.rate });
        let epsilon = P::Accumulator::from_f64(self.epsilon.into());
        let total = accumulator[0] + mean_square(gradient, &widen);
        accumulator[0] = total;
        if epsilon == P::Accumulator::ZERO && total == P::Accumulator::ZERO {
            return;
        }
        let multiplier = rate / (total.sqrt() + epsilon);
        for (theta, &g) in parameter.iter_mut().zip(gradient) {
            *theta = P::narrow(theta.widen() - multiplier * widen(g));
        }
    }
}

/// The mean of the squares.
#[inline(always)]
fn mean_square<G: Copy, T: Real>(gradient: &[G], widen: impl Fn(G) -> T) -> T {
    let mut sums = [T::ZERO; LANES];
    let (blocks, rest) = gradient.as_chunks::<LANES>();
    for block in blocks {
        for (sum, &g) in sums.iter_mut().zip(block) {
            *sum = *sum + widen(g).square();
        }
    }
    for (sum, &g) in sums.iter_mut().zip(rest) {
        *sum = *sum + widen(g).square();
    }
    let sum = sums.into_iter().reduce(|a, b| a + b).unwrap_or(T::ZERO);
    sum / T::from_f64(gradient.len() as f64)
}
