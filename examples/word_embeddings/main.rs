//! Word vectors by GloVe, whose authors trained it with Adagrad: frequent words soon take small steps, rare
//! ones keep taking large ones. A batch of word pairs concerns few of the vectors, and these alone are
//! read and stepped.
//!
//! `cargo run --release --example word_embeddings -- --help` lists the options.

#[path = "../common/mod.rs"]
mod common;
mod cooccurrence;
mod model;
mod options;
mod questions;
mod text;
mod training;
mod vectors;
mod vocabulary;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use burn::backend::Autodiff;
use burn_adagrad::DefaultBackend;

use cooccurrence::{Pair, PairCounter};
use options::Options;
use questions::Questions;
use text::Text;
use training::Training;
use vectors::Vectors;
use vocabulary::Vocabulary;

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let text = Text::new(options.text.as_deref());
    let max_size = options.max_vocabulary.unwrap_or(usize::MAX);
    let vocabulary = Vocabulary::read(text, options.min_count, max_size)?;
    // What can go wrong with the questions and the file goes wrong now, not after the work.
    let questions = Questions::new(options, &vocabulary)?;
    if let Some(path) = &options.out {
        check_writable(path).with_context(|| path.display().to_string())?;
    }
    let pairs = count_pairs(text, &vocabulary, options)?;

    let mut stdout = std::io::stdout().lock();
    writeln!(
        stdout,
        "Words: {} in the text, {} different ones, {} with a vector",
        vocabulary.n_tokens,
        vocabulary.n_distinct,
        vocabulary.len()
    )?;
    writeln!(stdout, "Pairs: {}", pairs.len())?;

    let dim = options.dim.into();
    let training = Training {
        dim,
        epochs: options.epochs,
        batch_size: options.batch_size,
        lr: options.lr,
        x_max: options.x_max,
        seed: options.seed,
    };
    let bar = common::progress_bar(pairs.len() as u64, "pairs");
    let mut last_loss = f64::NAN;
    let vectors = training.run::<Autodiff<DefaultBackend>>(
        pairs,
        vocabulary.len(),
        &Default::default(),
        |pairs| bar.inc(pairs as u64),
        |epoch, loss| {
            let lr = options.lr;
            ensure!(
                loss.is_finite(),
                "--lr {lr}: the loss of epoch {epoch} is {loss}"
            );
            last_loss = loss;
            bar.suspend(|| writeln!(stdout, "Epoch {epoch}, Loss: {loss:.4}"))?;
            bar.reset();
            bar.set_message(format!("epoch {}", epoch + 1));
            Ok(())
        },
    )?;
    bar.finish_and_clear();
    let finite = vectors.iter().all(|x| x.is_finite());
    ensure!(finite, "--lr {}: the vectors are not finite", options.lr);

    let vectors = Vectors::new(dim, vectors);
    questions.answer(&vectors, options.neighbours, &mut stdout)?;
    writeln!(stdout, "Loss: {last_loss:.4}")?;
    if let Some(path) = &options.out {
        let written = File::create(path).and_then(|file| vectors.write(vocabulary.words(), file));
        written.with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// What is in the file stays there until there is something to replace it.
fn check_writable(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    Ok(())
}

fn count_pairs(
    text: Text,
    vocabulary: &Vocabulary,
    options: &Options,
) -> anyhow::Result<Vec<Pair>> {
    let mut counter = PairCounter::new(options.window.into());
    let mut n_tokens = 0;
    text.for_each_line(|words| {
        let words = words.inspect(|_| n_tokens += 1);
        words
            .filter_map(|word| vocabulary.id(word))
            .for_each(|word| counter.push(word));
        if !options.across_lines {
            counter.end_of_line();
        }
    })?;
    let name = text.name();
    ensure!(
        n_tokens == vocabulary.n_tokens,
        "{name}: had {} words at the first reading and {n_tokens} at the second; it must be a file that \
         stays as it is",
        vocabulary.n_tokens
    );
    let pairs = counter.finish();
    if pairs.is_empty() {
        bail!("{name}: no two words with a vector are near each other");
    }
    Ok(pairs)
}
