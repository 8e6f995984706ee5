//! What stands in a file: names, layouts and types.

use std::path::Path;

use crate::common::{on_each_backend, values};
use crate::file::{self, floats, transposed};
use burn::backend::{Autodiff, Flex};
use burn::module::{AutodiffModule, Module, ModuleMapper, Param};
use burn::nn::{
    BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig, LinearLayout,
};
use burn::optim::record::AdaptorRecord;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Tensor};
use burn_adagrad::interchange::{AdagradOptimizer, load_pytorch, save_pytorch};
use burn_adagrad::nn::{
    BagMode, SparseEmbedding, SparseEmbeddingBag, SparseEmbeddingBagConfig, SparseEmbeddingConfig,
    SparseLinear, SparseLinearConfig,
};
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{Adagrad, AdagradConfig, AdagradState};
use safetensors::{Dtype, SafeTensors};

on_each_backend!(
    every_layer_has_pytorchs_names_and_layouts,
    what_was_saved_is_loaded,
    a_parameter_that_was_never_stepped_has_the_first_state,
    files_of_other_float_types_are_loaded,
);

/// One of each kind.
#[derive(Module, Debug)]
struct Mixed<B: Backend> {
    words: SparseEmbedding<B>,
    bags: SparseEmbeddingBag<B>,
    rows: SparseLinear<B>,
    batch_norm: BatchNorm<B>,
    layer_norm: LayerNorm<B>,
    layers: Vec<Linear<B>>,
}

/// Casts all parameters, and has them trained.
struct Cast(DType);

impl<B: AutodiffBackend> ModuleMapper<B> for Cast {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        param.map(|tensor| Tensor::from_inner(tensor.inner().cast(self.0)).require_grad())
    }
}

fn mixed<B: AutodiffBackend>(device: &B::Device) -> Mixed<B> {
    Mixed {
        words: SparseEmbeddingConfig::new(7, 3).init(device),
        bags: SparseEmbeddingBagConfig::new(8, 3)
            .with_mode(BagMode::Mean)
            .init(device),
        rows: SparseLinearConfig::new(9, 3).init(device),
        batch_norm: BatchNormConfig::new(3).init(device),
        layer_norm: LayerNormConfig::new(3).init(device),
        layers: vec![
            LinearConfig::new(3, 2).init(device),
            // Stored by columns: the same layer, otherwise in memory. As burn makes it, it would
            // not be trained beyond the first step.
            LinearConfig::new(2, 4)
                .with_layout(LinearLayout::Col)
                .init(device)
                .map(&mut Cast(DType::F32)),
        ],
    }
}

fn step<B: AutodiffBackend>(model: Mixed<B>, optim: &mut impl Optimizer<Mixed<B>, B>) -> Mixed<B> {
    let bags = CsrBatch::from_bags(8, &[vec![1, 5], vec![7]]).unwrap();
    let rows = CsrBatch::new(9, vec![0, 1, 2], vec![8, 2], vec![0.5, -1.0]).unwrap();
    let sum = model.words.forward(&[6, 2]).unwrap()
        + model.bags.forward(&bags)
        + model.rows.forward_csr(&rows);
    let mut hidden = model.layer_norm.forward(model.batch_norm.forward(sum));
    for layer in &model.layers {
        hidden = layer.forward(hidden);
    }
    let loss = hidden.powf_scalar(2.0).sum();
    let grads = GradientsParams::from_grads(loss.backward(), &model);
    optim.step(0.1, model, grads)
}

fn trained<B: AutodiffBackend>(
    device: &B::Device,
) -> (Mixed<B>, impl AdagradOptimizer<Mixed<B>, B>) {
    let mut optim = AdagradConfig::new().init_sparse();
    let mut model = mixed(device);
    for _ in 0..3 {
        model = step(model, &mut optim);
    }
    (model, optim)
}

