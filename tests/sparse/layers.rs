//! What users of embeddings expect: tensors of ids, padding, a norm that no vector exceeds, weights in
//! bags, and a vocabulary that grows.

use burn::backend::{Autodiff, NdArray};
use burn::module::{AutodiffModule, Module, Param};
use burn::nn::{Embedding, EmbeddingConfig};
use burn::optim::{GradientsParams, Optimizer};
use burn::record::{FullPrecisionSettings, NamedMpkBytesRecorder, Recorder};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};
use burn_adagrad::error::{CsrError, StepError};
use burn_adagrad::nn::{
    BagMode, SparseEmbedding, SparseEmbeddingBag, SparseEmbeddingBagConfig, SparseEmbeddingConfig,
};
use burn_adagrad::optim::{RowOptimizer, SparseAdaptor, clip_grad_norm};
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{
    AccumulatorDecayConfig, AdagradConfig, AdagradNormConfig, FtrlProximalConfig, PenaltySchedule,
    ProximalAdagradConfig, RowWiseAdagradConfig,
};

use crate::common::{assert_close, bits, is_cpu, matrix, on_each_backend, values};

on_each_backend!(
    tensors_of_ids_are_looked_up_as_by_burns_embedding,
    padding_is_zero_and_never_moves,
    long_vectors_are_shortened_as_by_pytorch,
    weights_in_bags_count,
    a_vocabulary_that_grows_is_one_that_was_large_from_the_start,
);

const ROWS: usize = 10;
const DIM: usize = 3;

fn numbers(rows: usize) -> Vec<f32> {
    (0..rows * DIM)
        .map(|i| (i as f32 * 1.3).sin() * 2.0)
        .collect()
}

/// Set while decay is due that somebody has seen already.
#[test]
fn padding_can_be_said_late() {
    type B = Autodiff<NdArray>;
    let mut layer = embedding::<B>(SparseEmbeddingConfig::new(ROWS, DIM), &Default::default());
    let config = AdagradConfig::new().with_decoupled_weight_decay(0.5);
    let mut optim = config.init_sparse();
    let loss = layer.forward(&[1, 2]).unwrap().sum();
    let grads = GradientsParams::from_grads(loss.backward(), &layer);
    layer = optim.step(0.1, layer, grads);
    let before = values(&layer.weight.val());
    layer.weight = layer.weight.with_padding_idx(3);
    let mut expected = before;
    expected[3 * DIM..4 * DIM].fill(0.0);
    assert_eq!(values(&layer.weight.val()), expected);
}

/// FTRL's state cannot be made at a rate of 0, and is not made wrong there.
#[test]
fn nothing_grows_at_a_rate_of_zero() {
    type B = Autodiff<NdArray>;
    let device = Default::default();
    let mut layer = embedding::<B>(SparseEmbeddingConfig::new(2, DIM), &device);
    let mut optim = FtrlProximalConfig::new().init_sparse::<B, SparseEmbedding<B>>();
    let step = |optim: &mut SparseAdaptor<_, _, _>, layer: SparseEmbedding<B>| {
        let loss = layer.forward(&[0, 1]).unwrap().sum();
        let grads = GradientsParams::from_grads(loss.backward(), &layer);
        optim.try_step(0.1, layer, grads)
    };
    layer = step(&mut optim, layer).unwrap();
    layer.weight = layer.weight.append(Tensor::ones([1, DIM], &device));
    optim.grow(0.0, &layer);
    let error = step(&mut optim, layer.clone()).unwrap_err();
    assert!(matches!(error, StepError::StateShape { .. }), "{error}");
    optim.grow(0.1, &layer);
    layer = step(&mut optim, layer).unwrap();
    assert!(
        values(&layer.weight.val())
            .iter()
            .all(|weight| weight.is_finite())
    );
}

fn embedding<B: Backend>(config: SparseEmbeddingConfig, device: &B::Device) -> SparseEmbedding<B> {
    // The same weights whatever the initializer.
    let layer: SparseEmbedding<B> = config.init(device);
    let rows = config.n_embedding;
    let mut record = layer.clone().into_record();
    record.weight = Param::from_tensor(matrix(&numbers(rows), DIM, device));
    layer.load_record(record)
}

