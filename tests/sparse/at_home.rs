//! A table amid ordinary burn work: whatever is done to a module, whenever it is done, the result is that of
//! the same module with burn's own `Embedding`, trained whole.

use std::path::Path;

use burn::backend::Autodiff;
use burn::module::{
    AutodiffModule, Module, ModuleMapper, ModuleVisitor, Param, Quantizer, list_param_ids,
};
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig};
use burn::optim::{GradientsAccumulator, GradientsParams, Optimizer, SgdConfig};
use burn::record::{
    BinBytesRecorder, BinFileRecorder, BinGzFileRecorder, FileRecorder, FullPrecisionSettings,
    JsonGzFileRecorder, NamedMpkBytesRecorder, NamedMpkFileRecorder, NamedMpkGzFileRecorder,
    PrettyJsonFileRecorder, Recorder,
};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::quantization::{
    Calibration, QTensorPrimitive, QuantLevel, QuantParam, QuantValue,
};
use burn::tensor::{Int, Tensor, TensorData};
use burn_adagrad::AdagradConfig;
use burn_adagrad::inspect::{StateTable, ZeroReport};
use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
#[cfg(feature = "safetensors")]
use burn_store::ModuleStore;
use burn_store::{BurnpackStore, ModuleSnapshot, SafetensorsStore};

use crate::common::{feature_is_on, is_cpu, on_each_backend, values};

on_each_backend!(
    everything_in_burn_sees_the_dense_twin,
    penalties_by_a_visitor_are_those_of_the_twin,
    files_of_one_load_into_the_other,
);

const IDS: usize = 11;
const DIM: usize = 4;

/// A network over a table, by rows or whole.
trait Net<B: AutodiffBackend>: AutodiffModule<B, InnerModule: Infer<B::InnerBackend>> {
    type Optim: Optimizer<Self, B>;

    fn start(seed: f32, device: &B::Device) -> Self;
    fn optim() -> Self::Optim;
    fn outputs(&self, ids: &[u32]) -> Tensor<B, 2>;
    #[cfg(feature = "safetensors")]
    fn save_pytorch(&self, optim: &Self::Optim, path: &Path);
}

/// The same without autodiff.
trait Infer<B: Backend>: Module<B> {
    fn infer(&self, ids: &[u32]) -> Tensor<B, 2>;
}

#[derive(Module, Debug)]
struct Sparse<B: Backend> {
    emb: SparseEmbedding<B>,
    fc: Linear<B>,
}

#[derive(Module, Debug)]
struct Dense<B: Backend> {
    emb: Embedding<B>,
    fc: Linear<B>,
}

fn param<B: Backend, const D: usize>(
    seed: f32,
    shape: [usize; D],
    device: &B::Device,
) -> Param<Tensor<B, D>> {
    let n = shape.iter().product::<usize>();
    let numbers: Vec<f32> = (0..n).map(|i| (i as f32 * 1.7 + seed).sin()).collect();
    Param::from_data(TensorData::new(numbers, shape), device)
}

fn linear<B: Backend>(seed: f32, device: &B::Device) -> Linear<B> {
    let mut linear = LinearConfig::new(DIM, 4).init(device);
    linear.weight = param(seed, [DIM, 4], device);
    linear.bias = Some(param(seed + 1.0, [4], device));
    linear
}

/// Decay that is put off by rows, and rates that depend on the number of steps.
fn config() -> AdagradConfig {
    AdagradConfig::new()
        .with_decoupled_weight_decay(0.3)
        .with_lr_decay(0.05)
}

impl<B: Backend> Infer<B> for Sparse<B> {
    fn infer(&self, ids: &[u32]) -> Tensor<B, 2> {
        self.fc.forward(self.emb.forward(ids).unwrap())
    }
}

impl<B: Backend> Infer<B> for Dense<B> {
    fn infer(&self, ids: &[u32]) -> Tensor<B, 2> {
        let numbers: Vec<i64> = ids.iter().map(|&id| id.into()).collect();
        let device = self.fc.devices().remove(0);
        let ids = TensorData::new(numbers, [1, ids.len()]);
        let vectors = self
            .emb
            .forward(Tensor::<B, 2, Int>::from_data(ids, &device));
        self.fc.forward(vectors).squeeze_dim(0)
    }
}

impl<B: AutodiffBackend> Net<B> for Sparse<B> {
    type Optim = burn_adagrad::optim::SparseAdaptor<burn_adagrad::Adagrad, Self, B>;

