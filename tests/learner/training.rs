//! burn-train's `Learner` on modules with tables: the same weights as a loop of one's own, without copies,
//! and a run that resumes is the run that was never interrupted.

use std::path::Path;
use std::sync::Arc;

use crate::common::{assert_close, bits, values};
use burn::backend::{Autodiff, Flex, NdArray};
use burn::data::dataloader::DataLoader;
use burn::module::{AutodiffModule, Module};
use burn::optim::lr_scheduler::LrScheduler;
use burn::optim::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::optim::{AdamConfig, GradientsAccumulator, GradientsParams, Optimizer};
use burn::record::{FullPrecisionSettings, NamedMpkFileRecorder};
use burn::tensor::Tensor;
use burn::train::metric::store::{Aggregate, Direction, EventStoreClient, Split};
use burn::train::metric::{AccuracyMetric, AurocMetric, LossMetric};
use burn::train::renderer::{
    EvaluationName, EvaluationProgress, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining, ProgressType, TrainingProgress,
};
use burn::train::{
    EarlyStoppingStrategy, ExecutionStrategy, Learner, MetricEarlyStoppingStrategy,
    MultiDeviceOptim, StoppingCondition, SupervisedTraining, TrainStep, TrainingStrategy,
};
use burn_adagrad::data::{SparseBatch, SparseDataset, dataloader, from_epoch, sparse_dataloader};
use burn_adagrad::learner::InPlace;
use burn_adagrad::{
    AdagradConfig, SimpleNN, SimpleNNConfig, SparseDataConfig, SparseNN, SparseNNConfig,
    evaluate_model, generate_sparse_data,
};

type B = Autodiff<Flex>;
type Net = SparseNN<B>;

/// Nothing is shown.
struct Silent;

impl MetricsRendererTraining for Silent {
    fn update_train(&mut self, _: MetricState) {}
    fn update_valid(&mut self, _: MetricState) {}
    fn render_train(&mut self, _: TrainingProgress, _: Vec<ProgressType>) {}
    fn render_valid(&mut self, _: TrainingProgress, _: Vec<ProgressType>) {}
}

impl MetricsRendererEvaluation for Silent {
    fn render_test(&mut self, _: EvaluationProgress, _: Vec<ProgressType>) {}
    fn update_test(&mut self, _: EvaluationName, _: MetricState) {}
}

impl MetricsRenderer for Silent {
    fn manual_close(&mut self) {}
    fn register_metric(&mut self, _: burn::train::metric::MetricDefinition) {}
}

fn data() -> SparseDataset {
    let config = SparseDataConfig::new()
        .with_n_samples(240)
        .with_n_features(60);
    generate_sparse_data(&config).unwrap()
}

fn net() -> Net {
    SparseNNConfig::new(60)
        .with_hidden_size(8)
        .init_seeded(1, &Default::default())
}

fn config(weight_decay: f64) -> AdagradConfig {
    AdagradConfig::new()
        .with_lr_decay(0.01)
        .with_decoupled_weight_decay(weight_decay)
}

fn train_loader() -> Arc<dyn DataLoader<B, SparseBatch<B>>> {
    let (train, _) = data().split_at(200);
    sparse_dataloader::<B>(train, 16, Some(3), &Default::default())
}

fn valid_loader() -> Arc<dyn DataLoader<Flex, SparseBatch<Flex>>> {
    let (_, test) = data().split_at(200);
    sparse_dataloader::<Flex>(test, 16, None, &Default::default())
}

fn weights(net: &SparseNN<Flex>) -> Vec<f32> {
    [
        values(&net.fc1.weight.val()),
        values(&net.fc1.bias.as_ref().unwrap().val()),
        values(&net.fc2.weight.val()),
        values(&net.fc2.bias.as_ref().unwrap().val()),
    ]
    .concat()
}

/// What a run is told beyond the loaders.
#[derive(Clone, Copy)]
struct Plan {
    epochs: usize,
    resume_after: Option<usize>,
    accumulation: Option<usize>,
    weight_decay: f64,
}

