//! Training with burn-train's `Learner`.

#[path = "../common/mod.rs"]
mod common;

mod example;
mod training;
