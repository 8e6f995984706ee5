//! The numbers of PyTorch, optax, Keras and TensorFlow: `tests/reference/generate.py` and
//! `tests/reference/proximal_tensorflow.py` made them.

use burn::optim::SimpleOptimizer;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::{
    AccumulatorDecayConfig, AdadeltaConfig, AdagradConfig, AdagradNormConfig, EpsilonPlacement,
    FtrlProximalConfig, FtrlProximalState, ProximalAdagradConfig, Sm3Config,
};
use serde::Deserialize;

use crate::common::{assert_close, on_each_backend, reference, values, vector};

on_each_backend!(
    adadelta_matches_pytorch,
    momentum_matches_optax,
    decoupled_weight_decay_matches_optax,
    accumulator_decay_matches_pytorch,
    sm3_matches_optax,
    ftrl_matches_keras,
    proximal_adagrad_matches_tensorflow,
    adagrad_norm_matches_the_formula,
);

#[derive(Deserialize)]
struct File {
    adadelta: Vec<Case<AdadeltaOptions>>,
    momentum: Vec<Case<MomentumOptions>>,
    decoupled_weight_decay: Vec<Case<MomentumOptions>>,
    accumulator_decay: Vec<Case<DecayOptions>>,
    sm3: Vec<Case<Sm3Options>>,
    ftrl: Vec<Case<FtrlOptions>>,
    adagrad_norm: Vec<Case<NormOptions>>,
}

#[derive(Deserialize)]
struct Case<O> {
    name: String,
    lr: f64,
    initial: Vec<f32>,
    gradients: Vec<Vec<f32>>,
    parameters: Vec<Vec<f32>>,
    #[serde(flatten)]
    options: O,
}

impl<O> Case<O> {
    /// Steps along the gradients, and demands the parameters after each step within 1e-6 of themselves
    /// and `absolute`; `check` looks at the state.
    fn follow<B: Backend, S: SimpleOptimizer<B>>(
        &self,
        optim: &S,
        state: Option<S::State<1>>,
        absolute: f64,
        device: &B::Device,
        check: impl Fn(usize, S::State<1>),
    ) {
        assert_eq!(self.gradients.len(), 20, "{}", self.name);
        let mut parameter = vector::<B>(&self.initial, device);
        let mut state = state;
        for (i, gradient) in self.gradients.iter().enumerate() {
            (parameter, state) = optim.step(self.lr, parameter, vector(gradient, device), state);
            let what = format!("{}, step {}", self.name, i + 1);
            let parameter = values(&parameter);
            assert_close(&what, &parameter, &self.parameters[i], 1e-6, absolute);
            assert_same_zeros(&what, &parameter, &self.parameters[i]);
            check(i, state.clone().unwrap());
        }
    }

    fn state<B: Backend, const D: usize>(
        &self,
        what: &str,
        step: usize,
        actual: &Tensor<B, D>,
        expected: &[f32],
    ) {
        let what = format!("{}, {what} after step {}", self.name, step + 1);
        assert_close(&what, &values(actual), expected, 2e-6, 1e-30);
    }
}

#[track_caller]
fn assert_same_zeros(what: &str, actual: &[f32], expected: &[f32]) {
    for (i, (a, e)) in actual.iter().zip(expected).enumerate() {
        assert_eq!(*a == 0.0, *e == 0.0, "{what}, element {i}: {a} for {e}");
    }
}

fn file() -> File {
    reference("family.json")
}

#[derive(Deserialize)]
struct AdadeltaOptions {
    rho: f64,
    eps: f64,
    weight_decay: f64,
    maximize: bool,
    square_avgs: Vec<Vec<f32>>,
    acc_deltas: Vec<Vec<f32>>,
}

fn adadelta_matches_pytorch<B: Backend>(device: &B::Device) {
    let cases = file().adadelta;
    assert_eq!(cases.len(), 7);
    for case in cases {
        let options = &case.options;
        let mut config = AdadeltaConfig::new();
        if case.name == "default" {
            assert_eq!((config.rho, config.epsilon), (options.rho, options.eps));
        }
        config = config
            .with_rho(options.rho)
            .with_epsilon(options.eps)
            .with_maximize(options.maximize)
            .with_weight_decay(options.weight_decay);
        case.follow::<B, _>(&config.build(), None, 0.0, device, |i, state| {
            case.state("square_avg", i, &state.square_avg, &options.square_avgs[i]);
            case.state("acc_delta", i, &state.acc_delta, &options.acc_deltas[i]);
        });
    }
}

