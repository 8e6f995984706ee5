//! Synthetic data, data sets and batches.

use crate::common::{on_each_backend, values};
use burn::backend::NdArray;
use burn::tensor::backend::Backend;
use burn_adagrad::data::{SparseDataset, dataloader};
use burn_adagrad::error::DatasetError;
use burn_adagrad::{SparseDataConfig, generate_sparse_data};
use proptest::prelude::*;

on_each_backend!(batches_hold_the_rows);

fn generate(config: SparseDataConfig) -> SparseDataset {
    generate_sparse_data(&config).unwrap()
}

fn dense(data: &SparseDataset) -> Vec<(Vec<f32>, f32)> {
    (0..data.len())
        .map(|i| {
            let row = data.row(i).unwrap();
            let mut dense = vec![0.0; data.n_features()];
            for (&index, &value) in row.indices().iter().zip(row.values()) {
                dense[index as usize] = value;
            }
            (dense, row.label())
        })
        .collect()
}

/// Published results name a seed; it must go on meaning the same data.
#[test]
fn a_seed_means_the_same_data_for_ever() {
    let data = generate(SparseDataConfig::new().with_seed(42));
    let row = data.row(0).unwrap();
    assert_eq!(data.nnz(), 4908);
    assert_eq!(row.indices(), [3, 8, 45, 93]);
    assert_eq!(
        row.values(),
        [-0.11939683, -0.3480203, -1.1126516, 1.3110552]
    );
    assert_eq!(data.labels().iter().sum::<f32>(), 483.0);

    assert_eq!(
        dense(&data),
        dense(&generate(SparseDataConfig::new().with_seed(42)))
    );
    assert_ne!(
        dense(&data),
        dense(&generate(SparseDataConfig::new().with_seed(43)))
    );
}

#[test]
fn synthetic_values_are_standard_normal_and_as_sparse_as_asked() {
    for sparsity in [0.0, 0.5, 0.95, 0.999] {
        let config = SparseDataConfig::new()
            .with_n_samples(4000)
            .with_sparsity(sparsity);
        let data = generate(config);
        let cells = 400_000.0_f64;
        let deviation = (sparsity * (1.0 - sparsity) / cells).sqrt();
        assert!(
            (data.sparsity() - sparsity).abs() <= 4.0 * deviation,
            "{sparsity}"
        );

        let rows: Vec<_> = (0..data.len()).map(|i| data.row(i).unwrap()).collect();
        let all = || {
            rows.iter()
                .flat_map(|row| row.values())
                .map(|&x| f64::from(x))
        };
        let n = data.nnz() as f64;
        let mean = all().sum::<f64>() / n;
        let variance = all().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        assert!(mean.abs() < 4.0 / n.sqrt(), "mean {mean}");
        assert!(
            (variance - 1.0).abs() < 6.0 / n.sqrt(),
            "variance {variance}"
        );
    }
    let empty = generate(SparseDataConfig::new().with_sparsity(1.0));
    assert_eq!(empty.nnz(), 0);
    assert!(empty.labels().iter().all(|&label| label == 0.0));
}

/// The labels follow a linear rule, so the perceptron finds one; with shuffled labels it cannot.
#[test]
fn synthetic_labels_are_linearly_separable() {
    let data = generate(SparseDataConfig::new());
    let positives = data.labels().iter().sum::<f32>();
    assert!(
        (400.0..600.0).contains(&positives),
        "{positives} of 1000 positive"
    );
    let mut labels = data.labels().to_vec();
    assert!(perceptron_converges(&data, &labels));
    labels.rotate_left(1);
    assert!(!perceptron_converges(&data, &labels));
}

fn perceptron_converges(data: &SparseDataset, labels: &[f32]) -> bool {
    let rows: Vec<_> = (0..data.len()).map(|i| data.row(i).unwrap()).collect();
    let mut weights = vec![0.0_f64; data.n_features()];
    (0..3000).any(|_| {
        let mut mistakes = 0;
        for (row, &label) in rows.iter().zip(labels) {
            let entries = || row.indices().iter().zip(row.values());
            let score: f64 = entries()
                .map(|(&i, &x)| f64::from(x) * weights[i as usize])
                .sum();
            // A row without features lies on the plane and has label 0 by definition.
            if (score > 0.0) != (label > 0.0) {
                mistakes += 1;
                for (&i, &x) in entries() {
                    weights[i as usize] += if label > 0.0 { 1.0 } else { -1.0 } * f64::from(x);
                }
            }
        }
        mistakes == 0
    })
}

#[test]
fn bad_options_of_synthetic_data_are_all_named() {
    let config = SparseDataConfig::new()
        .with_n_samples(0)
        .with_n_features(0)
        .with_sparsity(1.5);
    assert_eq!(
        generate_sparse_data(&config).unwrap_err().to_string(),
        "invalid SparseDataConfig: n_samples = 0 (must be at least 1); \
         n_features = 0 (must be from 1 to 4294967295); sparsity = 1.5 (must be from 0 to 1)"
    );
    let nan = SparseDataConfig::new().with_sparsity(f64::NAN);
    assert!(generate_sparse_data(&nan).is_err());
}

