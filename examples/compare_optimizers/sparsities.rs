//! The comparison at several shares of zeros.

use std::fs;
use std::io::Write;

use anyhow::{Context, ensure};
use burn::tensor::backend::Backend;
use burn_adagrad::train::article::Verdict;
use burn_adagrad::train::{Comparison, DataSource, OptimizerKind};
use burn_adagrad::tune::Tuning;
use burn_adagrad::{DefaultBackend, SparseDataConfig};
use serde::Serialize;

use crate::options::Options;
use crate::{Found, compare, pictures};

/// Checks the option.
pub fn check(options: &Options) -> anyhow::Result<()> {
    for sparsity in &options.sparsities {
        ensure!(
            (0.0..1.0).contains(sparsity),
            "--sparsities {sparsity} (must be at least 0 and below 1)"
        );
    }
    Ok(())
}

/// The contents of `sparsities.json`.
#[derive(Serialize)]
struct Results<'a> {
    backend: String,
    options: &'a Options,
    seeds: &'a [u64],
    sparsities: Vec<OfSparsity<'a>>,
}

#[derive(Serialize)]
struct OfSparsity<'a> {
    sparsity: f64,
    #[serde(flatten)]
    comparison: &'a Comparison,
    verdict: Option<Verdict>,
    tuning: Option<&'a Tuning>,
}

/// Compares at each share, prints a table and the verdicts, and draws the picture.
pub fn run(options: &Options, optimizers: &[OptimizerKind], seeds: &[u64]) -> anyhow::Result<()> {
    let mut all: Vec<(f64, Found)> = Vec::new();
    for &sparsity in &options.sparsities {
        let data = SparseDataConfig::new().with_sparsity(sparsity);
        let found = compare(options, optimizers, &DataSource::Synthetic(data), seeds)?;
        all.push((sparsity, found));
    }
    let text = table(optimizers, &all);
    write!(std::io::stdout().lock(), "{text}")?;
    let results = all.iter().map(|(sparsity, found)| OfSparsity {
        sparsity: *sparsity,
        comparison: &found.comparison,
        verdict: Verdict::of(&found.comparison),
        tuning: found.tuning.as_ref(),
    });
    let results = Results {
        backend: DefaultBackend::name(&Default::default()),
        options,
        seeds,
        sparsities: results.collect(),
    };
    let json = serde_json::to_string(&results)? + "\n";
    for (name, text) in [("sparsities.json", &json), ("sparsities.md", &text)] {
        let path = options.out.join(name);
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    pictures::draw_sparsities(options, optimizers, &all)
}

fn table(optimizers: &[OptimizerKind], all: &[(f64, Found)]) -> String {
    let names = optimizers.iter().map(|kind| kind.name());
    let mut table = format!(
        "Accuracy (mean ± standard deviation over the seeds), and the rate in brackets:\n\n\
         | sparsity | {} |\n| ---: |{}\n",
        names.collect::<Vec<_>>().join(" | "),
        " ---: |".repeat(optimizers.len())
    );
    for (sparsity, found) in all {
        let cells = found.comparison.optimizers.iter();
        let cells = cells.map(|runs| format!("{} ({})", runs.accuracy(), runs.lr));
        table += &format!(
            "| {sparsity} | {} |\n",
            cells.collect::<Vec<_>>().join(" | ")
        );
    }
    for (sparsity, found) in all {
        if let Some(verdict) = Verdict::of(&found.comparison) {
            table += &format!("\nSparsity {sparsity}. {verdict}");
        }
    }
    table
}
