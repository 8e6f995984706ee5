//! A run that is saved and loaded midway is the run that was never interrupted, bit for bit.

use crate::common::network::{start, train};
use crate::common::{bits, on_each_backend, values, vector};
use burn::backend::{Autodiff, Flex};
use burn::module::Module;
use burn::optim::{Optimizer, SimpleOptimizer};
use burn::record::{
    BinBytesRecorder, BinFileRecorder, BinGzFileRecorder, DoublePrecisionSettings, FileRecorder,
    FullPrecisionSettings, HalfPrecisionSettings, JsonGzFileRecorder, NamedMpkBytesRecorder,
    NamedMpkFileRecorder, NamedMpkGzFileRecorder, PrettyJsonFileRecorder, Record, Recorder,
};
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use burn_adagrad::{AdagradConfig, AdagradState, SparseNN};
use proptest::prelude::*;
use tempfile::TempDir;

on_each_backend!(
    resuming_through_full_precision_recorders,
    resuming_through_double_precision_recorders,
    accumulators_survive_half_precision_recorders,
);

const STEPS: usize = 6;

fn config() -> AdagradConfig {
    AdagradConfig::new()
        .with_lr_decay(0.1)
        .with_initial_accumulator_value(0.05)
        .with_weight_decay(0.01)
}

fn weights<B: Backend>(model: &SparseNN<B>) -> Vec<u32> {
    bits(
        &[
            values(&model.fc1.weight.val()),
            values(&model.fc1.bias.as_ref().unwrap().val()),
            values(&model.fc2.weight.val()),
            values(&model.fc2.bias.as_ref().unwrap().val()),
        ]
        .concat(),
    )
}

/// Trains in one go and with a pause, in which model and optimizer go through `save_and_load`.
macro_rules! assert_resumes {
    ($B:ty, $device:expr, $recorder:expr, $name:expr, $model_args:expr, $optim_args:expr) => {{
        type A<B> = Autodiff<B>;
        let device = $device;
        let init = || config().init::<A<$B>, SparseNN<A<$B>>>();
        let straight = train(start(device), &mut init(), 0..STEPS, device);

        let mut optim = init();
        let model = train(start::<A<$B>>(device), &mut optim, 0..STEPS / 2, device);
        let recorder = $recorder;
        let model =
            save_and_load::<A<$B>, _, _>(&recorder, model.into_record(), $model_args, device);
        let record =
            save_and_load::<A<$B>, _, _>(&recorder, optim.to_record(), $optim_args, device);
        let model = start(device).load_record(model);
        let mut optim = init().load_record(record);
        let resumed = train(model, &mut optim, STEPS / 2..STEPS, device);
        assert_eq!(weights(&resumed), weights(&straight), "{}", $name);
    }};
}

/// How a recorder is told where to write, and how to read that back.
trait Place<B: Backend, R: Recorder<B>> {
    fn save<T: Record<B>>(&self, recorder: &R, record: T) -> R::LoadArgs;
}

struct InFile<'a>(&'a TempDir, &'static str);

impl<B: Backend, R: FileRecorder<B>> Place<B, R> for InFile<'_> {
    fn save<T: Record<B>>(&self, recorder: &R, record: T) -> R::LoadArgs {
        let path = self.0.path().join(self.1);
        recorder.record(record, path.clone()).unwrap();
        path
    }
}

struct InMemory;

macro_rules! in_memory {
    ($($recorder:ident),+) => {$(
        impl<B: Backend, S> Place<B, $recorder<S>> for InMemory
        where
            S: burn::record::PrecisionSettings,
            $recorder<S>: Recorder<B, RecordArgs = (), RecordOutput = Vec<u8>, LoadArgs = Vec<u8>>,
        {
            fn save<T: Record<B>>(&self, recorder: &$recorder<S>, record: T) -> Vec<u8> {
                recorder.record(record, ()).unwrap()
            }
        }
    )+};
}
in_memory!(BinBytesRecorder, NamedMpkBytesRecorder);

fn save_and_load<B: Backend, T: Record<B>, R: Recorder<B>>(
    recorder: &R,
    record: T,
    place: impl Place<B, R>,
    device: &B::Device,
) -> T {
    let args = place.save(recorder, record);
    recorder.load(args, device).unwrap()
}

