//! The optimizers of the comparison: the article's four, with PyTorch's defaults, this crate's others, and
//! burn's.

use std::fmt;

use burn::data::dataloader::DataLoader;
use burn::module::AutodiffModule;
use burn::optim::{GradientsParams, LearningRate, Optimizer};
use burn::tensor::backend::AutodiffBackend;
use serde::{Deserialize, Serialize};

use super::optimizer_options::{OptimizerOptions, configs};
use super::train_model;
use crate::data::DenseBatch;
use crate::error::ExperimentError;
use crate::nn::BinaryClassifier;
use crate::optim::StateMemory;
use crate::validate::Problems;

/// Calls the macro `$run` with the configuration of an optimizer.
macro_rules! with_config {
    ($kind:expr, $options:expr, $run:ident) => {
        match $kind {
            OptimizerKind::Adagrad => $run!(configs::adagrad($options)),
            OptimizerKind::Sgd => $run!(configs::sgd($options)),
            OptimizerKind::Adam => $run!(configs::adam($options)),
            OptimizerKind::RmsProp => $run!(configs::rmsprop($options)),
            OptimizerKind::AdagradMomentum => $run!(configs::adagrad_momentum($options)),
            OptimizerKind::AdagradDecay => $run!(configs::adagrad_decay($options)),
            OptimizerKind::RowWiseAdagrad => $run!(configs::row_wise($options)),
            OptimizerKind::AdagradNorm => $run!(configs::norm($options)),
            OptimizerKind::Sm3 => $run!(configs::sm3($options)),
            OptimizerKind::Adadelta => $run!(configs::adadelta($options)),
            OptimizerKind::ProximalAdagrad => $run!(configs::proximal()),
            OptimizerKind::FtrlProximal => $run!(configs::ftrl()),
            OptimizerKind::BurnAdaGrad => $run!(configs::burn_adagrad($options)),
            OptimizerKind::AdamW => $run!(configs::adamw($options)),
        }
    };
}

/// An optimizer that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OptimizerKind {
    /// This crate's [`Adagrad`](crate::Adagrad) with its defaults.
    Adagrad,
    /// burn's SGD, by [`pytorch_sgd`](super::pytorch_sgd).
    #[serde(rename = "SGD")]
    Sgd,
    /// burn's Adam, by [`pytorch_adam`](super::pytorch_adam).
    Adam,
    /// burn's RMSprop, by [`pytorch_rmsprop`](super::pytorch_rmsprop).
    #[serde(rename = "RMSprop")]
    RmsProp,
    /// Adagrad with a heavy ball of 0.9.
    #[serde(rename = "Adagrad-momentum")]
    AdagradMomentum,
    /// Adagrad whose accumulator is halved every 100 steps.
    #[serde(rename = "Adagrad-decay")]
    AdagradDecay,
    /// [`RowWiseAdagrad`](crate::RowWiseAdagrad) with its defaults.
    RowWiseAdagrad,
    /// [`AdagradNorm`](crate::AdagradNorm) with its defaults.
    AdagradNorm,
    /// [`Sm3`](crate::Sm3) with its defaults.
    #[serde(rename = "SM3")]
    Sm3,
    /// [`Adadelta`](crate::Adadelta) with its defaults.
    Adadelta,
    /// [`ProximalAdagrad`](crate::ProximalAdagrad) without penalties.
    ProximalAdagrad,
    /// [`FtrlProximal`](crate::FtrlProximal) without penalties.
    FtrlProximal,
    /// burn's AdaGrad with its defaults.
    #[serde(rename = "burn-AdaGrad")]
    BurnAdaGrad,
    /// burn's AdamW with its defaults.
    AdamW,
}

impl OptimizerKind {
    /// The article's four, in its order.
    pub const ALL: [Self; 4] = [Self::Adagrad, Self::Sgd, Self::Adam, Self::RmsProp];

    /// Every optimizer that can be compared.
    pub const EVERY: [Self; 14] = [
        Self::Adagrad,
        Self::Sgd,
        Self::Adam,
        Self::RmsProp,
        Self::AdagradMomentum,
        Self::AdagradDecay,
        Self::RowWiseAdagrad,
        Self::AdagradNorm,
        Self::Sm3,
        Self::Adadelta,
        Self::ProximalAdagrad,
        Self::FtrlProximal,
        Self::BurnAdaGrad,
        Self::AdamW,
    ];

