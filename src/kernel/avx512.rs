//! The f32 step in AVX-512: the root is exact, the quotient is refined from an estimate.
//!
//! A vector root and a vector quotient keep the same unit of the processor busy about equally long,
//! and a step in cache is nothing but waiting for it: 0.29 ns an element on one core of a Zen 4, as the
//! bench `optimizer_step/kernel/exact` measures, against 0.22 ns this way (`…/kernel/f32`). Here the quotient takes another way:
//! an estimate of 1/d good to 2⁻¹⁴, then one correction by the exact remainder g − d·q, which leaves
//! an error of 2⁻²⁸ before the last rounding. It differs from the exact quotient by one unit in the
//! last place at most (below gradients of 1e-37, where the remainder has no bits left, by 2⁻¹⁴ of a
//! step that is nothing by then); the accumulator does not differ at all.

use std::arch::x86_64::*;

use super::dense::AdagradStep;
use super::pass::with_constants;

const LANES: usize = 16;

/// Whether the estimate of 1/(√G + ε) can neither overflow nor underflow for this ε.
pub(super) fn suits(step: &AdagradStep) -> bool {
    step.epsilon == 0.0 || (1e-30..1e30).contains(&step.epsilon)
}

/// Steps three equally long slices.
#[target_feature(enable = "avx512f")]
pub(super) fn adagrad(
    step: &AdagradStep,
    parameter: &mut [f32],
    gradient: &[f32],
    accumulator: &mut [f32],
) {
    // The loads and stores below rely on it.
    assert_eq!(parameter.len(), gradient.len(), "gradient length");
    assert_eq!(parameter.len(), accumulator.len(), "accumulator length");
    macro_rules! call {
        ($inside:literal, $zero:literal, $decay:literal) => {
            pass::<$inside, $zero, $decay>(step, parameter, gradient, accumulator)
        };
    }
    with_constants!(step, call)
}

#[target_feature(enable = "avx512f")]
fn pass<const INSIDE: bool, const ZERO: bool, const DECAY: bool>(
    step: &AdagradStep,
    parameter: &mut [f32],
    gradient: &[f32],
    accumulator: &mut [f32],
) {
    let constants = Constants {
        rate: _mm512_set1_ps(step.rate as f32),
        epsilon: _mm512_set1_ps(step.epsilon),
        decay: _mm512_set1_ps(step.weight_decay),
        sign: _mm512_set1_ps(if step.maximize { -1.0 } else { 1.0 }),
    };
    let (parameters, last_parameter) = parameter.as_chunks_mut::<LANES>();
    let (gradients, last_gradient) = gradient.as_chunks::<LANES>();
    let (accumulators, last_accumulator) = accumulator.as_chunks_mut::<LANES>();
    for ((parameter, gradient), accumulator) in
        parameters.iter_mut().zip(gradients).zip(accumulators)
    {
        // SAFETY: each array has as many elements as the vector has lanes.
        let (theta, g, sum) = unsafe {
            (
                _mm512_loadu_ps(parameter.as_ptr()),
                _mm512_loadu_ps(gradient.as_ptr()),
                _mm512_loadu_ps(accumulator.as_ptr()),
            )
        };
        let (theta, sum) = constants.step::<INSIDE, ZERO, DECAY>(theta, g, sum);
        // SAFETY: as for the loads.
        unsafe {
            _mm512_storeu_ps(parameter.as_mut_ptr(), theta);
            _mm512_storeu_ps(accumulator.as_mut_ptr(), sum);
        }
    }
    let rest = last_parameter.len();
    if rest == 0 {
        return;
    }
    let mask = u16::MAX >> (LANES - rest);
    // SAFETY: the three slices were equally long, and so are their rests: `rest` elements, from 1 to
    // 15. `mask` has a bit for each of them, and a masked load or store touches no other lane.
    let (theta, g, sum) = unsafe {
        (
            _mm512_maskz_loadu_ps(mask, last_parameter.as_ptr()),
            _mm512_maskz_loadu_ps(mask, last_gradient.as_ptr()),
            _mm512_maskz_loadu_ps(mask, last_accumulator.as_ptr()),
        )
    };
    let (theta, sum) = constants.step::<INSIDE, ZERO, DECAY>(theta, g, sum);
    // SAFETY: as for the loads.
    unsafe {
        _mm512_mask_storeu_ps(last_parameter.as_mut_ptr(), mask, theta);
        _mm512_mask_storeu_ps(last_accumulator.as_mut_ptr(), mask, sum);
    }
}

struct Constants {
    rate: __m512,
    epsilon: __m512,
    decay: __m512,
    sign: __m512,
}

impl Constants {
    /// The new parameters and accumulators.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn step<const INSIDE: bool, const ZERO: bool, const DECAY: bool>(
        &self,
        theta: __m512,
        g: __m512,
        sum: __m512,
    ) -> (__m512, __m512) {
        let mut g = _mm512_mul_ps(self.sign, g);
        if DECAY {
            g = _mm512_add_ps(g, _mm512_mul_ps(self.decay, theta));
        }
        let sum = _mm512_add_ps(sum, _mm512_mul_ps(g, g));
        let denominator = if INSIDE {
            _mm512_sqrt_ps(_mm512_add_ps(sum, self.epsilon))
        } else {
            _mm512_add_ps(_mm512_sqrt_ps(sum), self.epsilon)
        };
        let mut direction = divide(g, denominator);
        if ZERO {
            let touched = _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(sum, _mm512_setzero_ps());
            direction = _mm512_maskz_mov_ps(touched, direction);
        }
        (
            _mm512_sub_ps(theta, _mm512_mul_ps(direction, self.rate)),
            sum,
        )
    }
}

/// a / b, within one unit in the last place where b is finite and 1/b a normal number.
#[inline]
#[target_feature(enable = "avx512f")]
fn divide(a: __m512, b: __m512) -> __m512 {
    let estimate = _mm512_rcp14_ps(b);
    let quotient = _mm512_mul_ps(a, estimate);
    let remainder = _mm512_fnmadd_ps(b, quotient, a);
    // Where b is infinite the remainder is ∞·0 = NaN, but the first quotient is right: 0, or NaN for
    // an infinite a. Where b is NaN, either is NaN.
    let finite = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(b, _mm512_set1_ps(f32::INFINITY));
    _mm512_mask3_fmadd_ps(estimate, remainder, quotient, finite)
}