macro_rules! assert_all_resume {
    ($B:ty, $device:expr, $settings:ty) => {{
        let dir = tempfile::tempdir().unwrap();
        macro_rules! recorder {
            ($recorder:ident, $model:expr, $optim:expr) => {
                assert_resumes!(
                    $B,
                    $device,
                    $recorder::<$settings>::default(),
                    stringify!($recorder),
                    $model,
                    $optim
                )
            };
        }
        macro_rules! file {
            ($recorder:ident) => {
                recorder!(
                    $recorder,
                    InFile(&dir, concat!(stringify!($recorder), "-model")),
                    InFile(&dir, concat!(stringify!($recorder), "-optim"))
                )
            };
        }
        file!(BinFileRecorder);
        file!(BinGzFileRecorder);
        file!(JsonGzFileRecorder);
        file!(PrettyJsonFileRecorder);
        file!(NamedMpkFileRecorder);
        file!(NamedMpkGzFileRecorder);
        recorder!(BinBytesRecorder, InMemory, InMemory);
        recorder!(NamedMpkBytesRecorder, InMemory, InMemory);
    }};
}

fn resuming_through_full_precision_recorders<B: Backend>(device: &B::Device) {
    assert_all_resume!(B, device, FullPrecisionSettings);
}

fn resuming_through_double_precision_recorders<B: Backend>(device: &B::Device) {
    assert_all_resume!(B, device, DoublePrecisionSettings);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any options, any gradients, any pause.
    #[test]
    fn a_pause_anywhere_leaves_no_trace(
        gradients in prop::collection::vec(prop::collection::vec(-1e3_f32..1e3, 5), 2..12),
        pause in 0_usize..12,
        lr_decay in 0.0..1.0_f64,
        epsilon in prop_oneof![Just(0.0_f64), Just(1e-10), 0.0..1.0],
        initial in 0.0..1.0_f32,
        decay in 0.0..0.5,
    ) {
        let device = Default::default();
        let optim = AdagradConfig::new()
            .with_lr_decay(lr_decay)
            .with_epsilon(epsilon)
            .with_initial_accumulator_value(initial)
            .with_weight_decay(decay)
            .build();
        let pause = pause % gradients.len();
        let run = |pause: Option<usize>| {
            let mut parameter = vector::<Flex>(&[1.0, -1.0, 0.5, 0.0, 2.0], &device);
            let mut state: Option<AdagradState<Flex, 1>> = None;
            for (i, gradient) in gradients.iter().enumerate() {
                if pause == Some(i) {
                    let recorder = BinBytesRecorder::<FullPrecisionSettings>::default();
                    state = state.map(|state| {
                        recorder.load(recorder.record(state, ()).unwrap(), &device).unwrap()
                    });
                }
                (parameter, state) = optim.step(0.1, parameter, vector(gradient, &device), state);
            }
            (bits(&values(&parameter)), bits(&values(&state.unwrap().accumulator)))
        };
        prop_assert_eq!(run(None), run(Some(pause)));
    }
}

/// 70,000 is beyond f16's largest number, 1e-12 below its smallest.
fn accumulators_survive_half_precision_recorders<B: Backend>(device: &B::Device) {
    let state = AdagradState::<B, 1>::new(12, vector(&[70_000.0, 1e-12, 0.1], device));
    let recorder = BinBytesRecorder::<HalfPrecisionSettings>::default();
    let bytes = recorder.record(state.clone(), ()).unwrap();
    let loaded: AdagradState<B, 1> = recorder.load(bytes, device).unwrap();
    assert_eq!(loaded.step, 12);
    assert_eq!(
        bits(&values(&loaded.accumulator)),
        bits(&values(&state.accumulator))
    );
}

/// The default float of `Flex` is f32, and a derived record would round to it.
#[test]
fn a_double_precision_accumulator_is_not_rounded() {
    let device = Default::default();
    let options = (&device, DType::F64);
    let start = Tensor::<Flex, 1>::from_data([1.0_f64 / 3.0], options);
    let gradient = Tensor::from_data([0.1_f64], options);
    let (_, state) = config().build().step(0.1, start, gradient, None);
    let state = state.unwrap();
    let recorder = BinBytesRecorder::<FullPrecisionSettings>::default();
    let bytes = recorder.record(state.clone(), ()).unwrap();
    let loaded: AdagradState<Flex, 1> = recorder.load(bytes, &device).unwrap();
    assert_eq!(loaded.accumulator.dtype(), DType::F64);
    assert_eq!(
        loaded.accumulator.into_data(),
        state.accumulator.into_data()
    );
}