    fn start(seed: f32, device: &B::Device) -> Self {
        let mut emb = SparseEmbeddingConfig::new(IDS, DIM).init(device);
        emb.weight = param(seed, [IDS, DIM], device).into();
        Self {
            emb,
            fc: linear(seed, device),
        }
    }

    fn optim() -> Self::Optim {
        config().init_sparse()
    }

    fn outputs(&self, ids: &[u32]) -> Tensor<B, 2> {
        self.infer(ids)
    }

    #[cfg(feature = "safetensors")]
    fn save_pytorch(&self, optim: &Self::Optim, path: &Path) {
        burn_adagrad::interchange::save_pytorch(path, self, optim).unwrap();
    }
}

impl<B: AutodiffBackend> Net<B> for Dense<B> {
    type Optim = burn::optim::adaptor::OptimizerAdaptor<burn_adagrad::Adagrad, Self, B>;

    fn start(seed: f32, device: &B::Device) -> Self {
        let mut emb = EmbeddingConfig::new(IDS, DIM).init(device);
        emb.weight = param(seed, [IDS, DIM], device);
        Self {
            emb,
            fc: linear(seed, device),
        }
    }

    fn optim() -> Self::Optim {
        config().init()
    }

    fn outputs(&self, ids: &[u32]) -> Tensor<B, 2> {
        self.infer(ids)
    }

    #[cfg(feature = "safetensors")]
    fn save_pytorch(&self, optim: &Self::Optim, path: &Path) {
        burn_adagrad::interchange::save_pytorch(path, self, optim).unwrap();
    }
}

/// What is done to the module.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Operation {
    Count,
    Norms,
    Display,
    Identity,
    Clamp,
    ChangeAsPytorchDoes,
    MovingAverage,
    Quantize,
    Records,
    RecordFiles,
    LoadRecord,
    LoadOtherRecord,
    Safetensors,
    Burnpack,
    Valid,
    FromInner,
    Clone,
    Fork,
    ToDevice,
    NoGrad,
    Inspect,
    OtherOptimizer,
    #[cfg(feature = "safetensors")]
    SavePytorch,
}

const OPERATIONS: &[Operation] = {
    use Operation::*;
    &[
        Count,
        Norms,
        Display,
        Identity,
        Clamp,
        ChangeAsPytorchDoes,
        MovingAverage,
        Quantize,
        Records,
        RecordFiles,
        LoadRecord,
        LoadOtherRecord,
        Safetensors,
        Burnpack,
        Valid,
        FromInner,
        Clone,
        Fork,
        ToDevice,
        NoGrad,
        Inspect,
        OtherOptimizer,
        #[cfg(feature = "safetensors")]
        SavePytorch,
    ]
};

/// When it is done, in a training step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    BeforePass,
    AfterPass,
    AfterBackward,
    AfterCollecting,
    AfterStep,
}

const MOMENTS: [Moment; 5] = [
    Moment::BeforePass,
    Moment::AfterPass,
    Moment::AfterBackward,
    Moment::AfterCollecting,
    Moment::AfterStep,
];

/// The passes before the step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Passes {
    One,
    /// Three, whose losses are added up.
    InOneLoss,
    /// Three, of which the gradients of two are collected before the moments of the third.
    Accumulated,
}

const PASSES: [Passes; 3] = [Passes::One, Passes::InOneLoss, Passes::Accumulated];

#[derive(Clone, Copy, Debug)]
struct Case {
    operation: Operation,
    moment: Moment,
    passes: Passes,
    /// Whether a clone is operated on, and dropped.
    on_a_clone: bool,
}

/// What came of it.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// What the operation saw.
    seen: Vec<f32>,
    names: Vec<String>,
    /// The weights after training went on.
    weights: Vec<f32>,
}

/// All weights, by a visitor of its own.
#[derive(Default)]
struct Weights {
    numbers: Vec<f32>,
    parameters: usize,
}

impl<B: Backend> ModuleVisitor<B> for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        self.numbers.extend(values(&param.val()));
        self.parameters += 1;
    }
}

fn weights<B: Backend, M: Module<B>>(module: &M) -> Vec<f32> {
    let mut weights = Weights::default();
    module.visit(&mut weights);
    weights.numbers
}

struct Norms(Vec<f32>);

