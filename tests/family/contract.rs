//! What a step may not do.

use burn::backend::{Flex, NdArray};
use burn::optim::SimpleOptimizer;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

use crate::common::{assert_close, bits, is_cpu, matrix, on_each_backend, values};
use crate::optimizers::{numbers, stored};

on_each_backend!(
    weights_without_gradient_stay,
    steps_are_finite_from_nothing,
    a_rate_of_zero_changes_nothing,
    a_clone_of_the_state_is_not_stepped,
);

const COLUMNS: usize = 5;
const SIZE: usize = 7 * COLUMNS;

/// A parameter, and its gradient at step `step`.
fn start<B: Backend>(device: &B::Device) -> Tensor<B, 2> {
    matrix(&numbers(SIZE, 3, true), COLUMNS, device)
}

fn gradient<B: Backend>(step: usize, device: &B::Device) -> Tensor<B, 2> {
    matrix(&numbers(SIZE, step, true), COLUMNS, device)
}

fn weights_without_gradient_stay<B: Backend>(device: &B::Device) {
    fn stay<B: Backend, O: SimpleOptimizer<B>>(name: &str, optim: &O, device: &B::Device) {
        let (mut parameter, mut state) = (start::<B>(device), None);
        for step in 0..8 {
            let before = values(&parameter);
            (parameter, state) = optim.step(0.1, parameter, gradient(step, device), state);
            let after = values(&parameter);
            let moves = values(&gradient::<B>(step, device));
            let mut moved = 0;
            for (i, gradient) in moves.into_iter().enumerate() {
                let same = before[i].to_bits() == after[i].to_bits();
                assert!(gradient != 0.0 || same, "{name}, step {step}, weight {i}");
                moved += usize::from(!same);
            }
            assert!(moved > 0, "{name}, step {step}: nothing moved");
        }
    }
    each_exact_row_optimizer!(stay, device);
    each_still_optimizer!(stay, device);
}

/// No gradient at first, then some: no state of zeros is divided by.
fn steps_are_finite_from_nothing<B: Backend>(device: &B::Device) {
    fn finite<B: Backend, O: SimpleOptimizer<B>>(name: &str, optim: &O, device: &B::Device) {
        let (mut parameter, mut state) = (start::<B>(device), None);
        for step in 0..6 {
            let scale = if step < 2 { 0.0 } else { 1.0 };
            let gradient = gradient::<B>(step, device) * scale;
            (parameter, state) = optim.step(0.1, parameter, gradient, state);
            let numbers = values(&parameter);
            assert!(
                numbers.iter().all(|x| x.is_finite()),
                "{name}, step {step}: {numbers:?}"
            );
        }
    }
    each_optimizer!(finite, device);
    // With ε = 0, and nothing in the accumulator.
    use burn_adagrad::*;
    let adagrad = AdagradConfig::new().with_epsilon(0.0);
    let momentum = adagrad.clone().with_momentum(0.9);
    finite::<B, _>("Adagrad, momentum, ε = 0", &momentum.build(), device);
    let decayed = adagrad.with_decoupled_weight_decay(0.1);
    finite::<B, _>("Adagrad, decoupled decay, ε = 0", &decayed.build(), device);
    let norm = AdagradNormConfig::new().with_epsilon(0.0);
    finite::<B, _>("AdagradNorm, ε = 0", &norm.build(), device);
    finite::<B, _>(
        "Sm3, ε = 0",
        &Sm3Config::new().with_epsilon(0.0).build(),
        device,
    );
    let ftrl = FtrlProximalConfig::new()
        .with_initial_accumulator_value(0.0)
        .with_beta(1.0);
    finite::<B, _>("FtrlProximal from 0", &ftrl.build(), device);
}

