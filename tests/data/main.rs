//! Sparse data sets, their batches and their files.

#[path = "../common/mod.rs"]
mod common;

mod dataset;
mod libsvm;
