//! Training that goes on elsewhere: PyTorch's files, and the states of burn's AdaGrad.

#[path = "../common/mod.rs"]
mod common;

mod file;

mod from_burn;
mod going_on;
mod layouts;
mod pytorch;
mod refusals;
