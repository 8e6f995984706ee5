//! The training loop, the evaluation and the experiments.

use crate::common::{bits, on_each_backend, values};
use burn::backend::{Autodiff, NdArray};
use burn::module::AutodiffModule;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_adagrad::data::{SparseDataset, dataloader};
use burn_adagrad::nn::{BinaryClassifier, binary_cross_entropy_with_logits};
use burn_adagrad::train::{
    Comparison, ComparisonRequest, DataSource, ExperimentConfig, ExperimentRequest, OptimizerKind,
    Protocol, Split,
};
use burn_adagrad::{
    AdagradConfig, SparseDataConfig, SparseNNConfig, compare_optimizers, evaluate_model,
    generate_sparse_data, run_experiment, train_model,
};

on_each_backend!(accuracy_counts_the_right_rows);

type B = Autodiff<NdArray>;

/// The first feature is the logit.
struct FirstFeature;

impl<B: Backend> BinaryClassifier<B> for FirstFeature {
    fn forward_logits(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2> {
        inputs.narrow(1, 0, 1)
    }
}

fn column(numbers: &[f32], labels: &[f32]) -> SparseDataset {
    let n = numbers.len();
    let (offsets, indices) = ((0..=n).collect(), vec![0; n]);
    SparseDataset::new(1, offsets, indices, numbers.to_vec(), labels.to_vec()).unwrap()
}

fn accuracy_counts_the_right_rows<B: Backend>(device: &B::Device) {
    // Right, wrong, right, wrong (a logit of 0 is a probability of one half: class 0), right.
    let data = column(&[2.0, -1.0, -3.0, 0.0, 1e-3], &[1.0, 1.0, 0.0, 1.0, 1.0]);
    for batch_size in [1, 2, 5, 64] {
        let loader = dataloader::<B>(data.clone(), batch_size, None, device);
        assert_eq!(evaluate_model(&FirstFeature, loader.as_ref()), 3.0 / 5.0);
    }
    let none = dataloader::<B>(data.split_at(0).0, 2, None, device);
    assert!(evaluate_model(&FirstFeature, none.as_ref()).is_nan());
}

/// Losses that wait on the device and are read in bulk are those of a loop that reads each.
#[test]
fn losses_are_those_of_a_loop_that_reads_each() {
    let device = Default::default();
    let data = generate_sparse_data(&SparseDataConfig::new().with_n_samples(300)).unwrap();
    let loader = dataloader::<B>(data, 1, Some(4), &device);
    let start = SparseNNConfig::new(100)
        .with_hidden_size(3)
        .init_seeded::<B>(1, &device);
    let mut epochs = Vec::new();
    let mut optim = AdagradConfig::new().init();
    let (trained, losses) = train_model(start, &mut optim, 0.05, loader.as_ref(), 2, |epoch| {
        epochs.push(epoch)
    });
    assert_eq!((losses.len(), epochs), (600, vec![1, 2]));

    let data = generate_sparse_data(&SparseDataConfig::new().with_n_samples(300)).unwrap();
    let loader = dataloader::<B>(data, 1, Some(4), &device);
    let mut model = SparseNNConfig::new(100)
        .with_hidden_size(3)
        .init_seeded::<B>(1, &device);
    let mut optim = AdagradConfig::new().init();
    let mut expected = Vec::new();
    for _ in 0..2 {
        for batch in loader.iter() {
            let logits = model.forward_logits(batch.inputs);
            let loss = binary_cross_entropy_with_logits(logits, batch.targets);
            expected.extend(values(&loss));
            let grads = GradientsParams::from_grads(loss.backward(), &model);
            model = optim.step(0.05, model, grads);
        }
    }
    assert_eq!(bits(&losses), bits(&expected));
    let weights =
        |model: &burn_adagrad::SparseNN<B>| bits(&values(&model.valid().fc1.weight.val()));
    assert_eq!(weights(&trained), weights(&model));
}

fn compare(protocol: Protocol, seeds: &[u64]) -> Comparison {
    let source = DataSource::Synthetic(SparseDataConfig::new().with_n_samples(100));
    let request = ComparisonRequest::new(OptimizerKind::ARTICLE, source, seeds)
        .with_config(ExperimentConfig::new().with_num_epochs(2))
        .with_protocol(protocol);
    compare_optimizers::<B>(&request, &Default::default(), |_, _, _| ()).unwrap()
}

fn first_losses(comparison: &Comparison, run: usize) -> Vec<f32> {
    comparison
        .optimizers
        .iter()
        .map(|o| o.runs[run].losses[0])
        .collect()
}

/// The first loss is taken before any step: it tells data, order and initial weights.
#[test]
fn optimizers_share_their_start_within_a_seed() {
    let comparison = compare(Protocol::SameStart, &[3, 4]);
    let names: Vec<_> = comparison
        .optimizers
        .iter()
        .map(|o| o.optimizer.name())
        .collect();
    assert_eq!(names, ["Adagrad", "SGD", "Adam", "RMSprop"]);
    for run in 0..2 {
        let first = first_losses(&comparison, run);
        assert!(first.iter().all(|loss| loss == &first[0]), "{first:?}");
    }
    assert_ne!(first_losses(&comparison, 0), first_losses(&comparison, 1));
    // From then on they part.
    let last: Vec<_> = comparison
        .optimizers
        .iter()
        .map(|o| o.runs[0].losses[5])
        .collect();
    assert!((1..4).all(|i| last[i] != last[0]), "{last:?}");
    assert_eq!(comparison, compare(Protocol::SameStart, &[3, 4]));
}

#[test]
fn as_article_every_optimizer_starts_elsewhere() {
    let comparison = compare(Protocol::AsArticle, &[3]);
    let first = first_losses(&comparison, 0);
    assert!((1..4).all(|i| first[i] != first[0]), "{first:?}");
    // Each run is the one that its own seed gives on data of that seed.
    for optimizer in &comparison.optimizers {
        let run = &optimizer.runs[0];
        let data = SparseDataConfig::new()
            .with_n_samples(100)
            .with_seed(run.seed);
        let split = Split::first_80_percent(&generate_sparse_data(&data).unwrap()).unwrap();
        let config = ExperimentConfig::new().with_num_epochs(2);
        let device = Default::default();
        let request =
            ExperimentRequest::new(optimizer.optimizer, split, run.seed).with_config(config);
        let again = run_experiment::<B>(&request, &device, |_| ());
        assert_eq!(&again.unwrap(), run);
    }
    assert_eq!(comparison, compare(Protocol::AsArticle, &[3]));
}

#[test]
fn mean_and_spread_are_over_the_seeds() {
    let comparison = compare(Protocol::SameStart, &[0, 1, 2]);
    for optimizer in &comparison.optimizers {
        let a: Vec<f64> = optimizer.runs.iter().map(|run| run.accuracy).collect();
        let mean = (a[0] + a[1] + a[2]) / 3.0;
        let variance = a.iter().map(|a| (a - mean) * (a - mean)).sum::<f64>() / 2.0;
        assert!((optimizer.accuracy_mean - mean).abs() < 1e-12);
        assert!((optimizer.accuracy_std.unwrap() - variance.sqrt()).abs() < 1e-12);
        let text = format!("{mean:.4} ± {:.4}", variance.sqrt());
        assert_eq!(optimizer.accuracy(), text);
        let losses = |batch: usize| optimizer.runs.iter().map(move |run| run.losses[batch]);
        let expected = losses(4).sum::<f32>() / 3.0;
        assert!((optimizer.mean_losses()[4] - expected).abs() < 1e-6);
    }
    let single = compare(Protocol::SameStart, &[0]);
    assert_eq!(single.optimizers[0].accuracy_std, None);
    let accuracy = single.optimizers[0].accuracy_mean;
    assert_eq!(single.optimizers[0].accuracy(), format!("{accuracy:.4}"));
}

#[test]
fn experiments_that_cannot_run_are_refused() {
    let data = |labels: &[f32]| column(&vec![1.0; labels.len()], labels);
    let split = |train, test| Split::new(train, test).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        split(data(&[]), data(&[1.0])),
        "the training set has no rows"
    );
    assert_eq!(split(data(&[1.0]), data(&[])), "the test set has no rows");
    assert_eq!(
        split(data(&[1.0]), data(&[0.0, 2.0])),
        "row 1 of the test set has label 2; a binary classifier needs 0 or 1"
    );
    let wide = SparseDataset::new(7, vec![0, 0], vec![], vec![], vec![1.0]).unwrap();
    assert_eq!(
        split(data(&[1.0]), wide),
        "the training set has 1 features and the test set 7"
    );
    let error = Split::first_80_percent(&data(&[1.0])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 rows cannot be split into training and test rows (at least 2 are needed)"
    );
    let source = DataSource::Synthetic(SparseDataConfig::new());
    let request = ComparisonRequest::new([], source, []);
    let none = compare_optimizers::<B>(&request, &Default::default(), |_, _, _| ());
    assert_eq!(
        none.unwrap_err().to_string(),
        "invalid ExperimentConfig: number of optimizers = 0 (must be at least 1); \
         number of seeds = 0 (must be at least 1)"
    );

    let config = ExperimentConfig::new()
        .with_num_epochs(0)
        .with_batch_size(0)
        .with_hidden_size(0)
        .with_lr(-1.0);
    let split = Split::first_80_percent(&data(&[1.0, 0.0, 1.0, 0.0, 1.0])).unwrap();
    let kind = OptimizerKind::Adagrad;
    let request = ExperimentRequest::new(kind, split, 0).with_config(config);
    let error = run_experiment::<B>(&request, &Default::default(), |_| ());
    assert_eq!(
        error.unwrap_err().to_string(),
        "invalid ExperimentConfig: num_epochs = 0 (must be at least 1); \
         batch_size = 0 (must be at least 1); lr = -1.0 (must be finite and above 0); \
         hidden_size = 0 (must be at least 1)"
    );
}
