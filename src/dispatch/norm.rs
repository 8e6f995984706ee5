//! The size of a gradient, where its numbers can be looked at.

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

#[cfg(any(feature = "flex", feature = "ndarray"))]
use super::host::{HostTensor, Slice};
use super::plain::{cast, working_dtype};
#[cfg(any(feature = "flex", feature = "ndarray"))]
use crate::kernel::norm;

/// A sum of squares.
#[derive(Clone)]
pub(crate) enum Squares<B: Backend> {
    /// Of numbers in this process's memory.
    Number(f64),
    /// Of numbers elsewhere, in the type in which steps are computed: to read it would be to wait for it.
    Tensor(Tensor<B, 1>),
}

/// The sum of the squares of a gradient.
pub(crate) fn sum_of_squares<B: Backend, const D: usize>(gradient: Tensor<B, D>) -> Squares<B> {
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
                return Squares::Number(sum);
            }
            host.give_back::<B, D>()
        }
        Err(gradient) => gradient,
    };
    let working = working_dtype(gradient.dtype());
    let gradient = cast(gradient, working);
    Squares::Tensor((gradient.clone() * gradient).sum())
}

impl<B: Backend> Squares<B> {
    /// The sum of two.
    pub(crate) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Self::Number(a + b),
            (Self::Number(number), Self::Tensor(tensor))
            | (Self::Tensor(tensor), Self::Number(number)) => {
                Self::Tensor(tensor.add_scalar(number))
            }
            (Self::Tensor(a), Self::Tensor(b)) => {
                let b = cast(b.to_device(&a.device()), a.dtype());
                Self::Tensor(a + b)
            }
        }
    }

    /// As a tensor of one number.
    pub(crate) fn into_tensor(self, device: &B::Device, dtype: DType) -> Tensor<B, 1> {
        match self {
            Self::Number(number) => Tensor::from_data([number], (device, dtype)),
            Self::Tensor(tensor) => cast(tensor, dtype),
        }
    }
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
