//! Reports of rates, zeros and memory.

use burn::backend::{Autodiff, Flex};
use burn::module::Module;
use burn::nn::LinearConfig;
use burn::optim::{GradientsParams, Optimizer, SimpleOptimizer};
use burn::record::Record;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use burn_adagrad::inspect::{
    Quantiles, RateReport, RateReportConfig, StateTable, ZeroReport, state_bytes,
};
use burn_adagrad::nn::{SparseLinear, SparseLinearConfig};
use burn_adagrad::optim::{EffectiveRate, StateMemory};
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{
    AdadeltaConfig, AdagradConfig, AdagradNormConfig, FtrlProximalConfig, ProximalAdagradConfig,
    RowWiseAdagradConfig, Sm3Config, SparseNNConfig,
};
use serde_json::Value;

use crate::common::{assert_close, matrix, on_each_backend, values};
use crate::optimizers::numbers;

on_each_backend!(rates_tell_how_far_a_small_gradient_moves);

/// At ten times the rate a step of no account makes the weights of FTRL ten times as large; those of no other
/// optimizer.
#[test]
fn the_caution_about_ftrl_is_true() {
    fn after_a_restart<O: EffectiveRate<Flex>>(optim: &O) -> (f32, Option<&'static str>) {
        let device = Default::default();
        let (mut parameter, mut state) = (matrix::<Flex>(&[0.3; 4], 2, &device), None);
        for _ in 0..20 {
            let gradient = matrix(&[0.5; 4], 2, &device);
            (parameter, state) = optim.step(0.1, parameter, gradient, state);
        }
        let before = values(&parameter)[0];
        let small = matrix(&[1e-6; 4], 2, &device);
        let after = values(&optim.step(1.0, parameter, small, state).0)[0];
        (after / before, optim.caution())
    }
    let (times, caution) = after_a_restart(&FtrlProximalConfig::new().build());
    assert!((times - 10.0).abs() < 1e-3, "{times}");
    assert!(caution.unwrap().contains("Do not restart the rate"));
    let (times, caution) = after_a_restart(&AdagradConfig::new().build());
    assert!((times - 1.0).abs() < 1e-3, "{times}");
    assert_eq!(caution, None);
}

/// A gradient too small to change the accumulator moves a weight by its rate times the gradient.
fn rates_tell_how_far_a_small_gradient_moves<B: Backend>(device: &B::Device) {
    fn predicts<B: Backend, O: EffectiveRate<B>>(name: &str, optim: &O, device: &B::Device) {
        let (rows, columns) = (4, 3);
        let start = matrix::<B>(&numbers(12, 1, false), columns, device);
        let (mut parameter, mut state) = (start, None);
        for step in 0..5 {
            let gradient = matrix(&numbers(12, step, false), columns, device);
            (parameter, state) = optim.step(0.1, parameter, gradient, state);
        }
        let state = state.unwrap();
        assert_eq!(optim.steps::<2>(&state), 5, "{name}");
        let rates = values(&optim.effective_rate(0.1, [rows, columns], &state));
        let small = 1e-3;
        let gradient = Tensor::full([rows, columns], small, device);
        let before = values(&parameter);
        let after = values(&optim.step(0.1, parameter, gradient, Some(state)).0);
        for (i, rate) in rates.into_iter().enumerate() {
            let moved = before[i] - after[i];
            let expected = rate * small;
            // Two roundings of a weight are all that is left of a small move.
            let allowed = 2e-2 * expected + 2.5e-7 * before[i].abs();
            assert!(
                (moved - expected).abs() <= allowed,
                "{name}, {i}: {moved} for {expected}"
            );
        }
    }
    use burn_adagrad::EpsilonPlacement::InsideSqrt;
    let adagrad = AdagradConfig::new().with_initial_accumulator_value(1.0);
    predicts::<B, _>("Adagrad", &adagrad.build(), device);
    let inside = adagrad.with_epsilon(0.5).with_epsilon_placement(InsideSqrt);
    predicts::<B, _>("Adagrad, ε inside", &inside.build(), device);
    let row_wise = RowWiseAdagradConfig::new().with_initial_accumulator_value(1.0);
    predicts::<B, _>("RowWiseAdagrad", &row_wise.build(), device);
    predicts::<B, _>("AdagradNorm", &AdagradNormConfig::new().build(), device);
    let proximal = ProximalAdagradConfig::new().with_initial_accumulator_value(1.0);
    predicts::<B, _>("ProximalAdagrad", &proximal.build(), device);
    let ftrl = FtrlProximalConfig::new().with_initial_accumulator_value(1.0);
    predicts::<B, _>("FtrlProximal", &ftrl.clone().build(), device);
    let ftrl = ftrl
        .with_l2(0.5)
        .with_beta(1.0)
        .with_learning_rate_power(-0.4);
    predicts::<B, _>("FtrlProximal, l2", &ftrl.build(), device);
    predicts::<B, _>("Sm3", &Sm3Config::new().build(), device);
}

