//! Clipping by the norm of all gradients together, and clipping of half-precision gradients.

use burn::backend::{Autodiff, Flex, NdArray};
use burn::grad_clipping::GradientClippingConfig;
use burn::module::{Module, ModuleMapper, Param};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsAccumulator, GradientsParams, MultiGradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend, Device as _};
use burn::tensor::{DType, Tensor};
use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
use burn_adagrad::optim::{RowOptimizer, clip_grad_norm};
use burn_adagrad::sparse::RowGradient;
use burn_adagrad::{
    AdagradConfig, AdagradNormConfig, FtrlProximalConfig, PenaltySchedule, ProximalAdagradConfig,
    RowWiseAdagradConfig,
};

use crate::common::{assert_close, matrix, on_each_backend, values};

on_each_backend!(the_norm_is_that_of_pytorchs_formula);

const ROWS: usize = 6;

#[derive(Module, Debug)]
struct Net<B: Backend> {
    table: SparseEmbedding<B>,
    fc: Linear<B>,
}

fn net<B: Backend>(device: &B::Device) -> Net<B> {
    let mut table = SparseEmbeddingConfig::new(ROWS, 2).init(device);
    let numbers: Vec<f32> = (0..2 * ROWS).map(|i| (i as f32).sin()).collect();
    table.weight = Param::from_tensor(matrix(&numbers, 2, device)).into();
    let mut fc = LinearConfig::new(2, 1).with_bias(false).init(device);
    fc.weight = Param::from_tensor(matrix(&[0.5, -0.25], 1, device));
    Net { table, fc }
}

/// The norm of no gradient is 0, not −0.
#[test]
fn the_norm_of_nothing_is_zero() {
    let net = net::<Autodiff<NdArray>>(&Default::default());
    let (_, norm) = clip_grad_norm(&net, GradientsParams::new(), 1.0);
    assert_eq!(norm.to_bits(), 0.0_f64.to_bits());
    let loss = net.table.forward(&[]).unwrap().sum();
    let grads = GradientsParams::from_grads(loss.backward(), &net.table);
    let (_, norm) = clip_grad_norm(&net.table, grads, 1.0);
    assert_eq!(norm.to_bits(), 0.0_f64.to_bits());
}

fn gradients<B: AutodiffBackend>(net: &Net<B>, ids: &[u32]) -> GradientsParams {
    let loss = net.fc.forward(net.table.forward(ids).unwrap()).sum();
    GradientsParams::from_grads(loss.backward(), net)
}

/// The gradient of the sum is known by hand: (0.5, −0.25) for each time that a row is named, and the sum of
/// the rows for the layer above.
fn by_hand<B: Backend>(net: &Net<B>, ids: &[u32]) -> (Vec<f32>, Vec<f32>) {
    let table = values(&net.table.weight.val());
    let (mut rows, mut above) = (vec![0.0; 2 * ROWS], vec![0.0; 2]);
    for &id in ids {
        for (column, slope) in [0.5, -0.25].into_iter().enumerate() {
            rows[2 * id as usize + column] += slope;
            above[column] += table[2 * id as usize + column];
        }
    }
    (rows, above)
}

