//! The modules and their loss.

use crate::common::{assert_close, bits, on_each_backend, values, vector};
use burn::backend::{Autodiff, NdArray};
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_adagrad::nn::binary_cross_entropy_with_logits;
use burn_adagrad::{SimpleNN, SimpleNNConfig, SparseNN, SparseNNConfig};

on_each_backend!(
    weights_start_as_in_pytorch,
    seeded_weights_are_the_same_on_every_backend,
    forward_is_the_formula,
    loss_and_gradient_are_the_formula,
);

/// A network's first layer as the burn layer that it stands for.
fn first<B: Backend>(model: &SparseNN<B>) -> Linear<B> {
    Linear {
        weight: (*model.fc1.weight).clone(),
        bias: model.fc1.bias.clone(),
    }
}

fn bias<B: Backend>(layer: &Linear<B>) -> Vec<f32> {
    values(&layer.bias.as_ref().unwrap().val())
}

/// U(−1/√n, 1/√n) for weight and bias, n the number of inputs.
fn weights_start_as_in_pytorch<B: Backend>(device: &B::Device) {
    let config = SparseNNConfig::new(400).with_hidden_size(100);
    for model in [config.init::<B>(device), config.init_seeded(0, device)] {
        for (layer, inputs) in [(&first(&model), 400.0_f32), (&model.fc2, 100.0)] {
            let bound = 1.0 / inputs.sqrt();
            let weight = values(&layer.weight.val());
            let all = [weight.clone(), bias(layer)].concat();
            assert!(all.iter().all(|w| w.abs() <= bound));
            if weight.len() > 1000 {
                let largest = weight.iter().fold(0.0_f32, |max, w| max.max(w.abs()));
                assert!(largest > 0.99 * bound);
                let mean = weight.iter().sum::<f32>() / weight.len() as f32;
                assert!(mean.abs() < 0.02 * bound, "mean {mean}");
                // The variance of U(−b, b) is b²/3.
                let square = weight.iter().map(|w| w * w).sum::<f32>() / weight.len() as f32;
                assert!(
                    (square * 3.0 / (bound * bound) - 1.0).abs() < 0.03,
                    "{square}"
                );
            }
        }
        let spread = bias(&first(&model));
        assert!(spread.iter().any(|&b| b > 0.02) && spread.iter().any(|&b| b < -0.02));
    }
    assert_eq!(
        SimpleNN::<B>::new(device).num_params(),
        10 * 5 + 5 + 5 * 2 + 2
    );
    assert_eq!(
        SparseNNConfig::new(100).init::<B>(device).num_params(),
        5101
    );
}

fn seeded_weights_are_the_same_on_every_backend<B: Backend>(device: &B::Device) {
    let ours = SparseNNConfig::new(8).init_seeded::<B>(5, device);
    let theirs = SparseNNConfig::new(8).init_seeded::<NdArray>(5, &Default::default());
    let other = SparseNNConfig::new(8).init_seeded::<B>(6, device);
    assert_eq!(
        bits(&values(&ours.fc1.weight.val())),
        bits(&values(&theirs.fc1.weight.val()))
    );
    assert_eq!(bits(&bias(&ours.fc2)), bits(&bias(&theirs.fc2)));
    assert_ne!(
        values(&ours.fc1.weight.val()),
        values(&other.fc1.weight.val())
    );
    let simple = |seed| SimpleNNConfig::new().init_seeded::<B>(seed, device);
    assert_eq!(bias(&simple(1).fc2), bias(&simple(1).fc2));
    assert_ne!(bias(&simple(1).fc2), bias(&simple(2).fc2));
}

/// x·W + b on the host, in f64, with W as [in, out].
fn linear<B: Backend>(layer: &Linear<B>, x: &[f64]) -> Vec<f64> {
    let weight = values(&layer.weight.val());
    let bias = bias(layer);
    (0..bias.len())
        .map(|out| {
            let products = x.iter().enumerate();
            let sum: f64 = products
                .map(|(i, x)| x * f64::from(weight[i * bias.len() + out]))
                .sum();
            sum + f64::from(bias[out])
        })
        .collect()
}

fn relu(x: Vec<f64>) -> Vec<f64> {
    x.into_iter().map(|x| x.max(0.0)).collect()
}

fn forward_is_the_formula<B: Backend>(device: &B::Device) {
    let row: Vec<f32> = (0..10).map(|i| (i as f32 * 1.7).sin()).collect();
    let x: Vec<f64> = row.iter().map(|&x| x.into()).collect();
    let inputs = vector::<B>(&row, device).reshape([1, 10]);
    let f32s = |numbers: Vec<f64>| -> Vec<f32> { numbers.iter().map(|&x| x as f32).collect() };

    let model: SimpleNN<B> = SimpleNNConfig::new().init_seeded(1, device);
    let expected = f32s(linear(&model.fc2, &relu(linear(&model.fc1, &x))));
    assert_close(
        "SimpleNN",
        &values(&model.forward(inputs.clone())),
        &expected,
        1e-5,
        1e-6,
    );

    let model: SparseNN<B> = SparseNNConfig::new(10).init_seeded(1, device);
    let logits = linear(&model.fc2, &relu(linear(&first(&model), &x)));
    let probability = f32s(vec![1.0 / (1.0 + (-logits[0]).exp())]);
    let ours = values(&model.forward_logits(inputs.clone()));
    assert_close("logits", &ours, &f32s(logits), 1e-5, 1e-6);
    assert_close(
        "probability",
        &values(&model.forward(inputs)),
        &probability,
        1e-5,
        0.0,
    );
}

fn loss_and_gradient_are_the_formula<B: Backend>(device: &B::Device) {
    let logits = [
        0.0_f32, -0.0, 1.5, -3.0, 40.0, -40.0, 90.0, -200.0, 1e4, 0.0,
    ];
    let targets = [1.0_f32, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.5];
    let n = logits.len() as f64;
    let tensor = |values: &[f32]| vector::<Autodiff<B>>(values, device).reshape([values.len(), 1]);

    let x = tensor(&logits).require_grad();
    let loss = binary_cross_entropy_with_logits(x.clone(), tensor(&targets));
    let gradient = x.grad(&loss.backward()).unwrap();

    let pairs = || {
        logits
            .iter()
            .zip(&targets)
            .map(|(&x, &y)| (f64::from(x), f64::from(y)))
    };
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let expected = pairs().map(|(x, y)| softplus(x) - y * x).sum::<f64>() / n;
    assert_close("loss", &values(&loss), &[expected as f32], 1e-6, 0.0);
    let slopes = pairs().map(|(x, y)| ((1.0 / (1.0 + (-x).exp()) - y) / n) as f32);
    let slopes: Vec<f32> = slopes.collect();
    assert_close("gradient", &values(&gradient), &slopes, 1e-6, 1e-8);
}

/// The mean over a batch does not hide one wrong row behind the others.
#[test]
fn loss_of_one_row_is_minus_log_of_the_probability() {
    let device = Default::default();
    let model: SparseNN<NdArray> = SparseNNConfig::new(3).init_seeded(9, &device);
    let inputs = Tensor::from_floats([[0.5, -1.0, 2.0]], &device);
    let probability = values(&model.forward(inputs.clone()))[0];
    for (target, probability) in [(1.0, probability), (0.0, 1.0 - probability)] {
        let targets = Tensor::from_floats([[target]], &device);
        let loss = binary_cross_entropy_with_logits(model.forward_logits(inputs.clone()), targets);
        assert_close("loss", &values(&loss), &[-probability.ln()], 1e-4, 0.0);
    }
}
