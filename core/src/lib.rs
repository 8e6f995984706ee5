//! What adaptive-gradient training needs of any framework: kernels over slices, sparse data, tuning, plots.
//!
//! - [`kernel`]: the formulas of the optimizers, each written once, and the loops over slices.
//! - [`sparse`]: batches of sparse rows and their transposition, decay of rows that is put off.
//! - [`data`]: sparse data sets, and a reader and a writer of the LIBSVM format.
//! - [`statistics`]: means, spreads and intervals over seeds.
//! - [`tune`]: grids of learning rates, tried on several threads, with a journal.
//! - `plot` (feature `plot`): losses and other curves as SVG.
//! - [`error`]: what can be wrong with any of it.
//!
//! The crate `burn-adagrad` builds on it for the framework burn, and re-exports these modules.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

pub mod data;
pub mod error;
pub mod kernel;
#[cfg(feature = "plot")]
pub mod plot;
pub mod sparse;
pub mod statistics;
pub mod tune;
#[doc(hidden)]
pub mod validate;

/// Compiles and runs the README's example with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