/// max_norm/(norm + 1e-6), at most 1; repeated rows, two passes, several limits.
fn the_norm_is_that_of_pytorchs_formula<B: Backend>(device: &B::Device) {
    let passes: [&[u32]; 2] = [&[1, 4, 1, 1], &[4, 0]];
    for max_norm in [0.1, 2.0, 1e3] {
        let net = net::<Autodiff<B>>(device);
        let before = values(&net.table.weight.val());
        let (rows, above) = by_hand(&net, &passes.concat());
        let squares = rows.iter().chain(&above).map(|&x| f64::from(x).powi(2));
        let expected = squares.sum::<f64>().sqrt();
        let factor = (max_norm / (expected + 1e-6)).min(1.0) as f32;

        let mut accumulator = GradientsAccumulator::new();
        for ids in passes {
            let grads = gradients(&net, ids);
            accumulator.accumulate(&net, grads);
        }
        let (grads, norm) = clip_grad_norm(&net, accumulator.grads(), max_norm);
        assert!(
            (norm - expected).abs() < 1e-4 * expected,
            "{norm} {expected}"
        );
        let slope = grads.get::<B, 2>(net.fc.weight.id).unwrap();
        let scaled: Vec<f32> = above.iter().map(|x| x * factor).collect();
        assert_close("above", &values(&slope), &scaled, 1e-4, 1e-6);
        // The accumulator of 1 makes the size of a gradient count.
        let config = AdagradConfig::new().with_initial_accumulator_value(1.0);
        let net = config.init_sparse().step(0.1, net, grads);
        let moved = |(&g, before): (&f32, f32)| {
            let g = g * factor;
            before - 0.1 * g / (1.0 + g * g).sqrt()
        };
        let expected: Vec<f32> = rows.iter().zip(before).map(moved).collect();
        let weights = values(&net.table.weight.val());
        assert_close("rows", &weights, &expected, 1e-5, 1e-6);

        // The optimizer's own, over the same gradients.
        let other = self::net::<Autodiff<B>>(device);
        let mut optim = config.init_sparse().with_max_grad_norm(max_norm);
        let grads = gradients(&other, &passes.concat());
        let other = optim.step(0.1, other, grads);
        assert_close(
            "an option",
            &values(&other.table.weight.val()),
            &weights,
            1e-5,
            1e-6,
        );
    }
    // Without gradients there is no norm.
    let net = net::<Autodiff<B>>(device);
    let (grads, norm) = clip_grad_norm(&net, GradientsParams::new(), 1.0);
    assert_eq!((grads.len(), norm), (0, 0.0));
}

/// A table that is used by rows and whole in one pass, as by a penalty over all parameters: its gradient is the sum.
#[test]
fn the_norm_of_rows_and_the_whole_table_is_that_of_their_sum() {
    let device = Default::default();
    let net = net::<Autodiff<NdArray>>(&device);
    let weights = values(&net.table.weight.val());
    let (mut expected, above) = by_hand(&net, &[1, 4, 1]);
    let outputs = net.fc.forward(net.table.forward(&[1, 4, 1]).unwrap());
    let penalty = net.table.weight.val().powi_scalar(2).sum();
    let grads = GradientsParams::from_grads((outputs.sum() + penalty).backward(), &net);
    for (slope, weight) in expected.iter_mut().zip(weights) {
        *slope += 2.0 * weight;
    }
    let squares = expected.iter().chain(&above).map(|&x| f64::from(x).powi(2));
    let expected = squares.sum::<f64>().sqrt();
    let (_, norm) = clip_grad_norm(&net, grads, 0.1);
    assert!((norm - expected).abs() < 1e-5, "{norm} {expected}");
}

/// A module without tables, and one that shows a parameter twice, which counts once.
#[test]
fn any_module_can_be_clipped() {
    type B = Autodiff<NdArray>;
    let device = Default::default();
    let mut layer: Linear<B> = LinearConfig::new(2, 2).with_bias(false).init(&device);
    layer.weight = Param::from_tensor(matrix(&[1.0, 0.0, 0.0, 1.0], 2, &device));
    let inputs = || matrix::<B>(&[3.0, 4.0], 2, &device);
    let loss = layer.forward(inputs()).sum();
    let grads = GradientsParams::from_grads(loss.backward(), &layer);
    // (3, 3, 4, 4): a norm of √50.
    let (grads, norm) = clip_grad_norm(&layer, grads, 1.0);
    assert!((norm - 50.0_f64.sqrt()).abs() < 1e-6);
    let slope = values(&grads.get::<NdArray, 2>(layer.weight.id).unwrap());
    let scaled = [3.0, 3.0, 4.0, 4.0].map(|x: f32| x / 50.0_f32.sqrt());
    assert_close("slope", &slope, &scaled, 1e-5, 0.0);

    let tied = [layer.clone(), layer];
    let loss = tied[0].forward(tied[1].forward(inputs())).sum();
    let grads = GradientsParams::from_grads(loss.backward(), &tied.to_vec());
    let slope = values(&grads.get::<NdArray, 2>(tied[0].weight.id).unwrap());
    let expected = slope.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
    let (grads, norm) = clip_grad_norm(&tied.to_vec(), grads, 1.0);
    assert!((norm - expected.sqrt()).abs() < 1e-5);
    let scaled: Vec<f32> = slope.iter().map(|x| x / norm as f32).collect();
    let slope = values(&grads.get::<NdArray, 2>(tied[0].weight.id).unwrap());
    assert_close("tied", &slope, &scaled, 1e-5, 1e-6);
}