fn every_layer_has_pytorchs_names_and_layouts<B: Backend>(device: &B::Device) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mixed.safetensors");
    let (model, optim) = trained::<Autodiff<B>>(device);
    save_pytorch(&path, &model, &optim).unwrap();
    let file = file::read(&path);

    let layout: Vec<(&str, &[usize])> = vec![
        ("bags.weight", &[8, 3]),
        ("batch_norm.bias", &[3]),
        ("batch_norm.running_mean", &[3]),
        ("batch_norm.running_var", &[3]),
        ("batch_norm.weight", &[3]),
        ("layer_norm.bias", &[3]),
        ("layer_norm.weight", &[3]),
        ("layers.0.bias", &[2]),
        ("layers.0.weight", &[2, 3]),
        ("layers.1.bias", &[4]),
        ("layers.1.weight", &[4, 2]),
        ("rows.bias", &[3]),
        ("rows.weight", &[3, 9]),
        ("words.weight", &[7, 3]),
    ];
    let mut expected = Vec::new();
    for &(name, shape) in &layout {
        expected.push((name.to_owned(), shape.to_vec()));
        if !name.contains("running") {
            expected.push((format!("optimizer.{name}.sum"), shape.to_vec()));
            expected.push((format!("optimizer.{name}.step"), vec![]));
        }
    }
    expected.sort();
    let found = file
        .iter()
        .map(|(name, (_, shape, _))| (name.clone(), shape.clone()));
    assert_eq!(found.collect::<Vec<_>>(), expected);

    for (name, tensor) in &file {
        assert_eq!(tensor.0, Dtype::F32, "{name}");
        if name.ends_with(".step") {
            assert_eq!(floats(tensor), [3.0], "{name}");
        }
    }
    let of = |name: &str| floats(&file[name]);
    let inner = model.valid();
    assert_eq!(of("words.weight"), values(&inner.words.weight.val()));
    assert_eq!(of("bags.weight"), values(&inner.bags.weight.val()));
    assert_eq!(
        of("batch_norm.weight"),
        values(&inner.batch_norm.gamma.val())
    );
    assert_eq!(
        of("batch_norm.running_mean"),
        values(&inner.batch_norm.running_mean.value())
    );
    let rows = values(&inner.rows.weight.val());
    assert_eq!(of("rows.weight"), transposed(&rows, 3));
    for (layer, name) in inner
        .layers
        .iter()
        .zip(["layers.0.weight", "layers.1.weight"])
    {
        let [_, out] = layer.weight.dims();
        assert_eq!(of(name), transposed(&values(&layer.weight.val()), out));
    }

    // The rows that were looked up are those whose sums are not 0.
    let words = of("optimizer.words.weight.sum");
    let touched = words.chunks(3).map(|row| row.iter().any(|&sum| sum > 0.0));
    let expected = (0..7).map(|row| row == 2 || row == 6);
    assert!(touched.eq(expected));
    let rows = transposed(&of("optimizer.rows.weight.sum"), 9);
    let touched = rows.chunks(3).map(|row| row.iter().any(|&sum| sum > 0.0));
    let expected = (0..9).map(|row| row == 2 || row == 8);
    assert!(touched.eq(expected));

    let bytes = std::fs::read(&path).unwrap();
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = metadata.metadata().clone().unwrap();
    assert_eq!(
        metadata.into_iter().collect::<Vec<_>>(),
        [("format".into(), "pt".into())]
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

fn what_was_saved_is_loaded<B: Backend>(device: &B::Device) {
    let dir = tempfile::tempdir().unwrap();
    let [first, second] = ["first", "second"].map(|name| dir.path().join(name));
    let (model, optim) = trained::<Autodiff<B>>(device);
    save_pytorch(&first, &model, &optim).unwrap();

    let mut with_counter = file::read(&first);
    let counter = (Dtype::I64, vec![], 3_i64.to_le_bytes().to_vec());
    with_counter.insert("batch_norm.num_batches_tracked".into(), counter);
    file::write(&second, &with_counter);

    for path in [&first, &second] {
        let fresh = AdagradConfig::new().init_sparse();
        let (loaded, loaded_optim) =
            load_pytorch(path, mixed::<Autodiff<B>>(device), fresh).unwrap();
        let again = dir.path().join("again");
        save_pytorch(&again, &loaded, &loaded_optim).unwrap();
        assert!(std::fs::read(&first).unwrap() == std::fs::read(again).unwrap());
    }

    // It is also the same model, not only the same file.
    let fresh = AdagradConfig::new().init_sparse();
    let (loaded, mut loaded_optim) =
        load_pytorch(&first, mixed::<Autodiff<B>>(device), fresh).unwrap();
    save_pytorch(&first, &step(loaded, &mut loaded_optim), &loaded_optim).unwrap();
    let mut optim = optim;
    save_pytorch(&second, &step(model, &mut optim), &optim).unwrap();
    assert!(std::fs::read(&first).unwrap() == std::fs::read(&second).unwrap());
}

fn a_parameter_that_was_never_stepped_has_the_first_state<B: Backend>(device: &B::Device) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new.safetensors");
    let optim = AdagradConfig::keras().init::<Autodiff<B>, Linear<Autodiff<B>>>();
    let model = LinearConfig::new(3, 2).init(device);
    save_pytorch(&path, &model, &optim).unwrap();
    let file = file::read(&path);
    assert_eq!(floats(&file["optimizer.weight.sum"]), [0.1; 6]);
    assert_eq!(floats(&file["optimizer.weight.step"]), [0.0]);
    assert_eq!(floats(&file["optimizer.bias.sum"]), [0.1; 2]);

    // Loaded, it is that state, whatever the optimizer that loads it begins with.
    let optim = AdagradConfig::new().init::<Autodiff<B>, Linear<Autodiff<B>>>();
    let (_, optim) = load_pytorch(&path, model.clone(), optim).unwrap();
    let state = state::<Autodiff<B>, 2>(&optim, &model.weight);
    assert_eq!((state.step, values(&state.accumulator)), (0, vec![0.1; 6]));
}

