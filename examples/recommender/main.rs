//! A recommender: matrix factorisation with biases, trained row by row with Adagrad.
//!
//! Each rating touches one user and one item, so a step moves the rows of the batch's users and items
//! and no others. Adagrad gives each row, and each number in it, a rate of its own: an item that is
//! rated once a month still takes large steps when a popular one has settled.
//!
//! `cargo run --release --example recommender -- --help` lists the options.

mod evaluation;
mod model;
mod options;
mod ratings;
mod reader;
mod split;
mod synthetic;
mod training;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use anyhow::Context;
use burn::backend::Autodiff;
use burn_adagrad::DefaultBackend;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use evaluation::{Scale, recommend};
use model::{Recommender, RecommenderConfig};
use options::{Options, escape, fail};
use ratings::{Pair, Ratings};
use reader::Reader;
use split::Split;
use training::{Training, score};

type B = Autodiff<DefaultBackend>;

fn main() -> ExitCode {
    let options = match options::parse() {
        Ok(options) => options,
        Err(code) => return code,
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("error: {error:#}")),
    }
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
    let scale = Scale::of(&split.train);

    let mut out = std::io::stdout().lock();
    let (all, train, held_out) = (ratings.len(), split.train.len(), split.held_out.len());
    let (users, items) = (ratings.n_users(), ratings.n_items());
    writeln!(out, "{all} ratings by {users} users of {items} items")?;
    writeln!(out, "{train} to train on, {held_out} held out")?;
    let seen = split.seen();
    let pairs: Vec<Pair> = split.held_out.iter().map(|rating| rating.pair).collect();
    let strangers = pairs.iter().filter(|&&pair| !seen.contains(pair)).count();
    if strangers > 0 {
        writeln!(
            out,
            "{strangers} of these are of a user or an item without training ratings: predicted by the \
             other's bias, or by the mean"
        )?;
    }

    let bar = progress_bar(2 * options.epochs as u64);
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

    let rmse = scale.rmse(&split.held_out, score(&model, &pairs)?);
    let means = vec![split.mean(); pairs.len()];
    let mut table = vec![
        ("global mean", scale.rmse(&split.held_out, means)),
        (
            "biases",
            scale.rmse(&split.held_out, score(&biases, &pairs)?),
        ),
        ("biases and factors", rmse),
    ];
    if let Some(scores) = true_scores {
        let scores = split.held_out_places.iter().map(|&place| scores[place]);
        table.push(("true scores", scale.rmse(&split.held_out, scores)));
    }
    writeln!(out, "\nRMSE of held-out ratings")?;
    for (predictor, rmse) in table {
        writeln!(out, "{predictor:20}{rmse:.4}")?;
    }

    writeln!(out, "\nFor user {}", escape(ratings.user_id(user)))?;
    for (pair, rating) in recommend(&model, &ratings, user, options.top, scale)? {
        writeln!(
            out,
            "item {}, predicted {rating:.2}",
            escape(ratings.item_id(pair.item))
        )?;
    }
    writeln!(out, "\nRMSE: {rmse:.4}")?;
    Ok(())
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
        let path = path.display().to_string();
        eprintln!(
            "note: {}: {repeated} ratings repeat a user and an item: the last one counts",
            escape(&path)
        );
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

fn progress_bar(epochs: u64) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} epochs, {eta} left")
        .expect("the template is valid");
    ProgressBar::with_draw_target(Some(epochs), target).with_style(style)
}
