//! What the optimizers beside Adagrad promise: one program, since each takes minutes to compile with
//! wgpu.

#[path = "../common/mod.rs"]
mod common;

//mod contract;
//mod inspect;
//mod optimizers;
mod parity;
//mod resume;
//mod rows;
//mod validation;
