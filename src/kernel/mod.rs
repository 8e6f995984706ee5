//! The arithmetic of the optimizers over plain slices. Nothing here knows burn.

#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod dense;
mod half;
mod pass;
mod prefetch;
pub mod reference;
mod row_slices;
pub mod row_wise;
pub mod rows;
mod simd;
mod threads;
