//! What every optimizer of the crate promises, on random gradients.

use crate::common::{assert_close, bits, check, on_each_backend, values, vector};
use burn::backend::NdArray;
use burn::grad_clipping::GradientClippingConfig;
use burn::optim::SimpleOptimizer;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_adagrad::kernel::reference::{self, AdagradOptions};
use burn_adagrad::{Adagrad, AdagradConfig, EpsilonPlacement};
use proptest::prelude::*;

on_each_backend!(
    a_coordinate_without_gradient_stays,
    accumulators_never_decrease,
    paths_follow_the_scalar_formula,
    scaled_gradients_give_the_same_path,
    clipping_and_state_reach_the_module,
);

const N: usize = 7;

/// Gradients of one parameter of `N` elements over some steps; about a third are zero, the others
/// have sizes from 1e-6 to 1e3.
fn gradients() -> impl Strategy<Value = Vec<Vec<f32>>> {
    let element = prop_oneof![
        1 => Just(0.0_f32),
        2 => (-6.0_f32..3.0, any::<bool>()).prop_map(|(exponent, negative)| {
            let size = 10.0_f32.powf(exponent);
            if negative { -size } else { size }
        }),
    ];
    prop::collection::vec(prop::collection::vec(element, N), 1..12)
}

fn parameters() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-2.0_f32..2.0, N)
}

/// Every option but weight decay.
fn configs() -> impl Strategy<Value = AdagradConfig> {
    (
        prop_oneof![Just(0.0), 0.0..1.0_f64],
        prop_oneof![Just(0.0_f64), Just(1e-10), Just(1e-5), Just(0.1)],
        any::<bool>(),
        prop_oneof![Just(0.0_f32), Just(0.1)],
        any::<bool>(),
    )
        .prop_map(|(lr_decay, epsilon, inside, initial, maximize)| {
            AdagradConfig::new()
                .with_lr_decay(lr_decay)
                .with_epsilon(epsilon)
                .with_epsilon_placement(if inside {
                    EpsilonPlacement::InsideSqrt
                } else {
                    EpsilonPlacement::OutsideSqrt
                })
                .with_initial_accumulator_value(initial)
                .with_maximize(maximize)
        })
}

/// The parameter and the accumulator before the first step (accumulator empty) and after each.
fn path<B: Backend>(
    optim: &Adagrad,
    lr: f64,
    start: &[f32],
    gradients: &[Vec<f32>],
    device: &B::Device,
) -> Vec<(Vec<f32>, Vec<f32>)> {
    let mut parameter = vector::<B>(start, device);
    let mut state = None;
    gradients
        .iter()
        .map(|gradient| {
            let stepped = optim.step(
                lr,
                parameter.clone(),
                vector(gradient, device),
                state.take(),
            );
            (parameter, state) = stepped;
            let accumulator = values(&state.as_ref().unwrap().accumulator);
            (values(&parameter), accumulator)
        })
        .collect()
}

fn a_coordinate_without_gradient_stays<B: Backend>(device: &B::Device) {
    let strategy = (configs(), parameters(), gradients());
    check::<B, _>(device, strategy, |(config, start, gradients)| {
        let mut before = (start.clone(), vec![config.initial_accumulator_value; N]);
        let path = path::<B>(&config.build(), 0.1, &start, &gradients, device);
        for (gradient, after) in gradients.iter().zip(path) {
            for i in (0..N).filter(|&i| gradient[i] == 0.0) {
                prop_assert_eq!(before.0[i].to_bits(), after.0[i].to_bits());
                prop_assert_eq!(before.1[i].to_bits(), after.1[i].to_bits());
            }
            before = after;
        }
        Ok(())
    });
}

fn accumulators_never_decrease<B: Backend>(device: &B::Device) {
    let strategy = (configs(), 0.0..1.0, parameters(), gradients());
    check::<B, _>(device, strategy, |(config, decay, start, gradients)| {
        let mut before = vec![config.initial_accumulator_value; N];
        let config = config.with_weight_decay(decay);
        for (_, after) in path::<B>(&config.build(), 0.1, &start, &gradients, device) {
            prop_assert!(
                before
                    .iter()
                    .zip(&after)
                    .all(|(before, after)| after >= before)
            );
            before = after;
        }
        Ok(())
    });
}

