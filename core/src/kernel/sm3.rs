//! SM3: one accumulator for each slice of each dimension.

use std::sync::{Mutex, PoisonError};

use super::element_step::{ElementStep, split};
use super::number::{Number, Real};
use super::simd::{Level, Work};
use super::threads::{PARALLEL_MIN, share_out};

/// What a step needs beyond the slices; the formula is that of the optimizer `Sm3`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sm3Step {
    /// The learning rate.
    pub rate: f64,
    /// ε under the root.
    pub epsilon: f64,
    /// How much of the momentum is kept.
    pub momentum: f64,
    /// Whether to climb.
    pub maximize: bool,
}

impl Sm3Step {
    /// g/√(ν + ε), or 0 where ν is.
    #[inline(always)]
    fn direction<T: Number>(&self, gradient: T, nu: T) -> T {
        let gradient = gradient.scale(if self.maximize { -1.0 } else { 1.0 });
        let direction = gradient / nu.clone().offset(self.epsilon).sqrt();
        direction.zero_where_zero(nu)
    }

    /// A parameter after a step without momentum.
    #[inline(always)]
    pub fn moved<T: Number>(&self, theta: T, gradient: T, nu: T) -> T {
        theta - self.direction(gradient, nu).scale(self.rate)
    }

    /// A parameter and its momentum after a step.
    #[inline(always)]
    pub fn moved_with<T: Number>(&self, theta: T, gradient: T, nu: T, momentum: T) -> (T, T) {
        let direction = self.direction(gradient, nu);
        let momentum = momentum.scale(self.momentum) + direction.scale(1.0 - self.momentum);
        (theta - momentum.clone().scale(self.rate), momentum)
    }
}

/// A vector, each of whose elements is a slice of its own: its accumulators are sums.
impl ElementStep<1> for Sm3Step {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum]: [T; 1]) -> (T, [T; 1]) {
        let nu = sum + gradient.clone().square();
        (self.moved(theta, gradient, nu.clone()), [nu])
    }
}

/// A vector with momentum.
impl ElementStep<2> for Sm3Step {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum, momentum]: [T; 2]) -> (T, [T; 2]) {
        let nu = sum + gradient.clone().square();
        let (theta, momentum) = self.moved_with(theta, gradient, nu.clone(), momentum);
        (theta, [nu, momentum])
    }
}

/// Elements that a thread takes at a time, or the slices of the first dimension that have more.
const CHUNK: usize = 32 * 1024;

/// Elements of a line that are looked at together.
const BLOCK: usize = 256;

/// Running maxima along a line. Their number is fixed; a maximum does not depend on the order.
const LANES: usize = 16;

/// One step in place over a tensor of two dimensions or more.
///
/// `dims` are its dimensions, the last varying fastest; `accumulators` has for each of them a slice of
/// that length, and `momentum` is as long as the parameter. The result does not depend on the number of
/// threads, to the bit.
///
/// ```
/// use adagrad_core::kernel::sm3::{Sm3Step, step};
///
/// let rule = Sm3Step { rate: 1.0, epsilon: 0.0, momentum: 0.0, maximize: false };
/// let mut parameter = [0.0_f32; 4];
/// let (mut rows, mut columns) = ([0.0; 2], [0.0; 2]);
/// step(&rule, &[2, 2], &mut parameter, &[2.0, 0.0, 1.0, 0.0], &mut [&mut rows, &mut columns], None);
/// // Each accumulator is the largest sum in its row or column.
/// assert_eq!((rows, columns), ([4.0, 1.0], [4.0, 0.0]));
/// assert_eq!(parameter, [-1.0, 0.0, -1.0, 0.0]);
/// ```
///
/// # Panics
///
/// If there are fewer than two dimensions, one of them is 0, or a length does not agree with them.
pub fn step<T: Real>(
    rule: &Sm3Step,
    dims: &[usize],
    parameter: &mut [T],
    gradient: &[T],
    accumulators: &mut [&mut [T]],
    momentum: Option<&mut [T]>,
) {
    let len: usize = dims.iter().product();
    assert!(dims.len() >= 2 && len > 0, "two dimensions or more, not 0");
    assert_eq!(parameter.len(), len, "parameter length");
    assert_eq!(gradient.len(), len, "gradient length");
    let lengths = accumulators.iter().map(|part| part.len());
    assert!(lengths.eq(dims.iter().copied()), "accumulator lengths");
    let mut momentum = momentum.unwrap_or_default();
    let has_momentum = !momentum.is_empty();
    assert!(!has_momentum || momentum.len() == len, "momentum length");

    let before: Vec<Vec<T>> = accumulators.iter().map(|part| part.to_vec()).collect();
    let (first, others) = accumulators.split_first_mut().expect("dimensions");
    first.fill(T::ZERO);
    for part in others.iter_mut() {
        part.fill(T::ZERO);
    }
    let others = Mutex::new(others);
    let slice = len / dims[0];
    let at_a_time = (CHUNK / slice).clamp(1, dims[0]);
    let (mut parameter, mut gradient, mut first) = (parameter, gradient, &mut **first);
    let pieces = (0..dims[0]).step_by(at_a_time).map(|start| {
        let slices = at_a_time.min(first.len());
        let (taken, rest) = gradient.split_at(slices * slice);
        gradient = rest;
        let with_momentum = if has_momentum { slices * slice } else { 0 };
        Piece {
            rule,
            dims,
            before: &before,
            start,
            parameter: split(&mut parameter, slices * slice),
            gradient: taken,
            momentum: split(&mut momentum, with_momentum),
            first: split(&mut first, slices),
            others: &others,
        }
    });
    let level = Level::detect();
    if len < PARALLEL_MIN {
        pieces.for_each(|piece| level.run(piece));
    } else {
        share_out(pieces, |piece| level.run(piece));
    }
}

