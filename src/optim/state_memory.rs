//! How much an optimizer remembers.

use burn::tensor::DType;

use crate::dispatch::working_dtype;

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

/// Number of weights of a parameter of this shape.
pub(super) fn weights(shape: &[usize]) -> usize {
    shape.iter().product()
}