/// Trains in `dir`, with everything that has a state: shuffled rows, a schedule, decay, accumulators.
fn fit(dir: &Path, plan: Plan) -> SparseNN<Flex> {
    let first = plan.resume_after.map_or(1, |epoch| epoch + 1);
    let mut training =
        SupervisedTraining::new(dir, from_epoch(train_loader(), first), valid_loader())
            .metrics((LossMetric::new(), AccuracyMetric::new(), AurocMetric::new()))
            .with_file_checkpointer(NamedMpkFileRecorder::<FullPrecisionSettings>::default())
            .with_application_logger(None)
            .renderer(Silent)
            .num_epochs(plan.epochs);
    if let Some(accumulation) = plan.accumulation {
        training = training.grads_accumulation(accumulation);
    }
    if let Some(epoch) = plan.resume_after {
        training = training.checkpoint(epoch);
    }
    let schedule = ExponentialLrSchedulerConfig::new(0.1, 0.99).init().unwrap();
    let optim = config(plan.weight_decay).init_sparse::<B, InPlace<Net>>();
    let learner = Learner::new(InPlace::new(net()), optim, schedule);
    training.launch(learner).model
}

/// The same in a loop of one's own.
fn own_loop(epochs: usize, accumulation: usize) -> SparseNN<Flex> {
    let (mut net, mut optim) = (net(), config(0.05).init_sparse::<B, Net>());
    let mut schedule = ExponentialLrSchedulerConfig::new(0.1, 0.99).init().unwrap();
    // The `Learner` forks its loader.
    let loader = train_loader().to_device(&Default::default());
    for _ in 0..epochs {
        let mut accumulator = GradientsAccumulator::new();
        let mut accumulated = 0;
        for batch in loader.iter() {
            let lr = schedule.step();
            let output = TrainStep::step(&net, batch);
            accumulator.accumulate(&net, output.grads);
            accumulated += 1;
            if accumulated == accumulation {
                net = optim.step(lr, net, accumulator.grads());
                accumulated = 0;
            }
        }
    }
    net.valid()
}

#[test]
fn the_learner_trains_as_a_loop_of_ones_own() {
    for accumulation in [1, 2] {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            epochs: 2,
            resume_after: None,
            accumulation: Some(accumulation),
            weight_decay: 0.05,
        };
        let learned = fit(dir.path(), plan);
        let own = own_loop(2, accumulation);
        assert_close("weights", &weights(&learned), &weights(&own), 1e-6, 1e-7);
    }
}

/// To the bit. Lazy weight decay that is due is applied where the run resumes, and so in two products where
/// the other run has one: to the last places.
#[test]
fn a_run_that_resumes_is_the_run_that_was_never_interrupted() {
    for (accumulation, weight_decay) in [(None, 0.0), (Some(3), 0.0), (None, 0.05)] {
        let plan = |epochs, resume_after| Plan {
            epochs,
            resume_after,
            accumulation,
            weight_decay,
        };
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let straight = fit(whole.path(), plan(5, None));
        fit(parts.path(), plan(3, None));
        let resumed = fit(parts.path(), plan(5, Some(3)));
        let (straight_weights, resumed) = (weights(&straight), weights(&resumed));
        if weight_decay == 0.0 {
            assert_eq!(bits(&resumed), bits(&straight_weights));
        } else {
            assert_close("weights", &resumed, &straight_weights, 1e-5, 1e-6);
        }
        assert!(weights(&straight) != weights(&net().valid()));
    }
}

/// The address of a table's numbers.
fn address(net: &Net) -> usize {
    let weight = net.fc1.weight.val().into_primitive().tensor();
    weight.primitive.storage::<f32>().as_ptr() as usize
}

