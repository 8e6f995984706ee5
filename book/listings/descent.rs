//! Walking over a surface with any optimizer of burn.

use burn::backend::{Autodiff, NdArray};
use burn::module::{Module, Param};
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

use super::surfaces::Surface;

pub type B = Autodiff<NdArray>;

// ANCHOR: descent
/// A module of two weights.
#[derive(Module, Debug)]
pub struct Point<B: Backend> {
    pub place: Param<Tensor<B, 1>>,
}

/// The places that an optimizer walks through: `steps + 1` of them. In f64, so that the pictures
/// show the optimizers and not the rounding.
pub fn descend<O: Optimizer<Point<B>, B>>(
    mut optimizer: O,
    learning_rate: f64,
    surface: &Surface,
    steps: usize,
) -> Vec<[f64; 2]> {
    let device = Default::default();
    let place = Param::from_tensor(Tensor::from_data(surface.start, (&device, DType::F64)));
    let mut point = Point { place };
    let mut path = vec![surface.start];
    for step in 0..steps {
        let gradient = (surface.gradient)(step, path[step]);
        let mut gradients = GradientsParams::new();
        let gradient = Tensor::<NdArray, 1>::from_data(gradient, (&device, DType::F64));
        gradients.register(point.place.id, gradient);
        point = optimizer.step(learning_rate, point, gradients);
        let place: Vec<f64> = point.place.val().into_data().iter().collect();
        path.push([place[0], place[1]]);
    }
    path
}
// ANCHOR_END: descent
