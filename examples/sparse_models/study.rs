//! What is done with one seed: rates are chosen, models trained, cut and tested.

use anyhow::{Context, bail};
use burn_adagrad::DefaultBackend;
use burn_adagrad::data::SparseDataset;
use burn_adagrad::tune::beyond;
use serde::Serialize;

use crate::common;

use crate::model::{Model, Score};
use crate::options::Options;
use crate::training::{Method, Training};

/// A model that was trained on all training rows and tested.
#[derive(Clone, Debug, Serialize)]
pub struct Tested {
    pub method: Method,
    /// The penalty; 0 for plain Adagrad.
    pub l1: f64,
    pub seed: u64,
    /// The learning rate that was chosen.
    pub lr: f64,
    pub weights: usize,
    /// How many of these are not zero.
    pub kept: usize,
    pub accuracy: f64,
    /// Plain Adagrad, cut to as many weights; `None` for plain Adagrad itself.
    pub cut: Option<Cut>,
}

/// A model of plain Adagrad without its smallest weights.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cut {
    /// The learning rate that was chosen, for the accuracy after the cut.
    pub lr: f64,
    pub accuracy: f64,
}

/// The rows of one seed. Rates are chosen on rows that are neither trained on nor tested on.
pub struct Rows {
    pub train: SparseDataset,
    pub test: SparseDataset,
}

impl Rows {
    /// The first 80 % of the training rows, and the rest, to choose rates by.
    pub fn fit_and_validation(&self) -> (SparseDataset, SparseDataset) {
        self.train.split_at(self.train.len() * 4 / 5)
    }
}

/// How many models are trained for a seed, if no best rate is at the edge of its grid.
pub fn models_of_a_seed(options: &Options) -> usize {
    let penalties = options.l1.len() + options.proximal_l1.len();
    options.lr.len() * (penalties + 2) + penalties + 2
}

/// The models of one seed: plain Adagrad, then each penalty of each method, in the order of the options.
///
/// # Errors
///
/// If no rate is the best of its neighbours.
pub fn run(
    options: &Options,
    rows: &Rows,
    training: Training,
    on_model: impl Fn(),
) -> anyhow::Result<Vec<Tested>> {
    let (fit, validation) = rows.fit_and_validation();
    let train = |method, l1, lr, rows: &SparseDataset| {
        on_model();
        training.run(method, l1, lr, rows)
    };
    let test = |method, l1, lr, model: &Model<DefaultBackend>| {
        let (weights, kept) = model.weights_and_kept();
        Tested {
            method,
            l1,
            seed: training.seed,
            lr,
            weights,
            kept,
            accuracy: model.score(&rows.test).accuracy,
            cut: None,
        }
    };

    let mut penalised = Vec::new();
    for (method, penalties) in [
        (Method::FtrlProximal, &options.l1),
        (Method::ProximalAdagrad, &options.proximal_l1),
    ] {
        let lr = best_rate(&options.lr, |lr| {
            let models = penalties.iter().map(|&l1| train(method, l1, lr, &fit));
            models.map(|model| model.score(&validation)).collect()
        })
        .with_context(|| format!("{method}, seed {}", training.seed))?;
        for &l1 in penalties {
            let model = train(method, l1, lr, &rows.train);
            penalised.push(test(method, l1, lr, &model));
        }
    }

    let adagrad = |lr, rows| train(Method::Adagrad, 0.0, lr, rows);
    let lr = best_rate(&options.lr, |lr| vec![adagrad(lr, &fit).score(&validation)])?;
    let plain = test(Method::Adagrad, 0.0, lr, &adagrad(lr, &rows.train));
    // A model that is to be cut may want another rate than one that is not.
    let lr = best_rate(&options.lr, |lr| {
        let fitted = adagrad(lr, &fit);
        let cut = penalised.iter().map(|model| fitted.cut_to(model.kept));
        cut.map(|model| model.score(&validation)).collect()
    })
    .with_context(|| format!("Adagrad, to be cut, seed {}", training.seed))?;
    let whole = adagrad(lr, &rows.train);
    for model in &mut penalised {
        let accuracy = whole.cut_to(model.kept).score(&rows.test).accuracy;
        model.cut = Some(Cut { lr, accuracy });
    }
    Ok([vec![plain], penalised].concat())
}

/// The rate whose models have the best mean accuracy; of equal ones that with the lowest mean loss. While
/// it is the least or the largest of several, more are tried beyond it, until one is no more accurate.
fn best_rate(rates: &[f64], mut scores: impl FnMut(f64) -> Vec<Score>) -> anyhow::Result<f64> {
    let mut tried: Vec<(f64, Score)> = Vec::new();
    let mut next = rates.to_vec();
    let mut before: Option<(f64, f64)> = None;
    for _ in 0..=common::WIDEN {
        for lr in next {
            let scores = scores(lr);
            let sum = |value: fn(&Score) -> f64| scores.iter().map(value).sum();
            let score = Score {
                accuracy: sum(|score| score.accuracy),
                loss: sum(|score| score.loss),
            };
            tried.push((lr, score));
        }
        let order = |(_, a): &&(f64, Score), (_, b): &&(f64, Score)| {
            let accuracy = b.accuracy.total_cmp(&a.accuracy);
            accuracy.then(a.loss.total_cmp(&b.loss))
        };
        let (best, score) = tried.iter().min_by(order).context("--lr is empty")?;
        let (best, accuracy) = (*best, score.accuracy);
        // Beyond a rate that gets all right, a larger one may have a lower loss for ever.
        if let Some((rate, known)) = before
            && accuracy <= known
        {
            return Ok(rate);
        }
        before = Some((best, accuracy));
        let rates: Vec<f64> = tried.iter().map(|(lr, _)| *lr).collect();
        match beyond(&rates, best) {
            Some(lr) => next = vec![lr],
            None => return Ok(best),
        }
    }
    let rates: Vec<String> = tried.iter().map(|(lr, _)| lr.to_string()).collect();
    bail!(
        "the best learning rate is at the edge of those that were tried: {}",
        rates.join(", ")
    )
}
