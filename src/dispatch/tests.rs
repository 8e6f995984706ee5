//! Steps over slices against the same steps in plain tensor operations.

use burn::backend::{Flex, NdArray};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::rows::{self, RowOperands};
use super::sm3::{self, Sm3Operands};
use super::{Operands, dense, plain, plain_rows};
use crate::kernel::adadelta::AdadeltaStep;
use crate::kernel::adagrad::AdagradStep;
use crate::kernel::element_wise::ElementStep;
use crate::kernel::ftrl::FtrlStep;
use crate::kernel::gradient::Direction;
use crate::kernel::momentum::MomentumStep;
use crate::kernel::norm::DescentStep;
use crate::kernel::proximal::ProximalStep;
use crate::kernel::rows::Csr;
use crate::kernel::sm3::Sm3Step;

/// Numbers of every kind: normal, denormal, zero, huge, infinite, NaN.
fn numbers(salt: usize) -> Vec<f32> {
    let special = [0.0, -0.0, 1e-40, 1e-25, 1e25, f32::INFINITY, f32::NAN];
    (0..1000)
        .map(|i| match (i * 7 + salt) % 19 {
            k if k < special.len() => special[k],
            k => ((i + salt) as f32 * 0.7).sin() * 10.0_f32.powi(k as i32 % 5 - 2),
        })
        .collect()
}

fn tensor<B: Backend>(numbers: Vec<f32>) -> Tensor<B, 2> {
    Tensor::from_data(TensorData::new(numbers, [25, 40]), &Default::default())
}

fn operands<B: Backend, const N: usize>() -> Operands<Tensor<B, 2>, N> {
    Operands {
        parameter: tensor(numbers(1)),
        gradient: tensor(numbers(2)),
        state: std::array::from_fn(|part| {
            tensor(
                numbers(3 + part)
                    .iter()
                    .map(|number| number.abs())
                    .collect(),
            )
        }),
    }
}

fn values<B: Backend>(tensor: Tensor<B, 2>) -> Vec<f32> {
    tensor.into_data().to_vec().unwrap()
}

/// The step in place and in plain operations: the parameter and the state.
type Both = [(Vec<f32>, Vec<Vec<f32>>); 2];

fn both<B: Backend, S: ElementStep<N>, const N: usize>(step: &S) -> Both {
    let stepped = dense::on_host(step, operands::<B, N>());
    let in_place = stepped.ok().expect("the plain path was taken");
    let plain = plain::element_wise(step, operands::<B, N>());
    [in_place, plain].map(|(parameter, state)| (values(parameter), state.map(values).to_vec()))
}

fn on_both_backends<S: ElementStep<N>, const N: usize>(step: &S) -> [Both; 2] {
    [both::<NdArray, S, N>(step), both::<Flex, S, N>(step)]
}

fn same_bits(a: f32, b: f32) -> bool {
    (a.is_nan() && b.is_nan()) || a.to_bits() == b.to_bits()
}

#[test]
fn adagrad_in_place_equals_the_plain_path() {
    for bits in 0..32 {
        let step = AdagradStep {
            rate: 0.01,
            epsilon: [1e-10, 0.0][bits & 1],
            epsilon_inside_sqrt: bits & 2 != 0,
            maximize: bits & 4 != 0,
            weight_decay: [0.0, 0.1][bits >> 3 & 1],
            factor: [1.0, 0.9][bits >> 4 & 1],
        };
        for [in_place, plain] in on_both_backends::<_, 1>(&step) {
            for (&in_place, &plain) in in_place.1[0].iter().zip(&plain.1[0]) {
                assert!(same_bits(in_place, plain), "{step:?}: {in_place} {plain}");
            }
            for ((in_place, plain), before) in in_place.0.into_iter().zip(plain.0).zip(numbers(1)) {
                let same = in_place == plain || (in_place.is_nan() && plain.is_nan());
                let error = (in_place - plain).abs();
                // On AVX-512 the step of a denormal gradient is an estimate.
                let allowed = 1e-6 * (plain - before).abs() + 6e-8 * plain.abs();
                assert!(
                    same || error <= allowed.max(1e-33),
                    "{step:?}: {in_place:e} {plain:e}"
                );
            }
        }
    }
}

/// The same over all rows but the first, of which the gradient is a sum of one.
fn both_by_rows<B: Backend, S: ElementStep<N>, const N: usize>(step: &S) -> Both {
    let rows: Vec<u32> = (1..25).collect();
    let offsets: Vec<usize> = (0..25).collect();
    let operands = || {
        let Operands {
            parameter,
            gradient,
            state,
        } = operands::<B, N>();
        RowOperands {
            parameter,
            rows: &rows,
            matrix: Csr {
                offsets: &offsets,
                indices: &rows,
                values: &[1.0; 24],
            },
            slopes: gradient,
            state,
        }
    };
    let stepped = rows::on_host(step, operands());
    let in_place = stepped.ok().expect("the plain path was taken");
    let plain = plain_rows::element_wise(step, operands());
    [in_place, plain].map(|(parameter, state)| (values(parameter), state.map(values).to_vec()))
}

