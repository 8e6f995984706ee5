//! Training the model, by one of three optimizers.

use std::fmt;

use burn::backend::Autodiff;
use burn::module::AutodiffModule;
use burn::optim::Optimizer;
use burn_adagrad::data::{SparseDataset, sparse_dataloader};
use burn_adagrad::{
    AdagradConfig, DefaultBackend, FtrlProximalConfig, PenaltySchedule, ProximalAdagradConfig,
    train_model,
};
use serde::{Serialize, Serializer};

use crate::model::Model;

type B = Autodiff<DefaultBackend>;

/// Texts of a batch. Gradients are those of its mean loss, and the penalties of proximal Adagrad are on
/// their scale.
const BATCH_SIZE: usize = 32;

/// Without penalty and from zeros, all three take the same steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Adagrad,
    FtrlProximal,
    ProximalAdagrad,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Adagrad => "Adagrad",
            Self::FtrlProximal => "FTRL-Proximal",
            Self::ProximalAdagrad => "proximal Adagrad",
        })
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What all models of a seed share.
#[derive(Clone, Copy)]
pub struct Training {
    pub epochs: usize,
    /// Of the order of the batches.
    pub seed: u64,
    pub initial_accumulator: f32,
}

impl Training {
    /// A model from zeros. Plain Adagrad has no penalty to set `l1` for.
    pub fn run(
        &self,
        method: Method,
        l1: f64,
        lr: f64,
        rows: &SparseDataset,
    ) -> Model<DefaultBackend> {
        let initial = self.initial_accumulator;
        match method {
            Method::Adagrad => {
                let config = AdagradConfig::new().with_initial_accumulator_value(initial);
                self.steps(config.init_sparse(), lr, rows)
            }
            Method::FtrlProximal => {
                let config = FtrlProximalConfig::new().with_initial_accumulator_value(initial);
                self.steps(config.with_l1(l1).init_sparse(), lr, rows)
            }
            Method::ProximalAdagrad => {
                let config = ProximalAdagradConfig::new()
                    .with_initial_accumulator_value(initial)
                    .with_penalty_schedule(PenaltySchedule::WithGradient);
                self.steps(config.with_l1(l1).init_sparse(), lr, rows)
            }
        }
    }

    fn steps(
        &self,
        mut optim: impl Optimizer<Model<B>, B>,
        lr: f64,
        rows: &SparseDataset,
    ) -> Model<DefaultBackend> {
        let device = Default::default();
        let model = Model::zeros(rows.n_features(), &device);
        let loader = sparse_dataloader::<B>(rows.clone(), BATCH_SIZE, Some(self.seed), &device);
        let (model, _) = train_model(model, &mut optim, lr, loader.as_ref(), self.epochs, |_| ());
        model.valid()
    }
}
