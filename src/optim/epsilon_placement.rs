//! Where ε stands in a denominator.

use burn::config::Config;

/// Where ε enters the denominator of the step.
#[derive(Config, Copy, Debug, PartialEq, Eq)]
pub enum EpsilonPlacement {
    /// g / (√G + ε): PyTorch and burn.
    OutsideSqrt,
    /// g / √(G + ε): the article's formula, Keras and optax.
    InsideSqrt,
}
