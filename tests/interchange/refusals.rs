//! Files and modules that are refused, and what is said then.

use std::path::{Path, PathBuf};

use crate::file::{self, Tensors, double, tensor};
use burn::backend::{Autodiff, NdArray};
use burn::module::{Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};
use burn_adagrad::error::{InterchangeErrorKind, LoadError};
use burn_adagrad::interchange::{load_pytorch, save_pytorch};
use burn_adagrad::{Adagrad, AdagradConfig};
use safetensors::Dtype;
use tempfile::TempDir;

type A = Autodiff<NdArray>;
type Optim<M> = OptimizerAdaptor<Adagrad, M, A>;

fn optim<M: burn::module::AutodiffModule<A>>() -> Optim<M> {
    AdagradConfig::new().init()
}

fn linear(inputs: usize, outputs: usize) -> Linear<A> {
    LinearConfig::new(inputs, outputs).init(&Default::default())
}

/// A folder with the file of a linear layer, 3 to 2.
fn saved() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.safetensors");
    save_pytorch(&path, &linear(3, 2), &optim()).unwrap();
    (dir, path)
}

type Loaded<M> = Result<(M, Optim<M>), LoadError<M, Optim<M>>>;

fn load(path: &Path) -> Loaded<Linear<A>> {
    load_pytorch(path, linear(3, 2), optim())
}

/// What is said of the layer's file after a change; the layer and its optimizer come back as they were.
#[track_caller]
fn assert_refused(change: impl FnOnce(&mut Tensors), expected: &str) {
    let (_dir, path) = saved();
    let mut tensors = file::read(&path);
    change(&mut tensors);
    file::write(&path, &tensors);
    let (model, optim) = stepped(3, 2);
    let weights = model.weight.to_data();
    let error = load_pytorch(&path, model, optim).err().unwrap();
    assert_eq!(error.to_string(), format!("{}: {expected}", path.display()));
    let (error, model, optim) = error.into_parts();
    assert_eq!(error.path(), Some(path.as_path()));
    assert_eq!(model.weight.to_data(), weights);
    assert_eq!(optim.to_record().len(), 2);
}

