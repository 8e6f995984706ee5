//! An optimizer of your own.

use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::norm::NormState;

/// AdaGrad-Norm.
#[derive(Clone, Debug)]
pub struct Norm {
    pub epsilon: f64,
}

// ANCHOR: solution
impl<B: Backend> SimpleOptimizer<B> for Norm {
    type State<const D: usize> = NormState<B>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        weights: Tensor<B, D>,
        gradient: Tensor<B, D>,
        state: Option<NormState<B>>,
    ) -> (Tensor<B, D>, Option<NormState<B>>) {
        let squares = gradient.clone().square().sum();
        let accumulator = match state {
            Some(state) => state.accumulator + squares,
            None => squares,
        };
        // A tensor of one number, which burn spreads over the gradient's shape.
        let divisor = accumulator.clone().sqrt().add_scalar(self.epsilon);
        let step = gradient.mul_scalar(rate) / divisor.reshape([1; D]);
        (weights - step, Some(NormState { accumulator }))
    }

    fn to_device<const D: usize>(mut state: NormState<B>, device: &B::Device) -> NormState<B> {
        state.accumulator = state.accumulator.to_device(device);
        state
    }
}
// ANCHOR_END: solution
