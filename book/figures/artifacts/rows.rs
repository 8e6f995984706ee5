//! Row-sparse training.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use burn::backend::{Autodiff, Flex};
use burn::nn::{Embedding, EmbeddingConfig, Initializer};
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::{Int, Tensor, TensorData};
use burn_adagrad::AdagradConfig;
use burn_adagrad::nn::{SparseEmbeddingBag, SparseEmbeddingBagConfig};
use burn_adagrad::plot::{Line, LinePlot, Point};
use burn_adagrad::sparse::CsrBatch;

use super::measure::{Work, medians};
use super::{Artifact, write};
use crate::listings::sparse_gradients as listing;

type B = Autodiff<Flex>;

pub fn artifacts() -> Vec<Artifact> {
    vec![
        Artifact::text("rows_touched.txt", listing::touched_rows),
        Artifact::text("rows_equal.txt", listing::rows_and_the_whole),
        Artifact::text("rows_twice.txt", listing::named_twice),
        Artifact::text("rows_decay.txt", listing::lazy_decay),
        Artifact::text("rows_refused.txt", listing::refused),
        Artifact::text("rows_million.txt", listing::a_million_features),
        Artifact::measured("rows_training.md", training),
    ]
}

const TABLES: [usize; 7] = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
const WIDTH: usize = 16;
const BAGS: usize = 100;
const IDS: usize = 10;
/// Rows that a step touches.
const TOUCHED: usize = BAGS * IDS;
/// Batches that take turns, so that a step does not find its rows in the cache because it has just been there.
const BATCHES: usize = 8;
const ROUNDS: usize = 15;
const TURN: Duration = Duration::from_millis(40);

/// So many ids, none twice, spread over the table in no order.
fn ids(table: usize, batch: usize) -> Vec<Vec<u32>> {
    let every = table / TOUCHED;
    let id = |place: usize| (place * 619 % TOUCHED * every + batch * 37 % every) as u32;
    (0..BAGS)
        .map(|bag| (0..IDS).map(|k| id(bag * IDS + k)).collect())
        .collect()
}

/// The time of a whole training step (batch, forward, backward, step) of a table trained whole and by rows,
/// as the table grows.
fn training(path: &Path) -> anyhow::Result<()> {
    let mut table = String::from(
        "| rows of the table | whole, ms a step | by rows, ms a step | whole ÷ by rows |\n\
         | ---: | ---: | ---: | ---: |\n",
    );
    let (mut whole, mut by_rows) = (Vec::new(), Vec::new());
    for rows in TABLES {
        let times = medians(&mut [step_whole(rows), step_rows(rows)], ROUNDS, TURN)?;
        let [dense, sparse] = [0, 1].map(|i: usize| times[i].as_secs_f64() * 1e3);
        writeln!(
            table,
            "| {} | {dense:.3} | {sparse:.3} | {:.1} |",
            with_commas(rows),
            dense / sparse
        )?;
        whole.push(Point::new(rows as f64, dense));
        by_rows.push(Point::new(rows as f64, sparse));
    }
    write(path, &table)?;
    LinePlot::new(
        "A training step that touches 1,000 rows",
        "Rows of the table",
        "Milliseconds a step",
    )
    .write_table(
        &[
            Line::new("Whole table", whole),
            Line::new("By rows", by_rows),
        ],
        &path.with_extension("csv"),
    )?;
    Ok(())
}

/// Over burn's embedding, whose gradient has the size of the table.
fn step_whole(rows: usize) -> Work<'static> {
    let device = Default::default();
    let ids: Vec<Vec<i64>> = (0..BATCHES)
        .map(|batch| ids(rows, batch).concat())
        .map(|ids| ids.into_iter().map(i64::from).collect())
        .collect();
    let layer: Embedding<B> = EmbeddingConfig::new(rows, WIDTH)
        .with_initializer(Initializer::Ones)
        .init(&device);
    let mut optim = AdagradConfig::new().init::<B, Embedding<B>>();
    let (mut layer, mut next) = (Some(layer), 0);
    Box::new(move || {
        let before = layer.take().expect("the last step put it back");
        let data = TensorData::new(ids[next].clone(), [BAGS, IDS]);
        let sums = before
            .forward(Tensor::<B, 2, Int>::from_data(data, &device))
            .sum_dim(1);
        let grads = GradientsParams::from_grads(sums.sum().backward(), &before);
        layer = Some(optim.step(0.01, before, grads));
        next = (next + 1) % BATCHES;
        Ok(())
    })
}

/// Over the embedding bag whose gradient has the touched rows.
fn step_rows(rows: usize) -> Work<'static> {
    let device = Default::default();
    let ids: Vec<Vec<Vec<u32>>> = (0..BATCHES).map(|batch| ids(rows, batch)).collect();
    let layer: SparseEmbeddingBag<B> = SparseEmbeddingBagConfig::new(rows, WIDTH)
        .with_initializer(Initializer::Ones)
        .init(&device);
    let mut optim = AdagradConfig::new().init_sparse::<B, SparseEmbeddingBag<B>>();
    let (mut layer, mut next) = (Some(layer), 0);
    Box::new(move || {
        let before = layer.take().expect("the last step put it back");
        let batch = CsrBatch::from_bags(rows, &ids[next])?;
        let loss = before.forward(&batch).sum();
        let grads = GradientsParams::from_grads(loss.backward(), &before);
        layer = Some(optim.step(0.01, before, grads));
        next = (next + 1) % BATCHES;
        Ok(())
    })
}

/// A number as it is read: in groups of three digits.
pub fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
