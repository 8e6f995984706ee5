//! Optimizers that implement burn's [`SimpleOptimizer`](burn::optim::SimpleOptimizer), and the adaptor
//! that lets them step some rows of a table.

mod adagrad;
mod adagrad_config;
mod adagrad_state;
mod build;
mod row_optimizer;
mod row_wise_adagrad;
mod sparse_adaptor;

pub use adagrad::Adagrad;
pub use adagrad_config::{AdagradConfig, EpsilonPlacement};
pub use adagrad_state::{AdagradState, AdagradStateItem};
pub use row_optimizer::RowOptimizer;
pub use row_wise_adagrad::{RowWiseAdagrad, RowWiseAdagradConfig};
pub use sparse_adaptor::SparseAdaptor;
