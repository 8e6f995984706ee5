//! What the examples share: how they end, their options, seeds and progress bar, and files to train and
//! to test on.

// Every example compiles this module and uses a part of it.
#![allow(dead_code)]

pub mod parsers;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use burn_adagrad::data::LibsvmOptions;
use burn_adagrad::train::{DataSource, OptimizerKind, Split};
use burn_adagrad::tune::{Progress, Tuning};
use burn_adagrad::{SparseDataConfig, generate_sparse_data};
use clap::{Args, Parser};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Serialize, Serializer};

/// Reads the options and runs a program: 0, or 2 with the error as one line on stderr.
pub fn main<O: Parser>(run: impl FnOnce(&O) -> anyhow::Result<()>) -> ExitCode {
    let options = match O::try_parse() {
        Ok(options) => options,
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => return fail(&first_paragraph(&error.to_string())),
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("error: {error:#}")),
    }
}

/// What is wrong, without clap's usage below it, in one line.
fn first_paragraph(message: &str) -> String {
    let lines = message.lines().take_while(|line| !line.trim().is_empty());
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Whether the reader of stdout went away, as `head` does.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Names of files may hold anything; the message stays on its line.
fn fail(message: &str) -> ExitCode {
    let escape = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.into()
        }
    };
    eprintln!("{}", message.chars().map(escape).collect::<String>());
    ExitCode::from(2)
}

/// So many seeds, from the first on; at least one.
pub fn seeds(first: u64, number: u64) -> anyhow::Result<Vec<u64>> {
    let last = first.checked_add(number.saturating_sub(1));
    let last = last.context("--seed plus --seeds is larger than the largest seed")?;
    Ok((first..=last).collect())
}

/// An independent seed for one use of a seed; the streams of the uses count from 1.
pub fn derive_seed(seed: u64, stream: u64) -> u64 {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng.next_u64()
}

/// A path for a file of results: it need not be UTF-8, JSON must be.
pub fn lossy<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref()
        .map(|path| path.to_string_lossy())
        .serialize(serializer)
}

/// A bar on stderr, if that is a terminal.
pub fn progress_bar(len: u64, unit: &str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let template = format!("{{bar:30}} {{pos}}/{{len}} {unit}, {{eta}} left, {{msg}}");
    let style = ProgressStyle::with_template(&template).expect("the template is valid");
    ProgressBar::with_draw_target(Some(len), target).with_style(style)
}

/// Rows in files of the user's, or the article's.
#[derive(Args)]
pub struct Rows {
    /// Rows to train on, in LIBSVM format [default: the article's synthetic data]
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Rows to test on, in LIBSVM format [default: the last 20 % of the data]
    #[arg(long, value_name = "FILE", requires = "data")]
    pub test_data: Option<PathBuf>,
    /// Number of features [default: up to the highest index in the files]
    #[arg(long, value_name = "N", requires = "data", value_parser = clap::value_parser!(u64).range(1..))]
    pub features: Option<u64>,
}

impl Rows {
    /// Reads or makes them.
    pub fn read(&self) -> anyhow::Result<Split> {
        let Some(path) = &self.data else {
            let data = generate_sparse_data(&SparseDataConfig::new())?;
            return Ok(Split::first_80_percent(&data)?);
        };
        let reader = LibsvmOptions::default().with_n_features(self.features.map(|n| n as usize));
        read_split(&reader, path, self.test_data.as_deref())
    }
}

/// Rows to train on and rows to test on, which without a file of their own are the last 20 %.
pub fn read_split(
    reader: &LibsvmOptions,
    train: &Path,
    test: Option<&Path>,
) -> anyhow::Result<Split> {
    let split = match test {
        Some(test) => {
            let mut sets = reader.read_all(&[train, test])?;
            let test = sets.remove(1);
            Split::new(sets.remove(0), test)
        }
        None => Split::first_80_percent(&reader.read(train)?),
    };
    split.with_context(|| train.display().to_string())
}

/// The rows of LIBSVM files, or the article's synthetic data without.
pub fn data_source(train: Option<&Path>, test: Option<&Path>) -> anyhow::Result<DataSource> {
    Ok(match train {
        Some(train) => DataSource::Given(read_split(&LibsvmOptions::default(), train, test)?),
        None => DataSource::Synthetic(SparseDataConfig::new()),
    })
}

/// The optimizers of a list of names; `all` stands for every one.
pub fn optimizers(names: &[String]) -> anyhow::Result<Vec<OptimizerKind>> {
    if names.iter().any(|name| name.eq_ignore_ascii_case("all")) {
        return Ok(OptimizerKind::ALL.to_vec());
    }
    let kinds = names.iter().map(|name| OptimizerKind::from_name(name));
    let kinds = kinds.collect::<Result<Vec<_>, _>>();
    kinds.context("--optimizers")
}

/// How many rates may be added for an optimizer whose best rate is at the edge of its grid. If it is there
/// still, there is no best rate.
pub const WIDEN: usize = 8;

/// Shows how far tuning is.
pub fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.total as u64);
    bar.set_position(progress.done as u64);
    if let Some(trial) = &progress.trial {
        bar.set_message(format!("{}, seed {}", trial.setting, trial.seed));
    }
}

/// Draws value against rate, a line an optimizer.
pub fn plot_rates(tuning: &Tuning, optimizers: &[String], folder: &Path) -> anyhow::Result<()> {
    use burn_adagrad::plot::{Line, LinePlot, Point};

    let line = |name: &String| {
        let points = tuning
            .of(name)
            // Of several settings with one rate, those with the options of the best.
            .filter(|result| {
                let best = tuning.best(name).map(|best| &best.setting);
                best.is_some_and(|best| {
                    let options = (result.setting.epsilon, result.setting.weight_decay);
                    options == (best.epsilon, best.weight_decay)
                })
            })
            .map(|result| {
                let spread = result.value_std.unwrap_or(0.0);
                Point::new(result.setting.learning_rate, result.value_mean).with_spread(spread)
            })
            .collect();
        Line::new(name, points)
    };
    // Of an optimizer that diverged at every rate there is nothing to draw.
    let drawn = |name: &&String| {
        tuning
            .best(name)
            .is_some_and(|best| best.value_mean.is_finite())
    };
    let lines: Vec<Line> = optimizers.iter().filter(drawn).map(line).collect();
    LinePlot::new(
        "How much does each depend on its rate?",
        "Learning rate",
        "Validation accuracy (mean ± 1 sd over seeds)",
    )
    .with_log_x(true)
    .draw(&lines, &folder.join("rates.svg"))?;
    Ok(())
}
