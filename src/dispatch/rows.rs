//! Sums and steps over some rows of a table: in place on ndarray and flex, else in plain tensor
//! operations.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use burn::tensor::{Element, TensorData};

#[cfg(any(feature = "flex", feature = "ndarray"))]
use super::host::{HostTensor, Slice, SliceMut, state_slices};
use super::operands::Stepped;
pub(crate) use super::operands::{RowOperands, width_of};
use super::plain::{cast, working_dtype};
use super::plain_rows;
use crate::kernel::element_wise::ElementStep;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use crate::kernel::float::FloatElement;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use crate::kernel::row_step;
use crate::kernel::row_step::RowStep;
use crate::kernel::row_wise::RowWiseStep;
use crate::kernel::rows::Csr;
#[cfg(any(feature = "flex", feature = "ndarray"))]
use crate::kernel::{
    row_wise,
    rows::{self, RowSums},
};

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

/// The same in the type in which steps are computed, in which a sum of half-precision numbers finds room.
pub(crate) fn wide_sum<B: Backend>(matrix: Csr, table: Tensor<B, 2>) -> Tensor<B, 2> {
    let working = working_dtype(table.dtype());
    weighted_sum(matrix, cast(table, working))
}

/// The product of a sparse matrix and a table by operations that autodiff records.
pub(crate) fn recorded_sum<B: Backend>(matrix: Csr, table: Tensor<B, 2>) -> Tensor<B, 2> {
    plain_rows::weighted_sum(matrix, table)
}

/// By what each of the rows is multiplied so that its norm is at most `max_norm`, when it has been
/// multiplied by `factor` already.
pub(crate) fn shortening<B: Backend, const D: usize>(
    table: &Tensor<B, D>,
    rows: &[u32],
    max_norm: f32,
    factor: impl Fn(u32) -> f64,
) -> Vec<f64> {
    let squares = squares(table, rows);
    let rows = rows.iter().zip(squares);
    rows.map(|(&row, square)| {
        let norm = square.sqrt() * factor(row);
        // As PyTorch: so a row that is shortened is not shortened again.
        if norm > f64::from(max_norm) {
            f64::from(max_norm) / (norm + 1e-7)
        } else {
            1.0
        }
    })
    .collect()
}

/// The sum of the squares of each of the rows.
fn squares<B: Backend, const D: usize>(table: &Tensor<B, D>, rows: &[u32]) -> Vec<f64> {
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    if let Ok(mut host) = HostTensor::of(table.clone().set_require_grad(false)) {
        let width = width_of(table);
        let squares = host.slice().map(|table| match table {
            Slice::F32(table) => rows::squares(table, rows, width),
            Slice::F64(table) => rows::squares(table, rows, width),
            Slice::F16(table) => rows::squares(table, rows, width),
            Slice::BF16(table) => rows::squares(table, rows, width),
        });
        if let Some(squares) = squares {
            return squares;
        }
    }
    plain_rows::squares(table.clone().set_require_grad(false), rows)
}

#[cfg(any(feature = "flex", feature = "ndarray"))]
fn sums<P: FloatElement + Element + Default>(matrix: Csr, table: &[P], width: usize) -> TensorData {
    let n_rows = matrix.offsets.len() - 1;
    let mut sums = vec![P::default(); n_rows * width];
    rows::weighted_sum(matrix, table, width, &mut sums);
    TensorData::new(sums, [n_rows, width])
}

/// Steps in place, if the tensors are of a backend and of types for which that is possible; else gives
/// the operands back.
#[cfg(any(feature = "flex", feature = "ndarray"))]
pub(super) fn on_host<
    'a,
    B: Backend,
    S: RowStep<N>,
    const D: usize,
    const A: usize,
    const N: usize,
>(
    step: &S,
    operands: RowOperands<'a, B, D, A, N>,
) -> Result<Stepped<B, D, A, N>, RowOperands<'a, B, D, A, N>> {
    if !HostTensor::knows(&operands.parameter) {
        return Err(operands);
    }
    let width = width_of(&operands.parameter);
    let RowOperands {
        parameter,
        rows,
        matrix,
        slopes,
        state,
    } = operands;
    let mut parameter = HostTensor::take_known(parameter);
    let mut slopes = HostTensor::take_known(slopes);
    let mut state = state.map(HostTensor::take_known);
    macro_rules! run {
        ($p:ident, $accumulator:ident, $($s:ident)|+) => {
            match (
                slopes.slice(),
                state_slices!(state.each_mut(), slice_mut, $accumulator),
            ) {
                $((Some(Slice::$s(slopes)), Some(state)) => {
                    let gradient = RowSums {
                        rows,
                        matrix,
                        slopes,
                    };
                    row_step::step(step, $p, gradient, state, width);
                    true
                })+
                _ => false,
            }
        };
    }
    let stepped = match parameter.slice_mut() {
        Some(SliceMut::F32(p)) => run!(p, F32, F32),
        Some(SliceMut::F64(p)) => run!(p, F64, F64),
        Some(SliceMut::F16(p)) => run!(p, F32, F16 | F32),
        Some(SliceMut::BF16(p)) => run!(p, F32, BF16 | F32),
        None => false,
    };
    let (parameter, state) = (parameter.give_back(), state.map(HostTensor::give_back));
    if stepped {
        return Ok((parameter, state));
    }
    Err(RowOperands {
        parameter,
        rows,
        matrix,
        slopes: slopes.give_back(),
        state,
    })
}

