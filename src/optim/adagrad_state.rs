//! What [`Adagrad`](crate::Adagrad) remembers of a parameter between steps.

use burn::record::{PrecisionSettings, Record};
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// The state of one parameter under [`Adagrad`](crate::Adagrad).
///
/// It is a burn [`Record`]: `optim.to_record()` and `optim.load_record(…)` carry it through any of
/// burn's recorders. The accumulator is always stored at its own precision, also by a recorder
/// with half-precision settings: as f16 it would overflow at 65,504, and the run that resumes
/// from it would not be the run that was saved.
#[derive(Clone, Debug)]
pub struct AdagradState<B: Backend, const D: usize> {
    /// Number of steps taken.
    pub step: usize,
    /// The sum of squared gradients (plus the initial value); shape of the parameter, in f32 for
    /// parameters of f32 and below, in f64 for f64.
    pub accumulator: Tensor<B, D>,
}

impl<B: Backend, const D: usize> AdagradState<B, D> {
    /// Moves the accumulator to a device.
    pub fn to_device(self, device: &B::Device) -> Self {
        Self {
            step: self.step,
            accumulator: self.accumulator.to_device(device),
        }
    }
}

/// The serialized form of an [`AdagradState`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdagradStateItem {
    step: usize,
    accumulator: TensorData,
}

// Not derived: the derived record passes through the backend's default float type on loading, which
// would round an f32 accumulator to f16 on a half-precision backend.
impl<B: Backend, const D: usize> Record<B> for AdagradState<B, D> {
    type Item<S: PrecisionSettings> = AdagradStateItem;

    fn into_item<S: PrecisionSettings>(self) -> Self::Item<S> {
        AdagradStateItem {
            step: self.step,
            accumulator: self.accumulator.into_data(),
        }
    }

    fn from_item<S: PrecisionSettings>(item: Self::Item<S>, device: &B::Device) -> Self {
        let data = item.accumulator;
        let dtype = if B::supports_dtype(device, data.dtype) {
            data.dtype
        } else {
            DType::F32
        };
        Self {
            step: item.step,
            accumulator: Tensor::from_data(data, (device, dtype)),
        }
    }
}
