//! Where a backend's tensors become slices, in place, and the choice between slices and tensor operations.
//!
//! ndarray and flex (with the features of these names) step in one pass over memory, without a copy
//! where a tensor is uniquely owned; every other backend, and every combination of types that the
//! kernels do not know, takes plain tensor operations. The choice is made by type, once a call.

mod dense;
#[cfg(feature = "flex")]
mod flex;
pub(crate) mod graph;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod host;
#[cfg(feature = "ndarray")]
mod ndarray;
pub(crate) mod norm;
mod operands;
mod plain;
mod plain_rows;
pub(crate) mod rows;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod slice;
pub(crate) mod sm3;
#[cfg(all(test, feature = "flex", feature = "ndarray"))]
mod tests;

pub(crate) use dense::step;
pub(crate) use operands::Operands;
pub(crate) use plain::{Elements, cast, working_dtype};

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Casts a tensor of rank `D` to rank `E`, which must be the same number. (To reshape it would copy it on
/// ndarray.)
///
/// # Panics
///
/// If the two differ.
pub(crate) fn of_rank<B: Backend, const D: usize, const E: usize>(
    tensor: Tensor<B, D>,
) -> Tensor<B, E> {
    assert_eq!(D, E, "the rank of the tensor");
    Tensor::from_primitive(tensor.into_primitive())
}