/// Adadelta forgets a part of its averages at each step: its rate is that of the averages as they are.
#[test]
fn the_rate_of_adadelta_is_the_ratio_of_its_averages() {
    let optim = AdadeltaConfig::new().build();
    let device = Default::default();
    let gradient = || Tensor::<Flex, 1>::from_floats([2.0, 0.0], &device);
    let (_, state) = optim.step(1.0, gradient(), gradient(), None);
    let rates = values(&optim.effective_rate(0.5, [2], &state.unwrap()));
    // v = 0.4 and u = 0.1·(√(1e-6/0.400001)·2)².
    let u = 0.1 * (1e-6 / 0.400001) * 4.0;
    let expected = [0.5 * ((u + 1e-6) / 0.400001_f64).sqrt() as f32, 0.5];
    assert_close("rates", &rates, &expected, 1e-5, 0.0);
}

/// The bytes of all tensors in a record.
fn bytes_of(record: &Value) -> usize {
    match record {
        Value::Object(fields) => match (fields.get("bytes"), fields.get("dtype")) {
            (Some(Value::Array(bytes)), Some(_)) => bytes.len(),
            _ => fields.values().map(bytes_of).sum(),
        },
        Value::Array(parts) => parts.iter().map(bytes_of).sum(),
        _ => 0,
    }
}

/// What is told is what a state's record holds.
#[test]
fn state_bytes_are_those_of_the_states() {
    type B = Flex;
    fn compare<O: SimpleOptimizer<B>>(name: &str, config: &impl StateMemory, optim: O) {
        use burn::record::FullPrecisionSettings;
        for dtype in [DType::F32, DType::F64, DType::F16] {
            let tensor = |salt| {
                let numbers = numbers(30, salt, false);
                matrix::<B>(&numbers, 6, &Default::default())
                    .reshape([5, 2, 3])
                    .cast(dtype)
            };
            let (_, state) = optim.step(0.1, tensor(1), tensor(2), None);
            let item = state.unwrap().into_item::<FullPrecisionSettings>();
            let held = bytes_of(&serde_json::to_value(&item).unwrap());
            assert!(held > 0);
            let told = config.state_bytes(&[5, 2, 3], dtype);
            assert_eq!(told, held, "{name}, {dtype:?}");
        }
    }
    macro_rules! compare {
        ([] $($name:literal => $config:expr,)*) => {$(
            let config = $config;
            compare($name, &config, config.build());
        )*};
    }
    burn_adagrad::optimizers!(memory => compare []);
}

#[test]
fn the_table_of_a_module_adds_up_its_parameters() {
    // Weights of 100 × 50 and 50 × 1, biases of 50 and 1.
    let model = SparseNNConfig::new(100).init::<Flex>(&Default::default());
    let table = StateTable::of(&model);
    let weights = 100 * 50 + 50 + 50 + 1;
    assert_eq!(table.weights, weights);
    let bytes = |name: &str| {
        table
            .rows
            .iter()
            .find(|row| row.optimizer == name)
            .unwrap()
            .bytes
    };
    assert_eq!(bytes("Adagrad"), 4 * weights);
    assert_eq!(bytes("FtrlProximal"), 8 * weights);
    assert_eq!(bytes("RowWiseAdagrad"), 4 * (100 + 50 + 50 + 1));
    assert_eq!(bytes("Sm3"), 4 * (150 + 50 + 51 + 1));
    assert_eq!(bytes("AdagradNorm"), 4 * 4);
    assert_eq!(bytes("Adagrad"), state_bytes(&model, &AdagradConfig::new()));
    assert!(table.rows.is_sorted_by_key(|row| row.bytes));
    assert!(
        table
            .to_string()
            .contains(&format!("| Adagrad | {} | 4.000 |", 4 * weights))
    );
    let json = serde_json::to_string(&table).unwrap();
    assert_eq!(serde_json::from_str::<StateTable>(&json).unwrap(), table);
}