/// One step of row-wise Adagrad over the rows.
pub(crate) fn row_wise_adagrad<B: Backend, const D: usize>(
    step: &RowWiseStep,
    operands: RowOperands<'_, B, D, 1, 1>,
) -> (Tensor<B, D>, [Tensor<B, 1>; 1]) {
    step_or(step, operands, plain_rows::row_wise_adagrad)
}

/// One step of row-wise Adagrad over all rows.
pub(crate) fn row_wise_dense<B: Backend, const D: usize>(
    step: &RowWiseStep,
    parameter: Tensor<B, D>,
    gradient: Tensor<B, D>,
    accumulator: Tensor<B, 1>,
) -> (Tensor<B, D>, Tensor<B, 1>) {
    if parameter.dims().contains(&0) {
        return (parameter, accumulator);
    }
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let (parameter, gradient, accumulator) = match HostTensor::take(parameter) {
        Ok(mut parameter) => {
            let mut gradient = HostTensor::take_known(gradient);
            let mut accumulator = HostTensor::take_known(accumulator);
            let stepped = row_wise_on_host(step, &mut parameter, &mut gradient, &mut accumulator);
            let (parameter, accumulator) = (parameter.give_back(), accumulator.give_back());
            if stepped {
                return (parameter, accumulator);
            }
            (parameter, gradient.give_back(), accumulator)
        }
        Err(parameter) => (parameter, gradient, accumulator),
    };
    plain_rows::row_wise_dense(step, parameter, gradient, accumulator)
}

/// The same in place, if the types are such that it is possible; says whether it was.
#[cfg(any(feature = "flex", feature = "ndarray"))]
fn row_wise_on_host(
    step: &RowWiseStep,
    parameter: &mut HostTensor,
    gradient: &mut HostTensor,
    accumulator: &mut HostTensor,
) -> bool {
    use Slice as G;
    use SliceMut as S;

    match (
        parameter.slice_mut(),
        gradient.slice(),
        accumulator.slice_mut(),
    ) {
        (Some(S::F32(p)), Some(G::F32(g)), Some(S::F32(a))) => row_wise::dense(step, p, g, a),
        (Some(S::F64(p)), Some(G::F64(g)), Some(S::F64(a))) => row_wise::dense(step, p, g, a),
        (Some(S::F16(p)), Some(G::F16(g)), Some(S::F32(a))) => row_wise::dense(step, p, g, a),
        (Some(S::BF16(p)), Some(G::BF16(g)), Some(S::F32(a))) => row_wise::dense(step, p, g, a),
        _ => return false,
    }
    true
}

/// One step over the rows of an optimizer that computes each element on its own.
pub(crate) fn element_wise<B: Backend, S: ElementStep<N>, const D: usize, const N: usize>(
    step: &S,
    operands: RowOperands<'_, B, D, D, N>,
) -> (Tensor<B, D>, [Tensor<B, D>; N]) {
    step_or(step, operands, plain_rows::element_wise)
}

/// One step over the rows: in place, or else by `plain`.
fn step_or<'a, B: Backend, S: RowStep<N>, const D: usize, const A: usize, const N: usize>(
    step: &S,
    operands: RowOperands<'a, B, D, A, N>,
    plain: impl FnOnce(&S, RowOperands<'a, B, D, A, N>) -> Stepped<B, D, A, N>,
) -> Stepped<B, D, A, N> {
    if operands.rows.is_empty() || width_of(&operands.parameter) == 0 {
        return (operands.parameter, operands.state);
    }
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let operands = match on_host(step, operands) {
        Ok(stepped) => return stepped,
        Err(operands) => operands,
    };
    plain(step, operands)
}

/// Multiplies each of the rows by its factor.
pub(crate) fn scale<B: Backend, const D: usize>(
    table: Tensor<B, D>,
    rows: &[u32],
    factors: &[f64],
) -> Tensor<B, D> {
    if rows.is_empty() || width_of(&table) == 0 {
        return table;
    }
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let table = {
        let width = width_of(&table);
        match HostTensor::take(table) {
            Ok(mut host) => {
                let known = host.slice_mut().map(|table| match table {
                    SliceMut::F32(table) => rows::scale(table, rows, factors, width),
                    SliceMut::F64(table) => rows::scale(table, rows, factors, width),
                    SliceMut::F16(table) => rows::scale(table, rows, factors, width),
                    SliceMut::BF16(table) => rows::scale(table, rows, factors, width),
                });
                if known.is_some() {
                    return host.give_back();
                }
                host.give_back()
            }
            Err(table) => table,
        }
    };
    plain_rows::scale(table, rows, factors)
}

/// Adds row `i` of `added` to row `rows[i]` of the table.
pub(crate) fn add<B: Backend>(
    table: Tensor<B, 2>,
    rows: &[u32],
    added: Tensor<B, 2>,
) -> Tensor<B, 2> {
    if rows.is_empty() {
        return table;
    }
    plain_rows::add(table, rows, added)
}
