//! Exercise 7: a step over some rows of a table.

use anyhow::ensure;

use super::solutions::{rows as solution, slices};

// ANCHOR: stub
/// A table of weights, row after row, and its accumulator.
#[derive(Clone, Debug)]
pub struct Table {
    /// Weights in a row.
    pub width: usize,
    pub weights: Vec<f64>,
    pub sums: Vec<f64>,
}

/// One step of Adagrad over the rows that have a gradient, with ε outside of the
/// root. `gradients` holds one row of numbers for each of `rows`, which come in any
/// order; those of a row that is named more than once add up to its gradient. Rows
/// that are not named are neither read nor written.
pub fn step(table: &mut Table, rate: f64, epsilon: f64, rows: &[usize], gradients: &[f64]) {
    let given = (table, rate, epsilon, rows, gradients);
    unimplemented!("your turn, with {given:?}")
}
// ANCHOR_END: stub

type Step = fn(&mut Table, f64, f64, &[usize], &[f64]);

const RATE: f64 = 0.1;
const EPSILON: f64 = 1e-10;
const ROWS: usize = 6;
const WIDTH: usize = 2;

/// Against the dense step over the whole table: equal, not close. The gradients are such that
/// their sums have no rounding, in whatever order they are taken.
fn check(step: Step) -> anyhow::Result<()> {
    let weights: Vec<f64> = (0..ROWS * WIDTH).map(|i| i as f64 - 4.0).collect();
    let mut table = Table {
        width: WIDTH,
        weights,
        sums: vec![0.0; ROWS * WIDTH],
    };
    let mut dense = table.clone();
    // A row that no step names, and whose accumulator nobody is to read.
    let untouched = 5 * WIDTH..6 * WIDTH;
    table.sums[untouched.clone()].fill(f64::NAN);
    for rows in [vec![4, 1, 4, 0], vec![], vec![2], vec![1, 1, 1, 4]] {
        let numbers = (0..rows.len() * WIDTH).map(|i| 0.25 * i as f64 - 0.5);
        let gradients: Vec<f64> = numbers.collect();
        step(&mut table, RATE, EPSILON, &rows, &gradients);
        let mut whole = vec![0.0; ROWS * WIDTH];
        for (&row, gradient) in rows.iter().zip(gradients.chunks(WIDTH)) {
            for (sum, g) in whole[row * WIDTH..].iter_mut().zip(gradient) {
                *sum += g;
            }
        }
        slices::adagrad(RATE, EPSILON, &mut dense.weights, &whole, &mut dense.sums);
        ensure!(
            table.weights == dense.weights,
            "after rows {rows:?}: weights {:?} instead of {:?}",
            table.weights,
            dense.weights
        );
        ensure!(
            table.sums[..untouched.start] == dense.sums[..untouched.start],
            "after rows {rows:?}: sums {:?} instead of {:?}",
            table.sums,
            dense.sums
        );
    }
    Ok(())
}

#[test]
#[ignore = "yours to write"]
fn yours() -> anyhow::Result<()> {
    check(step)
}

#[test]
fn the_solution() -> anyhow::Result<()> {
    check(solution::step)
}

#[test]
fn mistakes_are_found() {
    // A step for each mention of a row: its squares are added one by one.
    let one_by_one: Step = |table, rate, epsilon, rows, gradients| {
        let width = table.width;
        for (row, gradient) in rows.iter().zip(gradients.chunks(width)) {
            solution::step(table, rate, epsilon, &[*row], gradient);
        }
    };
    let last_one_only: Step = |table, rate, epsilon, rows, gradients| {
        let width = table.width;
        for (i, row) in rows.iter().enumerate() {
            if !rows[i + 1..].contains(row) {
                let gradient = &gradients[i * width..][..width];
                solution::step(table, rate, epsilon, &[*row], gradient);
            }
        }
    };
    let all_rows: Step = |table, rate, epsilon, rows, gradients| {
        let width = table.width;
        let mut whole = vec![0.0; table.weights.len()];
        for (row, gradient) in rows.iter().zip(gradients.chunks(width)) {
            for (sum, g) in whole[row * width..].iter_mut().zip(gradient) {
                *sum += g;
            }
        }
        slices::adagrad(rate, epsilon, &mut table.weights, &whole, &mut table.sums);
    };
    for wrong in [one_by_one, last_one_only, all_rows] {
        assert!(check(wrong).is_err());
    }
}
