//! Sums and steps over rows in plain tensor operations, for every backend.
//!
//! Rows are read with `select` and written by adding to them with `select_assign`, the only way in
//! which backends write rows.

use burn::tensor::backend::Backend;
use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData};

use super::operands::{Operands, RowOperands, width_of};
use super::plain::{self, Elements, cast, working_dtype};
use crate::kernel::element_wise::ElementStep;
use crate::kernel::row_wise::RowWiseStep;
use crate::kernel::rows::Csr;

/// As [`rows::weighted_sum`](super::rows::weighted_sum); the order in which a row's sum is taken is
/// the backend's.
pub(super) fn weighted_sum<B: Backend>(matrix: Csr, table: Tensor<B, 2>) -> Tensor<B, 2> {
    let dtype = table.dtype();
    cast(wide_sum(matrix, table), dtype)
}

/// The same in the type in which steps are computed.
pub(super) fn wide_sum<B: Backend>(matrix: Csr, table: Tensor<B, 2>) -> Tensor<B, 2> {
    let device = table.device();
    let width = table.dims()[1];
    let n_rows = matrix.offsets.len() - 1;
    let working = working_dtype(table.dtype());
    let sums = Tensor::zeros([n_rows, width], (&device, working));
    if matrix.indices.is_empty() {
        return sums;
    }
    let row_of_entry: Vec<i64> = (0..n_rows)
        .flat_map(|row| {
            let entries = matrix.offsets[row + 1] - matrix.offsets[row];
            std::iter::repeat_n(row as i64, entries)
        })
        .collect();
    let values = TensorData::new(matrix.values.to_vec(), [matrix.values.len(), 1]);
    let values = Tensor::from_data(values, (&device, working));
    let terms = cast(
        table.select(0, row_numbers(matrix.indices, &device)),
        working,
    ) * values;
    sums.select_assign(
        0,
        numbers(row_of_entry, &device),
        terms,
        IndexingUpdateOp::Add,
    )
}

/// As [`rows::row_wise_adagrad`](super::rows::row_wise_adagrad).
pub(super) fn row_wise_adagrad<B: Backend, const D: usize>(
    step: &RowWiseStep,
    operands: RowOperands<'_, B, D, 1, 1>,
) -> (Tensor<B, D>, [Tensor<B, 1>; 1]) {
    let RowOperands {
        parameter,
        rows,
        matrix,
        slopes,
        state: [accumulator],
    } = operands;
    let n = rows.len();
    let rows = row_numbers(rows, &parameter.device());
    let dtype = parameter.dtype();
    let gradient = wide_sum(matrix, slopes);
    let before = accumulator.clone().select(0, rows.clone());
    let (movement, square) = row_wise_update(step, gradient, before.reshape([n, 1]));
    (
        add_to_rows(parameter, rows.clone(), cast(movement.neg(), dtype)),
        [accumulator.select_assign(0, rows, square.reshape([n]), IndexingUpdateOp::Add)],
    )
}

/// What a step takes from rows, and adds to their accumulators, `[rows, 1]`.
fn row_wise_update<B: Backend>(
    step: &RowWiseStep,
    gradient: Tensor<B, 2>,
    accumulator: Tensor<B, 2>,
) -> (Tensor<B, 2>, Tensor<B, 2>) {
    let square = gradient.clone().square().mean_dim(1);
    let total = accumulator + square.clone();
    let multiplier = step.multiplier(Elements(total)).0;
    (gradient * multiplier, square)
}

/// As [`rows::row_wise_dense`](super::rows::row_wise_dense).
pub(super) fn row_wise_dense<B: Backend, const D: usize>(
    step: &RowWiseStep,
    parameter: Tensor<B, D>,
    gradient: Tensor<B, D>,
    accumulator: Tensor<B, 1>,
) -> (Tensor<B, D>, Tensor<B, 1>) {
    let dtype = parameter.dtype();
    let n = parameter.dims()[0];
    let gradient = cast(flat(gradient), working_dtype(dtype));
    let (movement, square) = row_wise_update(step, gradient, accumulator.clone().reshape([n, 1]));
    let movement = cast(movement, dtype).reshape(parameter.dims());
    (parameter - movement, accumulator + square.reshape([n]))
}

