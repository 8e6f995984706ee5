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
mod tokens;
mod training;

use std::io::Write;
use std::process::ExitCode;

use anyhow::ensure;

use corpus::{Corpus, Labels};
use features::{Encoding, Features, TokenCounts};
use options::Options;

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let corpus = match &options.data {
        Some(path) => Corpus::read(path)?,
        None => Corpus::shipped()?,
    };
    let name = corpus.name().to_owned();
    let labels = Labels::of(&corpus)?;
    let (train, test) = match &options.test_data {
        Some(path) => {
            let test = Corpus::read(path)?;
            (labels.classify(corpus)?, labels.classify(test)?)
        }
        None => labels.split(corpus, options.seed)?,
    };

    let counts = TokenCounts::of(&train, options.ngrams);
    let n_tokens = counts.len();
    ensure!(n_tokens > 0, "{name}: no training text has a word");
    let features = match options.features {
        Some(n_features) => Features::hashed(counts, n_features),
        None => Features::vocabulary(counts, options.min_count),
    };
    let min_count = options.min_count;
    ensure!(
        features.len() > 0,
        "{name}: no token is in {min_count} of the training texts"
    );
    let encoding = Encoding {
        ngrams: options.ngrams,
        binary: options.binary,
        normalize: options.normalize,
    };
    let train_rows = encoding.rows(&train, &features)?;
    let test_rows = encoding.rows(&test, &features)?;

    let mut out = std::io::stdout().lock();
    let [zero, one] = [0, 1].map(|class| labels.name(class));
    writeln!(out, "Classes: 0 is {zero:?}, 1 is {one:?}")?;
    writeln!(
        out,
        "Rows: {} to train on, {} to test on",
        train.len(),
        test.len()
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
    report::print_changes(&mut out, &insights, &labels)?;
    report::print_rates(&mut out, &insights)?;
    report::print_rates_by_frequency(&mut out, &insights)?;
    let accuracy = training::accuracy(options, &trained.model, test_rows);
    writeln!(out, "\nAdagrad Accuracy: {accuracy:.4}")?;
    Ok(())
}
