//! The book's exercises: `cargo test -p burn-adagrad-book --test exercises` tries the solutions,
//! `-- --ignored NAME` your own work.
//!
//! A file has what is to be written, as a function that only panics, and the tests of it; the
//! folder
//! `solutions` has a way to do it.

mod bags;
mod decaying;
mod effective_rate;
mod epsilon;
mod help;
mod norm;
mod rmsprop;
mod rows;
mod slices;
mod solutions;
