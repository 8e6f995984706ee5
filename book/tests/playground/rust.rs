//! The Rust optimizers that the page's are compared with.

use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::{SgdConfig, SimpleOptimizer};
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::ops::FloatElem;
use burn::tensor::{DType, Tensor};
use burn_adagrad::train::{pytorch_adam, pytorch_rmsprop, pytorch_sgd};
use burn_adagrad::{AccumulatorDecayConfig, AdadeltaConfig, AdagradConfig};

use super::script::Place;
use crate::listings::descent::{B, descend};
use crate::listings::surfaces::Surface;

type Inner = <B as AutodiffBackend>::InnerBackend;
type Weights = Tensor<Inner, 1>;
type Accumulator<O> = fn(<O as SimpleOptimizer<Inner>>::State<1>) -> Weights;
type Walk = Box<dyn Fn(f64, &Surface, usize) -> Vec<Place>>;

/// An optimizer, under the name that the page gives it.
pub struct RustOptimizer {
    pub name: &'static str,
    /// Whether its options are held in f32.
    pub single: bool,
    /// Whether its effective rate multiplies the gradient, not an average of gradients.
    pub along_gradient: bool,
    /// How near the page's numbers are to be.
    pub tolerance: f64,
    /// Places from the start on: rate, surface, steps.
    pub walk: Walk,
}

/// Rounding of f64, grown over the steps.
const ROUNDING: f64 = 1e-9;
/// burn computes 1 − βᵗ, which Adam divides its averages by, in f32: near 1 these numbers lie 6e-8 apart, which
/// of 1 − β₂² = 0.002 is 3e-5.
const CORRECTION: f64 = 5e-5;

pub fn optimizers() -> Vec<RustOptimizer> {
    let decay = AccumulatorDecayConfig::new(10, 0.5);
    let decaying = AdagradConfig::new().with_accumulator_decay(Some(decay));
    // burn holds a momentum as the backend's default float, all else that is single here as f32.
    let float = size_of::<FloatElem<Inner>>() == size_of::<f32>();
    vec![
        optimizer(
            "adagrad",
            true,
            AdagradConfig::new().build(),
            Some(|state| state.accumulator),
        ),
        optimizer("sgd", false, SgdConfig::new().build(), None),
        RustOptimizer {
            along_gradient: false,
            ..optimizer("momentum", float, pytorch_sgd().build(), None)
        },
        optimizer(
            "rmsprop",
            true,
            pytorch_rmsprop().build(),
            Some(|state| state.square_avg.square_avg),
        ),
        RustOptimizer {
            along_gradient: false,
            tolerance: CORRECTION,
            ..optimizer(
                "adam",
                true,
                pytorch_adam().build(),
                Some(|state| state.momentum.moment_2),
            )
        },
        optimizer(
            "adadelta",
            false,
            AdadeltaConfig::new().build(),
            Some(|state| state.square_avg),
        ),
        optimizer(
            "adagrad-decay",
            true,
            decaying.build(),
            Some(|state| state.accumulator),
        ),
    ]
}

fn optimizer<O>(
    name: &'static str,
    single: bool,
    optimizer: O,
    accumulator: Option<Accumulator<O>>,
) -> RustOptimizer
where
    O: SimpleOptimizer<Inner> + 'static,
{
    RustOptimizer {
        name,
        single,
        along_gradient: true,
        tolerance: ROUNDING,
        walk: Box::new(move |rate, surface, steps| {
            walk(&optimizer, accumulator, rate, surface, steps)
        }),
    }
}

/// The path that the book's listing takes, with what the bare optimizer remembers along it.
fn walk<O: SimpleOptimizer<Inner>>(
    optimizer: &O,
    accumulator: Option<Accumulator<O>>,
    rate: f64,
    surface: &Surface,
    steps: usize,
) -> Vec<Place> {
    let options = (&Default::default(), DType::F64);
    let weights = |values: [f64; 2]| Weights::from_data(values, options);
    let adaptor = OptimizerAdaptor::from(optimizer.clone());
    let path = descend(adaptor, rate, surface, steps + 1);
    let mut state: Option<O::State<1>> = None;
    let mut walk = Vec::new();
    for step in 0..=steps {
        let remembered = accumulator.map(|accumulator| match state.clone() {
            Some(state) => accumulator(state).into_data().iter().collect(),
            None => vec![0.0; 2],
        });
        let gradient = weights((surface.gradient)(step, path[step]));
        (_, state) = optimizer.step(rate, weights(path[step]), gradient, state);
        let change = (0..2).map(|i| path[step][i] - path[step + 1][i]);
        walk.push(Place {
            place: path[step].into(),
            accumulator: remembered.unwrap_or_default(),
            change: change.collect(),
        });
    }
    walk
}
