//! Tensors reach the kernels in place, and nobody else's tensor changes.
//!
//! Without the features there are no kernels to reach: the plain path would pass for them.
#![cfg(all(feature = "ndarray", feature = "flex"))]

use crate::common::{assert_close, bits, on_each_backend, values};
use burn::backend::flex::FlexTensor;
use burn::backend::ndarray::NdArrayTensor;
use burn::backend::{Flex, NdArray};
use burn::optim::SimpleOptimizer;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor, TensorData, TensorPrimitive};
use burn_adagrad::{AdagradConfig, AdagradState};
use proptest::prelude::*;

on_each_backend!(
    clones_that_the_caller_holds_do_not_change,
    layouts_do_not_matter,
    views_of_larger_tensors_step_alone,
    empty_and_scalar_parameters_step,
);

fn matrix<B: Backend>(
    rows: usize,
    columns: usize,
    salt: usize,
    device: &B::Device,
) -> Tensor<B, 2> {
    let numbers: Vec<f32> = (0..rows * columns)
        .map(|i| ((i * 7 + salt) as f32).sin())
        .collect();
    Tensor::from_data(TensorData::new(numbers, [rows, columns]), device)
}

fn step<B: Backend>(
    parameter: Tensor<B, 2>,
    gradient: Tensor<B, 2>,
    state: Option<AdagradState<B, 2>>,
) -> (Tensor<B, 2>, AdagradState<B, 2>) {
    let (parameter, state) = AdagradConfig::new()
        .build()
        .step(0.1, parameter, gradient, state);
    (parameter, state.unwrap())
}

fn clones_that_the_caller_holds_do_not_change<B: Backend>(device: &B::Device) {
    let (parameter, gradient) = (matrix::<B>(5, 3, 1, device), matrix::<B>(5, 3, 2, device));
    let (first, state) = step(parameter.clone(), gradient.clone(), None);
    let held = (parameter, gradient, first.clone(), state.clone());
    let before = (
        values(&held.0),
        values(&held.1),
        values(&held.2),
        values(&held.3.accumulator),
    );
    let (second, state) = step(first, held.1.clone(), Some(state));
    assert_ne!(values(&second), before.2);
    assert_ne!(values(&state.accumulator), before.3);
    let after = (
        values(&held.0),
        values(&held.1),
        values(&held.2),
        values(&held.3.accumulator),
    );
    assert_eq!(after, before);
}

/// Transposed parameters, gradients and accumulators step as their copies in row-major order do.
fn layouts_do_not_matter<B: Backend>(device: &B::Device) {
    let plain = |salt| matrix::<B>(4, 6, salt, device);
    let turned = |salt| {
        let data = plain(salt).transpose().into_data();
        Tensor::<B, 2>::from_data(data, device).transpose()
    };
    let run = |kinds: [bool; 3]| {
        let pick = |turn: bool, salt| if turn { turned(salt) } else { plain(salt) };
        let state = AdagradState::new(1, pick(kinds[2], 3).abs());
        let (parameter, state) = step(pick(kinds[0], 1), pick(kinds[1], 2), Some(state));
        let (parameter, state) = step(parameter, pick(kinds[1], 4), Some(state));
        (bits(&values(&parameter)), bits(&values(&state.accumulator)))
    };
    let expected = run([false; 3]);
    for kinds in 1..8 {
        let kinds = [kinds & 1 != 0, kinds & 2 != 0, kinds & 4 != 0];
        assert_eq!(run(kinds), expected, "{kinds:?}");
    }
}

fn views_of_larger_tensors_step_alone<B: Backend>(device: &B::Device) {
    let whole = matrix::<B>(8, 5, 1, device);
    let view = whole.clone().slice([2..5, 1..4]);
    let copy = Tensor::from_data(view.to_data(), device);
    let before = values(&whole);
    let gradient = || matrix::<B>(9, 9, 2, device).slice([3..6, 0..3]);
    let (stepped, _) = step(view, gradient(), None);
    let (expected, _) = step(copy, gradient(), None);
    assert_eq!(values(&stepped), values(&expected));
    assert_eq!(values(&whole), before);
}