impl<B: Backend> ModuleVisitor<B> for Norms {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let square = param.val().powi_scalar(2).sum();
        self.0.push(values(&square)[0].sqrt());
    }
}

struct Identity;

impl<B: Backend> ModuleMapper<B> for Identity {}

/// Another leaf in the place of each parameter.
struct Change(fn(f32) -> f32);

impl<B: AutodiffBackend> ModuleMapper<B> for Change {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        param.map(|tensor| {
            let tracked = tensor.is_require_grad();
            let numbers: Vec<f32> = values(&tensor).into_iter().map(self.0).collect();
            let data = TensorData::new(numbers, tensor.shape());
            let changed = Tensor::<B::InnerBackend, D>::from_data(data, &tensor.device());
            Tensor::from_inner(changed).set_require_grad(tracked)
        })
    }
}

/// Other numbers in the same leaf, as far as burn's graph can tell.
struct NewLeaf;

impl<B: Backend> ModuleMapper<B> for NewLeaf {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        param.map(|tensor| {
            let tracked = tensor.is_require_grad();
            tensor
                .set_require_grad(false)
                .mul_scalar(1.5)
                .detach()
                .set_require_grad(tracked)
        })
    }
}

/// Mixes weights that were read before into each parameter.
struct Average(Vec<f32>);

impl<B: AutodiffBackend> ModuleMapper<B> for Average {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let n = param.shape().num_elements();
        let rest = self.0.split_off(n);
        let numbers = std::mem::replace(&mut self.0, rest);
        param.map(|tensor| {
            let data = TensorData::new(numbers, tensor.shape());
            let other = Tensor::<B::InnerBackend, D>::from_data(data, &tensor.device());
            Tensor::from_inner(tensor.inner() * 0.9 + other * 0.1).require_grad()
        })
    }
}

fn quantize<B: Backend, M: Module<B>>(module: M) -> M {
    let scheme = <burn::tensor::ops::QuantizedTensor<B> as QTensorPrimitive>::default_scheme()
        .with_value(QuantValue::Q8S)
        .with_level(QuantLevel::Tensor)
        .with_param(QuantParam::F32);
    module.quantize_weights(&mut Quantizer {
        calibration: Calibration::MinMax,
        scheme,
    })
}

/// The weights that another module has once it has loaded the record of this one.
fn through_bytes<B: AutodiffBackend, M: Net<B>, R>(
    module: &M,
    recorder: R,
    device: &B::Device,
) -> Vec<f32>
where
    R: Recorder<B, RecordArgs = (), RecordOutput = Vec<u8>, LoadArgs = Vec<u8>>,
{
    let bytes = recorder.record(module.clone().into_record(), ()).unwrap();
    let fresh = M::start(7.0, device).load_record(recorder.load(bytes, device).unwrap());
    weights::<B, M>(&fresh)
}

fn through_file<B: AutodiffBackend, M: Net<B>>(
    module: &M,
    recorder: impl FileRecorder<B>,
    dir: &Path,
    device: &B::Device,
) -> Vec<f32> {
    let path = dir.join("model");
    module.clone().save_file(path.clone(), &recorder).unwrap();
    let fresh = M::start(7.0, device)
        .load_file(path, &recorder, device)
        .unwrap();
    weights::<B, M>(&fresh)
}

