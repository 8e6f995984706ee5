//! How row gradients travel from a forward pass to the step, and what happens on other ways.

use crate::common::{assert_close, bits, matrix, on_each_backend, values};
use burn::backend::{Autodiff, NdArray};
use burn::grad_clipping::GradientClippingConfig;
use burn::module::{AutodiffModule, Module};
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig};
use burn::optim::{
    AdamConfig, GradientsAccumulator, GradientsParams, MultiGradientsParams, Optimizer,
};
use burn::tensor::backend::{Backend, Device as _};
use burn::tensor::{Int, Tensor};
use burn_adagrad::nn::{
    SparseEmbedding, SparseEmbeddingBag, SparseEmbeddingBagConfig, SparseEmbeddingConfig,
    SparseLinear, SparseLinearConfig,
};
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{AdagradConfig, RowWiseAdagradConfig};

on_each_backend!(
    one_step_moves_dense_and_sparse_parameters,
    lookups_of_one_table_add_up,
    accumulated_gradients_are_stepped_together,
    a_clone_can_be_stepped_for_the_original,
    clipping_is_by_the_norm_of_the_rows,
    checkpoints_are_those_of_burns_layers,
);

type Layer<B> = SparseLinear<Autodiff<B>>;

fn layer<B: Backend>(device: &B::Device) -> Layer<B> {
    let layer: Layer<B> = SparseLinearConfig::new(20, 3).init(device);
    // burn draws lazy weights anew for each clone.
    values(&layer.weight.val());
    layer.bias.as_ref().map(|bias| values(&bias.val()));
    layer
}

fn batch(ids: &[u32]) -> CsrBatch {
    CsrBatch::from_bags(20, &[ids]).unwrap()
}

/// The gradients of Σ k·(output k), which differ by column.
fn gradients<B: Backend>(layer: &Layer<B>, batch: &CsrBatch) -> GradientsParams {
    let device = layer.weight.val().device();
    let slope = matrix::<Autodiff<B>>(&[1.0, 2.0, 3.0], 3, &device);
    let loss = (layer.forward_csr(batch) * slope).sum();
    GradientsParams::from_grads(loss.backward(), layer)
}

fn weights<B: Backend>(layer: &Layer<B>) -> Vec<f32> {
    values(&layer.valid().weight.val())
}

/// How far each weight went down.
fn moved<B: Backend>(before: &[f32], layer: &Layer<B>) -> Vec<f32> {
    before
        .iter()
        .zip(weights(layer))
        .map(|(b, a)| b - a)
        .collect()
}

fn one_step_moves_dense_and_sparse_parameters<B: Backend>(device: &B::Device) {
    let layer = layer::<B>(device);
    let (before, bias) = (weights(&layer), values(&layer.bias.as_ref().unwrap().val()));
    let mut optim = AdagradConfig::new().init_sparse::<Autodiff<B>, Layer<B>>();
    let grads = gradients(&layer, &batch(&[2, 7, 2]));
    // The gradient of the output and that of the bias: nothing of the table's size.
    assert_eq!(grads.len(), 2);
    assert!(grads.get::<B, 2>(layer.weight.id).is_none());
    assert_eq!(layer.num_params(), 20 * 3 + 3);

    let layer = optim.step(0.1, layer, grads);
    // A first step of Adagrad has the length of the rate.
    let expected: Vec<f32> = (0..60)
        .map(|i| if [2, 7].contains(&(i / 3)) { 0.1 } else { 0.0 })
        .collect();
    assert_close("weights", &moved(&before, &layer), &expected, 1e-5, 1e-6);
    let after = values(&layer.bias.as_ref().unwrap().val());
    let bias: Vec<f32> = bias.iter().map(|b| b - 0.1).collect();
    assert_close("bias", &after, &bias, 1e-5, 1e-6);
    assert_eq!(optim.to_record().len(), 2);
    assert!(layer.weight.is_require_grad(), "the next step needs it");
}

/// With the squares of the sums, not the sums of the squares.
fn lookups_of_one_table_add_up<B: Backend>(device: &B::Device) {
    let config = AdagradConfig::new().with_initial_accumulator_value(1.0);
    let layer = layer::<B>(device);
    let (first, second) = (batch(&[2, 7]), batch(&[7, 9]));

    let mut optim = config.init_sparse::<Autodiff<B>, Layer<B>>();
    let loss = layer.forward_csr(&first).sum() + layer.forward_csr(&second).sum();
    // Looked up, but no part of the loss.
    let unused = layer.forward_csr(&batch(&[11]));
    let grads = GradientsParams::from_grads(loss.backward(), &layer);
    let twice = optim.step(0.1, layer.clone(), grads);
    drop(unused);

    let mut optim = config.init_sparse::<Autodiff<B>, Layer<B>>();
    let both = CsrBatch::from_bags(20, &[[2, 7], [7, 9]]).unwrap();
    let grads = GradientsParams::from_grads(layer.forward_csr(&both).sum().backward(), &layer);
    let once = optim.step(0.1, layer.clone(), grads);
    assert_close("weights", &weights(&twice), &weights(&once), 1e-6, 1e-7);
    let unmoved = moved(&weights(&layer), &twice);
    assert!(unmoved[11 * 3..12 * 3].iter().all(|&moved| moved == 0.0));
}

