//! What is printed, and written beside the pictures.

use std::fs;
use std::io::Write;

use anyhow::Context;
use burn::tensor::backend::Backend;
use burn_adagrad::DefaultBackend;
use burn_adagrad::train::article::Verdict;
use burn_adagrad::train::{Comparison, OptimizerKind};
use burn_adagrad::tune::Tuning;
use serde::Serialize;

use crate::Found;
use crate::options::Options;

/// Prints the accuracies; of several seeds, the table and the verdict too.
pub fn print(found: &Found) -> anyhow::Result<()> {
    let comparison = &found.comparison;
    for optimizer in &comparison.optimizers {
        let losses = || optimizer.runs.iter().flat_map(|run| &run.losses);
        let lost = losses().filter(|loss| !loss.is_finite()).count();
        if lost > 0 {
            let (name, all) = (optimizer.optimizer, losses().count());
            eprintln!("warning: {name}: {lost} of {all} losses are not finite");
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "Final accuracies:")?;
    for runs in &comparison.optimizers {
        writeln!(out, "{}: {}", runs.optimizer, runs.accuracy())?;
    }
    if comparison.optimizers[0].runs.len() > 1 {
        write!(out, "\n{}", table(found))?;
    }
    Ok(())
}

/// The table and the verdict.
fn table(found: &Found) -> String {
    let mut table = found.comparison.to_string();
    let mut optimizers = found.comparison.optimizers.iter();
    if optimizers.any(|runs| runs.optimizer == OptimizerKind::Sgd) {
        table += "\nSGD has momentum 0.9.\n";
    }
    if let Some(verdict) = Verdict::of(&found.comparison) {
        table += &format!("\n{verdict}");
    }
    table
}

#[derive(Serialize)]
struct Results<'a> {
    backend: String,
    options: &'a Options,
    seeds: &'a [u64],
    #[serde(flatten)]
    comparison: &'a Comparison,
    verdict: Option<Verdict>,
    tuning: Option<&'a Tuning>,
}

/// Writes `results.json` and `results.md`.
pub fn write(options: &Options, seeds: &[u64], found: &Found) -> anyhow::Result<()> {
    let results = Results {
        backend: DefaultBackend::name(&Default::default()),
        options,
        seeds,
        comparison: &found.comparison,
        verdict: Verdict::of(&found.comparison),
        tuning: found.tuning.as_ref(),
    };
    let json = serde_json::to_string(&results)? + "\n";
    let mut markdown = table(found);
    if let Some(tuning) = &found.tuning {
        markdown += &format!("\n{tuning}");
    }
    for (name, text) in [("results.json", json), ("results.md", markdown)] {
        let path = options.out.join(name);
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
