//! Adagrad alone: other frameworks' numbers, its promises, resuming, half precision, steps in place.

#[path = "../common/mod.rs"]
mod common;

mod contract;
mod half_precision;
mod in_place;
mod parity;
mod resume;