fn accumulated_gradients_are_stepped_together<B: Backend>(device: &B::Device) {
    let config = AdagradConfig::new().with_initial_accumulator_value(1.0);
    let layer = layer::<B>(device);
    let batches = [batch(&[2, 7]), batch(&[7, 9])];

    let mut optim = config.init_sparse::<Autodiff<B>, Layer<B>>();
    let mut accumulator = GradientsAccumulator::new();
    for batch in &batches {
        accumulator.accumulate(&layer, gradients(&layer, batch));
    }
    let grads = accumulator.grads();
    let accumulated = optim.step(0.1, layer.clone(), grads);

    let mut optim = config.init_sparse::<Autodiff<B>, Layer<B>>();
    let both = CsrBatch::from_bags(20, &[[2, 7], [7, 9]]).unwrap();
    let slope = matrix::<Autodiff<B>>(&[1.0, 2.0, 3.0, 1.0, 2.0, 3.0], 3, device);
    let loss = (layer.forward_csr(&both) * slope).sum();
    let grads = GradientsParams::from_grads(loss.backward(), &layer);
    let at_once = optim.step(0.1, layer, grads);
    assert_close(
        "weights",
        &weights(&accumulated),
        &weights(&at_once),
        1e-6,
        1e-7,
    );
}

fn a_clone_can_be_stepped_for_the_original<B: Backend>(device: &B::Device) {
    let layer = layer::<B>(device);
    let clone = layer.clone();
    let mut optim = AdagradConfig::new().init_sparse::<Autodiff<B>, Layer<B>>();
    let grads = gradients(&layer, &batch(&[3]));
    let before = weights(&clone);
    let stepped = optim.step(0.1, clone, grads);
    assert!((moved(&before, &stepped)[9] - 0.1).abs() < 1e-6);
    assert_eq!(weights(&layer), before, "the original changed");

    // As gradients of several devices.
    let grads = gradients(&layer, &batch(&[3]));
    let multi = MultiGradientsParams {
        grads: vec![(grads, device.to_id())],
    };
    let mut optim = AdagradConfig::new().init_sparse::<Autodiff<B>, Layer<B>>();
    let multi = optim.step_multi(0.1, layer, multi);
    assert_close("multi", &weights(&multi), &weights(&stepped), 1e-6, 1e-7);
}

fn clipping_is_by_the_norm_of_the_rows<B: Backend>(device: &B::Device) {
    let layer = layer::<B>(device);
    let before = weights(&layer);
    // The accumulator of 1 makes the size of the gradient count.
    let mut optim = AdagradConfig::new()
        .with_initial_accumulator_value(1.0)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(0.5)))
        .init_sparse::<Autodiff<B>, Layer<B>>();
    let grads = gradients(&layer, &batch(&[2, 2, 7]));
    let layer = optim.step(0.1, layer, grads);
    // Rows 2 and 7 have gradients (2, 4, 6) and (1, 2, 3).
    let norm = f32::sqrt(5.0 * 14.0);
    let step = |g: f32| {
        let g = g * 0.5 / norm;
        0.1 * g / (1.0 + g * g).sqrt()
    };
    let moved = moved(&before, &layer);
    let rows: Vec<f32> = [2.0, 4.0, 6.0, 1.0, 2.0, 3.0].map(step).to_vec();
    assert_close("row 2", &moved[6..9], &rows[..3], 1e-3, 1e-6);
    assert_close("row 7", &moved[21..24], &rows[3..], 1e-3, 1e-6);
}

fn checkpoints_are_those_of_burns_layers<B: Backend>(device: &B::Device) {
    let linear: Linear<B> = LinearConfig::new(20, 3).init(device);
    let expected = values(&linear.weight.val());
    let record = SparseLinearRecordOf::<B>::from_linear(linear);
    let sparse: SparseLinear<B> = SparseLinearConfig::new(20, 3).init(device);
    let sparse = sparse.load_record(record.0);
    assert_eq!(values(&sparse.weight.val()), expected);

    let embedding: Embedding<B> = EmbeddingConfig::new(20, 3).init(device);
    let ids = Tensor::<B, 2, Int>::from_ints([[4, 19, 4]], device);
    let expected = values(&embedding.forward(ids));
    let bytes = save(embedding.into_record());
    let sparse: SparseEmbedding<B> = SparseEmbeddingConfig::new(20, 3).init(device);
    let sparse = sparse.load_record(load(bytes, device));
    assert_eq!(values(&sparse.forward(&[4, 19, 4]).unwrap()), expected);
}

