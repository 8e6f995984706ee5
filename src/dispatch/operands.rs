//! What a step works on.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::kernel::rows::Csr;

/// A parameter, its gradient and what its optimizer remembers of it, all of one shape.
pub(crate) struct Operands<T, const N: usize> {
    pub(crate) parameter: T,
    pub(crate) gradient: T,
    pub(crate) state: [T; N],
}

/// A table, the gradient of some of its rows, and what the optimizer remembers of it.
pub(crate) struct RowOperands<'a, B: Backend, const D: usize, const A: usize, const N: usize> {
    /// `[rows of the table, …]`.
    pub(crate) parameter: Tensor<B, D>,
    /// The rows that are stepped, ascending.
    pub(crate) rows: &'a [u32],
    /// A row for each of `rows`: its product with `slopes` is their gradient.
    pub(crate) matrix: Csr<'a>,
    /// `[columns of the matrix, width]`, where the width is all but the first dimension of the parameter; in
    /// the parameter's type, or in that in which steps of it are computed.
    pub(crate) slopes: Tensor<B, 2>,
    /// Each of the parameter's shape, or one number a row.
    pub(crate) state: [Tensor<B, A>; N],
}

/// Numbers in a row of a table.
pub(crate) fn width_of<B: Backend, const D: usize>(table: &Tensor<B, D>) -> usize {
    table.dims()[1..].iter().product()
}

/// A parameter and its state after a step.
pub(super) type Stepped<B, const D: usize, const A: usize, const N: usize> =
    (Tensor<B, D>, [Tensor<B, A>; N]);