#[test]
fn the_learner_steps_in_place() {
    let batches: Vec<SparseBatch<B>> = train_loader().iter().collect();
    let optim = AdagradConfig::new().init_sparse::<B, InPlace<Net>>();
    let model = InPlace::new(net());
    let mut learner = Learner::new(model.clone(), optim, 0.1);
    let mut own_optim = AdagradConfig::new().init_sparse::<B, Net>();
    let mut own = net();
    let mut copies = 0;
    for step in 0..75 {
        let batch = &batches[step % batches.len()];
        learner.lr_step();
        let before = model.with(address);
        let output = learner.train_step(batch.clone());
        learner.optimizer_step(output.grads);
        copies += usize::from(model.with(address) != before);

        let grads = TrainStep::step(&own, batch.clone()).grads;
        own = own_optim.step(0.1, own, grads);
    }
    assert_eq!(copies, 0);
    let learned = learner.model().valid();
    assert_eq!(bits(&weights(&learned)), bits(&weights(&own.valid())));

    // Without it, each step copies.
    let optim = AdagradConfig::new().init_sparse::<B, Net>();
    let mut learner = Learner::new(net(), optim, 0.1);
    learner.lr_step();
    let before = address(&learner.model());
    let output = learner.train_step(batches[0].clone());
    learner.optimizer_step(output.grads);
    assert_ne!(address(&learner.model()), before);
}

/// Two devices: two batches a step, whose gradients are added up on the first, or each parameter on one of
/// the two.
#[test]
fn two_devices_are_two_batches_a_step() {
    for strategy in [
        MultiDeviceOptim::OptimMainDevice,
        MultiDeviceOptim::OptimSharded,
    ] {
        let (train, _) = data().split_at(192);
        let loader = sparse_dataloader::<B>(train.clone(), 16, None, &Default::default());
        let dir = tempfile::tempdir().unwrap();
        let devices = vec![Default::default(), Default::default()];
        let training = SupervisedTraining::new(dir.path(), loader, valid_loader())
            .metrics((LossMetric::new(),))
            .with_application_logger(None)
            .renderer(Silent)
            .num_epochs(3)
            .with_training_strategy(TrainingStrategy::Default(ExecutionStrategy::multi(
                devices, strategy,
            )));
        let optim = config(0.05).init_sparse::<B, InPlace<Net>>();
        let learned = training
            .launch(Learner::new(InPlace::new(net()), optim, 0.05))
            .model;

        let (mut own, mut optim) = (net(), config(0.05).init_sparse::<B, Net>());
        let (first, second) = train.split_at(96);
        let loaders =
            [first, second].map(|half| sparse_dataloader::<B>(half, 16, None, &Default::default()));
        for _ in 0..3 {
            for (a, b) in loaders[0].iter().zip(loaders[1].iter()) {
                let mut accumulator = GradientsAccumulator::new();
                for batch in [a, b] {
                    accumulator.accumulate(&own, TrainStep::step(&own, batch).grads);
                }
                own = optim.step(0.05, own, accumulator.grads());
            }
        }
        assert_close(
            "weights",
            &weights(&learned),
            &weights(&own.valid()),
            1e-4,
            1e-5,
        );
    }
}

/// Counts the epochs that a strategy lets pass.
#[derive(Clone)]
struct Counting(MetricEarlyStoppingStrategy, Arc<std::sync::Mutex<usize>>);

impl EarlyStoppingStrategy for Counting {
    fn should_stop(&mut self, epoch: usize, store: &EventStoreClient) -> bool {
        *self.1.lock().unwrap() = epoch;
        self.0.should_stop(epoch, store)
    }
}

