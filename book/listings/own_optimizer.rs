//! The chapter "Your own burn optimizer".

// ANCHOR: uses
use burn::backend::{Autodiff, NdArray};
use burn::module::AutodiffModule;
use burn::nn::{Linear, LinearConfig};
use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::{GradientsParams, LearningRate, Optimizer, SimpleOptimizer};
use burn::record::Record;
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
// ANCHOR_END: uses
use std::fmt::Write;

// ANCHOR: state
/// What the optimizer remembers of one parameter.
#[derive(Record, Clone)]
pub struct MyState<B: Backend, const D: usize> {
    pub accumulator: Tensor<B, D>,
}
// ANCHOR_END: state

// ANCHOR: optimizer
/// What it does not have to remember: its options.
#[derive(Clone)]
pub struct MyAdagrad {
    pub epsilon: f64,
}

impl<B: Backend> SimpleOptimizer<B> for MyAdagrad {
    type State<const D: usize> = MyState<B, D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let squares = grad.clone() * grad.clone();
        let accumulator = match state {
            Some(state) => state.accumulator + squares,
            None => squares,
        };
        let step = grad / (accumulator.clone().sqrt() + self.epsilon);
        (tensor - step * lr, Some(MyState { accumulator }))
    }

    fn to_device<const D: usize>(mut state: Self::State<D>, device: &B::Device) -> Self::State<D> {
        state.accumulator = state.accumulator.to_device(device);
        state
    }
}
// ANCHOR_END: optimizer

// ANCHOR: init
impl MyAdagrad {
    /// As an optimizer of all parameters of a module.
    pub fn init<B, M>(self) -> OptimizerAdaptor<Self, M, B>
    where
        B: AutodiffBackend,
        M: AutodiffModule<B>,
    {
        OptimizerAdaptor::from(self)
    }
}
// ANCHOR_END: init

// ANCHOR: use
/// Trains a linear layer to give 1 for rows of ones, and returns the losses.
pub fn train<B, O>(mut optimizer: O, steps: usize) -> (Linear<B>, Vec<f32>)
where
    B: AutodiffBackend,
    O: Optimizer<Linear<B>, B>,
{
    let device = Default::default();
    let weight = Tensor::<B, 2>::zeros([3, 1], &device);
    let mut model: Linear<B> = LinearConfig::new(3, 1).with_bias(false).init(&device);
    model.weight = burn::module::Param::from_tensor(weight);
    let mut losses = Vec::new();
    for _ in 0..steps {
        let output = model.forward(Tensor::<B, 2>::ones([4, 3], &device));
        let loss = (output - 1.0).powi_scalar(2).mean();
        losses.push(loss.clone().into_data().iter::<f32>().sum());
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(0.1, model, gradients);
    }
    (model, losses)
}
// ANCHOR_END: use

type B = Autodiff<NdArray>;

/// The losses under the reader's optimizer and under the crate's.
pub fn both(steps: usize) -> [Vec<f32>; 2] {
    let mine = MyAdagrad { epsilon: 1e-10 }.init::<B, Linear<B>>();
    let ours = burn_adagrad::AdagradConfig::new().init::<B, Linear<B>>();
    [train(mine, steps).1, train(ours, steps).1]
}

/// Some of them as a table.
pub fn output() -> anyhow::Result<String> {
    let [mine, ours] = both(20);
    let mut text = String::from("step  MyAdagrad  Adagrad\n");
    for step in [0, 1, 2, 4, 9, 19] {
        writeln!(
            text,
            "{:>4}  {:>9.6}  {:>7.6}",
            step + 1,
            mine[step],
            ours[step]
        )?;
    }
    Ok(text)
}

// ANCHOR: test
#[test]
fn a_run_that_resumes_is_the_run_that_was_not_interrupted() {
    let optimizer = || MyAdagrad { epsilon: 1e-10 }.init::<B, Linear<B>>();
    let device = Default::default();
    let model: Linear<B> = LinearConfig::new(3, 1).init(&device);
    let step = |optimizer: &mut OptimizerAdaptor<MyAdagrad, Linear<B>, B>, model: Linear<B>| {
        let loss = model
            .forward(Tensor::<B, 2>::ones([4, 3], &device))
            .powi_scalar(2)
            .mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        optimizer.step(0.1, model, gradients)
    };
    let mut first = optimizer();
    let model = step(&mut first, model);
    let mut resumed = optimizer().load_record(first.to_record());
    let (one, other) = (step(&mut first, model.clone()), step(&mut resumed, model));
    one.weight
        .to_data()
        .assert_eq(&other.weight.to_data(), true);
    assert_eq!(first.to_record().len(), 2);
}
// ANCHOR_END: test
