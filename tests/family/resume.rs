//! A state that is saved and loaded is the state that was saved, bit for bit.

use burn::optim::SimpleOptimizer;
use burn::record::{
    BinBytesRecorder, BytesRecorder, FullPrecisionSettings, HalfPrecisionSettings,
    NamedMpkBytesRecorder, Recorder,
};
use burn::tensor::backend::Backend;
use burn_adagrad::optim::RowOptimizer;
use burn_adagrad::sparse::RowGradient;

use crate::common::{bits, matrix, on_each_backend, values};
use crate::optimizers::{numbers, stored};

on_each_backend!(
    resumed_steps_are_the_steps_of_an_uninterrupted_run,
    resumed_steps_over_rows_are_the_steps_of_an_uninterrupted_run,
);

/// The state after a way through a recorder.
fn through<B: Backend, O: SimpleOptimizer<B>, R>(
    recorder: R,
    state: &O::State<2>,
    device: &B::Device,
) -> O::State<2>
where
    R: BytesRecorder<B, Vec<u8>>,
{
    let bytes = Recorder::<B>::record(&recorder, state.clone(), ()).unwrap();
    Recorder::<B>::load(&recorder, bytes, device).unwrap()
}

fn resumed_steps_are_the_steps_of_an_uninterrupted_run<B: Backend>(device: &B::Device) {
    fn resume<B: Backend, O: SimpleOptimizer<B>>(name: &str, optim: &O, device: &B::Device) {
        let gradient = |step| matrix::<B>(&numbers(40, step, true), 8, device);
        // As large as f16 cannot be, and squared more so.
        let large = |step| gradient(step) * 3000.0;
        let (mut parameter, mut state) = (matrix::<B>(&numbers(40, 50, false), 8, device), None);
        for step in 0..4 {
            (parameter, state) = optim.step(0.1, parameter, large(step), state);
        }
        let state = state.unwrap();
        let saved = stored::<B, O, 2>(&state);
        let full = BinBytesRecorder::<FullPrecisionSettings>::default();
        let half = BinBytesRecorder::<HalfPrecisionSettings>::default();
        let named = NamedMpkBytesRecorder::<FullPrecisionSettings>::default();
        let loaded = [
            through::<B, O, _>(full, &state, device),
            through::<B, O, _>(half, &state, device),
            through::<B, O, _>(named, &state, device),
        ];
        let (straight, after) = optim.step(0.1, parameter.clone(), gradient(9), Some(state));
        let after = stored::<B, O, 2>(&after.unwrap());
        for loaded in loaded {
            assert_eq!(stored::<B, O, 2>(&loaded), saved, "{name}");
            let (resumed, state) = optim.step(0.1, parameter.clone(), gradient(9), Some(loaded));
            assert_eq!(bits(&values(&resumed)), bits(&values(&straight)), "{name}");
            assert_eq!(stored::<B, O, 2>(&state.unwrap()), after, "{name}");
        }
    }
    each_optimizer!(resume, device);
}

fn resumed_steps_over_rows_are_the_steps_of_an_uninterrupted_run<B: Backend>(device: &B::Device) {
    fn resume<B: Backend, O: RowOptimizer<B>>(name: &str, optim: &O, device: &B::Device) {
        let gradient = |step: usize| {
            let slopes = matrix::<B>(&numbers(16, step, false), 8, device);
            RowGradient::new(5, &[step as u32 % 5, 2], slopes).unwrap()
        };
        let mut straight = matrix::<B>(&numbers(40, 50, false), 8, device);
        let mut resumed = straight.clone();
        let (mut state, mut loaded) = (None, None);
        for step in 0..8 {
            (straight, state) = optim.step_rows(0.1, straight, gradient(step), state);
            (resumed, loaded) = optim.step_rows(0.1, resumed, gradient(step), loaded);
            let recorder = BinBytesRecorder::<FullPrecisionSettings>::default();
            loaded = loaded.map(|state| through::<B, O, _>(recorder, &state, device));
            assert_eq!(bits(&values(&resumed)), bits(&values(&straight)), "{name}");
            let [a, b] = [&state, &loaded].map(|state| stored::<B, O, 2>(state.as_ref().unwrap()));
            assert_eq!(a, b, "{name}");
        }
    }
    each_row_optimizer!(resume, device);
}

/// A run in f64 that goes on in f32, and the reverse: the state follows the parameter.
#[test]
fn states_of_another_type_are_taken_over() {
    use burn::backend::{Flex, NdArray};
    use burn::tensor::DType;

    fn go_on<B: Backend, O: SimpleOptimizer<B>>(name: &str, optim: &O, device: &B::Device) {
        for (before, after) in [(DType::F64, DType::F32), (DType::F32, DType::F64)] {
            let tensor =
                |salt, dtype| matrix::<B>(&numbers(40, salt, false), 8, device).cast(dtype);
            let (_, state) = optim.step(0.1, tensor(1, before), tensor(2, before), None);
            let (stepped, _) = optim.step(0.1, tensor(1, after), tensor(3, after), state.clone());
            assert_eq!(stepped.dtype(), after, "{name}");
            let (expected, _) = optim.step(0.1, tensor(1, before), tensor(3, before), state);
            crate::common::assert_close(name, &values(&stepped), &values(&expected), 1e-5, 1e-6);
        }
    }
    fn on<B: Backend>(device: &B::Device) {
        each_optimizer!(go_on, device);
    }
    on::<NdArray>(&Default::default());
    on::<Flex>(&Default::default());
}
