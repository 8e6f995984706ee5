//! A run that began with burn's AdaGrad and goes on with this crate's.

use crate::common::network::{start, train};
use crate::common::{assert_close, on_each_backend, values};
use burn::backend::{Autodiff, Flex, NdArray};
use burn::grad_clipping::GradientClippingConfig;
use burn::module::ParamId;
use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::record::AdaptorRecord;
use burn::optim::{AdaGrad, AdaGradConfig, Optimizer, SimpleOptimizer};
use burn::record::{
    BinFileRecorder, DoublePrecisionSettings, FileRecorder, FullPrecisionSettings,
    NamedMpkGzFileRecorder,
};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Tensor, TensorData};
use burn_adagrad::interchange::from_burn;
use burn_adagrad::{Adagrad, AdagradConfig, AdagradState, SparseNN};

on_each_backend!(
    five_steps_there_and_five_here_are_ten,
    the_record_may_come_from_a_file,
    sums_are_taken_over_bit_for_bit,
);

type A<B> = Autodiff<B>;
type Net<B> = SparseNN<A<B>>;
type BurnRecord<B> = <OptimizerAdaptor<AdaGrad, Net<B>, A<B>> as Optimizer<Net<B>, A<B>>>::Record;

fn burns<B: Backend>() -> OptimizerAdaptor<AdaGrad, Net<B>, A<B>> {
    AdaGradConfig::new()
        .with_lr_decay(0.1)
        .with_weight_decay(Some(WeightDecayConfig::new(0.01)))
        .with_grad_clipping(Some(GradientClippingConfig::Norm(0.5)))
        .init()
}

fn ours<B: Backend>() -> OptimizerAdaptor<Adagrad, Net<B>, A<B>> {
    AdagradConfig::burn()
        .with_lr_decay(0.1)
        .with_weight_decay(0.01)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(0.5)))
        .init()
}

fn assert_same<B: AutodiffBackend>(model: &SparseNN<B>, expected: &SparseNN<B>) {
    let weights = |model: &SparseNN<B>| {
        [
            values(&model.fc1.weight.val()),
            values(&model.fc1.bias.as_ref().unwrap().val()),
            values(&model.fc2.weight.val()),
            values(&model.fc2.bias.as_ref().unwrap().val()),
        ]
        .concat()
    };
    assert_close("weights", &weights(model), &weights(expected), 0.0, 1e-6);
}

fn five_steps_there_and_five_here_are_ten<B: Backend>(device: &B::Device) {
    let straight = train(start(device), &mut burns::<B>(), 0..10, device);

    let mut optim = burns::<B>();
    let model = train(start(device), &mut optim, 0..5, device);
    let mut optim = ours::<B>().load_record(from_burn(optim.to_record()).unwrap());
    let model = train(model, &mut optim, 5..10, device);
    assert_same(&model, &straight);
}

fn the_record_may_come_from_a_file<B: Backend>(device: &B::Device) {
    fn through<B: Backend, R: FileRecorder<A<B>>>(recorder: R, device: &B::Device) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("optim");
        let straight = train(start(device), &mut burns::<B>(), 0..10, device);

        let mut optim = burns::<B>();
        let model = train(start(device), &mut optim, 0..5, device);
        recorder.record(optim.to_record(), path.clone()).unwrap();
        let record: BurnRecord<B> = recorder.load(path, device).unwrap();
        let mut optim = ours::<B>().load_record(from_burn(record).unwrap());
        let model = train(model, &mut optim, 5..10, device);
        assert_same(&model, &straight);
    }
    through::<B, _>(
        NamedMpkGzFileRecorder::<FullPrecisionSettings>::new(),
        device,
    );
    through::<B, _>(BinFileRecorder::<DoublePrecisionSettings>::new(), device);
}

/// One step of burn's AdaGrad over gradients of a type of numbers, and its state here.
fn state_after<B: Backend>(
    gradient: TensorData,
    steps: usize,
    device: &B::Device,
) -> AdagradState<B, 1> {
    let dtype = gradient.dtype;
    let optim = AdaGradConfig::new().build();
    let mut parameter = Tensor::<B, 1>::zeros(gradient.shape.clone(), (device, dtype));
    let mut state = None;
    for _ in 0..steps {
        let gradient = Tensor::from_data(gradient.clone(), (device, dtype));
        (parameter, state) = optim.step(0.1, parameter, gradient, state);
    }
    let record = AdaptorRecord::<AdaGrad, A<B>>::from_state(state.unwrap());
    let id = ParamId::new();
    let records: Vec<(ParamId, AdaptorRecord<Adagrad, A<B>>)> = from_burn([(id, record)]).unwrap();
    let [(found, record)] = records.try_into().unwrap_or_else(|_| panic!("one state"));
    assert_eq!(found, id);
    record.into_state()
}

fn sums_are_taken_over_bit_for_bit<B: Backend>(device: &B::Device) {
    let gradient = [0.1_f32, 1e-18, 1.5e19, 0.0, 1.0 / 3.0];
    let state = state_after::<B>(gradient.into(), 1, device);
    assert_eq!(state.step, 1);
    let squares = Tensor::<B, 1>::from_floats(gradient, device).square();
    assert_eq!(state.accumulator.into_data(), squares.into_data());
    assert_eq!(state_after::<B>(gradient.into(), 7, device).step, 7);
}

#[test]
fn double_precision_is_kept() {
    let gradient = [0.1_f64, 1e-160, 1e150, 0.0, 1.0 / 3.0];
    let squares = TensorData::from(gradient.map(|g| g * g));
    // f64 are not this backend's floats.
    let state = state_after::<Flex>(gradient.into(), 1, &Default::default());
    assert_eq!(state.accumulator.into_data(), squares);
    let state = state_after::<NdArray<f64>>(gradient.into(), 1, &Default::default());
    assert_eq!(state.accumulator.into_data(), squares);
    // On a backend of f64 also sums that an f32 could hold.
    let state = state_after::<NdArray<f64>>([0.5_f64].into(), 1, &Default::default());
    assert_eq!(state.accumulator.dtype(), DType::F64);
}

#[test]
fn half_precision_sums_go_on_in_f32() {
    let gradient = TensorData::from([0.5_f32, 3.0]).convert_dtype(DType::F16);
    let state = state_after::<Flex>(gradient, 2, &Default::default());
    assert_eq!(state.accumulator.dtype(), DType::F32);
    assert_eq!(values(&state.accumulator), [0.5, 18.0]);
}

/// A run that diverged is taken over as it is.
#[test]
fn sums_that_are_no_numbers_are_taken_over() {
    let gradient = [f32::NAN, f32::INFINITY, 1.0];
    let state = state_after::<NdArray>(gradient.into(), 1, &Default::default());
    assert_eq!(state.accumulator.dtype(), DType::F32);
    let sums = values(&state.accumulator);
    assert!(sums[0].is_nan() && sums[1] == f32::INFINITY && sums[2] == 1.0);
}
