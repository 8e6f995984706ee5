//! Batches of sparse rows, and what training a table by rows needs beside them.

mod csr;
mod decay;
mod transpose;

pub use csr::CsrBatch;
pub(crate) use csr::check_offsets;
pub use decay::RowDecay;