/// A step that computes each element on its own, over the rows.
pub(super) fn element_wise<B: Backend, S: ElementStep<N>, const D: usize, const N: usize>(
    rule: &S,
    operands: RowOperands<'_, B, D, D, N>,
) -> (Tensor<B, D>, [Tensor<B, D>; N]) {
    let RowOperands {
        parameter,
        rows,
        matrix,
        slopes,
        state,
    } = operands;
    let rows = row_numbers(rows, &parameter.device());
    let select = |table: &Tensor<B, D>| flat(table.clone()).select(0, rows.clone());
    let before = Operands {
        parameter: select(&parameter),
        gradient: wide_sum(matrix, slopes),
        state: state.each_ref().map(select),
    };
    let mut stale = before.state.clone().into_iter();
    let stale_parameter = before.parameter.clone();
    let (stepped, after) = plain::element_wise(rule, before);
    let mut after = after.into_iter();
    let state = state.map(|table| {
        let (before, after) = stale.next().zip(after.next()).expect("one for each part");
        replace_rows(table, rows.clone(), before, after)
    });
    let parameter = replace_rows(parameter, rows.clone(), stale_parameter, stepped);
    (parameter, state)
}

/// Writes rows of which `before` is what they hold: they are taken away first, which leaves zeros, and so
/// what is written is not rounded. An infinite number cannot be taken away. It stays what it is, as it does
/// in every state that is a sum or an average of squares.
fn replace_rows<B: Backend, const D: usize>(
    table: Tensor<B, D>,
    rows: Tensor<B, 1, Int>,
    before: Tensor<B, 2>,
    after: Tensor<B, 2>,
) -> Tensor<B, D> {
    let infinite = before.clone().abs().equal_elem(f32::INFINITY);
    let emptied = add_to_rows(table, rows.clone(), before.neg().mask_fill(infinite, 0.0));
    add_to_rows(emptied, rows, after)
}

/// The sum of the squares of each of the rows.
pub(super) fn squares<B: Backend, const D: usize>(table: Tensor<B, D>, rows: &[u32]) -> Vec<f64> {
    if rows.is_empty() {
        return Vec::new();
    }
    let working = working_dtype(table.dtype());
    let rows = row_numbers(rows, &table.device());
    let rows = cast(flat(table).select(0, rows), working);
    let squares = (rows.clone() * rows).sum_dim(1).into_data();
    squares.iter().collect()
}

/// As [`rows::scale`](super::rows::scale). Of some rows, the difference is added: for a factor f that
/// rounds by 1/f units in the last place.
pub(super) fn scale<B: Backend, const D: usize>(
    table: Tensor<B, D>,
    rows: &[u32],
    factors: &[f64],
) -> Tensor<B, D> {
    let device = table.device();
    let (n, dims) = (rows.len(), table.dims());
    let column = |numbers: Vec<f64>| {
        let data = TensorData::new(numbers, [n, 1]);
        Tensor::<B, 2>::from_data(data, (&device, table.dtype()))
    };
    if n == dims[0] {
        let factors = column(factors.to_vec());
        return (flat(table) * factors).reshape(dims);
    }
    let rows = row_numbers(rows, &device);
    let less_one = column(factors.iter().map(|factor| factor - 1.0).collect());
    let added = flat(table.clone()).select(0, rows.clone()) * less_one;
    add_to_rows(table, rows, added)
}

/// As [`rows::add`](super::rows::add).
pub(super) fn add<B: Backend>(
    table: Tensor<B, 2>,
    rows: &[u32],
    added: Tensor<B, 2>,
) -> Tensor<B, 2> {
    let rows = row_numbers(rows, &table.device());
    add_to_rows(table, rows, added)
}

fn add_to_rows<B: Backend, const D: usize>(
    table: Tensor<B, D>,
    rows: Tensor<B, 1, Int>,
    added: Tensor<B, 2>,
) -> Tensor<B, D> {
    let dims = table.dims();
    flat(table)
        .select_assign(0, rows, added, IndexingUpdateOp::Add)
        .reshape(dims)
}

/// `[rows, width]`.
fn flat<B: Backend, const D: usize>(table: Tensor<B, D>) -> Tensor<B, 2> {
    let shape = [table.dims()[0], width_of(&table)];
    table.reshape(shape)
}

fn row_numbers<B: Backend>(rows: &[u32], device: &B::Device) -> Tensor<B, 1, Int> {
    numbers(rows.iter().map(|&row| row.into()).collect(), device)
}

fn numbers<B: Backend>(numbers: Vec<i64>, device: &B::Device) -> Tensor<B, 1, Int> {
    let len = numbers.len();
    Tensor::from_data(TensorData::new(numbers, [len]), device)
}
