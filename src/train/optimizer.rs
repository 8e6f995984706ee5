//! The optimizers that the article compares, with PyTorch's defaults.

use std::fmt;

use burn::data::dataloader::DataLoader;
use burn::module::AutodiffModule;
use burn::optim::LearningRate;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, RmsPropConfig, SgdConfig};
use burn::tensor::backend::AutodiffBackend;
use serde::{Deserialize, Serialize};

use super::train_model;
use crate::data::DenseBatch;
use crate::nn::BinaryClassifier;
use crate::optim::AdagradConfig;

/// An optimizer of the article's comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OptimizerKind {
    /// This crate's [`Adagrad`](crate::Adagrad) with its defaults.
    Adagrad,
    /// burn's SGD, by [`pytorch_sgd`].
    #[serde(rename = "SGD")]
    Sgd,
    /// burn's Adam, by [`pytorch_adam`].
    Adam,
    /// burn's RMSprop, by [`pytorch_rmsprop`].
    #[serde(rename = "RMSprop")]
    RmsProp,
}

impl OptimizerKind {
    /// The article's four, in its order.
    pub const ALL: [Self; 4] = [Self::Adagrad, Self::Sgd, Self::Adam, Self::RmsProp];

    /// The name as the article prints it: `Adagrad`, `SGD`, `Adam`, `RMSprop`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Adagrad => "Adagrad",
            Self::Sgd => "SGD",
            Self::Adam => "Adam",
            Self::RmsProp => "RMSprop",
        }
    }

    /// [`train_model`] with this optimizer.
    pub fn train<B, M>(
        self,
        model: M,
        lr: LearningRate,
        train_loader: &dyn DataLoader<B, DenseBatch<B>>,
        num_epochs: usize,
        on_epoch: impl FnMut(usize),
    ) -> (M, Vec<f32>)
    where
        B: AutodiffBackend,
        M: AutodiffModule<B> + BinaryClassifier<B>,
    {
        macro_rules! train {
            ($config:expr) => {
                train_model(
                    model,
                    &mut $config.init::<B, M>(),
                    lr,
                    train_loader,
                    num_epochs,
                    on_epoch,
                )
            };
        }
        match self {
            Self::Adagrad => train!(AdagradConfig::new()),
            Self::Sgd => train!(pytorch_sgd()),
            Self::Adam => train!(pytorch_adam()),
            Self::RmsProp => train!(pytorch_rmsprop()),
        }
    }
}

impl fmt::Display for OptimizerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// SGD as the article's `SGD(lr, momentum=0.9)`: burn's own default has dampening 0.1, PyTorch's
/// 0.
pub fn pytorch_sgd() -> SgdConfig {
    let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
    SgdConfig::new().with_momentum(Some(momentum))
}

/// Adam with PyTorch's defaults: β₁ 0.9, β₂ 0.999, ε 1e-8 (burn's own default is 1e-5).
pub fn pytorch_adam() -> AdamConfig {
    AdamConfig::new().with_epsilon(1e-8)
}

/// RMSprop as the article's `RMSprop(lr, alpha=0.99)`: ε 1e-8 and no momentum (burn's own
/// defaults are 1e-5 and momentum 0.9).
pub fn pytorch_rmsprop() -> RmsPropConfig {
    RmsPropConfig::new()
        .with_alpha(0.99)
        .with_momentum(0.0)
        .with_epsilon(1e-8)
}
