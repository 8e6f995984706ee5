//! The formula of an optimizer that computes each element on its own, and the one loop for all such
//! formulas.

use super::number::{Number, Real};
use super::simd::{Level, Work};

/// The formula of a step, for one element.
///
/// Implementations are `#[inline(always)]`: the loop around them is compiled for each width of vectors.
pub trait ElementStep<const N: usize>: Send + Sync {
    /// The parameter and the optimizer's `N` state numbers after the step.
    fn step<T: Number>(&self, parameter: T, gradient: T, state: [T; N]) -> (T, [T; N]);

    /// Steps equally long slices. A rule may step them as another rule would, whose options are constants.
    #[doc(hidden)]
    #[inline(always)]
    fn step_slices<T: Real>(&self, parameter: &mut [T], gradient: &[T], state: [&mut [T]; N])
    where
        Self: Sized,
    {
        run(self, parameter, gradient, state);
    }

    /// Steps equally long slices of f32 in a way of its own, if this processor has instructions that
    /// make it faster; says whether it did.
    #[doc(hidden)]
    #[inline(always)]
    fn step_f32(&self, _: &mut [f32], _: &[f32], _: &mut [&mut [f32]; N]) -> bool {
        false
    }
}

/// Steps equally long slices with the widest vectors that the processor has.
#[inline(always)]
pub(super) fn run<T: Real, S: ElementStep<N>, const N: usize>(
    rule: &S,
    parameter: &mut [T],
    gradient: &[T],
    state: [&mut [T]; N],
) {
    Level::detect().run(Pass {
        rule,
        parameter,
        gradient,
        state,
    });
}

/// Equally long slices, cut into pieces.
pub(super) struct Chunks<'a, P, G, T, const N: usize> {
    pub(super) size: usize,
    pub(super) parameter: &'a mut [P],
    pub(super) gradient: &'a [G],
    pub(super) state: [&'a mut [T]; N],
}

impl<'a, P, G, T, const N: usize> Iterator for Chunks<'a, P, G, T, N> {
    type Item = (&'a mut [P], &'a [G], [&'a mut [T]; N]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.gradient.is_empty() {
            return None;
        }
        let size = self.size.min(self.gradient.len());
        let (gradient, rest) = self.gradient.split_at(size);
        self.gradient = rest;
        let state = self.state.each_mut().map(|state| split(state, size));
        Some((split(&mut self.parameter, size), gradient, state))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let chunks = self.gradient.len().div_ceil(self.size);
        (chunks, Some(chunks))
    }
}

impl<P, G, T, const N: usize> ExactSizeIterator for Chunks<'_, P, G, T, N> {}

/// Takes the first `size` elements from a slice.
pub(super) fn split<'a, T>(slice: &mut &'a mut [T], size: usize) -> &'a mut [T] {
    let (taken, rest) = std::mem::take(slice).split_at_mut(size);
    *slice = rest;
    taken
}

/// The loop over equally long slices of the type in which the step is computed.
pub(super) struct Pass<'a, T, S, const N: usize> {
    pub(super) rule: &'a S,
    pub(super) parameter: &'a mut [T],
    pub(super) gradient: &'a [T],
    pub(super) state: [&'a mut [T]; N],
}

impl<T: Real, S: ElementStep<N>, const N: usize> Work for Pass<'_, T, S, N> {
    #[inline(always)]
    fn run(self) {
        let Self {
            rule,
            parameter,
            gradient,
            state,
        } = self;
        let len = parameter.len();
        let gradient = &gradient[..len];
        let state = state.map(|part| &mut part[..len]);
        for i in 0..len {
            let before = std::array::from_fn(|part| state[part][i]);
            let (theta, after) = rule.step(parameter[i], gradient[i], before);
            parameter[i] = theta;
            for part in 0..N {
                state[part][i] = after[part];
            }
        }
    }
}
