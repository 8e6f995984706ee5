//! Tells short texts of two kinds apart by their words: SparseNN on row-sparse features, with Adagrad.
//!
//! `cargo run --release --example text_classification -- --help` lists the options.

#[path = "../common/mod.rs"]
mod common;
mod corpus;
mod features;
mod hash;
mod insight;
mod options;
mod report;
mod texts;
mod tokens;
mod training;

use std::io::Write;
use std::process::ExitCode;

use anyhow::ensure;

use features::{Encoding, Features};
use options::Options;
use texts::Texts;

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let (data, test_data) = (options.data.as_deref(), options.test_data.as_deref());
    let texts = Texts::read(data, test_data, options.seed)?;
    let counts = texts.count_tokens(options.ngrams)?;
    let n_tokens = counts.len();
    let features = match options.features {
        Some(n_features) => Features::hashed(counts, n_features),
        None => Features::vocabulary(counts, options.min_count),
    };
    let min_count = options.min_count;
    ensure!(
        features.len() > 0,
        "{}: no token is in {min_count} of the training texts",
        texts.name
    );
    let encoding = Encoding {
        ngrams: options.ngrams,
        binary: options.binary,
        normalize: options.normalize,
    };
    let train_rows = encoding.rows(&texts.train, &features)?;
    let test_rows = encoding.rows(&texts.test, &features)?;

    let mut out = std::io::stdout().lock();
    let [zero, one] = [0, 1].map(|class| texts.labels.name(class));
    writeln!(out, "Classes: 0 is {zero:?}, 1 is {one:?}")?;
    writeln!(
        out,
        "Rows: {} to train on, {} to test on",
        texts.train.len(),
        texts.test.len()
    )?;
    let non_zeros = train_rows.nnz() as f64 / train_rows.len() as f64;
    writeln!(
        out,
        "Tokens: {n_tokens}; features: {}; non-zeros a row: {non_zeros:.1}",
        features.len()
    )?;

    let trained = training::train(options, &train_rows)?;
    for (epoch, loss) in (1..).zip(&trained.losses) {
        writeln!(out, "Epoch {epoch}, Loss: {loss:.4}")?;
    }
    let insights = insight::insights(&features, &train_rows, &trained)?;
    report::print_changes(&mut out, &insights, &texts.labels)?;
    report::print_rates(&mut out, &insights)?;
    report::print_rates_by_frequency(&mut out, &insights)?;
    let accuracy = training::accuracy(options, &trained.model, test_rows);
    writeln!(out, "\nAdagrad Accuracy: {accuracy:.4}")?;
    Ok(())
}
