//! Networks, the training loop, experiments and what is said of them, tuning.

#[path = "../common/mod.rs"]
mod common;

mod experiment;
mod networks;
mod statistics;
mod tune;