#[derive(Deserialize)]
struct MomentumOptions {
    momentum: f64,
    nesterov: bool,
    epsilon: f64,
    initial_accumulator_value: f32,
    #[serde(default)]
    weight_decay: f64,
    accumulators: Vec<Vec<f32>>,
    momenta: Option<Vec<Vec<f32>>>,
}

impl MomentumOptions {
    fn config(&self) -> AdagradConfig {
        AdagradConfig::optax()
            .with_epsilon(self.epsilon)
            .with_epsilon_placement(EpsilonPlacement::InsideSqrt)
            .with_initial_accumulator_value(self.initial_accumulator_value)
            .with_momentum(self.momentum)
            .with_nesterov(self.nesterov)
            .with_decoupled_weight_decay(self.weight_decay)
    }
}

fn follow_optax<B: Backend>(cases: Vec<Case<MomentumOptions>>, device: &B::Device) {
    for case in cases {
        let options = &case.options;
        let optim = options.config().build();
        case.follow::<B, _>(&optim, None, 0.0, device, |i, state| {
            let accumulator = &state.accumulator;
            case.state("accumulator", i, accumulator, &options.accumulators[i]);
            let expected = options.momenta.as_ref();
            assert_eq!(
                state.momentum.is_some(),
                expected.is_some(),
                "{}",
                case.name
            );
            if let Some((momentum, expected)) = state.momentum.zip(expected) {
                case.state("momentum", i, &momentum, &expected[i]);
            }
        });
    }
}

fn momentum_matches_optax<B: Backend>(device: &B::Device) {
    let cases = file().momentum;
    assert_eq!(cases.len(), 4);
    assert!(cases.iter().any(|case| case.options.nesterov));
    follow_optax::<B>(cases, device);
}

fn decoupled_weight_decay_matches_optax<B: Backend>(device: &B::Device) {
    let cases = file().decoupled_weight_decay;
    assert_eq!(cases.len(), 3);
    assert!(cases.iter().any(|case| case.options.momentum == 0.0));
    follow_optax::<B>(cases, device);
}

#[derive(Deserialize)]
struct DecayOptions {
    eps: f64,
    initial_accumulator_value: f32,
    every: usize,
    factor: f64,
    accumulators: Vec<Vec<f32>>,
}

fn accumulator_decay_matches_pytorch<B: Backend>(device: &B::Device) {
    let cases = file().accumulator_decay;
    assert_eq!(cases.len(), 3);
    for case in cases {
        let options = &case.options;
        let decay = AccumulatorDecayConfig::new(options.every, options.factor);
        let optim = AdagradConfig::new()
            .with_epsilon(options.eps)
            .with_initial_accumulator_value(options.initial_accumulator_value)
            .with_accumulator_decay(Some(decay))
            .build();
        case.follow::<B, _>(&optim, None, 0.0, device, |i, state| {
            let accumulator = &state.accumulator;
            case.state("accumulator", i, accumulator, &options.accumulators[i]);
        });
    }
}

#[derive(Deserialize)]
struct Sm3Options {
    epsilon: f64,
    momentum: f64,
    shape: Vec<usize>,
    accumulators: Vec<Vec<Vec<f32>>>,
    momenta: Vec<Vec<f32>>,
}

fn sm3_matches_optax<B: Backend>(device: &B::Device) {
    fn follow<B: Backend, const D: usize>(case: &Case<Sm3Options>, device: &B::Device) {
        let options = &case.options;
        let shape: [usize; D] = options.shape.clone().try_into().unwrap();
        let tensor = |numbers: &[f32]| {
            Tensor::<B, D>::from_data(TensorData::new(numbers.to_vec(), shape), device)
        };
        let optim = Sm3Config::new()
            .with_epsilon(options.epsilon)
            .with_momentum(options.momentum)
            .build();
        let (mut parameter, mut state) = (tensor(&case.initial), None);
        for (i, gradient) in case.gradients.iter().enumerate() {
            (parameter, state) = optim.step(case.lr, parameter, tensor(gradient), state);
            let what = format!("{}, step {}", case.name, i + 1);
            assert_close(&what, &values(&parameter), &case.parameters[i], 1e-6, 0.0);
            let state = state.as_ref().unwrap();
            assert_eq!(state.accumulators.len(), D);
            for (actual, expected) in state.accumulators.iter().zip(&options.accumulators[i]) {
                case.state("accumulator", i, actual, expected);
            }
            assert_eq!(state.momentum.is_some(), options.momentum > 0.0);
            if let Some(momentum) = &state.momentum {
                case.state("momentum", i, momentum, &options.momenta[i]);
            }
        }
    }
    let cases = file().sm3;
    assert_eq!(cases.len(), 6);
    for case in cases {
        match case.options.shape.len() {
            1 => follow::<B, 1>(&case, device),
            2 => follow::<B, 2>(&case, device),
            _ => follow::<B, 3>(&case, device),
        }
    }
}

