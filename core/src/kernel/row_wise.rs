//! Row-wise Adagrad: one accumulator for each row of a table.

use super::float::FloatElement;
use super::number::{Number, Real};
use super::row_step::RowStep;
use super::simd::{Level, Work};
use super::threads::{CHUNK, PARALLEL_MIN, share_out};

/// What a step needs beyond the slices; the formula is that of
/// [`reference::row_wise_adagrad`](super::reference::row_wise_adagrad). Over the rows that have a gradient:
///
/// ```
/// use adagrad_core::kernel::row_step;
/// use adagrad_core::kernel::row_wise::RowWiseStep;
/// use adagrad_core::kernel::rows::{Csr, RowSums};
///
/// let rule = RowWiseStep { rate: 0.1, epsilon: 1e-10, maximize: false };
/// let mut parameter = [1.0_f32; 4];
/// let mut accumulator = [0.0_f32; 2];
/// let gradient = RowSums {
///     rows: &[1],
///     matrix: Csr { offsets: &[0, 1], indices: &[0], values: &[1.0] },
///     slopes: &[1.0_f32, 7.0],
/// };
/// row_step::step(&rule, &mut parameter, gradient, [&mut accumulator], 2);
/// // The mean of the squares is 25, its root 5.
/// assert_eq!(accumulator, [0.0, 25.0]);
/// assert_eq!(parameter, [1.0, 1.0, 0.98, 0.86]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowWiseStep {
    /// The learning rate of this step, any decay already in it.
    pub rate: f64,
    /// ε in the denominator. With 0, a row whose accumulator is 0 does not move.
    pub epsilon: f64,
    /// Whether to climb.
    pub maximize: bool,
}

/// Partial sums of the squares of a row. Their number is fixed, so that the order of the additions,
/// and with it every bit, is the same at each vector width.
const LANES: usize = 16;

/// One step in place over all rows of a table, from a gradient as large as the parameter; to the bit what
/// [`row_step::step`](super::row_step::step) makes of it.
///
/// `parameter` is `[rows of the table, width]`, `accumulator` has one number for each row of the table.
/// The result does not depend on the number of threads, to the bit.
///
/// ```
/// use adagrad_core::kernel::row_wise::{RowWiseStep, dense};
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
pub fn dense<P: FloatElement>(
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
struct Rows<'a, P: FloatElement> {
    step: &'a RowWiseStep,
    parameter: &'a mut [P],
    gradient: &'a [P],
    accumulator: &'a mut [P::Accumulator],
    width: usize,
}

impl<P: FloatElement> Work for Rows<'_, P> {
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

impl RowStep<1> for RowWiseStep {
    fn state_width(_: usize) -> usize {
        1
    }

    #[inline(always)]
    fn step_row<P: FloatElement>(
        &self,
        parameter: &mut [P],
        gradient: &[P::Accumulator],
        [accumulator]: [&mut [P::Accumulator]; 1],
    ) {
        self.step(parameter, gradient, accumulator, |g| g);
    }
}

impl RowWiseStep {
    /// By what the gradient of a row is multiplied before it is taken from the row: η/(√G + ε), or minus that.
    #[inline(always)]
    pub fn multiplier<T: Number>(&self, total: T) -> T {
        let rate = if self.maximize { -self.rate } else { self.rate };
        let denominator = total.clone().sqrt().offset(self.epsilon);
        let multiplier = denominator.reciprocal_times(rate);
        if self.epsilon as f32 == 0.0 {
            multiplier.zero_where_zero(total)
        } else {
            multiplier
        }
    }

    /// Steps a row by a gradient whose numbers `widen` brings to the type of the accumulator.
    #[inline(always)]
    fn step<P: FloatElement, G: Copy>(
        &self,
        parameter: &mut [P],
        gradient: &[G],
        accumulator: &mut [P::Accumulator],
        widen: impl Fn(G) -> P::Accumulator,
    ) {
        let total = accumulator[0] + mean_square(gradient, &widen);
        accumulator[0] = total;
        let multiplier = self.multiplier(total);
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
