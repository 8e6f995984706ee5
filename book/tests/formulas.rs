//! The formulas of the reference against the optimizers.

use burn::backend::NdArray;
use burn::optim::SimpleOptimizer;
use burn::tensor::{DType, Tensor, TensorData};
use burn_adagrad::{
    AccumulatorDecayConfig, AdadeltaConfig, AdagradConfig, AdagradNormConfig, EpsilonPlacement,
    FtrlProximalConfig, PenaltySchedule, ProximalAdagradConfig, RowWiseAdagradConfig, Sm3Config,
};

#[path = "../listings/formulas.rs"]
mod listing;

type B = NdArray<f64>;

const ROWS: usize = 3;
const WIDTH: usize = 4;
const LEN: usize = ROWS * WIDTH;
const STEPS: usize = 12;
const RATE: f64 = 0.05;

/// Of many sizes, and now and then 0; a column of them always.
fn gradient(t: usize) -> Vec<f64> {
    let number = |i: usize| match (i % WIDTH, (3 * t + i) % 5) {
        (3, _) | (_, 0) => 0.0,
        (column, turn) => (turn as f64 - 2.5) * 10_f64.powi(column as i32 - 1),
    };
    (0..LEN).map(number).collect()
}

fn first_weights() -> Vec<f64> {
    (0..LEN).map(|i| 0.3 * i as f64 - 1.5).collect()
}

/// Steps an optimizer of the crate and a formula side by side.
fn compare<O: SimpleOptimizer<B>>(
    what: &str,
    optimizer: &O,
    mut formula: impl FnMut(usize, &mut [f64], &[f64]),
) {
    // Of a device's backends, the first that is used says what a float is: f64 must be said.
    let options = (&Default::default(), DType::F64);
    let mut expected = first_weights();
    let data = TensorData::new(expected.clone(), [ROWS, WIDTH]);
    let mut weights = Tensor::<B, 2>::from_data(data, options);
    let mut state = None;
    for t in 1..=STEPS {
        let g = gradient(t);
        formula(t, &mut expected, &g);
        let g = Tensor::from_data(TensorData::new(g, [ROWS, WIDTH]), options);
        (weights, state) = optimizer.step(RATE, weights, g, state);
        let actual: Vec<f64> = weights.to_data().iter().collect();
        for (i, (&actual, &expected)) in actual.iter().zip(&expected).enumerate() {
            let close = (actual - expected).abs() <= 1e-9 * (1.0 + expected.abs());
            assert!(
                close,
                "{what}, step {t}, weight {i}: {actual}, the formula has {expected}"
            );
        }
    }
}

#[test]
fn adagrad() {
    let all = AdagradConfig::new()
        .with_lr_decay(0.1)
        .with_epsilon(0.01)
        .with_maximize(true)
        .with_initial_accumulator_value(0.2)
        .with_weight_decay(0.25)
        .with_decoupled_weight_decay(0.5)
        .with_accumulator_decay(Some(AccumulatorDecayConfig::new(3, 0.25)));
    let inside = EpsilonPlacement::InsideSqrt;
    for config in [
        AdagradConfig::new(),
        AdagradConfig::new().with_epsilon(0.0),
        AdagradConfig::keras(),
        all.clone(),
        all.clone()
            .with_momentum(0.75)
            .with_epsilon_placement(inside),
        all.with_momentum(0.5).with_nesterov(true),
    ] {
        let initial = f64::from(config.initial_accumulator_value);
        let (mut sums, mut momenta) = ([initial; LEN], [0.0; LEN]);
        compare(&config.to_string(), &config.build(), |t, theta, g| {
            for i in 0..LEN {
                let state = (&mut sums[i], &mut momenta[i]);
                listing::adagrad(&config, RATE, t, (&mut theta[i], g[i]), state);
            }
        });
    }
}