#[derive(Deserialize)]
struct FtrlOptions {
    learning_rate_power: f64,
    initial_accumulator_value: f32,
    l1: f64,
    l2: f64,
    l2_shrinkage: f64,
    beta: f64,
    accumulators: Vec<Vec<f32>>,
    linears: Vec<Vec<f32>>,
}

/// From weights of zero; from others, with the linear term that Keras begins with.
fn ftrl_matches_keras<B: Backend>(device: &B::Device) {
    let cases = file().ftrl;
    assert_eq!(cases.len(), 8);
    let mut zeros = 0;
    for case in cases {
        let options = &case.options;
        let config = FtrlProximalConfig::new();
        if case.name == "default" {
            assert_eq!(config.learning_rate_power, options.learning_rate_power);
            let initial = options.initial_accumulator_value;
            assert_eq!(config.initial_accumulator_value, initial);
        }
        let optim = config
            .with_learning_rate_power(options.learning_rate_power)
            .with_initial_accumulator_value(options.initial_accumulator_value)
            .with_l1(options.l1)
            .with_l2(options.l2)
            .with_l2_shrinkage(options.l2_shrinkage)
            .with_beta(options.beta)
            .build();
        let from_weights = case.name == "from_weights";
        let state = from_weights.then(|| {
            let weights = vector::<B>(&case.initial, device);
            FtrlProximalState {
                step: 0,
                accumulator: weights.full_like(options.initial_accumulator_value),
                linear: weights.zeros_like(),
            }
        });
        assert_eq!(
            from_weights,
            case.initial.iter().any(|&weight| weight != 0.0)
        );
        case.follow::<B, _>(&optim, state, 1e-8, device, |i, state| {
            let accumulator = &state.accumulator;
            case.state("accumulator", i, accumulator, &options.accumulators[i]);
            case.state("linear", i, &state.linear, &options.linears[i]);
        });
        let all = case.parameters.concat();
        zeros += all.iter().filter(|&&weight| weight == 0.0).count();
    }
    assert!(zeros > 100, "the reference has few zeros to show");
}

#[derive(Deserialize)]
struct ProximalOptions {
    l1: f64,
    l2: f64,
    initial_accumulator_value: f32,
    accumulators: Vec<Vec<f32>>,
}

fn proximal_adagrad_matches_tensorflow<B: Backend>(device: &B::Device) {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case<ProximalOptions>>,
    }
    let cases = reference::<File>("proximal_adagrad.json").cases;
    assert_eq!(cases.len(), 6);
    for case in cases {
        let options = &case.options;
        let optim = ProximalAdagradConfig::new()
            .with_l1(options.l1)
            .with_l2(options.l2)
            .with_initial_accumulator_value(options.initial_accumulator_value)
            .build();
        case.follow::<B, _>(&optim, None, 5e-7, device, |i, state| {
            let accumulator = &state.accumulator;
            case.state("accumulator", i, accumulator, &options.accumulators[i]);
        });
    }
}

#[derive(Deserialize)]
struct NormOptions {
    eps: f64,
    initial_accumulator_value: f32,
    accumulators: Vec<f32>,
}

fn adagrad_norm_matches_the_formula<B: Backend>(device: &B::Device) {
    let cases = file().adagrad_norm;
    assert_eq!(cases.len(), 3);
    for case in cases {
        let options = &case.options;
        let optim = AdagradNormConfig::new()
            .with_epsilon(options.eps)
            .with_initial_accumulator_value(options.initial_accumulator_value)
            .build();
        case.follow::<B, _>(&optim, None, 0.0, device, |i, state| {
            let expected = [options.accumulators[i]];
            case.state("accumulator", i, &state.accumulator, &expected);
        });
    }
}
