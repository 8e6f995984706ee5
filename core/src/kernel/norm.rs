//! The size of a gradient, and steps of one length for all weights.

use super::element_step::ElementStep;
use super::float::FloatElement;
use super::number::{Number, Real};
use super::simd::{Level, Work};
use super::threads::share_out;
use std::ops::Add;
use std::sync::{Mutex, PoisonError};

/// Numbers that are summed on their own before the sums are: their number is fixed, so that the result
/// does not depend on that of the threads.
const CHUNK: usize = 64 * 1024;

/// Partial sums within a chunk, likewise.
const LANES: usize = 16;

/// The sum of the squares, in f64; to the bit the same for any number of threads.
///
/// ```
/// assert_eq!(adagrad_core::kernel::norm::sum_of_squares(&[3.0_f32, 4.0]), 25.0);
/// ```
pub fn sum_of_squares<P: FloatElement>(numbers: &[P]) -> f64 {
    let level = Level::detect();
    let sum_chunk = |chunk| {
        let mut sum = 0.0;
        level.run(SumOfSquares {
            numbers: chunk,
            sum: &mut sum,
        });
        sum
    };
    if numbers.len() <= 2 * CHUNK {
        // Not `sum`, which gives -0 of nothing.
        return numbers.chunks(CHUNK).map(sum_chunk).fold(0.0, Add::add);
    }
    let sums = Mutex::new(vec![0.0; numbers.len().div_ceil(CHUNK)]);
    share_out(numbers.chunks(CHUNK).enumerate(), |(i, chunk)| {
        let sum = sum_chunk(chunk);
        sums.lock().unwrap_or_else(PoisonError::into_inner)[i] = sum;
    });
    let sums = sums.into_inner().unwrap_or_else(PoisonError::into_inner);
    sums.into_iter().sum()
}

struct SumOfSquares<'a, P> {
    numbers: &'a [P],
    sum: &'a mut f64,
}

impl<P: FloatElement> Work for SumOfSquares<'_, P> {
    #[inline(always)]
    fn run(self) {
        let mut sums = [0.0_f64; LANES];
        let (blocks, rest) = self.numbers.as_chunks::<LANES>();
        for block in blocks {
            for (sum, &number) in sums.iter_mut().zip(block) {
                let number = number.widen().to_f64();
                *sum += number * number;
            }
        }
        for (sum, &number) in sums.iter_mut().zip(rest) {
            let number = number.widen().to_f64();
            *sum += number * number;
        }
        *self.sum = sums.into_iter().sum();
    }
}

/// A step of plain gradient descent, without state: θ ← θ − `rate`·g.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DescentStep {
    /// The length of the step for a gradient of 1.
    pub rate: f64,
}

impl ElementStep<0> for DescentStep {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, _: [T; 0]) -> (T, [T; 0]) {
        (theta - gradient.scale(self.rate), [])
    }
}