/// Does something to a module.
fn operate<B: AutodiffBackend, M: Net<B>>(
    operation: Operation,
    module: M,
    #[cfg_attr(not(feature = "safetensors"), expect(unused_variables))] optim: &M::Optim,
    device: &B::Device,
) -> (M, Vec<f32>, Vec<String>) {
    let (mut seen, mut names) = (Vec::new(), Vec::new());
    let module = match operation {
        Operation::Count => {
            let mut weights = Weights::default();
            module.visit(&mut weights);
            let ids = list_param_ids::<M, B>(&module).len();
            seen = [
                weights.parameters,
                weights.numbers.len(),
                module.num_params(),
                ids,
            ]
            .map(|n| n as f32)
            .to_vec();
            module
        }
        Operation::Norms => {
            let mut norms = Norms(Vec::new());
            module.visit(&mut norms);
            seen = norms.0;
            module
        }
        Operation::Display => {
            let text = format!("{module:?}");
            assert!(!text.contains("ookup"), "{text}");
            module
        }
        Operation::Identity => module.map(&mut Identity),
        Operation::Clamp => module.map(&mut Change(|weight| weight.clamp(-0.4, 0.4))),
        Operation::ChangeAsPytorchDoes => module.map(&mut NewLeaf),
        Operation::MovingAverage => {
            let teacher = M::start(3.0, device).no_grad();
            let student = weights::<B, M>(&module);
            let teacher = teacher.map(&mut Average(student));
            seen = weights::<B, M>(&teacher);
            module
        }
        Operation::Quantize => {
            let quantized = quantize::<B::InnerBackend, _>(module.valid());
            seen = values(&quantized.infer(&[2, 3]));
            module
        }
        Operation::Records => {
            let bin = BinBytesRecorder::<FullPrecisionSettings>::default();
            let named = NamedMpkBytesRecorder::<FullPrecisionSettings>::default();
            seen.extend(through_bytes::<B, M, _>(&module, bin, device));
            seen.extend(through_bytes::<B, M, _>(&module, named, device));
            module
        }
        Operation::RecordFiles => {
            type Full = FullPrecisionSettings;
            let dir = tempfile::tempdir().unwrap();
            macro_rules! through {
                ($($recorder:ident),+) => {$(
                    let recorder = $recorder::<Full>::default();
                    seen.extend(through_file::<B, M>(&module, recorder, dir.path(), device));
                )+};
            }
            through!(
                BinFileRecorder,
                BinGzFileRecorder,
                NamedMpkFileRecorder,
                NamedMpkGzFileRecorder,
                PrettyJsonFileRecorder,
                JsonGzFileRecorder
            );
            module
        }
        Operation::LoadRecord => {
            let record = module.clone().into_record();
            module.load_record(record)
        }
        Operation::LoadOtherRecord => {
            // Other numbers under the same ids.
            let other = module.clone().map(&mut Change(|weight| weight * 0.5));
            module.load_record(other.into_record())
        }
        Operation::Safetensors => {
            let mut module = module;
            let mut store = SafetensorsStore::from_bytes(None);
            module.save_into(&mut store).unwrap();
            let bytes = store.get_bytes().unwrap();
            let mut fresh = M::start(7.0, device);
            let mut store = SafetensorsStore::from_bytes(Some(bytes));
            names = fresh.load_from(&mut store).unwrap().applied;
            seen = weights::<B, M>(&fresh);
            module.load_from(&mut store).unwrap();
            module
        }
        Operation::Burnpack => {
            let mut module = module;
            let mut store = BurnpackStore::from_bytes(None);
            module.save_into(&mut store).unwrap();
            let bytes = store.get_bytes().unwrap();
            let mut fresh = M::start(7.0, device);
            let mut store = BurnpackStore::from_bytes(Some(bytes));
            names = fresh.load_from(&mut store).unwrap().applied;
            seen = weights::<B, M>(&fresh);
            module.load_from(&mut store).unwrap();
            module
        }
        Operation::Valid => {
            let valid = module.valid();
            seen = weights::<B::InnerBackend, _>(&valid);
            seen.extend(values(&valid.infer(&[0, 2, 10])));
            module
        }
        Operation::FromInner => M::from_inner(module.valid()),
        Operation::Clone => {
            seen = weights::<B, M>(&module.clone());
            module
        }
        Operation::Fork => module.fork(device),
        Operation::ToDevice => {
            // The moved parameters are no leaves, and burn trains them no further.
            seen = weights::<B, M>(&module.clone().to_device(device));
            module
        }
        Operation::NoGrad => module.no_grad(),
        Operation::Inspect => {
            let zeros = ZeroReport::of::<B, M>(&module);
            names = zeros
                .parameters
                .iter()
                .map(|part| part.name.clone())
                .collect();
            let states = StateTable::of::<B, M>(&module);
            seen = vec![zeros.zeros() as f32, zeros.weights() as f32];
            seen.extend(states.rows.iter().map(|row| row.bytes as f32));
            module
        }
        Operation::OtherOptimizer => {
            // Another optimizer that has no gradients for it.
            SgdConfig::new()
                .init()
                .step(1.0, module, GradientsParams::new())
        }
        #[cfg(feature = "safetensors")]
        Operation::SavePytorch => {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("run.safetensors");
            module.save_pytorch(optim, &path);
            let mut store = SafetensorsStore::from_file(path);
            for (name, tensor) in store.get_all_snapshots().unwrap() {
                names.push(name.clone());
                seen.extend(tensor.to_data().unwrap().iter::<f32>());
            }
            module
        }
    };
    // A store names what it applied in no order of its own.
    names.sort();
    (module, seen, names)
}

