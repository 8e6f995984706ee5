//! Exercise 5: an optimizer of your own.

use burn::backend::NdArray;
use burn::optim::{LearningRate, SimpleOptimizer};
use burn::record::Record;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_adagrad::{AdagradConfig, AdagradNormConfig, RowWiseAdagradConfig};

use super::help::close;
use super::solutions::norm as solution;

type B = NdArray;

// ANCHOR: stub
/// AdaGrad-Norm: one accumulator for a whole tensor.
#[derive(Clone, Debug)]
pub struct Norm {
    pub epsilon: f64,
}

/// What it remembers of a tensor: the accumulator b², from 0.
#[derive(Record, Clone)]
pub struct NormState<B: Backend> {
    pub accumulator: Tensor<B, 1>,
}

impl<B: Backend> SimpleOptimizer<B> for Norm {
    type State<const D: usize> = NormState<B>;

    /// b² ← b² + ‖g‖², then θ ← θ − η·g/(b + ε).
    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        weights: Tensor<B, D>,
        gradient: Tensor<B, D>,
        state: Option<NormState<B>>,
    ) -> (Tensor<B, D>, Option<NormState<B>>) {
        let first = state.is_none();
        let given = (self.epsilon, rate, weights.dims(), gradient.dims(), first);
        unimplemented!("your turn, with {given:?}")
    }

    fn to_device<const D: usize>(mut state: NormState<B>, device: &B::Device) -> NormState<B> {
        state.accumulator = state.accumulator.to_device(device);
        state
    }
}
// ANCHOR_END: stub

/// Where an optimizer takes a tensor in some steps; the first gradient is 0.
fn walk<O: SimpleOptimizer<B>, const D: usize>(optimizer: &O, shape: [usize; D]) -> Vec<f64> {
    let device = Default::default();
    let len: usize = shape.iter().product();
    let numbers: Vec<f32> = (0..len).map(|i| i as f32).collect();
    let counted = Tensor::<B, 1>::from_floats(numbers.as_slice(), &device);
    let mut weights = counted.clone().add_scalar(1.0).reshape(shape);
    let mut state = None;
    for t in 0..5 {
        let gradient = counted.clone().sub_scalar(1.5).mul_scalar(0.5 * t as f64);
        (weights, state) = optimizer.step(0.25, weights, gradient.reshape(shape), state);
    }
    weights.into_data().iter().collect()
}

/// A vector and a tensor of three dimensions, with an ε that hardly counts and with one that
/// does.
fn check<O: SimpleOptimizer<B>>(optimizer: impl Fn(f64) -> O) -> anyhow::Result<()> {
    for epsilon in [1e-10, 0.5] {
        let (yours, ours) = (optimizer(epsilon), AdagradNormConfig::new());
        let ours = ours.with_epsilon(epsilon).build();
        let what = format!("ε = {epsilon}, weights after five steps");
        close(&what, &walk(&yours, [4]), &walk(&ours, [4]), 1e-5)?;
        close(
            &what,
            &walk(&yours, [2, 3, 2]),
            &walk(&ours, [2, 3, 2]),
            1e-5,
        )?;
    }
    Ok(())
}

#[test]
#[ignore = "yours to write"]
fn yours() -> anyhow::Result<()> {
    check(|epsilon| Norm { epsilon })
}

#[test]
fn the_solution() -> anyhow::Result<()> {
    check(|epsilon| solution::Norm { epsilon })
}

#[test]
fn mistakes_are_found() {
    /// Keeps no state.
    #[derive(Clone)]
    struct Forgetful<O>(O);

    impl<B: Backend, O: SimpleOptimizer<B>> SimpleOptimizer<B> for Forgetful<O> {
        type State<const D: usize> = O::State<D>;

        fn step<const D: usize>(
            &self,
            rate: LearningRate,
            weights: Tensor<B, D>,
            gradient: Tensor<B, D>,
            _: Option<O::State<D>>,
        ) -> (Tensor<B, D>, Option<O::State<D>>) {
            self.0.step(rate, weights, gradient, None)
        }

        fn to_device<const D: usize>(state: O::State<D>, device: &B::Device) -> O::State<D> {
            O::to_device(state, device)
        }
    }

    let one_a_weight = |epsilon: f64| AdagradConfig::new().with_epsilon(epsilon).build();
    assert!(check(one_a_weight).is_err());
    let one_a_row = |epsilon: f64| RowWiseAdagradConfig::new().with_epsilon(epsilon).build();
    assert!(check(one_a_row).is_err());
    assert!(check(|epsilon| Forgetful(solution::Norm { epsilon })).is_err());
    // ε counts.
    assert!(check(|_| solution::Norm { epsilon: 1e-10 }).is_err());
}