#[test]
fn training_stops_when_the_loss_rises() {
    let dir = tempfile::tempdir().unwrap();
    let strategy = MetricEarlyStoppingStrategy::new(
        &LossMetric::<Flex>::new(),
        Aggregate::Mean,
        Direction::Lowest,
        Split::Valid,
        StoppingCondition::NoImprovementSince { n_epochs: 2 },
    );
    let epochs = Arc::default();
    let counting = Counting(strategy, Arc::clone(&epochs));
    let training = SupervisedTraining::new(dir.path(), train_loader(), valid_loader())
        .metrics((LossMetric::new(),))
        .with_application_logger(None)
        .renderer(Silent)
        .early_stopping(counting)
        .num_epochs(200);
    // A rate at which 200 rows are soon learned by rote.
    let optim = AdagradConfig::new().init_sparse::<B, InPlace<Net>>();
    training.launch(Learner::new(InPlace::new(net()), optim, 1.0));
    let epochs = *epochs.lock().unwrap();
    assert!((3..200).contains(&epochs), "{epochs} epochs");
}

/// Tables by Adagrad and the rest by Adam, and a network without tables under any optimizer.
#[test]
fn other_optimizers_and_networks_train() {
    let dir = tempfile::tempdir().unwrap();
    let training = SupervisedTraining::new(dir.path(), train_loader(), valid_loader())
        .metrics((LossMetric::new(),))
        .with_application_logger(None)
        .renderer(Silent)
        .num_epochs(15);
    let optim = AdagradConfig::new()
        .init_sparse::<B, InPlace<Net>>()
        .with_dense(AdamConfig::new().init())
        .with_dense_rate(0.1);
    let learned = training
        .launch(Learner::new(InPlace::new(net()), optim, 0.05))
        .model;
    let accuracy = evaluate_model(&learned, valid_loader().as_ref());
    assert!(accuracy > 0.7, "{accuracy}");

    type D = Autodiff<NdArray>;
    let (train, test) = data().split_at(200);
    let device = Default::default();
    let dir = tempfile::tempdir().unwrap();
    let training = SupervisedTraining::new(
        dir.path(),
        dataloader::<D>(train, 16, Some(1), &device),
        dataloader::<NdArray>(test.clone(), 16, None, &device),
    )
    .metrics((LossMetric::new(), AccuracyMetric::new()))
    .with_application_logger(None)
    .renderer(Silent)
    .num_epochs(15);
    let network = SimpleNNConfig::new()
        .with_input_size(60)
        .init_seeded::<D>(1, &device);
    let optim = AdagradConfig::new().init::<D, SimpleNN<D>>();
    let learned = training.launch(Learner::new(network, optim, 0.1)).model;
    let mut right = 0;
    for row in dataloader::<NdArray>(test.clone(), 1, None, &device).iter() {
        let class = values(&learned.forward(row.inputs).argmax(1).float())[0];
        right += usize::from(class == values(&row.targets)[0]);
    }
    assert!(right * 10 > test.len() * 7, "{right} of {}", test.len());
}

/// Clones are the module itself; forks, snapshots and what a record is loaded into are not.
#[test]
fn a_clone_is_no_snapshot() {
    let model = InPlace::new(net());
    model.with(|net| net.forward_logits_csr(&data().split_at(1).0.to_batch()));
    let (clone, snapshot) = (model.clone(), model.snapshot());
    let fork = model.clone().fork(&Default::default());
    let read = |model: &InPlace<Net>| weights(&model.valid());
    let before = read(&model);
    assert_eq!(
        Module::<B>::num_params(&model),
        Module::<B>::num_params(&snapshot)
    );

    let mut optim = AdagradConfig::new().init_sparse::<B, InPlace<Net>>();
    let loss: Tensor<B, 1> = model.with(|net| {
        let logits = net.forward_logits_csr(&data().split_at(9).0.to_batch());
        logits.powi_scalar(2).sum()
    });
    let grads = GradientsParams::from_grads(loss.backward(), &model);
    let model = optim.step(0.1, model, grads);
    assert_ne!(read(&model), before);
    assert_eq!(read(&model), read(&clone));
    assert_eq!(weights(&snapshot.valid()), before);
    assert_eq!(read(&fork), before);
    let loaded = model.load_record(snapshot.into_record());
    assert_eq!((read(&loaded), read(&clone)), (before.clone(), before));
}