/// Some slices of the first dimension, from `start` on.
struct Piece<'a, 'b, T> {
    rule: &'a Sm3Step,
    dims: &'a [usize],
    /// The accumulators before the step.
    before: &'a [Vec<T>],
    start: usize,
    parameter: &'a mut [T],
    gradient: &'a [T],
    /// Empty without.
    momentum: &'a mut [T],
    /// The accumulators of these slices.
    first: &'a mut [T],
    /// Those of the other dimensions, for all threads.
    others: &'a Mutex<&'a mut [&'b mut [T]]>,
}

impl<T: Real> Work for Piece<'_, '_, T> {
    #[inline(always)]
    fn run(self) {
        let inner = &self.dims[1..];
        let (&width, middle) = inner.split_last().expect("two dimensions");
        let mut sums: Vec<Vec<T>> = inner.iter().map(|&n| vec![T::ZERO; n]).collect();
        let lines_a_slice: usize = middle.iter().product();
        let mut place = vec![0; middle.len()];
        let mut nu = [T::ZERO; BLOCK];
        for line in 0..self.parameter.len() / width {
            let mut index = line % lines_a_slice;
            for (place, &n) in place.iter_mut().zip(middle).rev() {
                *place = index % n;
                index /= n;
            }
            let slice = line / lines_a_slice;
            let mut bound = self.before[0][self.start + slice];
            for (&place, before) in place.iter().zip(&self.before[1..]) {
                bound = lesser(bound, before[place]);
            }
            let (last, sums_of_middle) = sums.split_last_mut().expect("two dimensions");
            let range = line * width..(line + 1) * width;
            let momentum = if self.momentum.is_empty() {
                0..0
            } else {
                range.clone()
            };
            let line = Line {
                rule: self.rule,
                bound,
                before: &self.before[self.dims.len() - 1],
                sums: last,
                parameter: &mut self.parameter[range.clone()],
                gradient: &self.gradient[range],
                momentum: &mut self.momentum[momentum],
                nu: &mut nu,
            };
            let largest = line.run();
            self.first[slice] = greater(self.first[slice], largest);
            for (&place, sums) in place.iter().zip(sums_of_middle) {
                sums[place] = greater(sums[place], largest);
            }
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        for (all, own) in others.iter_mut().zip(&sums) {
            for (all, &own) in all.iter_mut().zip(own) {
                *all = greater(*all, own);
            }
        }
    }
}

/// A line along the last dimension.
struct Line<'a, T> {
    rule: &'a Sm3Step,
    /// The least of the accumulators of the other dimensions.
    bound: T,
    /// The accumulators of the last dimension before the step, and the largest sums so far.
    before: &'a [T],
    sums: &'a mut [T],
    parameter: &'a mut [T],
    gradient: &'a [T],
    /// Empty without.
    momentum: &'a mut [T],
    /// Room to work in.
    nu: &'a mut [T; BLOCK],
}

impl<T: Real> Line<'_, T> {
    /// Steps it and gives the largest sum.
    ///
    /// A block at a time, in loops that do one thing each: so the compiler makes vectors of them.
    #[inline(always)]
    fn run(self) -> T {
        let mut largest = [T::ZERO; LANES];
        let len = self.parameter.len();
        for start in (0..len).step_by(BLOCK) {
            let block = start..len.min(start + BLOCK);
            let nu = &mut self.nu[..block.len()];
            let gradient = &self.gradient[block.clone()];
            for ((nu, g), &before) in nu.iter_mut().zip(gradient).zip(&self.before[block.clone()]) {
                *nu = lesser(self.bound, before) + g.square();
            }
            for (sum, &nu) in self.sums[block.clone()].iter_mut().zip(&*nu) {
                *sum = greater(*sum, nu);
            }
            let (lanes, rest) = nu.as_chunks::<LANES>();
            for nu in lanes {
                for (largest, &nu) in largest.iter_mut().zip(nu) {
                    *largest = greater(*largest, nu);
                }
            }
            for (largest, &nu) in largest.iter_mut().zip(rest) {
                *largest = greater(*largest, nu);
            }
            let parameter = self.parameter[block.clone()].iter_mut();
            let elements = parameter.zip(gradient).zip(&*nu);
            match &mut *self.momentum {
                [] => {
                    for ((theta, &g), &nu) in elements {
                        *theta = self.rule.moved(*theta, g, nu);
                    }
                }
                momentum => {
                    for (((theta, &g), &nu), momentum) in elements.zip(&mut momentum[block]) {
                        (*theta, *momentum) = self.rule.moved_with(*theta, g, nu, *momentum);
                    }
                }
            }
        }
        largest.into_iter().fold(T::ZERO, greater)
    }
}

#[inline(always)]
fn lesser<T: Real>(a: T, b: T) -> T {
    if b < a { b } else { a }
}

#[inline(always)]
fn greater<T: Real>(a: T, b: T) -> T {
    if b > a { b } else { a }
}
