//! The arithmetic of the optimizers over plain slices. Nothing here knows burn.

pub mod dense;
mod half;
pub mod reference;
mod simd;