    /// The name, for the article's four as it prints them: `Adagrad`, `SGD`, `Adam`, `RMSprop`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Adagrad => "Adagrad",
            Self::Sgd => "SGD",
            Self::Adam => "Adam",
            Self::RmsProp => "RMSprop",
            Self::AdagradMomentum => "Adagrad-momentum",
            Self::AdagradDecay => "Adagrad-decay",
            Self::RowWiseAdagrad => "RowWiseAdagrad",
            Self::AdagradNorm => "AdagradNorm",
            Self::Sm3 => "SM3",
            Self::Adadelta => "Adadelta",
            Self::ProximalAdagrad => "ProximalAdagrad",
            Self::FtrlProximal => "FtrlProximal",
            Self::BurnAdaGrad => "burn-AdaGrad",
            Self::AdamW => "AdamW",
        }
    }

    /// The optimizer of a name, in capitals or not.
    ///
    /// # Errors
    ///
    /// If there is none; the error lists the names.
    pub fn from_name(name: &str) -> Result<Self, ExperimentError> {
        let named = |kind: &Self| kind.name().eq_ignore_ascii_case(name);
        let kind = Self::EVERY.into_iter().find(named);
        kind.ok_or_else(|| ExperimentError::UnknownOptimizer {
            name: name.to_owned(),
            known: Self::EVERY.map(Self::name).join(", "),
        })
    }

    /// Checks that the optimizer has the options that are set, and that it can use them.
    ///
    /// # Errors
    ///
    /// Names the option that it does not have, or the values that it cannot use: they must be finite in
    /// f32 and at least 0, ε of Adadelta above 0.
    pub fn check_options(self, options: &OptimizerOptions) -> Result<(), ExperimentError> {
        let no_epsilon = [Self::Sgd, Self::ProximalAdagrad, Self::FtrlProximal];
        let no_decay = [
            Self::RowWiseAdagrad,
            Self::AdagradNorm,
            Self::Sm3,
            Self::ProximalAdagrad,
            Self::FtrlProximal,
        ];
        let missing = |option| ExperimentError::MissingOption {
            optimizer: self.name(),
            option,
        };
        if options.epsilon.is_some() && no_epsilon.contains(&self) {
            return Err(missing("epsilon"));
        }
        if options.weight_decay.is_some() && no_decay.contains(&self) {
            return Err(missing("weight_decay"));
        }
        let mut problems = Problems::default();
        if let Some(epsilon) = options.epsilon {
            let number = epsilon as f32;
            let ok = number.is_finite() && number >= 0.0;
            problems.require("epsilon", epsilon, ok, "finite and at least 0");
            let ok = self != Self::Adadelta || number > 0.0;
            problems.require("epsilon", epsilon, ok, "above 0 for Adadelta");
        }
        if let Some(decay) = options.weight_decay {
            let number = decay as f32;
            let ok = number.is_finite() && number >= 0.0;
            problems.require("weight_decay", decay, ok, "finite and at least 0");
        }
        problems
            .into_result()
            .map_err(ExperimentError::InvalidConfig)
    }

    /// [`train_model`] with this optimizer's defaults.
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
        let options = OptimizerOptions::new();
        self.train_with(&options, model, lr, train_loader, num_epochs, on_epoch)
    }

    /// The same with options; those that it does not have are not looked at.
    pub fn train_with<B, M>(
        self,
        options: &OptimizerOptions,
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
            ($config:expr) => {{
                let mut optim = $config.init::<B, M>();
                train_model(model, &mut optim, lr, train_loader, num_epochs, on_epoch)
            }};
        }
        with_config!(self, options, train)
    }

    /// Steps any module along gradients that the caller makes: `gradients` is given the number of the step,
    /// from 0, and the module before it. Options that the optimizer does not have are not looked at.
    ///
    /// ```
    /// use burn::backend::{Autodiff, NdArray};
    /// use burn::nn::{Linear, LinearConfig};
    /// use burn::optim::GradientsParams;
    /// use burn::tensor::Tensor;
    /// use burn_adagrad::train::{OptimizerKind, OptimizerOptions};
    ///
    /// type B = Autodiff<NdArray>;
    /// let model: Linear<B> = LinearConfig::new(1, 1).init(&Default::default());
    /// let loss = |model: &Linear<B>| {
    ///     let x = Tensor::<B, 2>::from_floats([[1.0], [2.0]], &Default::default());
    ///     (model.forward(x.clone()) - x * 3.0).powi_scalar(2).mean()
    /// };
    /// let gradients = |_, model: &Linear<B>| {
    ///     GradientsParams::from_grads(loss(model).backward(), model)
    /// };
    /// let model = OptimizerKind::Adagrad.minimize(&OptimizerOptions::new(), model, 1.0, 500, gradients);
    /// assert!(loss(&model).into_scalar() < 0.05);
    /// ```
    pub fn minimize<B, M>(
        self,
        options: &OptimizerOptions,
        mut module: M,
        lr: LearningRate,
        steps: usize,
        mut gradients: impl FnMut(usize, &M) -> GradientsParams,
    ) -> M
    where
        B: AutodiffBackend,
        M: AutodiffModule<B>,
    {
        macro_rules! minimize {
            ($config:expr) => {{
                let mut optim = $config.init::<B, M>();
                for step in 0..steps {
                    let gradients = gradients(step, &module);
                    module = optim.step(lr, module, gradients);
                }
                module
            }};
        }
        with_config!(self, options, minimize)
    }
}

impl StateMemory for OptimizerKind {
    /// Of burn's: one number a weight under SGD with momentum, RMSprop and AdaGrad, two under Adam and
    /// AdamW.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        let options = OptimizerOptions::new();
        let weights: usize = shape.iter().product();
        match self {
            Self::Adagrad => configs::adagrad(&options).state_numbers(shape),
            Self::Sgd | Self::RmsProp | Self::BurnAdaGrad => weights,
            Self::Adam | Self::AdamW => 2 * weights,
            Self::AdagradMomentum => configs::adagrad_momentum(&options).state_numbers(shape),
            Self::AdagradDecay => configs::adagrad_decay(&options).state_numbers(shape),
            Self::RowWiseAdagrad => configs::row_wise(&options).state_numbers(shape),
            Self::AdagradNorm => configs::norm(&options).state_numbers(shape),
            Self::Sm3 => configs::sm3(&options).state_numbers(shape),
            Self::Adadelta => configs::adadelta(&options).state_numbers(shape),
            Self::ProximalAdagrad => configs::proximal().state_numbers(shape),
            Self::FtrlProximal => configs::ftrl().state_numbers(shape),
        }
    }
}

impl fmt::Display for OptimizerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
