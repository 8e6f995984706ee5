//! What the page says about its experiments, in the steps of the Rust optimizers.

use super::rust::optimizers;
use super::script::Place;
use crate::listings::surfaces::{RARE, SADDLE, Surface, VALLEY};

fn walk(optimizer: &str, rate: f64, surface: &Surface, steps: usize) -> Vec<Place> {
    let optimizers = optimizers();
    let found = optimizers.iter().find(|known| known.name == optimizer);
    (found.unwrap().walk)(rate, surface, steps)
}

#[track_caller]
fn assert_rounds_to(number: f64, said: f64, digits: i32) {
    let scale = 10.0_f64.powi(digits);
    assert_eq!((number * scale).round() / scale, said, "{number}");
}

#[test]
fn a_step_size_for_both_weights() {
    let comes = walk("sgd", 0.07, &VALLEY, 1);
    assert_rounds_to(comes[1].place[0] / comes[0].place[0], 0.93, 9);
    assert_rounds_to(comes[1].place[1] / comes[0].place[1], -0.75, 9);
    let leaves = walk("sgd", 0.081, &VALLEY, 100);
    assert_rounds_to(leaves[1].place[1] / leaves[0].place[1], -1.025, 9);
    assert!(leaves[100].place[1] > VALLEY.view[1][1]);
    let adagrad = walk("adagrad", 1.0, &VALLEY, 1);
    for weight in 0..2 {
        assert_rounds_to(adagrad[0].change[weight].abs(), 1.0, 9);
    }
}

#[test]
fn a_rare_feature_and_a_rate_that_only_falls() {
    let adagrad = walk("adagrad", 0.05, &RARE, 2000);
    // One over the root of the accumulator is the rate, but for ε. At step 91 the rare weight has had ten
    // gradients.
    let accumulator = &adagrad[100].accumulator;
    assert_rounds_to((accumulator[0] / accumulator[1]).sqrt(), 2.8, 1);
    assert_rounds_to(adagrad[100].place[1] - adagrad[10].place[0], 0.0, 9);
    for (step, said) in [(100, -1.12), (1000, 0.47), (2000, 1.05)] {
        assert_rounds_to(adagrad[step].place[0], said, 2);
    }
    let decaying = walk("adagrad-decay", 0.05, &RARE, 1000);
    assert_rounds_to(decaying[1000].place[0], 1.5, 6);
}

#[test]
fn decay_does_not_come_to_rest() {
    let decaying = walk("adagrad-decay", 1.0, &VALLEY, 300);
    assert!(decaying[50].place.iter().all(|weight| weight.abs() < 1e-6));
    let last = &decaying[250..];
    assert!(
        last.iter()
            .any(|at| at.place[0].abs() > 0.01 && at.place[1].abs() > 0.01)
    );
    let slow = walk("adadelta", 1.0, &VALLEY, 1);
    assert_rounds_to(slow[0].change[0].abs(), 0.0032, 4);
    assert_rounds_to(slow[0].change[1], 0.0032, 4);
}

#[test]
fn off_the_ridge() {
    let sgd = walk("sgd", 0.2, &SADDLE, 10);
    assert_rounds_to(sgd[1].place[1] / sgd[0].place[1], 1.2, 6);
    assert_rounds_to(sgd[10].place[1], 0.006, 3);
    assert_rounds_to(walk("adagrad", 0.2, &SADDLE, 1)[1].place[1], 0.201, 3);
    let on_ridge = Surface {
        start: [-1.5, 0.0],
        ..SADDLE
    };
    for optimizer in optimizers() {
        let walk = (optimizer.walk)(0.2, &on_ridge, 100);
        assert!(
            walk.iter().all(|at| at.place[1] == 0.0),
            "{}",
            optimizer.name
        );
    }
}
