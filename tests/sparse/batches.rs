//! Sparse batches and row gradients: what they accept, and their sums against dense products.

use crate::common::{assert_close, check, matrix, on_each_backend, values};
use burn::module::Param;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::data::{LibsvmOptions, sparse_dataloader};
use burn_adagrad::error::CsrError;
use burn_adagrad::nn::{
    BagMode, SparseEmbedding, SparseEmbeddingBag, SparseEmbeddingBagConfig, SparseEmbeddingConfig,
};
use burn_adagrad::sparse::{CsrBatch, RowGradient, RowTable};
use proptest::prelude::*;

on_each_backend!(
    sums_are_the_dense_product,
    row_gradients_sum_duplicates,
    bags_are_summed_and_averaged,
    a_failed_lookup_changes_nothing,
);

const COLUMNS: usize = 9;

type Rows = Vec<Vec<(u32, f32)>>;

/// Rows with entries in any order, repeated ones among them, some rows empty.
fn rows() -> impl Strategy<Value = Rows> {
    let entry = (0..COLUMNS as u32, -3.0_f32..3.0);
    prop::collection::vec(prop::collection::vec(entry, 0..7), 1..9)
}

fn batch(rows: &Rows) -> CsrBatch {
    let mut offsets = vec![0];
    let (mut indices, mut entries) = (Vec::new(), Vec::new());
    for row in rows {
        indices.extend(row.iter().map(|entry| entry.0));
        entries.extend(row.iter().map(|entry| entry.1));
        offsets.push(indices.len());
    }
    CsrBatch::new(COLUMNS, offsets, indices, entries).unwrap()
}

fn table_numbers(width: usize) -> Vec<f32> {
    (0..COLUMNS * width)
        .map(|i| (i as f32 * 1.3).sin())
        .collect()
}

/// In f64 on the host; and, by row of the table, the transposed product with `slopes`.
fn product(rows: &Rows, table: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0_f64; rows.len() * width];
    for (row, sums) in rows.iter().zip(sums.chunks_exact_mut(width)) {
        for &(index, value) in row {
            for (sum, &number) in sums.iter_mut().zip(&table[index as usize * width..]) {
                *sum += f64::from(value) * f64::from(number);
            }
        }
    }
    sums.into_iter().map(|sum| sum as f32).collect()
}

fn sums_are_the_dense_product<B: Backend>(device: &B::Device) {
    check::<B, _>(device, (rows(), 1_usize..20), |(rows, width)| {
        let numbers = table_numbers(width);
        let table = RowTable::from(Param::from_tensor(matrix::<B>(&numbers, width, device)));
        let batch = batch(&rows);
        let sums = values(&table.weighted_sum(&batch));
        assert_close("sums", &sums, &product(&rows, &numbers, width), 1e-5, 1e-5);

        let mut touched: Vec<u32> = rows.iter().flatten().map(|entry| entry.0).collect();
        touched.sort();
        touched.dedup();
        prop_assert_eq!(batch.touched(), touched);
        prop_assert_eq!(batch.nnz(), rows.iter().map(Vec::len).sum::<usize>());
        Ok(())
    });
}

fn row_gradients_sum_duplicates<B: Backend>(device: &B::Device) {
    let strategy = (prop::collection::vec(0..COLUMNS as u32, 0..20), 1_usize..8);
    check::<B, _>(device, strategy, |(rows, width)| {
        let numbers: Vec<f32> = (0..rows.len() * width).map(|i| (i as f32).cos()).collect();
        let data = TensorData::new(numbers.clone(), [rows.len(), width]);
        let gradient =
            RowGradient::new(COLUMNS, &rows, Tensor::<B, 2>::from_data(data, device)).unwrap();
        prop_assert!(gradient.rows().is_sorted_by(|a, b| a < b));
        let mut whole = vec![0.0; COLUMNS * width];
        for (&row, numbers) in rows.iter().zip(numbers.chunks_exact(width)) {
            for (sum, number) in whole[row as usize * width..].iter_mut().zip(numbers) {
                *sum += number;
            }
        }
        assert_close("dense", &values(&gradient.to_dense()), &whole, 1e-6, 1e-6);
        let named = gradient.rows().iter().flat_map(|&row| {
            let start = row as usize * width;
            whole[start..start + width].to_vec()
        });
        let named: Vec<f32> = named.collect();
        assert_close("rows", &values(&gradient.values()), &named, 1e-6, 1e-6);
        Ok(())
    });
}

