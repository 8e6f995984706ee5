//! What every optimizer of the crate promises: one program, since each takes minutes to compile with
//! wgpu.

#[path = "../common/mod.rs"]
mod common;
#[macro_use]
mod optimizers;

mod contract;
mod inspect;
mod kernels;
mod parity;
mod relations;
mod resume;
mod rows;
mod validation;
