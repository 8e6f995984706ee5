//! Training with an optimizer that is chosen by name.

use burn::data::dataloader::DataLoader;
use burn::module::AutodiffModule;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::{GradientsParams, LearningRate, Optimizer};
use burn::tensor::backend::AutodiffBackend;

use super::train_model;
use crate::data::DenseBatch;
use crate::nn::BinaryClassifier;
use crate::optim::{OptimizerKind, OptimizerOptions};

/// Calls the macro `$run` with the configuration of an optimizer, with the options that are set.
macro_rules! with_config {
    ($kind:expr, $options:expr, $run:ident) => {
        crate::optimizers!(kinds => match_config [$kind, $options, $run])
    };
}

/// The match of [`with_config`].
macro_rules! match_config {
    (
        [$kind:expr, $options:expr, $run:ident]
        $($(#[$docs:meta])* $variant:ident {
            name: $name:literal,
            seed: $seed:literal,
            config: $config:expr,
            epsilon: $epsilon:tt,
            weight_decay: $weight_decay:tt,
            memory: $memory:tt,
        })*
    ) => {
        match $kind {
            $(OptimizerKind::$variant => {
                let config = $config;
                set_epsilon!(config, $options, $epsilon);
                set_weight_decay!(config, $options, $weight_decay);
                $run!(config)
            })*
        }
    };
}

/// Sets ε of a configuration, if the options have it.
macro_rules! set_epsilon {
    ($config:ident, $options:expr, none) => {};
    ($config:ident, $options:expr, ($type:ident $(, above 0)?)) => {
        let $config = match $options.epsilon {
            Some(epsilon) => $config.with_epsilon(epsilon as $type),
            None => $config,
        };
    };
}

/// Sets weight decay of a configuration, if the options have it.
macro_rules! set_weight_decay {
    ($config:ident, $options:expr, none) => {};
    ($config:ident, $options:expr, (l2)) => {
        let $config = match $options.weight_decay {
            Some(penalty) => {
                let decay = WeightDecayConfig::new(penalty as f32);
                $config.with_weight_decay(Some(decay))
            }
            None => $config,
        };
    };
    ($config:ident, $options:expr, ($set:ident, $type:ident)) => {
        let $config = match $options.weight_decay {
            Some(penalty) => $config.$set(penalty as $type),
            None => $config,
        };
    };
}

impl OptimizerKind {
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

    /// The same with options. Options that the optimizer does not have are ignored.
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

    /// Steps any module along gradients that the caller computes: `gradients` is given the number of the step,
    /// from 0, and the module before it. Options that the optimizer does not have are ignored.
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
