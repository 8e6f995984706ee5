//! Row-sparse training: one file a promise, one program, because a program for wgpu takes minutes to
//! compile.

#[path = "../common/mod.rs"]
mod common;

mod adaptor;
mod at_home;
mod batches;
mod clipping;
mod equals_dense;
mod kernels;
mod layers;
mod mixed;
mod parity;
mod pending;
mod resume;
mod states;
mod walkers;
