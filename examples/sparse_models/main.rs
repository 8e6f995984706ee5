//! Sparse models: accuracy against the share of weights kept, on short texts.
//!
//! A linear model of words and pairs of words is trained by FTRL-Proximal and by proximal Adagrad, whose
//! L1 penalties make weights exactly zero, and by plain Adagrad, whose smallest weights are then cut off:
//! what the penalties have to beat.
//!
//! `cargo run --release --example sparse_models -- --help` lists the options.

#[path = "../common/mod.rs"]
mod common;
mod model;
mod options;
mod report;
mod study;
mod summary;
mod training;

// Of these, too, a part is used here.
#[allow(dead_code)]
#[path = "../text_classification/corpus.rs"]
mod corpus;
#[allow(dead_code)]
#[path = "../text_classification/features.rs"]
mod features;
#[path = "../text_classification/hash.rs"]
mod hash;
#[allow(dead_code)]
#[path = "../text_classification/texts.rs"]
mod texts;
#[path = "../text_classification/tokens.rs"]
mod tokens;

use std::fs;
use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use burn::tensor::backend::Backend;
use burn_adagrad::DefaultBackend;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use features::{Encoding, Features};
use options::Options;
use study::Rows;
use summary::Summary;
use texts::Texts;
use training::Training;

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let seeds = common::seeds(options.seed, options.seeds)?;
    let rows = seeds.iter().map(|&seed| read(options, seed));
    let rows = rows.collect::<anyhow::Result<Vec<Rows>>>()?;
    fs::create_dir_all(&options.out).with_context(|| options.out.display().to_string())?;

    let models = study::models_of_a_seed(options) * seeds.len();
    let bar = common::progress_bar(models as u64, "models");
    // Seeds know nothing of each other: each processor trains one.
    let runs = seeds.par_iter().zip(&rows).map(|(&seed, rows)| {
        let training = Training {
            epochs: options.epochs,
            seed,
            initial_accumulator: options.initial_accumulator as f32,
        };
        study::run(options, rows, training, || bar.inc(1))
    });
    let summaries = Summary::all(&runs.collect::<anyhow::Result<Vec<_>>>()?);
    bar.finish_and_clear();

    // What took long to compute is shown before anything can go wrong with the files.
    let mut out = std::io::stdout().lock();
    report::print_protocol(&mut out, &rows[0], &summaries, &seeds)?;
    report::print_table(&mut out, &summaries)?;
    report::print_rates(&mut out, &summaries)?;
    out.flush()?;
    let results = Results {
        backend: DefaultBackend::name(&Default::default()),
        options,
        seeds: &seeds,
        models: &summaries,
    };
    let path = options.out.join("results.json");
    let json = serde_json::to_string(&results)? + "\n";
    fs::write(&path, json).with_context(|| path.display().to_string())?;
    let path = options.out.join("accuracy_kept.svg");
    report::plot(&path, &summaries, seeds.len())
}

#[derive(Serialize)]
struct Results<'a> {
    backend: String,
    options: &'a Options,
    seeds: &'a [u64],
    models: &'a [Summary],
}

/// The rows of a seed. Each has features of its own: the words and runs of words of its training texts.
fn read(options: &Options, seed: u64) -> anyhow::Result<Rows> {
    let (data, test_data) = (options.data.as_deref(), options.test_data.as_deref());
    let mut texts = Texts::read(data, test_data, seed)?;
    // Rates are chosen on the last of the training texts, and files may be sorted.
    let mut rng = ChaCha8Rng::seed_from_u64(common::derive_seed(seed, 1));
    texts.train.shuffle(&mut rng);
    let ngrams = options.ngrams;
    let features = Features::vocabulary(texts.count_tokens(ngrams)?, 1);
    let encoding = Encoding {
        ngrams,
        binary: false,
        normalize: false,
    };
    Ok(Rows {
        train: encoding.rows(&texts.train, &features)?,
        test: encoding.rows(&texts.test, &features)?,
    })
}