#[test]
fn parts_that_do_not_make_a_data_set_are_refused() {
    type Parts = (usize, Vec<usize>, Vec<u32>, Vec<f32>, Vec<f32>);
    let cases: Vec<(Parts, &str)> = vec![
        (
            (3, vec![0, 1], vec![0], vec![1.0], vec![]),
            "number of row offsets: expected 1, got 2",
        ),
        (
            (3, vec![0, 1], vec![0], vec![], vec![1.0]),
            "number of values: expected 1, got 0",
        ),
        (
            (3, vec![1, 1], vec![0], vec![1.0], vec![1.0]),
            "row offsets must ascend from 0 to the number of entries (1): offsets[0] = 1",
        ),
        (
            (3, vec![0, 2, 1], vec![0], vec![1.0], vec![1.0; 2]),
            "row offsets must ascend from 0 to the number of entries (1): offsets[1] = 2",
        ),
        (
            (3, vec![0, 1, 0, 1], vec![0], vec![1.0], vec![1.0; 3]),
            "row offsets must ascend from 0 to the number of entries (1): offsets[2] = 0",
        ),
        (
            (3, vec![0, 0], vec![0], vec![1.0], vec![1.0]),
            "row offsets must ascend from 0 to the number of entries (1): offsets[1] = 0",
        ),
        (
            (3, vec![0, 0, 2], vec![1, 1], vec![1.0; 2], vec![1.0; 2]),
            "row 1: feature index 1 is not above the one before it, 1",
        ),
        (
            (3, vec![0, 1], vec![3], vec![1.0], vec![1.0]),
            "row 0: feature index 3 is not below the number of features, 3",
        ),
        (
            (3, vec![0, 1], vec![2], vec![f32::NAN], vec![1.0]),
            "row 0: value is NaN, which is not finite",
        ),
        (
            (3, vec![0, 0], vec![], vec![], vec![f32::INFINITY]),
            "row 0: label is inf, which is not finite",
        ),
    ];
    for ((n_features, offsets, indices, values, labels), message) in cases {
        let error: DatasetError =
            SparseDataset::new(n_features, offsets, indices, values, labels).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_split_shares_out_the_rows() {
    let data = generate(SparseDataConfig::new().with_n_samples(10));
    for n in [0, 3, 10, 99] {
        let (first, rest) = data.split_at(n);
        assert_eq!(first.len(), n.min(10));
        assert_eq!([dense(&first), dense(&rest)].concat(), dense(&data));
        assert_eq!(first.nnz() + rest.nnz(), data.nnz());
        assert_eq!([first.labels(), rest.labels()].concat(), data.labels());
        assert!(rest.row(rest.len()).is_none());
    }
    let (_, tail) = data.split_at(6);
    let (middle, _) = tail.split_at(2);
    assert_eq!(dense(&middle), dense(&data)[6..8]);
}

fn batches_hold_the_rows<B: Backend>(device: &B::Device) {
    let data = generate(
        SparseDataConfig::new()
            .with_n_samples(10)
            .with_n_features(6)
            .with_sparsity(0.5),
    );
    let loader = dataloader::<B>(data.clone(), 4, None, device);
    let batches: Vec<_> = loader.iter().collect();
    assert_eq!(
        batches.iter().map(|b| b.inputs.dims()).collect::<Vec<_>>(),
        [[4, 6], [4, 6], [2, 6]]
    );
    assert_eq!(batches[2].targets.dims(), [2, 1]);
    let inputs: Vec<f32> = batches.iter().flat_map(|b| values(&b.inputs)).collect();
    let targets: Vec<f32> = batches.iter().flat_map(|b| values(&b.targets)).collect();
    let rows = dense(&data);
    assert_eq!(
        inputs,
        rows.iter()
            .flat_map(|row| row.0.clone())
            .collect::<Vec<_>>()
    );
    assert_eq!(targets, data.labels());
}

/// A batch size beyond the data is one batch, and room for more is not asked for.
#[test]
fn a_batch_size_beyond_the_data_is_one_batch() {
    assert_eq!(orders(5, usize::MAX, None, 1), [[0.0, 1.0, 2.0, 3.0, 4.0]]);
}

/// Rows numbered by their only value, in the order in which a loader gives them, pass by pass.
fn orders(n: usize, batch_size: usize, shuffle: Option<u64>, passes: usize) -> Vec<Vec<f32>> {
    let numbers: Vec<f32> = (0..n).map(|i| i as f32).collect();
    let data = SparseDataset::new(1, (0..=n).collect(), vec![0; n], numbers, vec![0.0; n]).unwrap();
    let loader = dataloader::<NdArray>(data, batch_size, shuffle, &Default::default());
    let pass = || {
        loader
            .iter()
            .flat_map(|batch| values(&batch.inputs))
            .collect()
    };
    (0..passes).map(|_| pass()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shuffled_passes_hold_each_row_once(n in 1_usize..60, batch_size in 1_usize..40, seed: u64) {
        let passes = orders(n, batch_size, Some(seed), 2);
        for pass in &passes {
            let mut sorted = pass.clone();
            sorted.sort_by(f32::total_cmp);
            prop_assert_eq!(sorted, (0..n).map(|i| i as f32).collect::<Vec<_>>());
        }
        prop_assert_eq!(&passes, &orders(n, batch_size, Some(seed), 2));
        if n > 30 {
            prop_assert_ne!(&passes[0], &passes[1]);
            prop_assert_ne!(&passes[0], &orders(n, batch_size, Some(seed ^ 1), 1)[0]);
        }
    }
}
