//! Optimizers that implement burn's [`SimpleOptimizer`](burn::optim::SimpleOptimizer), and the adaptor
//! that lets them step some rows of a table.

mod accumulator_decay;
mod adadelta;
mod adagrad;
mod adagrad_norm;
mod adagrad_state;
mod adam;
mod build;
mod clip_grad_norm;
mod clipping;
mod effective_rate;
mod epsilon_placement;
mod ftrl_proximal;
mod gradients;
mod kind;
mod mixed_adaptor;
mod options;
mod proximal_adagrad;
mod registry;
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
pub use adagrad::{Adagrad, AdagradConfig};
pub use adagrad_norm::{AdagradNorm, AdagradNormConfig};
pub use adagrad_state::{AdagradState, AdagradStateItem};
pub use adam::{Adam, AdamConfig, AdamState, AdamStateItem};
pub use clip_grad_norm::clip_grad_norm;
pub use effective_rate::EffectiveRate;
pub use epsilon_placement::EpsilonPlacement;
pub use ftrl_proximal::{
    FtrlProximal, FtrlProximalConfig, FtrlProximalState, FtrlProximalStateItem,
};
pub use kind::OptimizerKind;
pub use mixed_adaptor::MixedAdaptor;
pub use options::{OptimizerOptions, pytorch_adam, pytorch_rmsprop, pytorch_sgd};
pub use proximal_adagrad::{PenaltySchedule, ProximalAdagrad, ProximalAdagradConfig};
pub(crate) use row_optimizer::Records;
pub use row_optimizer::RowOptimizer;
pub use row_wise_adagrad::{RowWiseAdagrad, RowWiseAdagradConfig};
pub use sm3::{Sm3, Sm3Config, Sm3State, Sm3StateItem};
pub use sparse_adaptor::SparseAdaptor;
pub use state_memory::StateMemory;