/// A loss that is NaN is not made a healthy one, on vectors long enough for burn's own `clamp` to do so.
#[test]
fn clipping_leaves_nan_as_it_is() {
    type A = Autodiff<NdArray>;
    let device = Default::default();
    let config = AdagradConfig::new().with_grad_clipping(Some(GradientClippingConfig::Value(1.0)));
    for by_rows in [true, false] {
        let layer: SparseEmbedding<A> = SparseEmbeddingConfig::new(2, 64).init(&device);
        let vectors = match by_rows {
            true => layer.forward(&[0, 1]).unwrap(),
            false => layer.weight.val(),
        };
        let grads = GradientsParams::from_grads((vectors * f32::NAN).sum().backward(), &layer);
        let layer = config.init_sparse().step(0.1, layer, grads);
        assert!(
            values(&layer.weight.val())
                .iter()
                .all(|weight| weight.is_nan())
        );
    }
}

/// A late gradient is an error before anything has moved, clipped or not, of one device or of several.
#[test]
fn late_gradients_are_told_before_anything_moves() {
    type A = Autodiff<NdArray>;
    let device = burn::backend::ndarray::NdArrayDevice::Cpu;
    let start = net::<A>(&device);
    let late = || {
        let late = gradients(&start, &[1]);
        for _ in 0..1500 {
            drop(gradients(&start, &[2; 500]));
        }
        late
    };
    for max_norm in [None, Some(1.0)] {
        for several in [false, true] {
            let mut optim = AdagradConfig::new().init_sparse::<A, Net<A>>();
            if let Some(max_norm) = max_norm {
                optim = optim.with_max_grad_norm(max_norm);
            }
            let before = values(&start.fc.weight.val());
            let late = late();
            let step = || match several {
                false => optim.step(0.1, start.clone(), late),
                true => {
                    let grads = vec![(late, device.to_id())];
                    optim.step_multi(0.1, start.clone(), MultiGradientsParams { grads })
                }
            };
            let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(step)).unwrap_err();
            let message = panic.downcast::<String>().unwrap();
            assert!(message.contains("no longer remembered"), "{message}");
            assert_eq!(values(&start.fc.weight.val()), before);
        }
    }
}

#[test]
#[should_panic(expected = "max_norm = NaN (must be finite and above 0)")]
fn a_norm_that_is_no_number_is_refused() {
    let net = net::<Autodiff<NdArray>>(&Default::default());
    clip_grad_norm(&net, GradientsParams::new(), f64::NAN);
}

#[test]
#[should_panic(expected = "max_grad_norm = 0 (must be finite and above 0)")]
fn a_norm_of_zero_is_refused() {
    let optim = AdagradConfig::new().init_sparse::<Autodiff<NdArray>, Net<Autodiff<NdArray>>>();
    let _ = optim.with_max_grad_norm(0.0);
}

/// Makes every parameter one of a type.
struct Cast(DType);

impl<B: AutodiffBackend> ModuleMapper<B> for Cast {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let (id, tensor, mapper) = param.consume();
        let tensor = Tensor::from_inner(tensor.inner().cast(self.0)).require_grad();
        Param::from_mapped_value(id, tensor, mapper)
    }
}

type HalfNet = Net<Autodiff<Flex>>;

fn half(dtype: DType) -> HalfNet {
    net(&Default::default()).map(&mut Cast(dtype))
}

/// A row named three times with slopes of 40,000: the sum is beyond f16, and is taken in f32.
#[test]
fn contributions_to_a_row_are_summed_in_f32() {
    for dtype in [DType::F16, DType::BF16] {
        let net = half(dtype);
        let before = values(&net.table.weight.val());
        let vectors = net.table.forward(&[1, 1, 1, 2]).unwrap();
        assert_eq!(vectors.dtype(), dtype);
        let loss = (vectors.mul_scalar(40_000.0)).sum();
        let grads = GradientsParams::from_grads(loss.backward(), &net);
        let net = AdagradConfig::new().init_sparse().step(0.125, net, grads);
        let after = values(&net.table.weight.val());
        let mut moved = vec![0.0; 2 * ROWS];
        // A first step has the length of the rate, whatever the gradient.
        moved[2..6].fill(0.125);
        let expected: Vec<f32> = before.iter().zip(moved).map(|(b, m)| b - m).collect();
        assert_close("rows", &after, &expected, 1e-2, 1e-3);
    }
}

