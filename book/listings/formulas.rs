//! The update formulas of every optimizer, scalar and in f64: a part of the tests, which hold
//! the optimizers to them.

use burn_adagrad::{
    AdadeltaConfig, AdagradConfig, AdagradNormConfig, EpsilonPlacement, FtrlProximalConfig,
    PenaltySchedule, ProximalAdagradConfig, RowWiseAdagradConfig, Sm3Config,
};

/// −1 or 1.
fn sign(maximize: bool) -> f64 {
    if maximize { -1.0 } else { 1.0 }
}

/// A quotient that is 0 where it would be 0/0.
fn quotient(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 {
        0.0
    } else {
        numerator / denominator
    }
}

// ANCHOR: adagrad
/// One weight's step `t`, from 1: the weight θ, its gradient g, its accumulator G
/// and its momentum m.
pub fn adagrad(
    options: &AdagradConfig,
    learning_rate: f64,
    t: usize,
    (theta, g): (&mut f64, f64),
    (sum, m): (&mut f64, &mut f64),
) {
    let rate = learning_rate / (1.0 + (t - 1) as f64 * options.lr_decay);
    let epsilon = options.epsilon;

    let mut g = sign(options.maximize) * g;
    *theta *= (1.0 - rate * options.decoupled_weight_decay).max(0.0);
    g += options.weight_decay * *theta;
    *sum += g * g;
    let d = match options.epsilon_placement {
        EpsilonPlacement::OutsideSqrt => quotient(g, sum.sqrt() + epsilon),
        EpsilonPlacement::InsideSqrt => quotient(g, (*sum + epsilon).sqrt()),
    };
    *m = options.momentum * *m + d;
    let along = if options.nesterov {
        d + options.momentum * *m
    } else {
        *m
    };
    *theta -= rate * along;
    if let Some(decay) = &options.accumulator_decay
        && t.is_multiple_of(decay.every)
    {
        let initial = f64::from(options.initial_accumulator_value);
        *sum = (*sum * decay.factor).max(initial);
    }
}
// ANCHOR_END: adagrad

// ANCHOR: row_wise
/// One row's step `t`, from 1: its weights θ, their gradient g, and the one
/// accumulator G.
pub fn row_wise(
    options: &RowWiseAdagradConfig,
    learning_rate: f64,
    t: usize,
    (theta, g): (&mut [f64], &[f64]),
    sum: &mut f64,
) {
    let rate = learning_rate / (1.0 + (t - 1) as f64 * options.lr_decay);
    *sum += g.iter().map(|g| g * g).sum::<f64>() / g.len() as f64;
    let denominator = sum.sqrt() + options.epsilon;
    for (theta, g) in theta.iter_mut().zip(g) {
        *theta *= (1.0 - rate * options.decoupled_weight_decay).max(0.0);
        *theta -= rate * quotient(sign(options.maximize) * g, denominator);
    }
    if let Some(decay) = &options.accumulator_decay
        && t.is_multiple_of(decay.every)
    {
        let initial = f64::from(options.initial_accumulator_value);
        *sum = (*sum * decay.factor).max(initial);
    }
}
// ANCHOR_END: row_wise

// ANCHOR: norm
/// One step of a whole tensor: its weights θ, their gradient g, and the one
/// accumulator b².
pub fn norm(
    options: &AdagradNormConfig,
    learning_rate: f64,
    (theta, g): (&mut [f64], &[f64]),
    sum: &mut f64,
) {
    *sum += g.iter().map(|g| g * g).sum::<f64>();
    let denominator = sum.sqrt() + options.epsilon;
    for (theta, g) in theta.iter_mut().zip(g) {
        *theta -= learning_rate * quotient(sign(options.maximize) * g, denominator);
    }
}
// ANCHOR_END: norm

