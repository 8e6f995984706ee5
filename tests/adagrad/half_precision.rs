//! f16 and bf16 parameters: the accumulator and the arithmetic are f32. With the feature `flex` this
//! holds for the kernels, without it for the plain tensor operations.

use crate::common::{reference, values, vector};
use burn::backend::Flex;
use burn::optim::SimpleOptimizer;
use burn::tensor::{DType, Tensor};
use burn_adagrad::{AdagradConfig, EpsilonPlacement};
use serde::Deserialize;

fn half(numbers: &[f32], dtype: DType) -> Tensor<Flex, 1> {
    vector(numbers, &Default::default()).cast(dtype)
}

/// Where PyTorch's accumulator stalls, ours goes on.
#[test]
fn accumulators_do_not_stall() {
    #[derive(Deserialize)]
    struct File {
        half_precision: Vec<Stall>,
    }
    #[derive(Deserialize)]
    struct Stall {
        dtype: String,
        unit_gradient_steps: usize,
        accumulator: f32,
    }
    let stalls = reference::<File>("adagrad.json").half_precision;
    assert_eq!(stalls.len(), 2);
    for stall in stalls {
        let dtype = match stall.dtype.as_str() {
            "float16" => DType::F16,
            "bfloat16" => DType::BF16,
            other => panic!("no dtype {other}"),
        };
        assert!(stall.accumulator < stall.unit_gradient_steps as f32);
        let optim = AdagradConfig::pytorch().build();
        let (mut parameter, mut state) = (half(&[1.0], dtype), None);
        for _ in 0..stall.unit_gradient_steps {
            (parameter, state) = optim.step(0.01, parameter, half(&[1.0], dtype), state);
        }
        let accumulator = state.unwrap().accumulator;
        assert_eq!(parameter.dtype(), dtype);
        assert_eq!(accumulator.dtype(), DType::F32);
        assert_eq!(values(&accumulator), [stall.unit_gradient_steps as f32]);
    }
}

/// ε = 1e-10 is 0 in f16, and 0/0 is NaN there.
#[test]
fn a_zero_gradient_gives_no_nan() {
    for dtype in [DType::F16, DType::BF16] {
        for placement in [EpsilonPlacement::OutsideSqrt, EpsilonPlacement::InsideSqrt] {
            let optim = AdagradConfig::new()
                .with_epsilon_placement(placement)
                .build();
            let (parameter, _) = optim.step(
                0.01,
                half(&[1.5, -2.0], dtype),
                half(&[0.0, 0.0], dtype),
                None,
            );
            assert_eq!(values(&parameter), [1.5, -2.0]);
        }
    }
}

/// Each step is the f32 step, rounded once: no rounding in between.
#[test]
fn a_step_is_the_f32_step_rounded_once() {
    for dtype in [DType::F16, DType::BF16] {
        let optim = AdagradConfig::new().build();
        // A gradient of 300 squared is beyond f16's largest number.
        let start = [1.0, -0.75, 0.125, 3.0];
        let gradient = [300.0, -1e-4, 0.5, 0.0];
        let (mut parameter, mut state) = (half(&start, dtype), None);
        for _ in 0..5 {
            let before = parameter.clone().cast(DType::F32);
            let gradient = half(&gradient, dtype);
            let (expected, _) = optim.step(
                0.1,
                before,
                gradient.clone().cast(DType::F32),
                state.clone(),
            );
            (parameter, state) = optim.step(0.1, parameter, gradient, state);
            assert_eq!(values(&parameter), values(&expected.cast(dtype)));
        }
        assert!(values(&parameter).iter().all(|value| value.is_finite()));
    }
}