fn tensors_of_ids_are_looked_up_as_by_burns_embedding<B: Backend>(device: &B::Device) {
    type A<B> = Autodiff<B>;
    let sparse = embedding::<A<B>>(SparseEmbeddingConfig::new(ROWS, DIM), device);
    let mut dense: Embedding<A<B>> = EmbeddingConfig::new(ROWS, DIM).init(device);
    dense.weight = Param::from_tensor(matrix(&numbers(ROWS), DIM, device));
    let ids = || Tensor::<A<B>, 2, Int>::from_ints([[3, 0, 9], [3, 3, 1]], device);
    let ours = sparse.forward(ids()).unwrap();
    let burns = dense.forward(ids());
    assert_eq!(ours.dims(), [2, 3, DIM]);
    assert_eq!(values(&ours), values(&burns));

    let mut sparse_optim = AdagradConfig::new().init_sparse();
    let mut dense_optim = AdagradConfig::new().init();
    let loss = |vectors: Tensor<A<B>, 3>| vectors.powi_scalar(2).sum();
    let grads = GradientsParams::from_grads(loss(ours).backward(), &sparse);
    let sparse = sparse_optim.step(0.1, sparse, grads);
    let grads = GradientsParams::from_grads(loss(burns).backward(), &dense);
    let dense = dense_optim.step(0.1, dense, grads);
    let (sparse, dense) = (values(&sparse.weight.val()), values(&dense.weight.val()));
    assert_close("stepped", &sparse, &dense, 1e-6, 1e-6);

    // A list; and no ids at all, in both ways.
    let layer = embedding::<B>(SparseEmbeddingConfig::new(ROWS, DIM), device);
    let list = Tensor::<B, 1, Int>::from_ints([3, 0], device);
    let vectors = values(&layer.forward(list).unwrap());
    assert_eq!(vectors, values(&layer.forward(&[3, 0]).unwrap()));
    for [batch, length] in [[2, 0], [0, 2], [0, 0]] {
        let none = Tensor::<B, 2, Int>::zeros([batch, length], device);
        assert_eq!(layer.forward(none).unwrap().dims(), [batch, length, DIM]);
    }
}

fn padding_is_zero_and_never_moves<B: Backend>(device: &B::Device) {
    type A<B> = Autodiff<B>;
    let config = SparseEmbeddingConfig::new(ROWS, DIM).with_padding_idx(Some(4));
    let layer: SparseEmbedding<A<B>> = config.init(device);
    let row = |layer: &SparseEmbedding<A<B>>, row: usize| {
        values(&layer.weight.val())[row * DIM..(row + 1) * DIM].to_vec()
    };
    assert_eq!(row(&layer, 4), [0.0; DIM]);
    let (before, four) = (row(&layer, 2), [0.0; DIM]);
    let mut optim = AdagradConfig::new()
        .with_decoupled_weight_decay(0.1)
        .init_sparse();
    let ids = Tensor::<A<B>, 2, Int>::from_ints([[2, 4], [4, 4]], device);
    let vectors = layer.forward(ids).unwrap();
    assert_eq!(values(&vectors)[DIM..], [0.0; 3 * DIM]);
    let loss = (vectors - 1.0).powi_scalar(2).sum();
    let grads = GradientsParams::from_grads(loss.backward(), &layer);
    let layer = optim.step(0.1, layer, grads);
    assert_eq!(row(&layer, 4), four);
    assert_ne!(row(&layer, 2), before);

    // Nor by a gradient of the whole table, alone and beside one of rows.
    let mut layer = layer;
    for by_rows in [false, true] {
        let mut loss = (layer.weight.val() - 1.0).powi_scalar(2).sum();
        if by_rows {
            loss = loss + layer.forward(&[2, 4, 7]).unwrap().sum();
        }
        let mut slopes: Vec<f32> = values(&layer.weight.val())
            .iter()
            .map(|weight| 2.0 * (weight - 1.0))
            .collect();
        for id in [2, 7] {
            for slope in &mut slopes[id * DIM..(id + 1) * DIM] {
                *slope += f32::from(u8::from(by_rows));
            }
        }
        slopes[4 * DIM..5 * DIM].fill(0.0);
        let expected = slopes.iter().map(|slope| slope * slope).sum::<f32>().sqrt();
        let grads = GradientsParams::from_grads(loss.backward(), &layer);
        let (grads, norm) = clip_grad_norm(&layer, grads, 1.0);
        assert!((norm as f32 - expected).abs() < 1e-4 * expected, "{norm}");
        let before = row(&layer, 3);
        layer = optim.step(0.1, layer, grads);
        assert_eq!(row(&layer, 4), four);
        assert_ne!(row(&layer, 3), before);
    }

    // In bags, a mean over what counts.
    let config = SparseEmbeddingBagConfig::new(ROWS, DIM).with_padding_idx(Some(0));
    for (mode, parts) in [(BagMode::Mean, 2.0), (BagMode::Sum, 1.0)] {
        let layer: SparseEmbeddingBag<B> = config.clone().with_mode(mode).init(device);
        let bags = CsrBatch::from_bags(ROWS, &[vec![0, 3, 0, 5], vec![0, 0], vec![]]).unwrap();
        let table = values(&layer.weight.val());
        let sums = (0..DIM).map(|i| (table[3 * DIM + i] + table[5 * DIM + i]) / parts);
        let expected: Vec<f32> = sums.chain([0.0; 2 * DIM]).collect();
        let bags = values(&layer.forward(&bags));
        assert_close(&format!("{mode:?}"), &bags, &expected, 1e-6, 1e-6);
    }
}