fn assert_same<S: ElementStep<N>, const N: usize>(name: &str, step: S) {
    let by_rows = [
        both_by_rows::<NdArray, S, N>(&step),
        both_by_rows::<Flex, S, N>(&step),
    ];
    for [in_place, plain] in on_both_backends::<_, N>(&step).into_iter().chain(by_rows) {
        let in_place = in_place.1.into_iter().chain([in_place.0]);
        for (in_place, plain) in in_place.zip(plain.1.into_iter().chain([plain.0])) {
            for (i, (&a, &b)) in in_place.iter().zip(&plain).enumerate() {
                // The sign of a zero that nothing is added to may differ.
                assert!(
                    same_bits(a, b) || (a == 0.0 && b == 0.0),
                    "{name}, {i}: {a:e} {b:e}"
                );
            }
        }
    }
}

#[test]
fn the_family_in_place_equals_the_plain_path() {
    let step = |epsilon, epsilon_inside_sqrt| AdagradStep {
        rate: 0.01,
        epsilon,
        epsilon_inside_sqrt,
        maximize: epsilon_inside_sqrt,
        weight_decay: 0.1,
        factor: 0.9,
    };
    for (epsilon, inside) in [(1e-10, false), (1e-10, true), (0.0, false)] {
        let step = step(epsilon, inside);
        let momentum = MomentumStep {
            step,
            momentum: 0.8,
            nesterov: inside,
        };
        assert_same::<_, 2>("momentum", momentum);
    }
    let direction = Direction {
        maximize: true,
        weight_decay: 0.1,
    };
    let adadelta = AdadeltaStep {
        rate: 0.5,
        rho: 0.9,
        epsilon: 1e-6,
        direction,
    };
    assert_same::<_, 2>("Adadelta", adadelta);
    assert_same::<_, 0>("descent", DescentStep { rate: 0.1 });
    macro_rules! proximal {
        ($only:literal) => {{
            let step = ProximalStep::<$only> {
                rate: 0.1,
                l1: 0.3,
                l2: 0.1,
                maximize: $only,
            };
            assert_same::<_, 1>("proximal", step);
        }};
    }
    proximal!(false);
    proximal!(true);
    macro_rules! ftrl {
        ($root:literal, $shrinkage:literal) => {{
            let step = FtrlStep::<$root> {
                rate: 0.1,
                learning_rate_power: -0.4,
                l1: 0.5,
                l2: 0.1,
                l2_shrinkage: $shrinkage,
                beta: 1.0,
                maximize: $root,
            };
            assert_same::<_, 2>("FTRL", step);
        }};
    }
    ftrl!(true, 0.0);
    ftrl!(true, 0.1);
    ftrl!(false, 0.0);
}

/// A matrix and a tensor of three dimensions; without NaN, of which a maximum makes what it likes.
#[test]
fn sm3_in_place_equals_the_plain_path() {
    fn compare<B: Backend, const D: usize>(shape: [usize; D], momentum: f64) {
        let rule = Sm3Step {
            rate: 0.1,
            epsilon: 1e-8,
            momentum,
            maximize: true,
        };
        let tensor = |salt| -> Tensor<B, D> {
            let finite = |number: f32| if number.is_finite() { number } else { 0.0 };
            let numbers = numbers(salt).into_iter().map(finite).collect();
            tensor::<B>(numbers).reshape(shape)
        };
        let operands = || Sm3Operands {
            parameter: tensor(1),
            gradient: tensor(2),
            accumulators: (0..D)
                .map(|dim| {
                    tensor(3)
                        .abs()
                        .flatten::<1>(0, D - 1)
                        .slice(burn::tensor::s![0..shape[dim]])
                })
                .collect(),
            momentum: (momentum > 0.0).then(|| tensor(4)),
        };
        let stepped = sm3::on_host(&rule, operands())
            .ok()
            .expect("the plain path was taken");
        let expected = sm3::plain(&rule, operands());
        let flat = |(parameter, sums, momentum): (
            Tensor<B, D>,
            Vec<Tensor<B, 1>>,
            Option<Tensor<B, D>>,
        )| {
            let tensors = sums.into_iter().map(Tensor::into_data);
            let tensors = tensors
                .chain(momentum.map(Tensor::into_data))
                .chain([parameter.into_data()]);
            tensors
                .flat_map(|data| data.to_vec::<f32>().unwrap())
                .collect::<Vec<f32>>()
        };
        for (i, (a, b)) in flat(stepped).into_iter().zip(flat(expected)).enumerate() {
            assert!(
                same_bits(a, b) || (a == 0.0 && b == 0.0),
                "{shape:?}, {i}: {a:e} {b:e}"
            );
        }
    }
    for momentum in [0.0, 0.9] {
        compare::<NdArray, 2>([25, 40], momentum);
        compare::<Flex, 2>([40, 25], momentum);
        compare::<NdArray, 3>([10, 20, 5], momentum);
        compare::<Flex, 3>([2, 5, 100], momentum);
    }
}