fn empty_and_scalar_parameters_step<B: Backend>(device: &B::Device) {
    let (one, state) = step(matrix::<B>(1, 1, 5, device), matrix(1, 1, 6, device), None);
    assert_eq!(one.dims(), [1, 1]);
    assert_eq!(state.step, 1);
    // Not every backend can hold an empty tensor.
    if !B::name(device).contains("wgpu") {
        let empty =
            || Tensor::<B, 2>::from_data(TensorData::new(Vec::<f32>::new(), [0, 3]), device);
        let (stepped, _) = step(empty(), empty(), None);
        assert_eq!(stepped.dims(), [0, 3]);
    }
}

fn ndarray_pointer(tensor: &Tensor<NdArray, 2>) -> *const f32 {
    match tensor.clone().into_primitive() {
        TensorPrimitive::Float(NdArrayTensor::F32(storage)) => storage.view().as_ptr(),
        _ => panic!("not an f32 tensor of ndarray"),
    }
}

fn flex_pointer(tensor: &Tensor<Flex, 2>) -> *const f32 {
    let tensor: FlexTensor = tensor.clone().into_primitive().tensor();
    tensor.storage::<f32>().as_ptr()
}

/// The same memory before and after: nothing was copied.
#[test]
fn tensors_of_one_owner_are_stepped_in_place() {
    macro_rules! check {
        ($backend:ty, $pointer:ident) => {
            let device = Default::default();
            // The first step makes both this optimizer's own.
            let (parameter, state) = step(
                matrix::<$backend>(30, 40, 1, &device),
                matrix(30, 40, 2, &device),
                None,
            );
            let before = ($pointer(&parameter), $pointer(&state.accumulator));
            let (parameter, state) = step(parameter, matrix(30, 40, 3, &device), Some(state));
            assert_eq!(($pointer(&parameter), $pointer(&state.accumulator)), before);
        };
    }
    check!(NdArray, ndarray_pointer);
    check!(Flex, flex_pointer);
}

/// A parameter in f32 with a gradient in f64, an accumulator in another type: the plain path casts.
#[test]
fn types_that_the_kernels_do_not_know_fall_back() {
    let device = Default::default();
    let (expected, _) = step(
        matrix::<Flex>(3, 3, 1, &device),
        matrix(3, 3, 2, &device),
        None,
    );
    let gradient = matrix::<Flex>(3, 3, 2, &device).cast(DType::F64);
    let state = AdagradState::new(0, Tensor::zeros([3, 3], (&device, DType::F64)));
    let (stepped, state) = step(matrix(3, 3, 1, &device), gradient, Some(state));
    assert_eq!(stepped.dtype(), DType::F32);
    assert_eq!(state.accumulator.dtype(), DType::F32);
    assert_close(
        "mixed types",
        &values(&stepped),
        &values(&expected),
        1e-6,
        1e-7,
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// ndarray and flex share the kernel: they agree to the bit.
    #[test]
    fn backends_agree(rows in 1_usize..40, columns in 1_usize..40, steps in 1_usize..5) {
        fn run<B: Backend>(rows: usize, columns: usize, steps: usize) -> (Vec<u32>, Vec<u32>) {
            let device = Default::default();
            let (mut parameter, mut state) = (matrix::<B>(rows, columns, 1, &device), None);
            for salt in 0..steps {
                let stepped = step(parameter, matrix(rows, columns, salt, &device), state);
                (parameter, state) = (stepped.0, Some(stepped.1));
            }
            (bits(&values(&parameter)), bits(&values(&state.unwrap().accumulator)))
        }
        prop_assert_eq!(run::<NdArray>(rows, columns, steps), run::<Flex>(rows, columns, steps));
    }
}