#[test]
fn zeros_are_counted_by_parameter() {
    let device = Default::default();
    let mut model = SparseNNConfig::new(4)
        .with_hidden_size(3)
        .init::<Flex>(&device);
    model.fc2 = LinearConfig::new(3, 1).init(&device);
    let weight = Tensor::<Flex, 2>::from_floats([[0.0], [-0.0], [1e-38]], &device);
    model.fc2.weight = burn::module::Param::from_tensor(weight);
    let report = ZeroReport::of(&model);
    let names: Vec<&str> = report
        .parameters
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    assert_eq!(names, ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]);
    assert_eq!(
        (report.parameters[2].weights, report.parameters[2].zeros),
        (3, 2)
    );
    assert_eq!(report.weights(), 12 + 3 + 3 + 1);
    let share = report.parameters[2].share_kept();
    assert!((share - 1.0 / 3.0).abs() < 1e-12);
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<ZeroReport>(&json).unwrap(), report);
}

#[test]
fn a_report_names_rows_that_were_never_touched_and_rates_that_are_dead() {
    type B = Autodiff<Flex>;
    let config = AdagradConfig::new();
    let mut layer: SparseLinear<B> = SparseLinearConfig::new(10, 2).init(&Default::default());
    let mut optim = config.init_sparse::<B, SparseLinear<B>>();
    let before = RateReportConfig::new(0.1).report(&config.build(), &layer, &optim.to_record());
    assert!(
        before
            .parameters
            .iter()
            .all(|part| part.steps == 0 && part.rates.is_none())
    );
    assert_eq!(before.parameters[0].rows_never_touched, 10);

    for _ in 0..3 {
        let values = vec![1.0, 2.0, 3000.0];
        let batch = CsrBatch::new(10, vec![0, 3], vec![1, 5, 9], values).unwrap();
        let grads = layer.forward_csr(&batch).sum().backward();
        let grads = GradientsParams::from_grads(grads, &layer);
        layer = optim.step(0.1, layer, grads);
    }
    // A look at the model leaves a lookup behind, which is no parameter.
    let _ = layer.forward_csr(&CsrBatch::new(10, vec![0, 1], vec![0], vec![1.0]).unwrap());
    let report = RateReportConfig::new(0.1).report(&config.build(), &layer, &optim.to_record());
    let names: Vec<&str> = report
        .parameters
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    assert_eq!(names, ["weight", "bias"]);
    let weight = &report.parameters[0];
    assert_eq!(
        (weight.rows, weight.rows_never_touched, weight.steps),
        (10, 7, 3)
    );
    // Both weights of row 9: 0.1/(3000·√3) is below 1e-3 of 0.1; those of the others are not.
    assert_eq!(weight.dead, 2);
    let rates = weight.rates.unwrap();
    let expected = [
        0.1 / 3.0_f32.sqrt(),
        0.05 / 3.0_f32.sqrt(),
        0.1 / 3000.0 / 3.0_f32.sqrt(),
    ];
    let found = [rates.max as f32, rates.median as f32, rates.min as f32];
    assert_close("rates", &found, &expected, 1e-5, 0.0);
    let lenient = RateReportConfig::new(0.1).with_dead_below(1e-5);
    assert_eq!(
        lenient
            .report(&config.build(), &layer, &optim.to_record())
            .parameters[0]
            .dead,
        0
    );

    assert!(report.to_string().contains("| weight | 3 | 10 | 7 |"));
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<RateReport>(&json).unwrap(), report);
    assert_eq!(layer.num_params(), 22);
}

#[test]
fn quantiles_are_interpolated() {
    assert_eq!(Quantiles::of(vec![]), None);
    let one = Quantiles::of(vec![2.0]).unwrap();
    assert_eq!((one.min, one.median, one.max), (2.0, 2.0, 2.0));
    let many = Quantiles::of((0..=10).rev().map(f64::from).collect()).unwrap();
    assert_eq!(
        (many.min, many.p25, many.median, many.p75, many.max),
        (0.0, 2.5, 5.0, 7.5, 10.0)
    );
    let infinite = Quantiles::of(vec![1.0, f64::INFINITY]).unwrap();
    assert_eq!((infinite.min, infinite.max), (1.0, f64::INFINITY));
    assert!((many.p05 - 0.5).abs() < 1e-12 && (many.p95 - 9.5).abs() < 1e-12);
}
