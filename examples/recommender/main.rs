//! A recommender: matrix factorisation with biases, trained row by row with Adagrad.
//!
//! Each rating touches one user and one item, so a step moves the rows of the batch's users and items
//! and no others. Adagrad gives each row, and each number in it, a rate of its own: an item that is
//! rated once a month still takes large steps when a popular one has settled.
//!
//! `cargo run --release --example recommender -- --help` lists the options.

#[path = "../common/mod.rs"]
mod common;
mod evaluation;
mod model;
mod options;
mod ratings;
mod reader;
mod split;
mod synthetic;
mod training;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use burn::backend::Autodiff;
use burn_adagrad::DefaultBackend;
use indicatif::ProgressBar;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use evaluation::{Scale, recommend};
use model::{Recommender, RecommenderConfig};
use options::Options;
use ratings::{Pair, Ratings};
use reader::Reader;
use split::Split;
use training::{Training, score};

type B = Autodiff<DefaultBackend>;

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let (ratings, true_scores) = read_or_generate(options)?;
    let user = match &options.user {
        Some(id) => ratings
            .user(id)
            .with_context(|| format!("--user {id}: there is no such user"))?,
        None => 0,
    };
    let split = Split::new(&ratings, &mut generator(options, Stream::Split));
    let mut out = std::io::stdout().lock();
    print_sizes(&mut out, &ratings, &split)?;

    let bar = common::progress_bar((options.epochs as u64).saturating_mul(2), "epochs");
    let fit = |dim| fit(options, &ratings, &split, dim, &bar);
    let (biases, _) = fit(0)?;
    let (model, losses) = fit(options.dim.into())?;
    bar.finish_and_clear();
    for (epoch, loss) in (1..).zip(&losses) {
        writeln!(out, "Epoch {epoch}, Loss: {loss:.4}")?;
    }
    if losses.iter().any(|loss| !loss.is_finite()) {
        eprintln!("warning: the loss is not finite: --lr may be too large");
    }

    let scale = Scale::of(&split.train);
    let pairs: Vec<Pair> = split.held_out.iter().map(|rating| rating.pair).collect();
    let rmse = |scores| scale.rmse(&split.held_out, scores);
    let model_rmse = rmse(score(&model, &pairs)?);
    writeln!(out, "\nRMSE of held-out ratings")?;
    let mut row = |name, rmse| writeln!(out, "{name:20}{rmse:.4}");
    row("global mean", rmse(vec![split.mean(); pairs.len()]))?;
    row("biases", rmse(score(&biases, &pairs)?))?;
    row("biases and factors", model_rmse)?;
    if let Some(scores) = true_scores {
        let places = split.held_out_places.iter();
        row(
            "true scores",
            rmse(places.map(|&place| scores[place]).collect()),
        )?;
    }

    writeln!(out, "\nFor user {}", printable(ratings.user_id(user)))?;
    let recommended = recommend(&model, &ratings, user, options.top, scale)?;
    if recommended.is_empty() {
        writeln!(out, "no item: all are rated")?;
    }
    for (item, rating) in recommended {
        let id = printable(ratings.item_id(item));
        writeln!(out, "item {id}, predicted {rating:.2}")?;
    }
    writeln!(out, "\nRMSE: {model_rmse:.4}")?;
    Ok(())
}

fn print_sizes(out: &mut impl Write, ratings: &Ratings, split: &Split) -> std::io::Result<()> {
    let (users, items) = (ratings.n_users(), ratings.n_items());
    writeln!(
        out,
        "{} ratings by {users} users of {items} items",
        ratings.len()
    )?;
    let (train, held_out) = (split.train.len(), split.held_out.len());
    writeln!(out, "{train} to train on, {held_out} held out")?;
    let seen = split.seen();
    let unknown = split
        .held_out
        .iter()
        .filter(|r| !seen.contains(r.pair))
        .count();
    if unknown > 0 {
        writeln!(
            out,
            "{unknown} of these are of a user or an item without training ratings: predicted by the \
             other's bias, or by the mean"
        )?;
    }
    Ok(())
}

/// An id from a file, which may hold what a terminal takes for a command.
fn printable(id: &str) -> String {
    id.replace(char::is_control, "\u{fffd}")
}

/// The ratings; of synthetic ones, also the scores before noise.
fn read_or_generate(options: &Options) -> anyhow::Result<(Ratings, Option<Vec<f32>>)> {
    let Some(path) = &options.ratings else {
        let rng = &mut generator(options, Stream::Synthetic);
        let synthetic = synthetic::generate(rng)?;
        return Ok((synthetic.ratings, Some(synthetic.scores)));
    };
    let Reader {
        ratings, repeated, ..
    } = Reader::read(path)?;
    if repeated > 0 {
        eprintln!("note: {repeated} ratings are replaced by a later one of the same user and item");
    }
    Ok((ratings, None))
}

/// Trains a model with factors of `dim` numbers; with each epoch's loss.
fn fit(
    options: &Options,
    ratings: &Ratings,
    split: &Split,
    dim: usize,
    bar: &ProgressBar,
) -> anyhow::Result<(Recommender<DefaultBackend>, Vec<f64>)> {
    let config = RecommenderConfig {
        n_users: ratings.n_users(),
        n_items: ratings.n_items(),
        dim,
        mean: split.mean(),
    };
    let first = &mut generator(options, Stream::Factors);
    let model = config.init::<B>(&split.seen(), first, &Default::default());
    let training = Training {
        epochs: options.epochs,
        batch_size: options.batch_size,
        lr: options.lr,
        weight_decay: options.weight_decay,
        row_wise: options.row_wise,
    };
    let mut losses = Vec::new();
    let order = &mut generator(options, Stream::Order);
    let model = training.fit(model, &split.train, order, |loss| {
        losses.push(loss);
        bar.inc(1);
    })?;
    Ok((model, losses))
}

/// What is drawn by chance. Each has numbers of its own: a file is split as synthetic ratings are, and
/// both models see the ratings in the same order.
#[derive(Clone, Copy)]
enum Stream {
    Synthetic,
    Split,
    Factors,
    Order,
}

fn generator(options: &Options, stream: Stream) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    rng.set_stream(stream as u64);
    rng
}
