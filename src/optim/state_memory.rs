//! How much an optimizer remembers.

use burn::tensor::DType;

use super::{
    AdadeltaConfig, AdagradConfig, AdagradNormConfig, FtrlProximalConfig, ProximalAdagradConfig,
    RowWiseAdagradConfig, Sm3Config,
};
use crate::fused::working_dtype;

/// The size of an optimizer's state, by its configuration.
pub trait StateMemory {
    /// How many numbers the optimizer keeps for a parameter of this shape.
    fn state_numbers(&self, shape: &[usize]) -> usize;

    /// Bytes of the state of a parameter of this shape and type. The numbers are f32 for parameters of
    /// f32 and below, f64 for f64; the step count is not counted.
    fn state_bytes(&self, shape: &[usize], dtype: DType) -> usize {
        self.state_numbers(shape) * working_dtype(dtype).size()
    }
}

fn weights(shape: &[usize]) -> usize {
    shape.iter().product()
}

impl StateMemory for AdagradConfig {
    /// One a weight; two with momentum.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        weights(shape) * if self.momentum.is_some() { 2 } else { 1 }
    }
}

impl StateMemory for RowWiseAdagradConfig {
    /// One a row.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        shape.first().copied().unwrap_or(1)
    }
}

impl StateMemory for AdagradNormConfig {
    /// One.
    fn state_numbers(&self, _: &[usize]) -> usize {
        1
    }
}

impl StateMemory for Sm3Config {
    /// One for each slice of each dimension; with momentum, one a weight more.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        let momentum = if self.momentum > 0.0 {
            weights(shape)
        } else {
            0
        };
        shape.iter().sum::<usize>() + momentum
    }
}

impl StateMemory for AdadeltaConfig {
    /// Two a weight.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        2 * weights(shape)
    }
}

impl StateMemory for FtrlProximalConfig {
    /// Two a weight.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        2 * weights(shape)
    }
}

impl StateMemory for ProximalAdagradConfig {
    /// One a weight.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        weights(shape)
    }
}