/// PyTorch shortens in the forward pass, in place: the path is that of a table whose rows are shortened
/// before each pass that looks them up.
fn long_vectors_are_shortened_as_by_pytorch<B: Backend>(device: &B::Device) {
    type A<B> = Autodiff<B>;
    let max_norm = 1.5_f32;
    let config = SparseEmbeddingConfig::new(ROWS, DIM).with_max_norm(Some(max_norm));
    let mut layer = embedding::<A<B>>(config, device);
    let adagrad = AdagradConfig::new().with_decoupled_weight_decay(0.1);
    let mut optim = adagrad.init_sparse::<A<B>, SparseEmbedding<A<B>>>();
    let plain = SparseEmbeddingConfig::new(ROWS, DIM);
    let mut twin = embedding::<A<B>>(plain.clone(), device);
    let mut twin_optim = adagrad.init_sparse::<A<B>, SparseEmbedding<A<B>>>();
    for step in 0..6_u32 {
        let ids = [step, 9 - step, step];
        // By hand, in the twin.
        let mut table = values(&twin.weight.val());
        for &id in &ids {
            let row = &mut table[id as usize * DIM..][..DIM];
            let norm = row.iter().map(|w| w * w).sum::<f32>().sqrt();
            if norm > max_norm {
                row.iter_mut().for_each(|w| *w *= max_norm / (norm + 1e-7));
            }
        }
        twin.weight = twin
            .weight
            .map(|_| matrix(&table, DIM, device).require_grad());

        let vectors = layer.forward(&ids).unwrap();
        let expected = twin.forward(&ids).unwrap();
        assert_close("vectors", &values(&vectors), &values(&expected), 1e-5, 1e-6);
        let valid = values(&layer.valid().forward(&ids).unwrap());
        assert_close("valid", &valid, &values(&expected), 1e-5, 1e-6);
        let loss = |vectors: Tensor<A<B>, 2>| (vectors - 2.0).powi_scalar(2).sum();
        let grads = GradientsParams::from_grads(loss(vectors).backward(), &layer);
        layer = optim.step(0.3, layer, grads);
        let grads = GradientsParams::from_grads(loss(expected).backward(), &twin);
        twin = twin_optim.step(0.3, twin, grads);
        let (ours, twins) = (values(&layer.weight.val()), values(&twin.weight.val()));
        assert_close("weights", &ours, &twins, 1e-5, 1e-5);
    }
    let longest = values(&layer.weight.val())
        .chunks(DIM)
        .map(|row| row.iter().map(|w| w * w).sum::<f32>().sqrt())
        .fold(0.0, f32::max);
    assert!(
        longest > max_norm,
        "a step may lengthen a row until it is next looked up"
    );
}

