//! The size of a gradient, where its numbers can be looked at.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

#[cfg(any(feature = "flex", feature = "ndarray"))]
use super::host::{HostTensor, Slice};
use super::plain::{cast, working_dtype};
#[cfg(any(feature = "flex", feature = "ndarray"))]
use crate::kernel::norm;

/// The sum of the squares of a gradient, in the type in which steps of it are computed.
pub(crate) fn sum_of_squares<B: Backend, const D: usize>(gradient: Tensor<B, D>) -> Tensor<B, 1> {
    let working = working_dtype(gradient.dtype());
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let device = gradient.device();
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    let gradient = match HostTensor::take(gradient) {
        Ok(mut host) => {
            let sum = host.slice().map(|numbers| match numbers {
                Slice::F32(numbers) => norm::sum_of_squares(numbers),
                Slice::F64(numbers) => norm::sum_of_squares(numbers),
                Slice::F16(numbers) => norm::sum_of_squares(numbers),
                Slice::BF16(numbers) => norm::sum_of_squares(numbers),
            });
            if let Some(sum) = sum {
                return Tensor::from_data([sum], (&device, working));
            }
            host.give_back::<B, D>()
        }
        Err(gradient) => gradient,
    };
    let gradient = cast(gradient, working);
    (gradient.clone() * gradient).sum()
}

/// The number of a tensor of one, where it lies in this process's memory: elsewhere, to read it would be
/// to wait for it.
pub(crate) fn read_scalar<B: Backend>(tensor: &Tensor<B, 1>) -> Option<f64> {
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    if let Ok(mut host) = HostTensor::take(tensor.clone()) {
        return match host.slice()? {
            Slice::F32(&[number]) => Some(number.into()),
            Slice::F64(&[number]) => Some(number),
            _ => None,
        };
    }
    let _ = tensor;
    None
}