/// The state of a parameter.
fn state<B: AutodiffBackend, const D: usize>(
    optim: &impl AdagradOptimizer<Linear<B>, B>,
    param: &Param<Tensor<B, D>>,
) -> AdagradState<B::InnerBackend, D> {
    let mut record = optim.to_record();
    let record: AdaptorRecord<Adagrad, B> = record.remove(&param.id).unwrap();
    record.into_state()
}

fn files_of_other_float_types_are_loaded<B: Backend>(device: &B::Device) {
    type L<B> = Linear<Autodiff<B>>;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("double.safetensors");
    let init = || AdagradConfig::new().init::<Autodiff<B>, L<B>>();
    let model: L<B> = LinearConfig::new(2, 1).with_bias(false).init(device);
    let tensors = [
        ("weight", file::double(&[1, 2], &[0.1, -3.0])),
        ("optimizer.weight.sum", file::double(&[1, 2], &[0.7, 0.0])),
        ("optimizer.weight.step", file::double(&[], &[33_554_433.0])),
    ];
    file::write(
        &path,
        &tensors
            .map(|(name, tensor)| (name.to_owned(), tensor))
            .into(),
    );
    let (model, optim) = load_pytorch(&path, model, init()).unwrap();
    assert_eq!(model.weight.val().dtype(), DType::F32);
    assert_eq!(values(&model.weight.val()), [0.1, -3.0]);
    let found = state(&optim, &model.weight);
    assert_eq!(
        (found.step, found.accumulator.dtype()),
        (33_554_433, DType::F32)
    );
    assert_eq!(values(&found.accumulator), [0.7, 0.0]);

    // More steps than an f32 can count are written as an f64.
    save_pytorch(&path, &model, &optim).unwrap();
    let file = file::read(&path);
    assert_eq!(
        file["optimizer.weight.step"],
        file::double(&[], &[33_554_433.0])
    );
}

fn dtypes(path: &Path) -> Vec<(String, Dtype)> {
    let types = |(name, (dtype, _, _))| (name, dtype);
    file::read(path).into_iter().map(types).collect()
}

/// Half-precision parameters have accumulators in f32, f64 ones in f64, and all go as they are.
#[test]
fn types_are_kept() {
    type A = Autodiff<Flex>;
    let device = Default::default();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("half.safetensors");
    let types = [
        (DType::F16, Dtype::F16, Dtype::F32),
        (DType::BF16, Dtype::BF16, Dtype::F32),
        (DType::F64, Dtype::F64, Dtype::F64),
    ];
    for (dtype, weight, sum) in types {
        let fresh = || {
            let config = LinearConfig::new(2, 1).with_bias(false);
            config.init::<A>(&device).map(&mut Cast(dtype))
        };
        let mut optim = AdagradConfig::new().init::<A, Linear<A>>();
        let mut model = fresh();
        for _ in 0..3 {
            let inputs = Tensor::<A, 2>::from_data([[0.3, -0.7]], (&device, dtype));
            let grads = GradientsParams::from_grads(model.forward(inputs).sum().backward(), &model);
            model = optim.step(0.1, model, grads);
        }
        save_pytorch(&path, &model, &optim).unwrap();
        assert_eq!(
            dtypes(&path),
            [
                ("optimizer.weight.step".into(), Dtype::F32),
                ("optimizer.weight.sum".into(), sum),
                ("weight".into(), weight),
            ]
        );
        let before = std::fs::read(&path).unwrap();
        let optim = AdagradConfig::new().init::<A, Linear<A>>();
        let (model, optim) = load_pytorch(&path, fresh(), optim).unwrap();
        assert_eq!(model.weight.val().dtype(), dtype);
        save_pytorch(&path, &model, &optim).unwrap();
        assert!(before == std::fs::read(&path).unwrap());
    }
}
