//! The arithmetic of the optimizers over plain slices. Nothing here knows burn.

pub mod adadelta;
pub mod adagrad;
pub mod adam;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod element_step;
pub mod element_wise;
pub mod float;
pub mod ftrl;
pub mod gradient;
mod half;
pub mod momentum;
pub mod norm;
pub mod number;
mod prefetch;
pub mod proximal;
pub mod reference;
mod row_slices;
pub mod row_step;
pub mod row_wise;
pub mod rows;
mod simd;
pub mod sm3;
mod threads;
