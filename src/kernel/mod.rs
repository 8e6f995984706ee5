//! The arithmetic of the optimizers over plain slices. Nothing here knows burn.

#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod dense;
mod half;
mod pass;
pub mod reference;
mod simd;
mod threads;
