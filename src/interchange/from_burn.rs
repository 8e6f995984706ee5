//! States of burn's AdaGrad as states of this crate's Adagrad.

use burn::module::ParamId;
use burn::optim::record::{AdaptorRecord, AdaptorRecordV1};
use burn::optim::{AdaGrad, AdaGradState};
use burn::record::{
    DoublePrecisionSettings, NamedMpkBytesRecorder, PrecisionSettings, Record, Recorder,
};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Element, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::error::{InterchangeError, InterchangeErrorKind};
use crate::optim::{Adagrad, AdagradState};

/// Takes over what burn's own `AdaGrad` remembers: the record of its optimizer becomes one of
/// [`Adagrad`]'s, for `OptimizerAdaptor` ([`init`](crate::AdagradConfig::init)) and for
/// [`SparseAdaptor`](crate::optim::SparseAdaptor)
/// ([`init_sparse`](crate::AdagradConfig::init_sparse)).
///
/// With [`AdagradConfig::burn()`](crate::AdagradConfig::burn) and burn's `lr_decay`, `weight_decay`
/// and `grad_clipping` the run goes on as it would have. The model stays as it is.
///
/// The sums are taken over to the last bit, f64 ones too. They are f64 where they were, or where
/// the backend's floats are, and f32 otherwise, also where burn summed in half precision. They lie
/// on the default device until a step moves them to the parameter's.
///
/// # Errors
///
/// If burn cannot serialize a state.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn::nn::{Linear, LinearConfig};
/// use burn::optim::{AdaGradConfig, GradientsParams, Optimizer};
/// use burn::tensor::Tensor;
/// use burn_adagrad::AdagradConfig;
/// use burn_adagrad::interchange::from_burn;
///
/// type B = Autodiff<NdArray>;
/// let device = Default::default();
/// let mut model: Linear<B> = LinearConfig::new(3, 1).init(&device);
/// let grads = |model: &Linear<B>| {
///     let loss = model.forward(Tensor::<B, 2>::ones([2, 3], &device)).mean();
///     GradientsParams::from_grads(loss.backward(), model)
/// };
/// let mut burns = AdaGradConfig::new().init::<B, Linear<B>>();
/// let gradient = grads(&model);
/// model = burns.step(0.1, model, gradient);
///
/// let record = from_burn(burns.to_record())?;
/// let mut ours = AdagradConfig::burn().init::<B, Linear<B>>().load_record(record);
/// let before = model.weight.val();
/// let gradient = grads(&model);
/// model = ours.step(0.1, model, gradient);
///
/// // The second unit gradient: 0.1/√2.
/// let moved: f32 = (before - model.weight.val()).mean().into_scalar();
/// assert!((moved - 0.070710).abs() < 1e-5);
/// # Ok::<(), burn_adagrad::error::InterchangeError>(())
/// ```
pub fn from_burn<B, R>(
    record: impl IntoIterator<Item = (ParamId, AdaptorRecord<AdaGrad, B>)>,
) -> Result<R, InterchangeError>
where
    B: AutodiffBackend,
    R: FromIterator<(ParamId, AdaptorRecord<Adagrad, B>)>,
{
    let states = record.into_iter();
    states
        .map(|(id, AdaptorRecord::V1(state))| Ok((id, AdaptorRecord::V1(converted(state)?))))
        .collect()
}

fn converted<B: Backend>(
    record: AdaptorRecordV1<AdaGrad, B>,
) -> Result<AdaptorRecordV1<Adagrad, B>, InterchangeError> {
    Ok(match record {
        AdaptorRecordV1::Rank0(state) => AdaptorRecordV1::Rank0(taken_over(state)?),
        AdaptorRecordV1::Rank1(state) => AdaptorRecordV1::Rank1(taken_over(state)?),
        AdaptorRecordV1::Rank2(state) => AdaptorRecordV1::Rank2(taken_over(state)?),
        AdaptorRecordV1::Rank3(state) => AdaptorRecordV1::Rank3(taken_over(state)?),
        AdaptorRecordV1::Rank4(state) => AdaptorRecordV1::Rank4(taken_over(state)?),
        AdaptorRecordV1::Rank5(state) => AdaptorRecordV1::Rank5(taken_over(state)?),
        AdaptorRecordV1::Rank6(state) => AdaptorRecordV1::Rank6(taken_over(state)?),
        AdaptorRecordV1::Rank7(state) => AdaptorRecordV1::Rank7(taken_over(state)?),
        AdaptorRecordV1::Rank8(state) => AdaptorRecordV1::Rank8(taken_over(state)?),
    })
}

fn taken_over<B: Backend, const D: usize>(
    state: AdaGradState<B, D>,
) -> Result<AdagradState<B, D>, InterchangeError> {
    let device = B::Device::default();
    // The fields are private, and what burn would make of its serialized form is rounded to the
    // backend's floats: so it is serialized, in f64, which holds every type, and read as what it
    // is.
    let recorder = NamedMpkBytesRecorder::<DoublePrecisionSettings>::default();
    let BurnState { lr_decay } = Recorder::<B>::record(&recorder, state, ())
        .and_then(|bytes| Recorder::<B>::load(&recorder, bytes, &device))
        .map_err(|error| InterchangeError {
            path: None,
            tensor: None,
            kind: InterchangeErrorKind::Burn(error.to_string()),
        })?;
    let BurnSum { time, sum } = lr_decay;
    let fits = |value: f64| value.is_nan() || f64::from(value as f32) == value;
    let single = B::FloatElem::dtype() != DType::F64 && sum.iter().all(fits);
    let dtype = if single { DType::F32 } else { DType::F64 };
    let sum = Tensor::from_data(sum.convert_dtype(dtype), (&device, dtype));
    Ok(AdagradState::new(time, sum))
}

/// burn's serialized `AdaGradState`, by its names.
#[derive(Clone, Serialize, Deserialize)]
struct BurnState {
    lr_decay: BurnSum,
}

#[derive(Clone, Serialize, Deserialize)]
struct BurnSum {
    time: usize,
    sum: TensorData,
}

impl<B: Backend> Record<B> for BurnState {
    type Item<S: PrecisionSettings> = Self;

    fn into_item<S: PrecisionSettings>(self) -> Self {
        self
    }

    fn from_item<S: PrecisionSettings>(item: Self, _device: &B::Device) -> Self {
        item
    }
}
