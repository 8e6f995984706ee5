//! Optimizers that implement burn's [`SimpleOptimizer`](burn::optim::SimpleOptimizer).

mod adagrad;
mod adagrad_config;
mod adagrad_state;

pub use adagrad::Adagrad;
pub use adagrad_config::{AdagradConfig, EpsilonPlacement};
pub use adagrad_state::{AdagradState, AdagradStateItem};