/// Against the formula in f64, one element after the other.
fn paths_follow_the_scalar_formula<B: Backend>(device: &B::Device) {
    let strategy = (
        configs(),
        prop_oneof![Just(0.0), 0.0..0.5],
        parameters(),
        gradients(),
    );
    check::<B, _>(device, strategy, |(config, decay, start, gradients)| {
        let options = AdagradOptions {
            lr_decay: config.lr_decay,
            epsilon: config.epsilon,
            epsilon_inside_sqrt: config.epsilon_placement == EpsilonPlacement::InsideSqrt,
            maximize: config.maximize,
            weight_decay: decay,
        };
        let mut parameter: Vec<f64> = start.iter().map(|&value| value.into()).collect();
        let mut accumulator = vec![f64::from(config.initial_accumulator_value); N];
        let optim = config.with_weight_decay(decay).build();
        let path = path::<B>(&optim, 0.1, &start, &gradients, device);
        for (i, (gradient, (ours, sum))) in gradients.iter().zip(path).enumerate() {
            let gradient: Vec<f64> = gradient.iter().map(|&value| value.into()).collect();
            // Where g + λθ nearly cancels, the rounding of θ decides the sign of a full step, and
            // the paths part for good.
            let decayed = parameter.iter().map(|theta| options.weight_decay * theta);
            let sign = if options.maximize { -1.0 } else { 1.0 };
            let cancels = gradient
                .iter()
                .zip(decayed)
                .any(|(g, d)| g * d != 0.0 && (sign * g + d).abs() < 0.25 * (g.abs() + d.abs()));
            if cancels {
                break;
            }
            reference::adagrad(
                &options,
                0.1,
                i + 1,
                &mut parameter,
                &gradient,
                &mut accumulator,
            );
            let f32s = |values: &[f64]| -> Vec<f32> { values.iter().map(|&x| x as f32).collect() };
            assert_close("accumulator", &sum, &f32s(&accumulator), 1e-5, 1e-30);
            assert_close("parameter", &ours, &f32s(&parameter), 1e-6, 4e-6);
        }
        Ok(())
    });
}

/// With ε = 0 the size of the gradients is of no account: a power of two changes no bit, any other
/// factor only the rounding.
fn scaled_gradients_give_the_same_path<B: Backend>(device: &B::Device) {
    let strategy = (parameters(), gradients(), -8..8_i32, 1e-3..1e3_f32);
    check::<B, _>(device, strategy, |(start, gradients, exponent, factor)| {
        let optim = AdagradConfig::new().with_epsilon(0.0).build();
        let plain = path::<B>(&optim, 0.1, &start, &gradients, device);
        let scaled = |factor: f32| {
            let gradients: Vec<Vec<f32>> = gradients
                .iter()
                .map(|gradient| gradient.iter().map(|g| g * factor).collect())
                .collect();
            path::<B>(&optim, 0.1, &start, &gradients, device)
        };
        let doubled = scaled(2.0_f32.powi(exponent));
        let any = scaled(factor);
        for ((plain, doubled), any) in plain.iter().zip(doubled).zip(any) {
            prop_assert_eq!(bits(&plain.0), bits(&doubled.0));
            assert_close("scaled", &any.0, &plain.0, 1e-6, 1e-6);
        }
        Ok(())
    });
}

/// The whole way: module, gradients, clipping, adaptor.
fn clipping_and_state_reach_the_module<B: Backend>(device: &B::Device) {
    use burn::backend::Autodiff;
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::{GradientsParams, Optimizer};

    let step = |clipping| {
        let mut model: Linear<Autodiff<B>> = LinearConfig::new(3, 1).with_bias(false).init(device);
        let before = values(&model.weight.val());
        // An ε as large as the gradient makes the step depend on the gradient's size.
        let config = AdagradConfig::new()
            .with_epsilon(4.0)
            .with_grad_clipping(clipping);
        let mut optim = config.init::<Autodiff<B>, Linear<Autodiff<B>>>();
        let inputs = Tensor::<Autodiff<B>, 2>::ones([1, 3], device) * 4.0;
        let grads = model.forward(inputs).sum().backward();
        let grads = GradientsParams::from_grads(grads, &model);
        model = optim.step(0.1, model, grads);
        assert_eq!(optim.to_record().len(), 1);
        before[0] - values(&model.weight.val())[0]
    };
    assert_close("not clipped", &[step(None)], &[0.1 * 4.0 / 8.0], 1e-5, 1e-7);
    let clipped = step(Some(GradientClippingConfig::Value(1.0)));
    assert_close("clipped", &[clipped], &[0.1 * 1.0 / 5.0], 1e-5, 1e-7);
}

#[test]
fn every_mistake_in_a_configuration_is_named() {
    let error = AdagradConfig::new()
        .with_lr_decay(f64::INFINITY)
        .with_epsilon(-1e-8)
        .with_initial_accumulator_value(f32::NAN)
        .with_weight_decay(-0.1)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(0.0)))
        .try_build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid AdagradConfig: lr_decay = inf (must be finite and at least 0); \
         epsilon = -1e-8 (must be finite and at least 0); \
         initial_accumulator_value = NaN (must be finite and at least 0); \
         weight_decay = -0.1 (must be finite and at least 0); \
         grad_clipping = 0.0 (must be finite and above 0)"
    );
    assert!(AdagradConfig::new().with_epsilon(0.0).try_build().is_ok());
}

#[test]
#[should_panic(expected = "invalid AdagradConfig: epsilon = NaN")]
fn init_panics_with_the_message_of_try_init() {
    use burn::backend::Autodiff;
    use burn_adagrad::SparseNN;
    type B = Autodiff<NdArray>;
    let _ = AdagradConfig::new()
        .with_epsilon(f64::NAN)
        .init::<B, SparseNN<B>>();
}
