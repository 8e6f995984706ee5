//! What [`Adagrad`](crate::Adagrad) remembers of a parameter between steps.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::state::optimizer_state;

optimizer_state! {
    /// The state of one parameter under [`Adagrad`](crate::Adagrad) and the optimizers that keep an
    /// accumulator alone.
    AdagradState, AdagradStateItem {
        /// Number of steps taken.
        step: usize => usize,
        /// The sum of squared gradients (plus the initial value, less what was decayed): of the
        /// parameter's shape under [`Adagrad`](crate::Adagrad) and
        /// [`ProximalAdagrad`](crate::ProximalAdagrad), one number a row under
        /// [`RowWiseAdagrad`](crate::RowWiseAdagrad), one in all under
        /// `AdagradNorm`. In f32 for parameters of f32 and below, in f64 for f64.
        accumulator: Tensor<B, D> => TensorData,
        /// The momentum, of the parameter's shape; none without the option.
        momentum: Option<Tensor<B, D>> => Option<TensorData>,
    }
}

impl<B: Backend, const D: usize> AdagradState<B, D> {
    /// The state after this number of steps, without momentum.
    pub fn new(step: usize, accumulator: Tensor<B, D>) -> Self {
        Self {
            step,
            accumulator,
            momentum: None,
        }
    }
}