/// A record of burn's `Linear`, read from bytes as that of a `SparseLinear`.
struct SparseLinearRecordOf<B: Backend>(<SparseLinear<B> as Module<B>>::Record);

impl<B: Backend> SparseLinearRecordOf<B> {
    fn from_linear(linear: Linear<B>) -> Self {
        let device = linear.weight.val().device();
        Self(load(save(linear.into_record()), &device))
    }
}

type Recorder = burn::record::NamedMpkBytesRecorder<burn::record::FullPrecisionSettings>;

fn save<B: Backend>(record: impl burn::record::Record<B>) -> Vec<u8> {
    burn::record::Recorder::record(&Recorder::default(), record, ()).unwrap()
}

fn load<B: Backend, R: burn::record::Record<B>>(bytes: Vec<u8>, device: &B::Device) -> R {
    burn::record::Recorder::load(&Recorder::default(), bytes, device).unwrap()
}

type B = NdArray;

/// A step on one clone leaves another's gradients for its own step.
#[test]
fn clones_keep_their_own_gradients() {
    let device = Default::default();
    let first = layer::<B>(&device);
    let second = first.clone();
    let before = weights(&first);
    let optim = || AdagradConfig::new().init_sparse::<Autodiff<B>, Layer<B>>();
    let first_grads = gradients(&first, &batch(&[2]));
    let second_grads = gradients(&second, &batch(&[5]));
    let first = optim().step(0.1, first, first_grads);
    let second = optim().step(0.1, second, second_grads);
    let went_down = |layer: &Layer<B>| -> Vec<usize> {
        let moved = moved(&before, layer);
        (0..20).filter(|row| moved[row * 3] > 0.05).collect()
    };
    assert_eq!((went_down(&first), went_down(&second)), (vec![2], vec![5]));
}

/// Neither a flush nor other steps in between take a gradient away; and what never gets one is forgotten.
#[test]
fn gradients_survive_what_comes_between() {
    let layer = layer::<B>(&Default::default());
    let before = weights(&layer);
    let mut optim = AdagradConfig::new()
        .with_decoupled_weight_decay(0.1)
        .init_sparse::<Autodiff<B>, Layer<B>>();
    let late = gradients(&layer, &batch(&[2]));
    let early = gradients(&layer, &batch(&[5]));
    let layer = optim.step(0.1, layer, early);
    let layer = optim.flush(layer);
    let layer = optim.step(0.1, layer, late);
    assert!(moved(&before, &layer)[6] > 0.05);

    let never = layer.forward_csr(&batch(&[3])).sum();
    let mut layer = layer;
    for _ in 0..40 {
        let grads = gradients(&layer, &batch(&[5]));
        layer = optim.step(0.1, layer, grads);
    }
    let grads = GradientsParams::from_grads(never.backward(), &layer);
    assert!(grads.is_empty(), "the lookup is still remembered");
}

/// The gradient belongs to weights that are no more.
#[test]
#[should_panic(expected = "was a record loaded between the forward pass and the step?")]
fn a_record_loaded_between_forward_and_step_is_told() {
    let layer = layer::<B>(&Default::default());
    let grads = gradients(&layer, &batch(&[2]));
    let other: Layer<B> = SparseLinearConfig::new(20, 3).init(&Default::default());
    let layer = layer.load_record(other.into_record());
    let mut optim = AdagradConfig::new().init_sparse::<Autodiff<B>, Layer<B>>();
    let _ = optim.step(0.1, layer, grads);
}

/// Tables without columns and batches without rows take steps that change nothing.
#[test]
fn nothing_to_step_is_no_error() {
    let device = Default::default();
    let mut optim = AdagradConfig::new().init_sparse::<Autodiff<B>, SparseEmbedding<Autodiff<B>>>();
    for width in [0, 2] {
        let layer: SparseEmbedding<Autodiff<B>> =
            SparseEmbeddingConfig::new(4, width).init(&device);
        let before = values(&layer.weight.val());
        let ids: &[u32] = if width == 0 { &[1, 3] } else { &[] };
        let loss = layer.forward(ids).unwrap().sum();
        let grads = GradientsParams::from_grads(loss.backward(), &layer);
        let layer = optim.step(0.1, layer, grads);
        assert_eq!(values(&layer.weight.val()), before);
    }
}

