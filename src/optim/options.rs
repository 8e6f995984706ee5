//! The options that optimizers have in common, and burn's optimizers with PyTorch's defaults.

use burn::config::Config;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, RmsPropConfig, SgdConfig};

/// Options that optimizers have in common; what is none is the optimizer's default.
#[derive(Config, Copy, Debug, PartialEq)]
#[non_exhaustive]
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