/// burn squares in f16, where 300² is infinite and the clipped gradient is zero.
#[test]
fn norms_are_computed_in_f32() {
    fn moved(config: &AdagradConfig, dtype: DType, by_rows: bool) -> [f32; 2] {
        let net = half(dtype);
        let before = values(&net.table.weight.val());
        let after = if by_rows {
            let vectors = net.table.forward(&[3]).unwrap();
            let loss = vectors.mul_scalar(300.0).sum();
            let grads = GradientsParams::from_grads(loss.backward(), &net);
            config.init_sparse().step(0.5, net, grads)
        } else {
            // The gradient of the whole table, for the optimizer that knows no rows.
            let mut dense = GradientsParams::new();
            let mut slope = vec![0.0; 2 * ROWS];
            slope[6..8].fill(300.0);
            let slope = matrix::<Flex>(&slope, 2, &Default::default()).cast(dtype);
            dense.register(net.table.weight.id, slope);
            config.init().step(0.5, net, dense)
        };
        let after = values(&after.table.weight.val());
        [before[6] - after[6], before[7] - after[7]]
    }
    let config = AdagradConfig::new()
        .with_initial_accumulator_value(1.0)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(1.0)));
    // Clipped to 1/√2 each: a step of 0.5·0.7071/√1.5.
    let expected = [0.5 * 0.5_f32.sqrt() / 1.5_f32.sqrt(); 2];
    for dtype in [DType::F32, DType::F16, DType::BF16] {
        for by_rows in [true, false] {
            let moved = moved(&config, dtype, by_rows);
            assert_close(&format!("{dtype:?}"), &moved, &expected, 1e-2, 2e-3);
        }
    }

    let net = half(DType::F16);
    let loss = net.table.forward(&[3]).unwrap().mul_scalar(300.0).sum();
    let grads = GradientsParams::from_grads(loss.backward(), &net);
    let (_, norm) = clip_grad_norm(&net, grads, 1.0);
    assert!((norm - 300.0 * 2.0_f64.sqrt()).abs() < 1e-3, "{norm}");
}

/// The bare form of an optimizer clips as the one for modules does, over all weights and over rows.
#[test]
fn bare_optimizers_clip() {
    fn check<O: RowOptimizer<NdArray>>(name: &str, clipping: O, free: O) {
        let device = Default::default();
        let start = || matrix::<NdArray>(&[0.5; 6], 2, &device);
        let gradient = |factor: f32| {
            let numbers = [0.0, 0.0, 3.0, 0.0, 0.0, 4.0].map(|x| x * factor);
            matrix::<NdArray>(&numbers, 2, &device)
        };
        let rows = |factor: f32| {
            let slopes = [3.0, 0.0, 0.0, 4.0].map(|x| x * factor);
            RowGradient::new(3, &[1, 2], matrix(&slopes, 2, &device)).unwrap()
        };
        // A norm of 5, which is clipped to 1.
        let (clipped, _) = clipping.step(0.1, start(), gradient(1.0), None);
        let (expected, _) = free.step(0.1, start(), gradient(0.2), None);
        assert_close(name, &values(&clipped), &values(&expected), 1e-6, 1e-7);
        let (clipped, _) = clipping.step_rows(0.1, start(), rows(1.0), None);
        let (expected, _) = free.step_rows(0.1, start(), rows(0.2), None);
        assert_close(name, &values(&clipped), &values(&expected), 1e-6, 1e-7);
    }
    macro_rules! check {
        ($($config:expr),+ $(,)?) => {$(
            let config = $config.with_initial_accumulator_value(0.5);
            let norm = Some(GradientClippingConfig::Norm(1.0));
            let clipping = config.clone().with_grad_clipping(norm).build();
            check(stringify!($config), clipping, config.build());
        )+};
    }
    check!(
        AdagradConfig::new(),
        RowWiseAdagradConfig::new(),
        AdagradNormConfig::new(),
        FtrlProximalConfig::new(),
        ProximalAdagradConfig::new().with_penalty_schedule(PenaltySchedule::WithGradient),
    );
}