#[test]
fn row_wise_adagrad() {
    for config in [
        RowWiseAdagradConfig::new().with_epsilon(0.0),
        RowWiseAdagradConfig::new()
            .with_lr_decay(0.1)
            .with_epsilon(0.01)
            .with_maximize(true)
            .with_initial_accumulator_value(0.2)
            .with_decoupled_weight_decay(0.5)
            .with_accumulator_decay(Some(AccumulatorDecayConfig::new(3, 0.25))),
    ] {
        let mut sums = [f64::from(config.initial_accumulator_value); ROWS];
        compare(&config.to_string(), &config.build(), |t, theta, g| {
            let rows = theta.chunks_mut(WIDTH).zip(g.chunks(WIDTH));
            for (row, sum) in rows.zip(&mut sums) {
                listing::row_wise(&config, RATE, t, row, sum);
            }
        });
    }
}

#[test]
fn adagrad_norm() {
    for config in [
        AdagradNormConfig::new(),
        AdagradNormConfig::new()
            .with_epsilon(0.01)
            .with_maximize(true)
            .with_initial_accumulator_value(0.2),
    ] {
        let mut sum = f64::from(config.initial_accumulator_value);
        compare(&config.to_string(), &config.build(), |_, theta, g| {
            listing::norm(&config, RATE, (theta, g), &mut sum);
        });
    }
}

#[test]
fn sm3() {
    for config in [
        Sm3Config::new().with_epsilon(0.0),
        Sm3Config::new()
            .with_epsilon(0.01)
            .with_momentum(0.75)
            .with_maximize(true),
    ] {
        let (mut rows, mut columns, mut m) = ([0.0; ROWS], [0.0; WIDTH], [0.0; LEN]);
        compare(&config.to_string(), &config.build(), |_, theta, g| {
            let accumulators = [rows.as_mut_slice(), &mut columns];
            listing::sm3(&config, RATE, (theta, g), accumulators, &mut m);
        });
    }
}

#[test]
fn adadelta() {
    for config in [
        AdadeltaConfig::new(),
        AdadeltaConfig::new()
            .with_rho(0.5)
            .with_epsilon(0.01)
            .with_maximize(true)
            .with_weight_decay(0.25),
    ] {
        let (mut v, mut u) = ([0.0; LEN], [0.0; LEN]);
        compare(&config.to_string(), &config.build(), |_, theta, g| {
            for i in 0..LEN {
                let state = (&mut v[i], &mut u[i]);
                listing::adadelta(&config, RATE, (&mut theta[i], g[i]), state);
            }
        });
    }
}

#[test]
fn proximal_adagrad() {
    let all = ProximalAdagradConfig::new()
        .with_l1(0.5)
        .with_l2(0.25)
        .with_initial_accumulator_value(0.2)
        .with_maximize(true);
    for config in [
        ProximalAdagradConfig::new(),
        all.clone(),
        all.with_penalty_schedule(PenaltySchedule::WithGradient),
    ] {
        let mut sums = [f64::from(config.initial_accumulator_value); LEN];
        compare(&config.to_string(), &config.build(), |_, theta, g| {
            for i in 0..LEN {
                listing::proximal(&config, RATE, (&mut theta[i], g[i]), &mut sums[i]);
            }
        });
    }
}

#[test]
fn ftrl_proximal() {
    let all = FtrlProximalConfig::new()
        .with_l1(0.5)
        .with_l2(0.25)
        .with_beta(1.0)
        .with_maximize(true)
        .with_initial_accumulator_value(0.2);
    for config in [
        FtrlProximalConfig::new(),
        all.clone(),
        all.clone().with_learning_rate_power(-0.25),
        all.with_l2_shrinkage(0.125),
    ] {
        let initial = f64::from(config.initial_accumulator_value);
        let mut n = [initial; LEN];
        let at_rest = |theta| listing::ftrl_at_rest(&config, RATE, theta, initial);
        let mut z: Vec<f64> = first_weights().into_iter().map(at_rest).collect();
        compare(&config.to_string(), &config.build(), |_, theta, g| {
            for i in 0..LEN {
                let state = (&mut n[i], &mut z[i]);
                listing::ftrl(&config, RATE, (&mut theta[i], g[i]), state);
            }
        });
    }
}
