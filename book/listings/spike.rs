//! The chapters "Limitations" and "What helps": a run with one gradient that is far too large.

use burn::backend::{Autodiff, NdArray};
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::{DType, Tensor};

use super::descent::Point;

type B = Autodiff<NdArray>;

// ANCHOR: spike
/// Steps before the large gradient, and in all.
pub const SPIKE_AT: usize = 100;
pub const STEPS: usize = 2000;

/// The loss ½‖θ‖² before each step from (5, −5); at one step the gradient is `spike` times what
/// it should be.
pub fn losses<O: Optimizer<Point<B>, B>>(optimizer: O, rate: f64, spike: f64) -> Vec<f64> {
    losses_over(STEPS, optimizer, rate, spike)
}

/// The same for a number of steps.
pub fn losses_over<O: Optimizer<Point<B>, B>>(
    steps: usize,
    mut optimizer: O,
    rate: f64,
    spike: f64,
) -> Vec<f64> {
    let device = Default::default();
    let place = Tensor::from_data([5.0, -5.0], (&device, DType::F64));
    let mut point = Point {
        place: burn::module::Param::from_tensor(place),
    };
    let mut losses = Vec::with_capacity(steps);
    for step in 0..steps {
        let place = point.place.val().inner();
        let squares = place.clone() * place.clone();
        losses.push(0.5 * squares.into_data().iter::<f64>().sum::<f64>());
        let factor = if step == SPIKE_AT { spike } else { 1.0 };
        let mut gradients = GradientsParams::new();
        gradients.register(point.place.id, place * factor);
        point = optimizer.step(rate, point, gradients);
    }
    losses
}
// ANCHOR_END: spike

// ANCHOR: repeated
/// Effective rates of Adagrad at steps 1 to `steps` for a gradient that is always `g`:
/// η/(|g|·√t).
pub fn constant_gradient(rate: f64, g: f64, steps: usize) -> impl Iterator<Item = f64> {
    let mut sum = 0.0;
    (0..steps).map(move |_| {
        sum += g * g;
        rate / sum.sqrt()
    })
}
// ANCHOR_END: repeated

#[test]
fn the_closed_form_is_the_sum() {
    for (step, rate) in constant_gradient(0.1, 0.3, 50).enumerate() {
        let closed = 0.1 / (0.3 * ((step + 1) as f64).sqrt());
        assert!((rate - closed).abs() < 1e-12 * closed);
    }
}