/// Training that would pass the table by in silence does not go on: the next lookup says why.
#[test]
#[should_panic(expected = "train it with an optimizer from `init_sparse`")]
fn an_optimizer_that_knows_no_rows_is_told() {
    let layer = layer::<B>(&Default::default());
    let grads = gradients(&layer, &batch(&[2]));
    let mut optim = AdamConfig::new().init::<Autodiff<B>, Layer<B>>();
    let layer = optim.step(0.1, layer, grads);
    layer.forward_csr(&batch(&[2]));
}

#[test]
#[should_panic(expected = "a batch over 21 features for a table of 20 rows")]
fn a_batch_of_another_width_is_refused() {
    let layer = layer::<B>(&Default::default());
    layer.forward_csr(&CsrBatch::from_ids(21, &[0]).unwrap());
}

/// Dense use of the layer is that of any burn layer, with any optimizer.
#[test]
fn dense_use_needs_no_other_optimizer() {
    let layer = layer::<B>(&Default::default());
    let before = weights(&layer);
    let inputs = Tensor::<Autodiff<B>, 2>::ones([1, 20], &Default::default());
    let loss = layer.forward(inputs).sum();
    let grads = GradientsParams::from_grads(loss.backward(), &layer);
    let layer = AdagradConfig::new().init().step(0.1, layer, grads);
    assert_close("weights", &moved(&before, &layer), &[0.1; 60], 1e-5, 1e-6);
}

/// A frozen layer, and a layer without autodiff, await no gradient.
#[test]
fn nothing_is_remembered_where_no_gradient_can_come() {
    let frozen = layer::<B>(&Default::default()).no_grad();
    let before = weights(&frozen);
    frozen.forward_csr(&batch(&[2]));
    let mut optim = AdamConfig::new().init::<Autodiff<B>, Layer<B>>();
    let frozen = optim.step(0.1, frozen, GradientsParams::new());
    assert_eq!(weights(&frozen), before);

    let valid = frozen.valid();
    valid.forward_csr(&batch(&[2]));
    assert_eq!(values(&valid.no_grad().weight.val()), before);
}

/// L2 in the gradient is refused by name before any training, and a bare step before it changes
/// anything.
#[test]
fn weight_decay_in_the_gradient_names_the_lazy_one() {
    let config = AdagradConfig::new().with_weight_decay(0.01);
    let error = config
        .try_init_sparse::<Autodiff<B>, Layer<B>>()
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "invalid AdagradConfig: weight_decay = 0.01 (must be 0 for row-sparse training: use \
         decoupled_weight_decay, which is lazy and exact)"
    );
    let none = AdagradConfig::new().with_weight_decay(0.0);
    assert!(none.try_init_sparse::<Autodiff<B>, Layer<B>>().is_ok());
    let both = [
        AdagradConfig::new()
            .with_decoupled_weight_decay(-1.0)
            .validate(),
        RowWiseAdagradConfig::new()
            .with_decoupled_weight_decay(-1.0)
            .validate(),
    ];
    let names = ["AdagradConfig", "RowWiseAdagradConfig"];
    for (error, name) in both.into_iter().zip(names) {
        assert_eq!(
            error.unwrap_err().to_string(),
            format!(
                "invalid {name}: decoupled_weight_decay = -1.0 (must be finite and at least 0)"
            )
        );
    }
}

/// Many rows, long bags, repeated ids: one thread, two and seven give the same bits, run for run.
#[test]
fn the_number_of_threads_leaves_no_trace() {
    let run = |threads: usize, row_wise: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let numbers: Vec<f32> = (0..5000 * 13).map(|i| (i as f32).sin()).collect();
            let device = Default::default();
            let mut layer: SparseEmbeddingBag<Autodiff<B>> =
                SparseEmbeddingBagConfig::new(5000, 13).init(&device);
            layer.weight = burn::module::Param::from_tensor(matrix(&numbers, 13, &device)).into();
            let bags: Vec<Vec<u32>> = (0..300_u32)
                .map(|bag| {
                    (0..40)
                        .map(|i| (bag * 31 + i * i * 7) % (1 + bag * 16))
                        .collect()
                })
                .collect();
            let batch = CsrBatch::from_bags(5000, &bags).unwrap();
            let mut adagrad = AdagradConfig::new().init_sparse();
            let mut row_wise_adagrad = RowWiseAdagradConfig::new().init_sparse();
            for _ in 0..3 {
                let loss = layer.forward(&batch).powi_scalar(2).sum();
                let grads = GradientsParams::from_grads(loss.backward(), &layer);
                layer = if row_wise {
                    row_wise_adagrad.step(0.1, layer, grads)
                } else {
                    adagrad.step(0.1, layer, grads)
                };
            }
            bits(&values(&layer.valid().weight.val()))
        })
    };
    for row_wise in [false, true] {
        let one = run(1, row_wise);
        for threads in [1, 2, 7] {
            assert!(run(threads, row_wise) == one, "{threads} threads");
        }
    }
}