/// A warm-up begins at a rate of 0, and a cosine ends there.
fn a_rate_of_zero_changes_nothing<B: Backend>(device: &B::Device) {
    use burn_adagrad::FtrlProximal;
    use burn_adagrad::optim::RowOptimizer;
    use burn_adagrad::sparse::RowGradient;
    let optim = burn_adagrad::FtrlProximalConfig::new().with_l1(0.1).build();
    let (before, none) = optim.step(0.0, start::<B>(device), gradient(0, device), None);
    assert_eq!(bits(&values(&before)), bits(&values(&start::<B>(device))));
    assert!(none.is_none());
    let (moved, state) = optim.step(0.1, before, gradient(1, device), None);
    let state = state.unwrap();
    let stored_before = stored::<B, FtrlProximal, 2>(&state);
    let (same, state) = optim.step(0.0, moved.clone(), gradient(2, device), Some(state));
    assert_eq!(bits(&values(&same)), bits(&values(&moved)));
    let rows = RowGradient::new(7, &[2], matrix(&[1.0; COLUMNS], COLUMNS, device)).unwrap();
    let (same, state) = optim.step_rows(0.0, same, rows, state);
    assert_eq!(bits(&values(&same)), bits(&values(&moved)));
    let state = state.unwrap();
    assert_eq!(stored::<B, FtrlProximal, 2>(&state), stored_before);
    let (after, _) = optim.step(0.1, same, gradient(3, device), Some(state));
    assert!(values(&after).iter().all(|x| x.is_finite()));
}

/// Steps are in place; what somebody else holds is copied first.
fn a_clone_of_the_state_is_not_stepped<B: Backend>(device: &B::Device) {
    fn kept<B: Backend, O: SimpleOptimizer<B>>(name: &str, optim: &O, device: &B::Device) {
        let (parameter, state) = optim.step(0.1, start::<B>(device), gradient(0, device), None);
        let state = state.unwrap();
        let (before, weights) = (stored::<B, O, 2>(&state), values(&parameter));
        let (_, stepped) = optim.step(
            0.1,
            parameter.clone(),
            gradient(1, device),
            Some(state.clone()),
        );
        assert_eq!(stored::<B, O, 2>(&state), before, "{name}: state");
        assert_ne!(
            stored::<B, O, 2>(&stepped.unwrap()),
            before,
            "{name}: no step"
        );
        assert_eq!(
            bits(&values(&parameter)),
            bits(&weights),
            "{name}: parameter"
        );
    }
    each_optimizer!(kept, device);
}

/// Parameters of f16, bf16 and f64: states in f32 and f64, and steps that are those of f32, rounded.
#[test]
fn other_types_step_in_their_working_type() {
    fn compare<B: Backend, O: SimpleOptimizer<B>>(
        name: &str,
        optim: &O,
        (device, dtype): (&B::Device, DType),
    ) {
        let unit = match dtype {
            DType::F16 => 1e-3,
            DType::BF16 => 8e-3,
            _ => 1e-5,
        };
        let mut wide_state = None;
        let (mut own, mut own_state) = (start::<B>(device).cast(dtype), None);
        for step in 0..3 {
            // Numbers that all types can hold.
            let gradient = gradient::<B>(step, device)
                .cast(DType::BF16)
                .cast(DType::F32);
            let gradient = (gradient * 0.25).clamp(-1.0, 1.0);
            let before = values(&own);
            (own, own_state) = optim.step(0.1, own, gradient.clone().cast(dtype), own_state);
            let (wide, state) =
                optim.step(0.1, matrix(&before, COLUMNS, device), gradient, wide_state);
            wide_state = state;
            assert_eq!(own.dtype(), dtype, "{name}");
            let what = format!("{name}, {dtype:?}, step {step}");
            assert_close(&what, &values(&own), &values(&wide), unit, 2.0 * unit);
        }
    }
    type B = Flex;
    for dtype in [DType::F16, DType::BF16, DType::F64] {
        each_optimizer!(compare, (&Default::default(), dtype));
    }
    assert!(is_cpu::<NdArray>(&Default::default()));
}