// ANCHOR: sm3
/// One step of a matrix: its weights θ and their gradient g row after row, the
/// accumulators μ of its rows and of its columns, and the momentum m.
pub fn sm3(
    options: &Sm3Config,
    learning_rate: f64,
    (theta, g): (&mut [f64], &[f64]),
    [rows, columns]: [&mut [f64]; 2],
    m: &mut [f64],
) {
    let width = columns.len();
    let bound = |i: usize| rows[i / width].min(columns[i % width]) + g[i] * g[i];
    let nu: Vec<f64> = (0..g.len()).map(bound).collect();
    rows.fill(0.0);
    columns.fill(0.0);
    for (i, &nu) in nu.iter().enumerate() {
        rows[i / width] = rows[i / width].max(nu);
        columns[i % width] = columns[i % width].max(nu);
        let d = if nu == 0.0 {
            0.0
        } else {
            sign(options.maximize) * g[i] / (nu + options.epsilon).sqrt()
        };
        m[i] = options.momentum * m[i] + (1.0 - options.momentum) * d;
        theta[i] -= learning_rate * m[i];
    }
}
// ANCHOR_END: sm3

// ANCHOR: adadelta
/// One weight's step: the weight θ, its gradient g, and the averages v and u.
pub fn adadelta(
    options: &AdadeltaConfig,
    learning_rate: f64,
    (theta, g): (&mut f64, f64),
    (v, u): (&mut f64, &mut f64),
) {
    let g = sign(options.maximize) * g + options.weight_decay * *theta;
    *v = options.rho * *v + (1.0 - options.rho) * g * g;
    let delta = (*u + options.epsilon).sqrt() / (*v + options.epsilon).sqrt() * g;
    *u = options.rho * *u + (1.0 - options.rho) * delta * delta;
    *theta -= learning_rate * delta;
}
// ANCHOR_END: adadelta

// ANCHOR: proximal
/// One weight's step: the weight θ, its gradient g, and the accumulator G.
pub fn proximal(
    options: &ProximalAdagradConfig,
    learning_rate: f64,
    (theta, g): (&mut f64, f64),
    sum: &mut f64,
) {
    let g = sign(options.maximize) * g;
    *sum += g * g;
    if options.penalty_schedule == PenaltySchedule::WithGradient && g == 0.0 {
        return;
    }
    let rate = learning_rate / sum.sqrt();
    let p = *theta - rate * g;
    let shrunk = (p.abs() - rate * options.l1).max(0.0) * p.signum();
    *theta = shrunk / (1.0 + rate * options.l2);
}
// ANCHOR_END: proximal

// ANCHOR: ftrl
/// What the linear term is divided by, from n^p.
fn divisor(options: &FtrlProximalConfig, learning_rate: f64, power: f64) -> f64 {
    (options.beta + power) / learning_rate + 2.0 * options.l2
}

/// The linear term z with which a weight is at rest before its first step.
pub fn ftrl_at_rest(options: &FtrlProximalConfig, learning_rate: f64, theta: f64, n: f64) -> f64 {
    let power = n.powf(-options.learning_rate_power);
    let l1 = if theta == 0.0 { 0.0 } else { options.l1 };
    -(divisor(options, learning_rate, power) * theta + l1 * theta.signum())
}

/// One weight's step: the weight θ, its gradient g, the accumulator n and the
/// linear term z.
pub fn ftrl(
    options: &FtrlProximalConfig,
    learning_rate: f64,
    (theta, g): (&mut f64, f64),
    (n, z): (&mut f64, &mut f64),
) {
    let g = sign(options.maximize) * g;
    let before = n.powf(-options.learning_rate_power);
    *n += g * g;
    let power = n.powf(-options.learning_rate_power);
    let sigma = (power - before) / learning_rate;
    *z += g + 2.0 * options.l2_shrinkage * *theta - sigma * *theta;
    if g == 0.0 && options.l2_shrinkage == 0.0 {
        return;
    }
    let excess = (z.abs() - options.l1).max(0.0);
    *theta = -z.signum() * excess / divisor(options, learning_rate, power);
}
// ANCHOR_END: ftrl
