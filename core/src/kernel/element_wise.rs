//! Steps over whole parameters, of optimizers that compute each element on its own.

use super::element_step::Chunks;
use super::float::FloatElement;
use super::threads::{CHUNK, PARALLEL_MIN, share_out};

pub use super::element_step::ElementStep;

/// One step in place; large slices are shared out over rayon's threads. As every element is on its own,
/// the result does not depend on their number, to the bit.
///
/// # Panics
///
/// If the slices are not equally long.
pub fn step<P: FloatElement, S: ElementStep<N>, const N: usize>(
    rule: &S,
    parameter: &mut [P],
    gradient: &[P],
    state: [&mut [P::Accumulator]; N],
) {
    let len = parameter.len();
    assert_eq!(len, gradient.len(), "gradient length");
    for part in &state {
        assert_eq!(len, part.len(), "state length");
    }
    if len < PARALLEL_MIN {
        return P::step(rule, parameter, gradient, state);
    }
    let chunks = Chunks {
        size: CHUNK,
        parameter,
        gradient,
        state,
    };
    share_out(chunks, |(parameter, gradient, state)| {
        P::step(rule, parameter, gradient, state);
    });
}
