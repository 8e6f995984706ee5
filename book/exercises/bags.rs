//! Exercise 8: bags of ids as sparse rows.

use anyhow::ensure;
use burn_adagrad::error::CsrError;
use burn_adagrad::kernel::rows::{Csr, weighted_sum};
use burn_adagrad::sparse::CsrBatch;

use super::solutions::bags as solution;

// ANCHOR: stub
/// A batch with one row for each bag, in which each id of the bag stands once, in
/// ascending order, with the number of times that the bag has it.
///
/// # Errors
///
/// If an id is not below `n_features`.
pub fn count(n_features: usize, bags: &[Vec<u32>]) -> Result<CsrBatch, CsrError> {
    unimplemented!("your turn, with {n_features} and {bags:?}")
}
// ANCHOR_END: stub

type Count = fn(usize, &[Vec<u32>]) -> Result<CsrBatch, CsrError>;

const N_FEATURES: usize = 10;

/// The sums of a table's rows that a batch takes.
fn sums(batch: &CsrBatch) -> Vec<f32> {
    // Powers of two: a sum of some of them tells which.
    let table: Vec<f32> = (0..N_FEATURES as i32).map(|i| 4_f32.powi(i)).collect();
    let matrix = Csr {
        offsets: batch.offsets(),
        indices: batch.indices(),
        values: batch.values(),
    };
    let mut sums = vec![0.0; batch.len()];
    weighted_sum(matrix, &table, 1, &mut sums);
    sums
}

fn check(count: Count) -> anyhow::Result<()> {
    let bags = [vec![3, 3, 7], vec![], vec![7], vec![9, 0, 9, 3, 9], vec![]];
    let batch = count(N_FEATURES, &bags)?;
    let expected = (
        [0, 2, 2, 3, 6, 6].as_slice(),
        [3, 7, 7, 0, 3, 9].as_slice(),
        [2.0, 1.0, 1.0, 1.0, 1.0, 3.0].as_slice(),
    );
    let actual = (batch.offsets(), batch.indices(), batch.values());
    ensure!(
        actual == expected,
        "offsets, indices and values for {bags:?}: {actual:?} instead of {expected:?}"
    );
    // The sums of a table's rows are those of the bags as they came.
    let plain = CsrBatch::from_bags(N_FEATURES, &bags)?;
    ensure!(sums(&batch) == sums(&plain), "sums of rows");
    let none = count(N_FEATURES, &[])?;
    ensure!(
        none.offsets() == [0],
        "no bags: offsets {:?}",
        none.offsets()
    );
    let beyond = count(N_FEATURES, &[vec![1], vec![2, 10, 10]]);
    ensure!(beyond.is_err(), "id 10 of {N_FEATURES} features was taken");
    Ok(())
}

#[test]
#[ignore = "yours to write"]
fn yours() -> anyhow::Result<()> {
    check(count)
}

#[test]
fn the_solution() -> anyhow::Result<()> {
    check(solution::count)
}

#[test]
fn mistakes_are_found() {
    let as_they_came: Count = |n_features, bags| CsrBatch::from_bags(n_features, bags);
    let not_counted: Count = |n_features, bags| {
        let batch = solution::count(n_features, bags)?;
        let (offsets, indices) = (batch.offsets().to_vec(), batch.indices().to_vec());
        CsrBatch::new(n_features, offsets, indices, vec![1.0; batch.nnz()])
    };
    let no_empty_rows: Count = |n_features, bags| {
        let bags = bags.iter().filter(|bag| !bag.is_empty());
        solution::count(n_features, &bags.cloned().collect::<Vec<_>>())
    };
    // Counts across bags.
    let one_bag: Count = |n_features, bags| solution::count(n_features, &[bags.concat()]);
    let ids_taken_round: Count = |n_features, bags| {
        let bags = bags.iter();
        let round = bags.map(|bag| bag.iter().map(|id| id % n_features as u32).collect());
        solution::count(n_features, &round.collect::<Vec<_>>())
    };
    for wrong in [
        as_they_came,
        not_counted,
        no_empty_rows,
        one_bag,
        ids_taken_round,
    ] {
        assert!(check(wrong).is_err());
    }
}
