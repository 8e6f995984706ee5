//! Optimizers that implement burn's [`SimpleOptimizer`](burn::optim::SimpleOptimizer), and the adaptor
//! that lets them step some rows of a table.

mod accumulator_decay;
mod adadelta;
mod adagrad;
mod adagrad_config;
mod adagrad_norm;
mod adagrad_state;
mod build;
mod clip_grad_norm;
mod clipping;
mod effective_rate;
mod ftrl_proximal;
mod ftrl_proximal_config;
mod gradients;
mod mixed_adaptor;
mod momentum;
mod proximal_adagrad;
mod row_optimizer;
mod row_wise_adagrad;
mod sm3;
mod sparse_adaptor;
mod state;
mod state_memory;
mod states;
mod step_walk;

pub use accumulator_decay::AccumulatorDecayConfig;
pub use adadelta::{Adadelta, AdadeltaConfig, AdadeltaState, AdadeltaStateItem};
pub use adagrad::Adagrad;
pub use adagrad_config::{AdagradConfig, EpsilonPlacement};
pub use adagrad_norm::{AdagradNorm, AdagradNormConfig};
pub use adagrad_state::{AdagradState, AdagradStateItem};
pub use clip_grad_norm::clip_grad_norm;
pub use effective_rate::EffectiveRate;
pub use ftrl_proximal::{FtrlProximal, FtrlProximalState, FtrlProximalStateItem};
pub use ftrl_proximal_config::FtrlProximalConfig;
pub use mixed_adaptor::MixedAdaptor;
pub use momentum::AdagradMomentum;
pub use proximal_adagrad::{PenaltySchedule, ProximalAdagrad, ProximalAdagradConfig};
pub use row_optimizer::RowOptimizer;
pub use row_wise_adagrad::{RowWiseAdagrad, RowWiseAdagradConfig};
pub use sm3::{Sm3, Sm3Config, Sm3State, Sm3StateItem};
pub(crate) use sparse_adaptor::Records;
pub use sparse_adaptor::SparseAdaptor;
pub use state_memory::StateMemory;
