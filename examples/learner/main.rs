//! SparseNN trained by burn's `Learner`: metrics, progress, checkpoints, early stopping, and
//! going on from a checkpoint.
//!
//! `cargo run --release --features flex,learner --example learner`
//!
//! `cargo run --release --features flex,learner --example learner -- --data FILE` takes a file in LIBSVM
//! format. A run that was stopped goes on with `--resume`, and ends as if it had not been
//! stopped.

#[path = "../common/mod.rs"]
mod common;

mod course;
mod options;
mod renderer;
mod resume;

use std::io::Write;
use std::process::ExitCode;

use anyhow::ensure;
use burn::backend::Autodiff;
use burn::optim::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::record::{FullPrecisionSettings, NamedMpkFileRecorder};
use burn::train::checkpoint::KeepLastNCheckpoints;
use burn::train::logger::FileMetricLogger;
use burn::train::metric::store::{Aggregate, Direction, Split as MetricSplit};
use burn::train::metric::{AccuracyMetric, AurocMetric, LearningRateMetric, LossMetric};
use burn::train::{Learner, MetricEarlyStoppingStrategy, StoppingCondition, SupervisedTraining};
use burn_adagrad::data::{from_epoch, sparse_dataloader};
use burn_adagrad::learner::InPlace;
use burn_adagrad::{AdagradConfig, DefaultBackend, SparseNN, SparseNNConfig, evaluate_model};

use course::{Course, Finished, Patience};
use options::Options;
use renderer::Renderer;

// ANCHOR: model
type B = Autodiff<DefaultBackend>;
/// A step in place: the `Learner` keeps a second handle to its model.
type Model = InPlace<SparseNN<B>>;
// ANCHOR_END: model
/// Checkpoints at half precision would round the weights, and the run that goes on would be
/// another.
type Recorder = NamedMpkFileRecorder<FullPrecisionSettings>;

/// Rows of a batch to test on. burn's AUROC is a mean over batches, and that of a batch with one
/// class alone is 0: large ones in a mixed order come closest to that of all rows.
const TEST_BATCH: usize = 1000;

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    options.check()?;
    let split = options.rows.read()?;
    let last_epoch = resume::last_epoch(options)?;
    let (train, test) = (split.train(), split.test());
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{} rows to train on, {} to test on, {} features",
        train.len(),
        test.len(),
        train.n_features()
    )?;

    let device = Default::default();
    let batch_size = options.batch_size as usize;
    let loader = sparse_dataloader::<B>(train.clone(), batch_size, Some(options.seed), &device);
    let valid =
        sparse_dataloader::<DefaultBackend>(test.clone(), TEST_BATCH, Some(options.seed), &device);
    // The order of the rows in the epoch that comes next.
    let epoch = last_epoch.map_or(1, |epoch| epoch + 1);
    let (loader, valid) = (from_epoch(loader, epoch), from_epoch(valid, epoch));

    let model: SparseNN<B> = SparseNNConfig::new(train.n_features())
        .with_hidden_size(options.hidden as usize)
        .init_seeded(options.seed, &device);
    let optim = AdagradConfig::new().init_sparse::<B, Model>();
    let lr_scheduler = ExponentialLrSchedulerConfig::new(options.lr, options.lr_gamma)
        .init()
        .map_err(anyhow::Error::msg)?;
    if let Some(epoch) = last_epoch {
        resume::check::<B>(options, epoch, &model, &device)?;
        writeln!(out, "Going on after epoch {epoch}")?;
    }

    let rows = u64::from(options.epochs) * train.len() as u64;
    let bar = common::progress_bar(rows, "rows");
    let finished = Finished::default();
    let course = Course::new(&options.dir, last_epoch, bar.clone(), finished.clone())?;
    // ANCHOR: training
    let mut training = SupervisedTraining::new(&options.dir, loader, valid.clone())
        .metrics((LossMetric::new(), AccuracyMetric::new(), AurocMetric::new()))
        .metric_train_numeric(LearningRateMetric::new())
        .with_metric_logger(course)
        .with_metric_logger(FileMetricLogger::new(&options.dir))
        .with_file_checkpointer(Recorder::default())
        // Not by the best metric too, which burn asks for before it is there.
        .with_checkpointing_strategy(KeepLastNCheckpoints::new(2))
        .early_stopping(Patience {
            strategy: options.patience.map(patience),
            finished,
            seen: 0,
        })
        .num_epochs(options.epochs as usize);
    if !cfg!(feature = "tui") {
        training = training.renderer(Renderer::new(bar, train.len()));
    }
    if let Some(accumulation) = options.accumulate {
        training = training.grads_accumulation(accumulation as usize);
    }
    if let Some(epoch) = last_epoch {
        training = training.checkpoint(epoch);
    }
    let result = training.launch(Learner::new(InPlace::new(model), optim, lr_scheduler));
    // ANCHOR_END: training

    let accuracy = evaluate_model(&result.model, valid.as_ref());
    let bias = result
        .model
        .fc2
        .bias
        .as_ref()
        .expect("the layer has a bias");
    ensure!(
        bias.to_data().iter::<f32>().all(f32::is_finite),
        "training failed: weights are not finite (--lr {} is too large)",
        options.lr
    );
    writeln!(out, "Checkpoints: {}", resume::directory(options).display())?;
    writeln!(out, "Accuracy: {accuracy:.4}")?;
    Ok(())
}

/// Stops when the loss of the test rows has not fallen for this number of epochs.
fn patience(n_epochs: u32) -> MetricEarlyStoppingStrategy {
    MetricEarlyStoppingStrategy::new(
        &LossMetric::<DefaultBackend>::new(),
        Aggregate::Mean,
        Direction::Lowest,
        MetricSplit::Valid,
        StoppingCondition::NoImprovementSince {
            n_epochs: n_epochs as usize,
        },
    )
}
