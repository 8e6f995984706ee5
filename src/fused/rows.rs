//! Sums and steps over some rows of a table: in place on ndarray and flex, else in plain tensor
//! operations.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use burn::tensor::{Element, TensorData};

#[cfg(any(feature = "flex", feature = "ndarray"))]
use super::host::{HostTensor, Slice, SliceMut};
use super::plain_rows;
use crate::kernel::dense::AdagradStep;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use crate::kernel::dense::Parameter;
use crate::kernel::row_wise::RowWiseStep;
use crate::kernel::rows::Csr;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use crate::kernel::{
    row_wise,
    rows::{self, RowSums},
};

/// A table, the gradient of some of its rows, and its accumulator.
pub(crate) struct RowOperands<'a, B: Backend, const D: usize, const A: usize> {
    /// `[rows of the table, …]`.
    pub(crate) parameter: Tensor<B, D>,
    /// The rows that are stepped, ascending.
    pub(crate) rows: &'a [u32],
    /// A row for each of `rows`: its product with `slopes` is their gradient.
    pub(crate) matrix: Csr<'a>,
    /// `[columns of the matrix, width]`, where the width is all but the first dimension of the parameter.
    pub(crate) slopes: Tensor<B, 2>,
    /// Of the parameter's shape, or one number a row.
    pub(crate) accumulator: Tensor<B, A>,
}

/// Numbers in a row of a table.
pub(crate) fn width_of<B: Backend, const D: usize>(table: &Tensor<B, D>) -> usize {
    table.dims()[1..].iter().product()
}

/// The product of a sparse matrix and a table `[columns, width]`: `[rows of the matrix, width]`. Not
/// recorded by autodiff.
pub(crate) fn weighted_sum<B: Backend>(matrix: Csr, table: Tensor<B, 2>) -> Tensor<B, 2> {
    let table = table.set_require_grad(false);
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let table = {
        let (device, width) = (table.device(), table.dims()[1]);
        match HostTensor::of(table.clone()) {
            Ok(mut host) => {
                let sums = host.slice().map(|table| match table {
                    Slice::F32(table) => sums(matrix, table, width),
                    Slice::F64(table) => sums(matrix, table, width),
                    Slice::F16(table) => sums(matrix, table, width),
                    Slice::BF16(table) => sums(matrix, table, width),
                });
                if let Some(sums) = sums {
                    let dtype = sums.dtype;
                    return Tensor::from_data(sums, (&device, dtype));
                }
                table
            }
            Err(table) => table,
        }
    };
    plain_rows::weighted_sum(matrix, table)
}

#[cfg(any(feature = "flex", feature = "ndarray"))]
fn sums<P: Parameter + Element + Default>(matrix: Csr, table: &[P], width: usize) -> TensorData {
    let n_rows = matrix.offsets.len() - 1;
    let mut sums = vec![P::default(); n_rows * width];
    rows::weighted_sum(matrix, table, width, &mut sums);
    TensorData::new(sums, [n_rows, width])
}

/// Runs `$body` on the slices of parameter, slopes and accumulator and returns them, if the tensors
/// are of a backend and of types for which that is possible; else gives the operands back.
#[cfg(any(feature = "flex", feature = "ndarray"))]
macro_rules! step_on_host {
    ($operands:ident, |$p:ident, $s:ident, $a:ident| $body:expr) => {{
        use Slice as G;
        use SliceMut as S;

        let RowOperands {
            parameter,
            rows,
            matrix,
            slopes,
            accumulator,
        } = $operands;
        match HostTensor::take(parameter) {
            Ok(mut parameter) => {
                let take = "the tensors are of one backend";
                let mut slopes = HostTensor::take(slopes).ok().expect(take);
                let mut accumulator = HostTensor::take(accumulator).ok().expect(take);
                let slices = (
                    parameter.slice_mut(),
                    slopes.slice(),
                    accumulator.slice_mut(),
                );
                let known = match slices {
                    (Some(S::F32($p)), Some(G::F32($s)), Some(S::F32($a))) => Some($body),
                    (Some(S::F64($p)), Some(G::F64($s)), Some(S::F64($a))) => Some($body),
                    (Some(S::F16($p)), Some(G::F16($s)), Some(S::F32($a))) => Some($body),
                    (Some(S::BF16($p)), Some(G::BF16($s)), Some(S::F32($a))) => Some($body),
                    _ => None,
                };
                if known.is_some() {
                    return (parameter.give_back(), accumulator.give_back());
                }
                RowOperands {
                    parameter: parameter.give_back(),
                    rows,
                    matrix,
                    slopes: slopes.give_back(),
                    accumulator: accumulator.give_back(),
                }
            }
            Err(parameter) => RowOperands {
                parameter,
                rows,
                matrix,
                slopes,
                accumulator,
            },
        }
    }};
}

/// One Adagrad step over the rows.
pub(crate) fn adagrad<B: Backend, const D: usize>(
    step: &AdagradStep,
    operands: RowOperands<'_, B, D, D>,
) -> (Tensor<B, D>, Tensor<B, D>) {
    if operands.rows.is_empty() || width_of(&operands.parameter) == 0 {
        return (operands.parameter, operands.accumulator);
    }
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let operands = {
        let (rows, matrix) = (operands.rows, operands.matrix);
        let width = width_of(&operands.parameter);
        step_on_host!(operands, |p, slopes, a| rows::adagrad(
            step,
            p,
            RowSums {
                rows,
                matrix,
                slopes
            },
            a,
            width
        ))
    };
    plain_rows::adagrad(step, operands)
}

/// One step of row-wise Adagrad over the rows.
pub(crate) fn row_wise_adagrad<B: Backend, const D: usize>(
    step: &RowWiseStep,
    operands: RowOperands<'_, B, D, 1>,
) -> (Tensor<B, D>, Tensor<B, 1>) {
    if operands.rows.is_empty() || width_of(&operands.parameter) == 0 {
        return (operands.parameter, operands.accumulator);
    }
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let operands = {
        let (rows, matrix) = (operands.rows, operands.matrix);
        let width = width_of(&operands.parameter);
        step_on_host!(operands, |p, slopes, a| row_wise::adagrad(
            step,
            p,
            RowSums {
                rows,
                matrix,
                slopes
            },
            a,
            width
        ))
    };
    plain_rows::row_wise_adagrad(step, operands)
}

/// Multiplies each of the rows by its factor.
pub(crate) fn scale<B: Backend, const D: usize>(
    table: Tensor<B, D>,
    names: &[u32],
    factors: &[f64],
) -> Tensor<B, D> {
    if names.is_empty() || width_of(&table) == 0 {
        return table;
    }
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let table = {
        let width = width_of(&table);
        match HostTensor::take(table) {
            Ok(mut host) => {
                let known = host.slice_mut().map(|table| match table {
                    SliceMut::F32(table) => rows::scale(table, names, factors, width),
                    SliceMut::F64(table) => rows::scale(table, names, factors, width),
                    SliceMut::F16(table) => rows::scale(table, names, factors, width),
                    SliceMut::BF16(table) => rows::scale(table, names, factors, width),
                });
                if known.is_some() {
                    return host.give_back();
                }
                host.give_back()
            }
            Err(table) => table,
        }
    };
    plain_rows::scale(table, names, factors)
}

/// Adds row `i` of `added` to row `names[i]` of the table.
pub(crate) fn add<B: Backend>(
    table: Tensor<B, 2>,
    names: &[u32],
    added: Tensor<B, 2>,
) -> Tensor<B, 2> {
    if names.is_empty() {
        return table;
    }
    plain_rows::add(table, names, added)
}
