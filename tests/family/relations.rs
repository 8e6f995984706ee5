//! Optimizers that are the same under some options, by a theorem or by name: each checks the other.

use burn::optim::{RmsPropConfig, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_adagrad::{
    AccumulatorDecayConfig, AdagradConfig, AdagradNormConfig, EpsilonPlacement, FtrlProximalConfig,
    ProximalAdagradConfig, RowWiseAdagradConfig, Sm3Config,
};
use proptest::prelude::*;

use crate::common::{assert_close, check, matrix, on_each_backend, values, vector};

on_each_backend!(
    ftrl_without_penalties_is_adagrad,
    proximal_adagrad_without_penalties_is_adagrad,
    decay_at_each_step_is_rmsprop,
    momentum_of_0_is_none,
    decoupled_decay_is_a_product_before_the_step,
    one_accumulator_for_one_weight_is_adagrad,
    sm3_of_a_vector_is_adagrad,
    sm3_bounds_the_sums_of_adagrad,
    ftrl_minimises_what_it_says,
);

const N: usize = 6;

/// A parameter away from zero, and gradients, about a third of them zero.
fn runs() -> impl Strategy<Value = (Vec<f32>, Vec<Vec<f32>>)> {
    let gradient = prop_oneof![1 => Just(0.0_f32), 2 => -3.0..3.0_f32];
    let start = prop::collection::vec(prop_oneof![0.5..2.0_f32, -2.0..-0.5_f32], N);
    (
        start,
        prop::collection::vec(prop::collection::vec(gradient, N), 1..10),
    )
}

/// The parameter after each step.
fn path<B: Backend>(
    optim: &impl SimpleOptimizer<B>,
    lr: f64,
    (start, gradients): &(Vec<f32>, Vec<Vec<f32>>),
    device: &B::Device,
) -> Vec<Vec<f32>> {
    let (mut parameter, mut state) = (vector::<B>(start, device), None);
    gradients
        .iter()
        .map(|gradient| {
            let gradient = vector(gradient, device);
            (parameter, state) = optim.step(lr, parameter.clone(), gradient, state.take());
            values(&parameter)
        })
        .collect()
}

fn same_path<B: Backend>(
    a: &impl SimpleOptimizer<B>,
    b: &impl SimpleOptimizer<B>,
    (lr_a, lr_b): (f64, f64),
    tolerance: f64,
    device: &B::Device,
) {
    check::<B, _>(device, runs(), |run| {
        let a = path(a, lr_a, &run, device);
        let b = path(b, lr_b, &run, device);
        for (a, b) in a.iter().zip(&b) {
            assert_close("path", a, b, tolerance, tolerance);
        }
        Ok(())
    });
}

fn from(initial: f32) -> AdagradConfig {
    AdagradConfig::new()
        .with_epsilon(0.0)
        .with_initial_accumulator_value(initial)
}

/// From any weights: so the state that the first step makes has them at rest.
fn ftrl_without_penalties_is_adagrad<B: Backend>(device: &B::Device) {
    let ftrl = FtrlProximalConfig::new().with_initial_accumulator_value(0.2);
    same_path::<B>(&ftrl.build(), &from(0.2).build(), (0.1, 0.1), 2e-5, device);
    let climbing = (
        ftrl.with_maximize(true).build(),
        from(0.2).with_maximize(true).build(),
    );
    same_path::<B>(&climbing.0, &climbing.1, (0.1, 0.1), 2e-5, device);
}

fn proximal_adagrad_without_penalties_is_adagrad<B: Backend>(device: &B::Device) {
    let proximal = ProximalAdagradConfig::new().with_initial_accumulator_value(0.2);
    same_path::<B>(
        &proximal.build(),
        &from(0.2).build(),
        (0.1, 0.1),
        1e-6,
        device,
    );
}

/// burn's RMSprop with ε = 0 would divide by zero; one small enough is none.
fn decay_at_each_step_is_rmsprop<B: Backend>(device: &B::Device) {
    let factor = 0.8_f64;
    let decay = AccumulatorDecayConfig::new(1, factor);
    let ours = AdagradConfig::new()
        .with_epsilon(1e-20)
        .with_accumulator_decay(Some(decay));
    let burn = RmsPropConfig::new()
        .with_alpha(factor as f32)
        .with_epsilon(1e-20)
        .with_momentum(0.0)
        .with_centered(false);
    let rate = 0.1 * (1.0 - factor).sqrt();
    check::<B, _>(device, runs(), |(start, gradients)| {
        // Where no gradient was ever, burn's ε alone is divided by.
        let gradients: Vec<Vec<f32>> = gradients
            .into_iter()
            .map(|step| {
                step.into_iter()
                    .map(|g| if g == 0.0 { 0.3 } else { g })
                    .collect()
            })
            .collect();
        let run = (start, gradients);
        let ours = path::<B>(&ours.build(), 0.1, &run, device);
        for (a, b) in ours
            .iter()
            .zip(path::<B>(&burn.build(), rate, &run, device))
        {
            assert_close("path", a, &b, 2e-5, 2e-5);
        }
        Ok(())
    });
}

fn momentum_of_0_is_none<B: Backend>(device: &B::Device) {
    for nesterov in [false, true] {
        let with = AdagradConfig::new()
            .with_momentum(0.0)
            .with_nesterov(nesterov)
            .build();
        let without = AdagradConfig::new().build();
        same_path::<B>(&with, &without, (0.1, 0.1), 1e-6, device);
    }
}

fn decoupled_decay_is_a_product_before_the_step<B: Backend>(device: &B::Device) {
    let (plain, rate, penalty) = (AdagradConfig::new().build(), 0.1, 0.5);
    let decayed = AdagradConfig::new()
        .with_decoupled_weight_decay(penalty)
        .build();
    check::<B, _>(device, runs(), |run| {
        let ours = path::<B>(&decayed, rate, &run, device);
        let (mut parameter, mut state) = (vector::<B>(&run.0, device), None);
        for (gradient, ours) in run.1.iter().zip(ours) {
            let shrunk = parameter * (1.0 - rate * penalty);
            (parameter, state) = plain.step(rate, shrunk, vector(gradient, device), state);
            assert_close("path", &ours, &values(&parameter), 2e-6, 1e-6);
        }
        Ok(())
    });
}

fn one_accumulator_for_one_weight_is_adagrad<B: Backend>(device: &B::Device) {
    let adagrad = AdagradConfig::new().with_epsilon(0.01).build();
    let norm = AdagradNormConfig::new().with_epsilon(0.01).build();
    let decay = Some(AccumulatorDecayConfig::new(2, 0.3));
    let decaying = AdagradConfig::new().with_accumulator_decay(decay).build();
    let row_wise = RowWiseAdagradConfig::new()
        .with_accumulator_decay(decay)
        .build();
    check::<B, _>(device, runs(), |(start, gradients)| {
        let one = |numbers: &[f32]| numbers[..1].to_vec();
        let run = (one(&start), gradients.iter().map(|g| one(g)).collect());
        let (a, b) = (
            path::<B>(&norm, 0.1, &run, device),
            path::<B>(&adagrad, 0.1, &run, device),
        );
        assert_close("norm", &a.concat(), &b.concat(), 1e-6, 1e-6);
        // A vector's rows are its elements.
        let run = (start, gradients);
        let a = path::<B>(&row_wise, 0.1, &run, device);
        let b = path::<B>(&decaying, 0.1, &run, device);
        assert_close("row-wise", &a.concat(), &b.concat(), 1e-6, 1e-6);
        Ok(())
    });
}

fn sm3_of_a_vector_is_adagrad<B: Backend>(device: &B::Device) {
    let sm3 = Sm3Config::new().with_epsilon(1e-3).build();
    let adagrad = AdagradConfig::new()
        .with_epsilon(1e-3)
        .with_epsilon_placement(EpsilonPlacement::InsideSqrt)
        .build();
    same_path::<B>(&sm3, &adagrad, (0.1, 0.1), 1e-6, device);
}

/// Proposition 2 of the paper: Σg² ≤ ν, and an accumulator is at least every sum of its slice.
fn sm3_bounds_the_sums_of_adagrad<B: Backend>(device: &B::Device) {
    let (sm3, adagrad) = (Sm3Config::new().build(), AdagradConfig::new().build());
    check::<B, _>(device, runs(), |(start, gradients)| {
        let tensor = |numbers: &[f32]| -> Tensor<B, 2> { matrix(numbers, 2, device) };
        let (mut state, mut sums) = (None, None);
        for gradient in &gradients {
            state = sm3.step(0.1, tensor(&start), tensor(gradient), state).1;
            sums = adagrad.step(0.1, tensor(&start), tensor(gradient), sums).1;
            let sums = values(&sums.as_ref().unwrap().accumulator);
            let slices = &state.as_ref().unwrap().accumulators;
            let (rows, columns) = (values(&slices[0]), values(&slices[1]));
            for (i, sum) in sums.into_iter().enumerate() {
                let bound = rows[i / 2].min(columns[i % 2]);
                prop_assert!(sum <= bound * 1.00001, "{sum} is above {bound}");
            }
        }
        Ok(())
    });
}

/// Each weight is the minimum of z·w + λ₁|w| + q/2·w², which neither side of it is below.
fn ftrl_minimises_what_it_says<B: Backend>(device: &B::Device) {
    let (lr, l1, l2) = (0.1, 0.7, 0.2);
    let optim = FtrlProximalConfig::new().with_l1(l1).with_l2(l2).build();
    check::<B, _>(device, runs(), |(start, gradients)| {
        let (mut parameter, mut state) = (vector::<B>(&start, device), None);
        for gradient in &gradients {
            (parameter, state) = optim.step(lr, parameter, vector(gradient, device), state);
        }
        let state = state.unwrap();
        let (z, n) = (values(&state.linear), values(&state.accumulator));
        for (i, w) in values(&parameter).into_iter().enumerate() {
            let (z, q) = (f64::from(z[i]), f64::from(n[i]).sqrt() / lr + 2.0 * l2);
            let value = |w: f64| z * w + l1 * w.abs() + q / 2.0 * w * w;
            let w = f64::from(w);
            for away in [-1e-2, -1e-3, 1e-3, 1e-2] {
                prop_assert!(value(w) <= value(w + away) + 1e-9, "{w} is not the minimum");
            }
        }
        Ok(())
    });
}
