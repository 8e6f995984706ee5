//! The metrics of each epoch, printed when it is over, and early stopping by them.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use burn::train::logger::MetricLogger;
use burn::train::metric::store::{EpochSummary, EventStoreClient, MetricsUpdate, Split};
use burn::train::metric::{MetricDefinition, MetricId, NumericEntry};
use burn::train::{EarlyStoppingStrategy, MetricEarlyStoppingStrategy};
use indicatif::ProgressBar;

/// The mean of a metric over the batches of an epoch, as burn takes it.
#[derive(Default)]
struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    fn add(&mut self, entry: &NumericEntry) {
        let count = match entry {
            NumericEntry::Value(_) => 1,
            NumericEntry::Aggregated { count, .. } => *count,
        };
        self.sum += entry.current() * count as f64;
        self.count += count;
    }

    fn value(&self) -> f64 {
        self.sum / self.count as f64
    }
}

/// The last epoch whose metrics are all there, and a bell for it.
#[derive(Clone, Default)]
pub struct Finished(Arc<(Mutex<usize>, Condvar)>);

impl Finished {
    fn tell(&self, epoch: usize) {
        let (last, bell) = &*self.0;
        *last.lock().unwrap_or_else(PoisonError::into_inner) = epoch;
        bell.notify_all();
    }

    /// burn's metrics are computed on threads of their own, and late.
    fn wait_for(&self, epoch: usize) {
        let (last, bell) = &*self.0;
        let last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let long = Duration::from_secs(60);
        // If it takes longer, burn's threads have gone, and there is nothing to wait for.
        drop(bell.wait_timeout_while(last, long, |last| *last < epoch));
    }
}

/// A logger that prints a line for each epoch, and keeps what early stopping asks for. burn's own logger
/// writes its files on another thread and may be asked before they are written, and a run that resumes
/// writes over those of its first epoch.
pub struct Course {
    bar: ProgressBar,
    /// Where the means are kept for a run that resumes.
    file: PathBuf,
    names: HashMap<MetricId, String>,
    train: HashMap<String, Mean>,
    test: HashMap<String, Mean>,
    /// The means of the test rows, by epoch and metric.
    kept: BTreeMap<usize, HashMap<String, f64>>,
    finished: Finished,
}

impl Course {
    /// For the run in a folder, which goes on after `last_epoch` if it does.
    pub fn new(
        dir: &Path,
        last_epoch: Option<usize>,
        bar: ProgressBar,
        finished: Finished,
    ) -> anyhow::Result<Self> {
        let file = dir.join("course.json");
        let mut kept = BTreeMap::new();
        if let Some(last_epoch) = last_epoch {
            let name = || file.display().to_string();
            let text = fs::read_to_string(&file).with_context(name)?;
            kept = serde_json::from_str(&text).with_context(name)?;
            kept.retain(|&epoch, _| epoch <= last_epoch);
        }
        Ok(Self {
            bar,
            file,
            names: HashMap::new(),
            train: HashMap::new(),
            test: HashMap::new(),
            kept,
            finished,
        })
    }

    /// Writes what is kept, beside its place first.
    fn save(&self) -> anyhow::Result<()> {
        let beside = self.file.with_extension("json.tmp");
        fs::write(&beside, serde_json::to_string_pretty(&self.kept)?)?;
        fs::rename(&beside, &self.file)?;
        Ok(())
    }

    fn print(&self, epoch: usize) {
        let mut line = format!("Epoch {epoch}");
        for (title, metrics, name, unit) in [
            ("Loss", &self.train, "Loss", ""),
            ("Test loss", &self.test, "Loss", ""),
            ("Test accuracy", &self.test, "Accuracy", " %"),
            ("Test AUROC", &self.test, "AUROC", " %"),
        ] {
            if let Some(mean) = metrics.get(name) {
                let value = mean.value();
                let value = if unit.is_empty() {
                    format!("{value:.4}")
                } else {
                    format!("{value:.2}{unit}")
                };
                line.push_str(&format!(", {title}: {value}"));
            }
        }
        let mut out = std::io::stdout();
        // The reader may have gone away; the training is not the worse for it.
        self.bar.suspend(|| writeln!(out, "{line}").ok());
    }
}

impl MetricLogger for Course {
    fn log(&mut self, update: MetricsUpdate, _: usize, split: &Split) {
        let means = match split {
            Split::Train => &mut self.train,
            _ => &mut self.test,
        };
        for metric in update.entries_numeric {
            if let Some(name) = self.names.get(&metric.entry.metric_id) {
                let mean = means.entry(name.clone()).or_default();
                mean.add(&metric.numeric_entry);
            }
        }
    }

    fn read_numeric(
        &mut self,
        name: &str,
        epoch: usize,
        split: &Split,
    ) -> Result<Vec<NumericEntry>, String> {
        let mean = self.kept.get(&epoch).and_then(|means| means.get(name));
        match mean {
            Some(mean) if *split == Split::Valid => Ok(vec![NumericEntry::Value(*mean)]),
            _ => Err("burn's logger has what is not of the test rows".into()),
        }
    }

    fn log_metric_definition(&mut self, definition: MetricDefinition) {
        self.names.insert(definition.metric_id, definition.name);
    }

    fn log_epoch_summary(&mut self, summary: EpochSummary) {
        if summary.split != Split::Valid {
            return;
        }
        self.print(summary.epoch_number);
        self.train.clear();
        let means = self.test.drain().map(|(name, mean)| (name, mean.value()));
        self.kept.insert(summary.epoch_number, means.collect());
        if let Err(error) = self.save() {
            eprintln!("warning: {}: {error}", self.file.display());
        }
        self.finished.tell(summary.epoch_number);
    }
}

/// Stops as a strategy says, if there is one, by the metrics of all epochs: it is shown those before a
/// checkpoint first, and those of the last are waited for.
#[derive(Clone)]
pub struct Patience {
    pub strategy: Option<MetricEarlyStoppingStrategy>,
    pub finished: Finished,
    /// The last epoch that the strategy has seen.
    pub seen: usize,
}

impl EarlyStoppingStrategy for Patience {
    fn should_stop(&mut self, epoch: usize, store: &EventStoreClient) -> bool {
        self.finished.wait_for(epoch);
        let Some(strategy) = &mut self.strategy else {
            return false;
        };
        let stops = (self.seen + 1..=epoch).map(|epoch| strategy.should_stop(epoch, store));
        let stops = stops.last();
        self.seen = epoch;
        stops.unwrap_or(false)
    }
}