#[test]
fn a_file_that_is_not_there() {
    let error = load(Path::new("no/such.safetensors"))
        .err()
        .unwrap()
        .into_error();
    assert!(matches!(error.kind(), InterchangeErrorKind::Read(_)));
    let expected = "no/such.safetensors: ";
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[test]
fn a_file_of_another_format() {
    let (_dir, path) = saved();
    for bytes in [&b""[..], b"{}", b"\x80\x02}q\x00 a pickle of PyTorch's"] {
        std::fs::write(&path, bytes).unwrap();
        let error = load(&path).err().unwrap().into_error();
        assert!(matches!(error.kind(), InterchangeErrorKind::Format(_)));
        let expected = format!("{}: not a safetensors file: ", path.display());
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
}

#[test]
fn a_file_that_was_cut_short() {
    let (_dir, path) = saved();
    let bytes = std::fs::read(&path).unwrap();
    for length in 0..bytes.len() {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let error = load(&path).err().unwrap().into_error();
        assert!(matches!(error.kind(), InterchangeErrorKind::Format(_)));
    }
}

#[test]
fn tensors_that_are_missing() {
    assert_refused(|tensors| _ = tensors.remove("weight"), "it lacks weight");
    assert_refused(
        |tensors| _ = tensors.remove("optimizer.bias.step"),
        "it lacks optimizer.bias.step",
    );
    // A model alone, as PyTorch's `state_dict` is.
    assert_refused(
        |tensors| tensors.retain(|name, _| !name.starts_with("optimizer")),
        "it lacks optimizer.bias.step, optimizer.bias.sum, optimizer.weight.step, \
         optimizer.weight.sum",
    );
}

#[test]
fn tensors_that_belong_nowhere() {
    assert_refused(
        |tensors| _ = tensors.insert("scale".into(), tensor(&[], &[1.0])),
        "the module has no place for scale",
    );
    assert_refused(
        |tensors| {
            let weight = tensors.remove("weight").unwrap();
            tensors.insert("fc.weight".into(), weight);
        },
        "it lacks weight; the module has no place for fc.weight",
    );
    // A batch norm's counter, but there is no batch norm.
    assert_refused(
        |tensors| _ = tensors.insert("num_batches_tracked".into(), tensor(&[], &[1.0])),
        "the module has no place for num_batches_tracked",
    );
    assert_refused(
        |tensors| {
            for k in 10..20 {
                tensors.insert(format!("t{k}"), tensor(&[], &[1.0]));
            }
        },
        "the module has no place for t10, t11, t12, t13, t14, t15, t16, t17 and 2 more",
    );
}

#[test]
fn tensors_of_another_shape() {
    assert_refused(
        |tensors| _ = tensors.insert("weight".into(), tensor(&[3, 2], &[0.0; 6])),
        "weight: the shape is [3, 2] instead of [2, 3]",
    );
    assert_refused(
        |tensors| _ = tensors.insert("optimizer.bias.sum".into(), tensor(&[1], &[0.0])),
        "optimizer.bias.sum: the shape is [1] instead of [2]",
    );
    assert_refused(
        |tensors| _ = tensors.insert("optimizer.bias.step".into(), tensor(&[1], &[0.0])),
        "optimizer.bias.step: the shape is [1] instead of []",
    );
}

#[test]
fn tensors_of_another_type() {
    assert_refused(
        |tensors| _ = tensors.insert("bias".into(), (Dtype::I32, vec![2], vec![0; 8])),
        "bias: the type is I32, and only F16, BF16, F32 and F64 are exchanged",
    );
    assert_refused(
        |tensors| {
            let step = (Dtype::I64, vec![], vec![0; 8]);
            tensors.insert("optimizer.bias.step".into(), step);
        },
        "optimizer.bias.step: the type is I64, and only F16, BF16, F32 and F64 are exchanged",
    );
    assert_refused(
        |tensors| {
            let sum = (Dtype::F8_E4M3, vec![2], vec![0; 2]);
            tensors.insert("optimizer.bias.sum".into(), sum);
        },
        "optimizer.bias.sum: the type is F8_E4M3, and only F16, BF16, F32 and F64 are exchanged",
    );
}

#[test]
fn steps_that_are_none() {
    for (step, shown) in [
        (-1.0, "-1"),
        (2.5, "2.5"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
        (2.0_f64.powi(54), "18014398509481984"),
    ] {
        assert_refused(
            |tensors| _ = tensors.insert("optimizer.bias.step".into(), double(&[], &[step])),
            &format!(
                "optimizer.bias.step: {shown} is no number of steps, which is whole and from 0 to 2^53"
            ),
        );
    }
}

#[test]
fn sums_that_are_none() {
    for (sum, shown) in [(-1e-9, "-0.000000001"), (f64::NAN, "NaN")] {
        assert_refused(
            |tensors| _ = tensors.insert("optimizer.bias.sum".into(), double(&[2], &[0.0, sum])),
            &format!(
                "optimizer.bias.sum: element 1 is {shown}, and a sum of squares is a number not \
                 below 0"
            ),
        );
    }
    // An f32 sum overflows to infinity; such a coordinate moves no more.
    let (_dir, path) = saved();
    let mut tensors = file::read(&path);
    let sum = tensor(&[2], &[f32::INFINITY, -0.0]);
    tensors.insert("optimizer.bias.sum".into(), sum);
    file::write(&path, &tensors);
    load(&path).unwrap();
}

fn stepped(inputs: usize, outputs: usize) -> (Linear<A>, Optim<Linear<A>>) {
    step(linear(inputs, outputs), optim())
}

fn step(model: Linear<A>, mut optim: Optim<Linear<A>>) -> (Linear<A>, Optim<Linear<A>>) {
    let [inputs, _] = model.weight.dims();
    let loss = model
        .forward(Tensor::<A, 2>::ones([1, inputs], &Default::default()))
        .sum();
    let grads = GradientsParams::from_grads(loss.backward(), &model);
    (optim.step(0.1, model, grads), optim)
}

/// What is said on saving; the file that was there is still there.
#[track_caller]
fn assert_not_saved<M: burn::module::AutodiffModule<A>>(
    model: &M,
    optim: &Optim<M>,
    expected: &str,
) {
    let (dir, path) = saved();
    let before = std::fs::read(&path).unwrap();
    let error = save_pytorch(&path, model, optim).unwrap_err().to_string();
    assert_eq!(error, format!("{}: {expected}", path.display()));
    assert!(before == std::fs::read(&path).unwrap());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn an_optimizer_of_another_module() {
    let (_, optim) = stepped(3, 2);
    assert_not_saved(
        &linear(3, 2),
        &optim,
        "the optimizer has the states of 2 parameters that are not in the module",
    );
    // The same parameters by id, but not by shape, or not even by rank.
    let (model, optim) = stepped(3, 2);
    let (weight, bias) = (model.weight.id, model.bias.as_ref().unwrap().id);
    let mut other = linear(2, 3);
    other.weight.id = weight;
    other.bias = None;
    assert_not_saved(
        &other,
        &optim,
        "weight: the optimizer's state has the shape [3, 2], the parameter [2, 3]",
    );
    other.weight.id = bias;
    assert_not_saved(
        &other,
        &optim,
        "weight: the optimizer's state has the shape [2], the parameter [2, 3]",
    );
}

#[test]
fn momentum_that_pytorch_has_not() {
    let (model, _) = stepped(3, 2);
    let optim = AdagradConfig::new().with_momentum(0.9).init();
    // Before the first step there is none.
    let dir = tempfile::tempdir().unwrap();
    save_pytorch(dir.path().join("new"), &model, &optim).unwrap();
    let (model, optim) = step(model, optim);
    assert_not_saved(
        &model,
        &optim,
        "weight: the optimizer's state has momentum, and PyTorch's Adagrad has none",
    );
}

#[derive(Module, Debug)]
struct Counted<B: Backend> {
    layer: Linear<B>,
    counter: Param<Tensor<B, 1, Int>>,
}

#[derive(Module, Debug)]
struct Pair<B: Backend> {
    left: Linear<B>,
    right: Linear<B>,
}

#[test]
fn modules_that_do_not_fit() {
    let counted = Counted {
        layer: linear(1, 1),
        counter: Param::initialized(
            Default::default(),
            Tensor::<A, 1, Int>::zeros([2], &Default::default()),
        ),
    };
    assert_not_saved(
        &counted,
        &optim(),
        "counter: the type is I64, and only F16, BF16, F32 and F64 are exchanged",
    );

    let left = linear(1, 1);
    let right = left.clone();
    let tied = Pair { left, right };
    assert_not_saved(
        &tied,
        &optim(),
        "right.weight: left.weight is the same parameter",
    );
    let (_dir, path) = saved();
    let error = load_pytorch(&path, tied, optim()).err().unwrap();
    assert!(matches!(
        error.error().kind(),
        InterchangeErrorKind::Shared { .. }
    ));
}

/// `gamma` of what burn calls a layer norm is `weight` outside.
#[derive(Module, Debug)]
struct LayerNorm<B: Backend> {
    gamma: Param<Tensor<B, 1>>,
    weight: Param<Tensor<B, 1>>,
}

#[test]
fn names_that_would_stand_for_two() {
    let param = || Param::from_tensor(Tensor::<A, 1>::ones([2], &Default::default()));
    let norm = LayerNorm {
        gamma: param(),
        weight: param(),
    };
    assert_not_saved(&norm, &optim(), "weight: two tensors would have this name");
}

#[test]
fn a_place_that_cannot_be_written() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("no/run.safetensors");
    let error = save_pytorch(&missing, &linear(3, 2), &optim()).unwrap_err();
    assert!(matches!(error.kind(), InterchangeErrorKind::Write(_)));
    let expected = format!("{}: I/O error: ", missing.display());
    assert!(error.to_string().starts_with(&expected), "{error}");
    // A folder of that name.
    let error = save_pytorch(dir.path(), &linear(3, 2), &optim()).unwrap_err();
    assert!(matches!(error.kind(), InterchangeErrorKind::Write(_)));
    let mut partial = dir.path().as_os_str().to_owned();
    partial.push(".partial");
    assert!(!Path::new(&partial).exists());
}