fn bags_are_summed_and_averaged<B: Backend>(device: &B::Device) {
    let numbers = table_numbers(3);
    let weight = || RowTable::from(Param::from_tensor(matrix::<B>(&numbers, 3, device)));
    let config = SparseEmbeddingBagConfig::new(COLUMNS, 3);
    let mut sum: SparseEmbeddingBag<B> = config.init(device);
    let mut mean: SparseEmbeddingBag<B> = config.with_mode(BagMode::Mean).init(device);
    (sum.weight, mean.weight) = (weight(), weight());

    let bags = CsrBatch::from_bags(COLUMNS, &[vec![4, 4, 0], vec![], vec![8]]).unwrap();
    let row = |i: usize| &numbers[i * 3..][..3];
    let twice_4_and_0: Vec<f32> = row(4)
        .iter()
        .zip(row(0))
        .map(|(a, b)| 2.0 * a + b)
        .collect();
    let third: Vec<f32> = twice_4_and_0.iter().map(|x| x / 3.0).collect();
    let expected = |first: &[f32]| [first, &[0.0; 3], row(8)].concat();
    assert_close(
        "sum",
        &values(&sum.forward(&bags)),
        &expected(&twice_4_and_0),
        1e-6,
        1e-6,
    );
    assert_close(
        "mean",
        &values(&mean.forward(&bags)),
        &expected(&third),
        1e-6,
        1e-6,
    );

    let mut embedding: SparseEmbedding<B> = SparseEmbeddingConfig::new(COLUMNS, 3).init(device);
    embedding.weight = weight();
    let vectors = values(&embedding.forward(&[8, 0, 8]).unwrap());
    assert_eq!(vectors, [row(8), row(0), row(8)].concat());
}

fn a_failed_lookup_changes_nothing<B: Backend>(device: &B::Device) {
    type Layer<B> = SparseEmbedding<burn::backend::Autodiff<B>>;
    let layer: Layer<B> = SparseEmbeddingConfig::new(COLUMNS, 3).init(device);
    let before = values(&layer.weight.val());
    let error = layer.forward(&[1, 9, 2]).unwrap_err();
    let expected = CsrError::IdOutOfRange {
        row: 1,
        column: None,
        id: 9,
        n_embedding: 9,
    };
    assert_eq!(error, expected);
    // Nothing awaits a gradient: the layer can be mapped.
    let layer = burn::module::Module::no_grad(layer);
    assert_eq!(values(&layer.weight.val()), before);
}

#[test]
fn every_mistake_is_named_by_its_position() {
    let new = |offsets: &[usize], indices: &[u32], entries: &[f32]| {
        CsrBatch::new(5, offsets.to_vec(), indices.to_vec(), entries.to_vec())
            .unwrap_err()
            .to_string()
    };
    let ascend = "offsets must ascend from 0 to the number of entries (2): ";
    for (error, message) in [
        (
            new(&[], &[1, 2], &[1.0; 2]),
            format!("{ascend}there are none"),
        ),
        (
            new(&[1, 2], &[1, 2], &[1.0; 2]),
            format!("{ascend}offsets[0] = 1"),
        ),
        (
            new(&[0, 2, 1, 2], &[1, 2], &[1.0; 2]),
            format!("{ascend}offsets[2] = 1"),
        ),
        (
            new(&[0, 3, 2], &[1, 2], &[1.0; 2]),
            format!("{ascend}offsets[1] = 3"),
        ),
        (
            new(&[0, 1], &[1, 2], &[1.0; 2]),
            format!("{ascend}offsets[1] = 1"),
        ),
        (
            new(&[0, 2], &[1, 2], &[1.0]),
            "1 values for 2 indices".into(),
        ),
        (
            new(&[0, 0, 2, 3], &[0, 1, 5], &[1.0; 3]),
            "entry 2 (row 2): index 5 is not below the number of features, 5".into(),
        ),
        (
            new(&[0, 0, 2], &[0, 1], &[1.0, f32::NAN]),
            "entry 1 (row 1): value is NaN, which is not finite".into(),
        ),
        (
            new(&[0, 1], &[0], &[f32::NEG_INFINITY]),
            "entry 0 (row 0): value is -inf, which is not finite".into(),
        ),
    ] {
        assert_eq!(error, message);
    }
    let gradient = |rows: &[u32]| {
        let values = matrix::<burn::backend::NdArray>(&[1.0; 4], 2, &Default::default());
        RowGradient::new(5, rows, values).unwrap_err().to_string()
    };
    assert_eq!(gradient(&[1]), "2 values for 1 indices");
    assert!(gradient(&[1, 7]).contains("index 7 is not below"));
}

/// The rows of a file, through the loader, are the rows of the batch.
#[test]
fn libsvm_rows_become_batches() {
    let text = "1 1:0.5 4:2\n0\n1 2:-1 3:1 4:0.25\n";
    let data = LibsvmOptions::default().parse(text.as_bytes()).unwrap();
    let whole = data.to_batch();
    assert_eq!(whole.offsets(), [0, 2, 2, 5]);
    assert_eq!(whole.indices(), [0, 3, 1, 2, 3]);
    assert_eq!(whole.values(), [0.5, 2.0, -1.0, 1.0, 0.25]);
    let last = data.split_at(1).1.to_batch();
    assert_eq!(
        (last.offsets(), last.indices()),
        (&[0, 0, 3][..], &[1, 2, 3][..])
    );

    type B = burn::backend::NdArray;
    let loader = sparse_dataloader::<B>(data, 2, None, &Default::default());
    let batches: Vec<_> = loader.iter().collect();
    assert_eq!(batches.len(), 2);
    assert_eq!(batches[0].inputs.offsets(), [0, 2, 2]);
    assert_eq!(batches[1].inputs.indices(), [1, 2, 3]);
    assert_eq!(batches[1].inputs.n_features(), 4);
    assert_eq!(values(&batches[0].targets), [1.0, 0.0]);
}
