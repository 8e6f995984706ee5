//! The arithmetic of the optimizers over plain slices. Nothing here knows burn.

pub mod adadelta;
pub mod adam;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod dense;
pub mod element_wise;
pub mod ftrl;
pub mod gradient;
mod half;
pub mod momentum;
pub mod norm;
pub mod number;
mod pass;
mod prefetch;
pub mod proximal;
pub mod reference;
mod row_slices;
pub(crate) mod row_step;
pub mod row_wise;
pub mod rows;
mod simd;
pub mod sm3;
mod threads;
