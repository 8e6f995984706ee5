//! The book's promises: what its pages include is there, what they show is what the code does now.

#[path = "../figures/artifacts/mod.rs"]
mod artifacts;
#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../listings/mod.rs"]
mod listings;

mod defaults;
mod formulas;
mod numbers;
mod outputs;
mod pages;
mod playground;