/// Trains, and does it in the third step.
fn run<B: AutodiffBackend, M: Net<B>>(case: Case, device: &B::Device) -> Outcome {
    let (mut module, mut optim) = (M::start(0.0, device), M::optim());
    let (mut seen, mut names) = (Vec::new(), Vec::new());
    for step in 0..5_u32 {
        let mut at = |moment, module: M, optim: &M::Optim| -> M {
            if step != 2 || moment != case.moment {
                return module;
            }
            if case.on_a_clone {
                let result = operate::<B, M>(case.operation, module.clone(), optim, device);
                seen.extend(weights::<B, M>(&result.0));
                seen.extend(result.1);
                names.extend(result.2);
                module
            } else {
                let result = operate::<B, M>(case.operation, module, optim, device);
                seen.extend(result.1);
                names.extend(result.2);
                result.0
            }
        };
        let loss = |module: &M, pass: u32| {
            let first = (step * 3 + pass * 5) % 11;
            let ids = [first, (first + 4) % 11, first];
            let error = module.outputs(&ids[..3 - pass as usize % 2]) - 1.0;
            error.powi_scalar(2).sum()
        };
        let mut accumulator = GradientsAccumulator::new();
        let mut collect = |grads, module: &M| {
            let grads = GradientsParams::from_grads(grads, module);
            accumulator.accumulate(module, grads);
        };
        if case.passes == Passes::Accumulated {
            for pass in [1, 2] {
                collect(loss(&module, pass).backward(), &module);
            }
        }
        module = at(Moment::BeforePass, module, &optim);
        let mut total = loss(&module, 0);
        if case.passes == Passes::InOneLoss {
            total = total + loss(&module, 1) + loss(&module, 2);
        }
        module = at(Moment::AfterPass, module, &optim);
        let grads = total.backward();
        module = at(Moment::AfterBackward, module, &optim);
        collect(grads, &module);
        module = at(Moment::AfterCollecting, module, &optim);
        module = optim.step(0.2, module, accumulator.grads());
        module = at(Moment::AfterStep, module, &optim);
    }
    Outcome {
        seen,
        names,
        weights: weights::<B, M>(&module),
    }
}

#[track_caller]
fn assert_near(
    what: &str,
    case: &dyn std::fmt::Debug,
    sparse: &[f32],
    dense: &[f32],
    on_cpu: bool,
) {
    assert_eq!(sparse.len(), dense.len(), "{case:?}: {what}");
    let tolerance = if on_cpu { 1e-6 } else { 1e-5 };
    for (i, (sparse, dense)) in sparse.iter().zip(dense).enumerate() {
        assert!(
            (sparse - dense).abs() <= tolerance * (1.0 + dense.abs()),
            "{case:?}: {what}[{i}] is {sparse} by rows and {dense} whole"
        );
    }
}

fn everything_in_burn_sees_the_dense_twin<B: Backend>(device: &B::Device) {
    if !feature_is_on::<B>(device) {
        // Which gradients reach weights that a mapper has changed, only the graph tells.
        return;
    }
    let on_cpu = is_cpu::<B>(device);
    let mut cases = 0;
    for &operation in OPERATIONS {
        for moment in MOMENTS {
            for (passes, on_a_clone) in PASSES.into_iter().flat_map(|p| [(p, false), (p, true)]) {
                let case = Case {
                    operation,
                    moment,
                    passes,
                    on_a_clone,
                };
                let sparse = run::<Autodiff<B>, Sparse<Autodiff<B>>>(case, device);
                let dense = run::<Autodiff<B>, Dense<Autodiff<B>>>(case, device);
                assert_eq!(sparse.names, dense.names, "{case:?}");
                assert_near("seen", &case, &sparse.seen, &dense.seen, on_cpu);
                assert_near("weight", &case, &sparse.weights, &dense.weights, on_cpu);
                cases += 1;
            }
        }
    }
    assert_eq!(cases, OPERATIONS.len() * MOMENTS.len() * 6);
}

/// Adds the squares of all parameters up.
struct Penalty<B: Backend>(Option<Tensor<B, 1>>);