fn weights_in_bags_count<B: Backend>(device: &B::Device) {
    let layer: SparseEmbeddingBag<B> = SparseEmbeddingBagConfig::new(ROWS, DIM).init(device);
    let weighted = CsrBatch::from_weighted_bags(ROWS, &[vec![(3, 0.5), (7, -2.0)]]).unwrap();
    let table = values(&layer.weight.val());
    let expected: Vec<f32> = (0..DIM)
        .map(|i| 0.5 * table[3 * DIM + i] - 2.0 * table[7 * DIM + i])
        .collect();
    assert_close(
        "bag",
        &values(&layer.forward(&weighted)),
        &expected,
        1e-6,
        1e-6,
    );
    let error = CsrBatch::from_weighted_bags(3, &[vec![(0, 1.0), (2, f32::NAN)]]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "entry 1 (row 0): value is NaN, which is not finite"
    );
}

/// Ten rows, then five more, beside fifteen from the start.
fn a_vocabulary_that_grows_is_one_that_was_large_from_the_start<B: Backend>(device: &B::Device) {
    type Layer<B> = SparseEmbedding<Autodiff<B>>;
    fn run<B: Backend, O: RowOptimizer<B>>(
        what: &str,
        optim: impl Fn() -> SparseAdaptor<O, Layer<B>, Autodiff<B>>,
        device: &B::Device,
    ) {
        let all = numbers(15);
        let large: Layer<B> = embedding(SparseEmbeddingConfig::new(15, DIM), device);
        let mut small: Layer<B> = embedding(SparseEmbeddingConfig::new(10, DIM), device);
        let (mut large, mut large_optim, mut small_optim) = (large, optim(), optim());
        let step = |layer: Layer<B>, optim: &mut SparseAdaptor<_, _, _>, ids: &[u32]| {
            let loss = (layer.forward(ids).unwrap() - 0.3).powi_scalar(2).sum();
            let grads = GradientsParams::from_grads(loss.backward(), &layer);
            optim.step(0.1, layer, grads)
        };
        for step_number in 0..6 {
            let ids = [step_number, 9 - step_number, 2];
            large = step(large, &mut large_optim, &ids);
            small = step(small, &mut small_optim, &ids);
        }
        // A gradient from before the rows came is stepped after.
        let grads = |layer: &Layer<B>| {
            let loss = layer.forward(&[1, 2]).unwrap().powi_scalar(2).sum();
            GradientsParams::from_grads(loss.backward(), layer)
        };
        let (large_grads, small_grads) = (grads(&large), grads(&small));
        small = small.append(matrix(&all[10 * DIM..], DIM, device));
        assert_eq!(small.weight.dims(), [15, DIM]);
        assert!(small.weight.is_require_grad());
        if what != "norm" {
            let mut forgetful = small_optim.clone();
            let error = forgetful
                .try_step(0.1, small.clone(), grads(&small))
                .unwrap_err();
            assert!(
                matches!(error, StepError::StateShape { .. }),
                "{what}: {error}"
            );
            assert!(error.to_string().contains("call `grow`"), "{what}: {error}");
        }
        small_optim.grow(0.1, &small);
        large = large_optim.step(0.1, large, large_grads);
        small = small_optim.step(0.1, small, small_grads);
        for step_number in 0..6 {
            let ids = [step_number + 9, 3, 14 - step_number];
            large = step(large, &mut large_optim, &ids);
            small = step(small, &mut small_optim, &ids);
        }
        let (small, large) = (values(&small.weight.val()), values(&large.weight.val()));
        if is_cpu::<B>(device) {
            assert_eq!(bits(&small), bits(&large), "{what}");
        } else {
            assert_close(what, &small, &large, 1e-5, 1e-6);
        }
    }
    let decay = Some(AccumulatorDecayConfig::new(2, 0.5));
    let adagrad = AdagradConfig::new()
        .with_initial_accumulator_value(0.1)
        .with_lr_decay(0.1)
        .with_accumulator_decay(decay);
    run::<B, _>("adagrad", || adagrad.init_sparse(), device);
    let row_wise = RowWiseAdagradConfig::new().with_initial_accumulator_value(0.2);
    run::<B, _>("row-wise", || row_wise.init_sparse(), device);
    run::<B, _>("norm", || AdagradNormConfig::new().init_sparse(), device);
    let ftrl = FtrlProximalConfig::new().with_l1(0.01).with_beta(1.0);
    run::<B, _>("ftrl", || ftrl.init_sparse(), device);
    let proximal = ProximalAdagradConfig::new()
        .with_l1(0.01)
        .with_penalty_schedule(PenaltySchedule::WithGradient);
    run::<B, _>("proximal", || proximal.init_sparse(), device);
}

