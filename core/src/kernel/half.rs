//! Half-precision parameters: through f32, a block at a time.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::element_step::{Chunks, ElementStep};
use super::float::FloatElement;
use super::float::sealed::Sealed;

/// Elements that are widened at a time; two buffers of them stay in the first-level cache.
const BLOCK: usize = 512;

/// Calls `step` for each block of equally long slices, with room for as many f32 as the block has elements.
#[inline(always)]
fn in_blocks<P, G, const N: usize>(
    parameter: &mut [P],
    gradient: &[G],
    state: [&mut [f32]; N],
    step: impl Fn(&mut [f32], &mut [P], &[G], [&mut [f32]; N]),
) {
    let mut wide = [0.0_f32; BLOCK];
    let blocks = Chunks {
        size: BLOCK,
        parameter,
        gradient,
        state,
    };
    for (parameter, gradient, state) in blocks {
        step(&mut wide[..gradient.len()], parameter, gradient, state);
    }
}

macro_rules! half_element {
    ($($half:ident),+) => {$(
        impl Sealed for $half {}

        impl FloatElement for $half {
            type Accumulator = f32;

            #[inline(always)]
            fn widen(self) -> f32 {
                self.to_f32()
            }

            #[inline(always)]
            fn narrow(number: f32) -> Self {
                Self::from_f32(number)
            }

            fn step<S: ElementStep<N>, const N: usize>(
                rule: &S,
                parameter: &mut [Self],
                gradient: &[Self],
                state: [&mut [f32]; N],
            ) {
                in_blocks(parameter, gradient, state, |wide, parameter, gradient, state| {
                    gradient.convert_to_f32_slice(wide);
                    Self::step_wide(rule, parameter, wide, state);
                });
            }

            fn step_wide<S: ElementStep<N>, const N: usize>(
                rule: &S,
                parameter: &mut [Self],
                gradient: &[f32],
                state: [&mut [f32]; N],
            ) {
                in_blocks(parameter, gradient, state, |wide, parameter, gradient, state| {
                    parameter.convert_to_f32_slice(wide);
                    f32::step(rule, wide, gradient, state);
                    parameter.convert_from_f32_slice(wide);
                });
            }
        }
    )+};
}
half_element!(f16, bf16);