impl<B: Backend> ModuleVisitor<B> for Penalty<B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let square = param.val().powi_scalar(2).sum();
        self.0 = Some(match self.0.take() {
            Some(sum) => sum + square,
            None => square,
        });
    }
}

/// L2 in the loss, collected before the pass or after it: the whole table then has a gradient, and rows of
/// it another.
fn penalties_by_a_visitor_are_those_of_the_twin<B: Backend>(device: &B::Device) {
    fn train<B: AutodiffBackend, M: Net<B>>(after: bool, device: &B::Device) -> Vec<f32> {
        let (mut module, mut optim) = (M::start(0.0, device), M::optim());
        for step in 0..10_u32 {
            let penalty = |module: &M| {
                let mut penalty = Penalty(None);
                module.visit(&mut penalty);
                penalty.0.unwrap().mul_scalar(0.05)
            };
            let before = penalty(&module);
            let outputs = module.outputs(&[step % 11, 3]);
            let penalty = if after { penalty(&module) } else { before };
            let loss = (outputs - 1.0).powi_scalar(2).sum() + penalty;
            let grads = GradientsParams::from_grads(loss.backward(), &module);
            // Every other step has none, so that decay falls due in between.
            if step % 2 == 0 {
                let loss = (module.outputs(&[step % 7]) - 1.0).powi_scalar(2).sum();
                let grads = GradientsParams::from_grads(loss.backward(), &module);
                module = optim.step(0.1, module, grads);
            } else {
                module = optim.step(0.1, module, grads);
            }
        }
        weights::<B, M>(&module)
    }
    for after in [false, true] {
        let sparse = train::<Autodiff<B>, Sparse<Autodiff<B>>>(after, device);
        let dense = train::<Autodiff<B>, Dense<Autodiff<B>>>(after, device);
        assert_near("weight", &after, &sparse, &dense, is_cpu::<B>(device));
    }
}

/// After lookups, and with decay that is due.
fn files_of_one_load_into_the_other<B: Backend>(device: &B::Device) {
    fn trained<B: AutodiffBackend, M: Net<B>>(device: &B::Device) -> M {
        let (mut module, mut optim) = (M::start(0.0, device), M::optim());
        for step in 0..4 {
            let loss = module.outputs(&[step, 2 * step]).sum();
            let grads = GradientsParams::from_grads(loss.backward(), &module);
            module = optim.step(0.1, module, grads);
        }
        module.outputs(&[1, 2]);
        module
    }
    fn carry<B: AutodiffBackend, From: Net<B>, To: Net<B>>(device: &B::Device) {
        let from = trained::<B, From>(device);
        let expected = weights::<B, From>(&from);
        macro_rules! through_recorder {
            ($($recorder:ident),+) => {$(
                let recorder = $recorder::<FullPrecisionSettings>::default();
                let bytes: Vec<u8> = Recorder::<B>::record(&recorder, from.clone().into_record(), ()).unwrap();
                let to = trained::<B, To>(device);
                let to = to.load_record(Recorder::<B>::load(&recorder, bytes, device).unwrap());
                assert_eq!(weights::<B, To>(&to), expected, stringify!($recorder));
            )+};
        }
        through_recorder!(BinBytesRecorder, NamedMpkBytesRecorder);

        let mut store = SafetensorsStore::from_bytes(None);
        from.save_into(&mut store).unwrap();
        let mut store = SafetensorsStore::from_bytes(Some(store.get_bytes().unwrap()));
        let mut to = trained::<B, To>(device);
        let result = to.load_from(&mut store).unwrap();
        assert!(result.unused.is_empty() && result.missing.is_empty());
        assert_eq!(weights::<B, To>(&to), expected);

        let mut store = BurnpackStore::from_bytes(None);
        from.save_into(&mut store).unwrap();
        let mut store = BurnpackStore::from_bytes(Some(store.get_bytes().unwrap()));
        let mut to = trained::<B, To>(device);
        let result = to.load_from(&mut store).unwrap();
        assert!(result.unused.is_empty() && result.missing.is_empty());
        assert_eq!(weights::<B, To>(&to), expected);
    }
    carry::<Autodiff<B>, Sparse<Autodiff<B>>, Dense<Autodiff<B>>>(device);
    carry::<Autodiff<B>, Dense<Autodiff<B>>, Sparse<Autodiff<B>>>(device);
    carry::<Autodiff<B>, Sparse<Autodiff<B>>, Sparse<Autodiff<B>>>(device);
}
