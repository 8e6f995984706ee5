//! The chapter "One step size for all".

use std::fmt::Write;

use burn_adagrad::AdagradConfig;

use super::descent::{B, Point, descend};
use super::surfaces::{Surface, VALLEY};

// ANCHOR: gradient_descent
/// Gradient descent: the same step size for every weight and every step.
pub fn gradient_descent(surface: &Surface, rate: f64, steps: usize) -> Vec<[f64; 2]> {
    let mut place = surface.start;
    let mut path = vec![place];
    for step in 0..steps {
        let gradient = (surface.gradient)(step, place);
        for (weight, gradient) in place.iter_mut().zip(gradient) {
            *weight -= rate * gradient;
        }
        path.push(place);
    }
    path
}
// ANCHOR_END: gradient_descent

/// The first step after which a path stays where the surface is below a hundredth.
fn arrival(path: &[[f64; 2]]) -> Option<usize> {
    let far = |place: &[f64; 2]| {
        let value = (VALLEY.value)(*place);
        value.is_nan() || value >= 0.01
    };
    let last_far = path.iter().rposition(far)?;
    (last_far + 1 < path.len()).then_some(last_far + 1)
}

/// How long each rate takes, of gradient descent and of Adagrad.
pub fn output() -> anyhow::Result<String> {
    let mut text = String::from("rate     SGD (plain)        Adagrad\n");
    for rate in [0.01, 0.02, 0.04, 0.075, 0.079, 0.081, 0.3, 1.0, 3.0, 10.0] {
        let plain = gradient_descent(&VALLEY, rate, 2000);
        let adagrad = AdagradConfig::new().init::<B, Point<B>>();
        let adagrad = descend(adagrad, rate, &VALLEY, 2000);
        let shown = |path: &[[f64; 2]]| match arrival(path) {
            Some(step) => format!("{step} steps"),
            None if (VALLEY.value)(path[path.len() - 1]) < 100.0 => "not in 2000".to_owned(),
            None => "runs away".to_owned(),
        };
        writeln!(text, "{rate:<8} {:<18} {}", shown(&plain), shown(&adagrad))?;
    }
    Ok(text)
}

#[test]
fn by_hand_is_burns_sgd() {
    let sgd = burn::optim::SgdConfig::new().init::<B, Point<B>>();
    let burns = descend(sgd, 0.05, &VALLEY, 50);
    for (ours, burns) in gradient_descent(&VALLEY, 0.05, 50).iter().zip(&burns) {
        for (ours, burns) in ours.iter().zip(burns) {
            assert!((ours - burns).abs() <= 1e-6 * burns.abs(), "{ours} {burns}");
        }
    }
}
