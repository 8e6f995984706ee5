//! Parameters in f64 on a backend of f64.
//!
//! A program of its own: a backend of f64 changes the default type of floats of its device for the whole
//! process, and ndarray's f32 backend has the same device.

use burn::backend::NdArray;
use burn::optim::SimpleOptimizer;
use burn::tensor::{DType, Tensor};
use burn_adagrad::AdagradConfig;

/// `NdArray<f64>` steps in f64: 1 + 1e-12 is lost in f32.
#[test]
fn double_precision_parameters_step_in_double_precision() {
    let device = Default::default();
    let optim = AdagradConfig::new().build();
    let start = Tensor::<NdArray<f64>, 1>::from_data([1.0_f64], &device);
    let gradient = Tensor::from_data([-1.0_f64], &device);
    let (stepped, state) = optim.step(1e-12, start, gradient, None);
    let moved: Vec<f64> = (stepped - 1.0).into_data().to_vec().unwrap();
    assert!((moved[0] - 1e-12).abs() < 1e-15, "{moved:?}");
    assert_eq!(state.unwrap().accumulator.dtype(), DType::F64);
}
