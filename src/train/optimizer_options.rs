//! The configurations behind the names, and what of them can be chosen.

use burn::config::Config;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, RmsPropConfig, SgdConfig};

/// Options that optimizers have in common; what is none is the optimizer's default.
#[derive(Config, Copy, Debug, PartialEq)]
pub struct OptimizerOptions {
    /// ε of the denominator.
    pub epsilon: Option<f64>,
    /// L2 penalty in the gradient; decoupled under AdamW.
    pub weight_decay: Option<f64>,
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

/// The configuration of each optimizer, with the options that are set.
pub(super) mod configs {
    use burn::optim::decay::WeightDecayConfig;
    use burn::optim::{AdaGradConfig, AdamConfig, AdamWConfig, RmsPropConfig, SgdConfig};

    use super::{OptimizerOptions, pytorch_adam, pytorch_rmsprop, pytorch_sgd};
    use crate::optim::{
        AccumulatorDecayConfig, AdadeltaConfig, AdagradConfig, AdagradMomentum, AdagradNormConfig,
        FtrlProximalConfig, ProximalAdagradConfig, RowWiseAdagradConfig, Sm3Config,
    };

    /// `$config` with ε of the options, as the type that it has.
    macro_rules! with_epsilon {
        ($config:expr, $options:expr, $type:ty) => {
            match $options.epsilon {
                Some(epsilon) => $config.with_epsilon(epsilon as $type),
                None => $config,
            }
        };
    }

    fn penalty(options: &OptimizerOptions) -> Option<WeightDecayConfig> {
        let penalty = options.weight_decay?;
        Some(WeightDecayConfig::new(penalty as f32))
    }

    pub(crate) fn adagrad(options: &OptimizerOptions) -> AdagradConfig {
        with_epsilon!(AdagradConfig::new(), options, f32).with_weight_decay(penalty(options))
    }

    pub(crate) fn adagrad_momentum(options: &OptimizerOptions) -> AdagradConfig {
        adagrad(options).with_momentum(Some(AdagradMomentum::HeavyBall(0.9)))
    }

    pub(crate) fn adagrad_decay(options: &OptimizerOptions) -> AdagradConfig {
        adagrad(options).with_accumulator_decay(Some(AccumulatorDecayConfig::new(100, 0.5)))
    }

    pub(crate) fn sgd(options: &OptimizerOptions) -> SgdConfig {
        pytorch_sgd().with_weight_decay(penalty(options))
    }

    pub(crate) fn adam(options: &OptimizerOptions) -> AdamConfig {
        with_epsilon!(pytorch_adam(), options, f32).with_weight_decay(penalty(options))
    }

    pub(crate) fn rmsprop(options: &OptimizerOptions) -> RmsPropConfig {
        with_epsilon!(pytorch_rmsprop(), options, f32).with_weight_decay(penalty(options))
    }

    pub(crate) fn row_wise(options: &OptimizerOptions) -> RowWiseAdagradConfig {
        with_epsilon!(RowWiseAdagradConfig::new(), options, f32)
    }

    pub(crate) fn norm(options: &OptimizerOptions) -> AdagradNormConfig {
        with_epsilon!(AdagradNormConfig::new(), options, f32)
    }

    pub(crate) fn sm3(options: &OptimizerOptions) -> Sm3Config {
        with_epsilon!(Sm3Config::new(), options, f64)
    }

    pub(crate) fn adadelta(options: &OptimizerOptions) -> AdadeltaConfig {
        with_epsilon!(AdadeltaConfig::new(), options, f64).with_weight_decay(penalty(options))
    }

    pub(crate) fn proximal() -> ProximalAdagradConfig {
        ProximalAdagradConfig::new()
    }

    pub(crate) fn ftrl() -> FtrlProximalConfig {
        FtrlProximalConfig::new()
    }

    pub(crate) fn burn_adagrad(options: &OptimizerOptions) -> AdaGradConfig {
        with_epsilon!(AdaGradConfig::new(), options, f32).with_weight_decay(penalty(options))
    }

    pub(crate) fn adamw(options: &OptimizerOptions) -> AdamWConfig {
        let config = with_epsilon!(AdamWConfig::new(), options, f32);
        match options.weight_decay {
            Some(penalty) => config.with_weight_decay(penalty as f32),
            None => config,
        }
    }
}