#[test]
fn an_id_that_there_is_not_is_named_with_its_place() {
    let device = Default::default();
    let layer: SparseEmbedding<NdArray> = SparseEmbeddingConfig::new(100, 2).init(&device);
    let ids = |ids: [[i64; 3]; 2]| Tensor::<NdArray, 2, Int>::from_data(ids, &device);
    let error = layer.forward(ids([[1, 2, 3], [4, 100, -6]])).unwrap_err();
    let expected = CsrError::IdOutOfRange {
        row: 1,
        column: Some(1),
        id: 100,
        n_embedding: 100,
    };
    assert_eq!(error, expected);
    assert_eq!(
        error.to_string(),
        "ids[1][1]: id 100 is not one of the 100 ids from 0 on"
    );
    let huge = layer
        .forward(ids([[1, 2, 1 << 40], [0, 0, 0]]))
        .unwrap_err();
    assert!(
        huge.to_string().starts_with("ids[0][2]: id 1099511627776"),
        "{huge}"
    );
    let list = Tensor::<NdArray, 1, Int>::from_ints([0, -1], &device);
    let error = layer.forward(list).unwrap_err();
    assert!(error.to_string().starts_with("ids[1]: id -1"), "{error}");
    let error = layer.forward(&vec![0, 7, 100]).unwrap_err();
    assert!(error.to_string().starts_with("ids[2]: id 100"), "{error}");
}

#[test]
#[should_panic(expected = "padding_idx = 3 (must be below the number of rows, 3)")]
fn padding_must_be_a_row() {
    let config = SparseEmbeddingConfig::new(3, 2).with_padding_idx(Some(3));
    let _: SparseEmbedding<NdArray> = config.init(&Default::default());
}

#[test]
#[should_panic(expected = "max_norm = 0.0 (must be finite and above 0)")]
fn a_norm_must_be_above_zero() {
    let config = SparseEmbeddingConfig::new(3, 2).with_max_norm(Some(0.0));
    let _: SparseEmbedding<NdArray> = config.init(&Default::default());
}

#[test]
#[should_panic(expected = "numbers in a new row")]
fn new_rows_have_the_width_of_the_table() {
    let layer: SparseEmbedding<NdArray> =
        SparseEmbeddingConfig::new(3, 2).init(&Default::default());
    layer.append(Tensor::zeros([1, 3], &Default::default()));
}

/// Layers with options have the record of burn's `Embedding` still, in formats without names too.
#[test]
fn options_are_no_part_of_a_record() {
    let device = Default::default();
    let config = SparseEmbeddingConfig::new(4, 2)
        .with_padding_idx(Some(1))
        .with_max_norm(Some(1.0));
    let layer: SparseEmbedding<NdArray> = config.init(&device);
    let recorder = NamedMpkBytesRecorder::<FullPrecisionSettings>::default();
    let expected = values(&layer.weight.val());
    let bytes = Recorder::<NdArray>::record(&recorder, layer.clone().into_record(), ()).unwrap();
    let dense: Embedding<NdArray> = EmbeddingConfig::new(4, 2).init(&device);
    let dense = dense.load_record(Recorder::<NdArray>::load(&recorder, bytes, &device).unwrap());
    assert_eq!(values(&dense.weight.val()), expected);
    // What was loaded keeps the options of the layer that loads it.
    let mut record = layer.clone().into_record();
    record.weight = dense.into_record().weight;
    let loaded = layer.load_record(record);
    assert_eq!(values(&loaded.forward(&[1]).unwrap()), [0.0, 0.0]);
}
