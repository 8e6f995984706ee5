//! The book's promises: what its pages include is there, what they show is what the code does now.

#[path = "../../book/figures/artifacts/mod.rs"]
mod artifacts;
#[path = "../common/mod.rs"]
mod common;
#[path = "../../book/listings/mod.rs"]
mod listings;

mod defaults;
mod formulas;
mod numbers;
mod outputs;
mod pages;
mod playground;
