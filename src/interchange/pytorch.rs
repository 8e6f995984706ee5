//! A model and its Adagrad in a file that both sides read.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use burn::module::{AutodiffModule, Module};
use burn::tensor::backend::AutodiffBackend;

use super::AdagradOptimizer;
use super::file::{self, TensorFile};
use super::layout::Entry;
use super::states::{Reader, Refusal, Trained, Writer};
use crate::error::{InterchangeError, InterchangeErrorKind as Kind, LoadError};

/// Writes a model and the states of its optimizer as PyTorch would have them ([the
/// layout](super#the-file)). An older file of this name is replaced once the new one is whole.
///
/// Weights and accumulators are written in the type that they have; accumulators of half-precision
/// parameters are therefore f32 (PyTorch's would be as coarse as the parameter). A parameter that
/// was never stepped gets what PyTorch's optimizer begins with: step 0 and the optimizer's
/// `initial_accumulator_value`. Parameters without gradient and buffers, as the running mean of a
/// batch norm, have no state, unless they were stepped before. The file has the pending weight decay of rows
/// ([`SparseAdaptor`](crate::optim::SparseAdaptor)) applied.
///
/// # Errors
///
/// If the file cannot be written, the module has a tensor that is not of f16, bf16, f32 or f64, one
/// name would stand for two tensors or two names for one parameter (as in a clone beside it), a
/// state has momentum (PyTorch's Adagrad has none), or the optimizer is not that of the module (a
/// state of another shape, or of a parameter that the module does not have).
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn_adagrad::interchange::save_pytorch;
/// use burn_adagrad::{AdagradConfig, SparseNN, SparseNNConfig};
///
/// type B = Autodiff<NdArray>;
/// let model: SparseNN<B> = SparseNNConfig::new(12).with_hidden_size(5).init(&Default::default());
/// let optim = AdagradConfig::new().with_initial_accumulator_value(0.1).init::<B, SparseNN<B>>();
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("run.safetensors");
/// save_pytorch(&path, &model, &optim)?;
///
/// let bytes = std::fs::read(&path)?;
/// let file = safetensors::SafeTensors::deserialize(&bytes)?;
/// // burn has [12, 5]; PyTorch has the outputs first.
/// assert_eq!(file.tensor("fc1.weight")?.shape(), [5, 12]);
/// assert_eq!(file.tensor("optimizer.fc1.weight.sum")?.shape(), [5, 12]);
/// assert!(file.tensor("optimizer.fc1.weight.step")?.shape().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save_pytorch<M, B, O>(
    path: impl AsRef<Path>,
    module: &M,
    optim: &O,
) -> Result<(), InterchangeError>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
    O: AdagradOptimizer<M, B>,
{
    let path = path.as_ref();
    let mut trained = Trained::default();
    module.visit(&mut trained);
    // Without autodiff, a table has no lookups to show among its parameters.
    let inner = module.valid();
    let mut reader = Reader::<B> {
        adagrad: optim.adagrad(),
        trained: &trained.0,
        record: optim.to_record().into_iter().collect(),
        states: HashMap::new(),
        refused: None,
    };
    inner.visit(&mut reader);
    let Reader {
        record,
        mut states,
        refused,
        ..
    } = reader;
    let entries = Entry::all(path, inner)?;
    if let Some((id, refusal)) = refused {
        let entry = entries.iter().find(|entry| entry.id() == Some(id));
        let kind = match refusal {
            Refusal::Momentum => Kind::Momentum,
            Refusal::Shape { expected, found } => Kind::State { expected, found },
        };
        return Err(kind.of_tensor(path, entry.map_or_else(String::new, Entry::name)));
    }
    if !record.is_empty() {
        return Err(Kind::Strangers(record.len()).of_file(path));
    }

    let mut tensors = Vec::new();
    for entry in &entries {
        tensors.push((entry.name(), entry.values(path)?));
        if let Some((step, sum)) = entry.id().and_then(|id| states.remove(&id)) {
            tensors.push((entry.sum_name(), entry.to_pytorch(path, sum)?));
            tensors.push((entry.step_name(), file::step_data(step)));
        }
    }
    file::write(path, &tensors)
}

/// Loads into a model and its optimizer what [`save_pytorch`] or a script of PyTorch's wrote ([the
/// layout](super#the-file)), and returns both. Training goes on from there on the same path; the
/// options of the optimizer and the learning rate are not in the file. Momentum begins from zero.
///
/// The numbers are converted to the types that the parameters have, and the accumulators to f32
/// (f64 for f64 parameters), as PyTorch's `load_state_dict` does. The parameters keep their devices
/// and whether they are trained.
///
/// # Errors
///
/// If the file cannot be read or is not in the safetensors format, lacks a tensor or has one too
/// many, a tensor has another shape than the module's or is not of f16, bf16, f32 or f64, a step is
/// not a whole number from 0 to 2^53, or a sum has a negative element or NaN; and for modules that
/// [`save_pytorch`] refuses. All is checked before anything is loaded, and the error gives model and
/// optimizer back as they were.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn::optim::{GradientsParams, Optimizer};
/// use burn_adagrad::AdagradConfig;
/// use burn_adagrad::interchange::{load_pytorch, save_pytorch};
/// use burn_adagrad::nn::{SparseLinear, SparseLinearConfig};
/// use burn_adagrad::sparse::CsrBatch;
///
/// type B = Autodiff<NdArray>;
/// let device = Default::default();
/// let mut layer: SparseLinear<B> = SparseLinearConfig::new(1000, 1).init(&device);
/// let mut optim = AdagradConfig::new().init_sparse::<B, SparseLinear<B>>();
/// let batch = CsrBatch::new(1000, vec![0, 2], vec![7, 999], vec![1.0, 2.0])?;
/// let loss = layer.forward_csr(&batch).sum();
/// let grads = GradientsParams::from_grads(loss.backward(), &layer);
/// layer = optim.step(0.1, layer, grads);
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("run.safetensors");
/// save_pytorch(&path, &layer, &optim)?;
///
/// let fresh: SparseLinear<B> = SparseLinearConfig::new(1000, 1).init(&device);
/// let optim = AdagradConfig::new().init_sparse::<B, SparseLinear<B>>();
/// let (loaded, optim) = load_pytorch(&path, fresh, optim).map_err(|error| error.into_error())?;
/// assert_eq!(loaded.weight.to_data(), layer.weight.to_data());
/// assert_eq!(optim.to_record().len(), 2);
///
/// let wider: SparseLinear<B> = SparseLinearConfig::new(1001, 1).init(&device);
/// let error = load_pytorch(&path, wider, optim).err().unwrap();
/// assert!(error.to_string().ends_with("weight: the shape is [1, 1000] instead of [1, 1001]"));
/// // Nothing is lost.
/// let (_, wider, optim) = error.into_parts();
/// # let _ = (wider, optim);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load_pytorch<M, B, O>(
    path: impl AsRef<Path>,
    module: M,
    optim: O,
) -> Result<(M, O), LoadError<M, O>>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
    O: AdagradOptimizer<M, B>,
{
    match read_for(path.as_ref(), &module) {
        Ok(mut writer) => {
            let module = module.map(&mut writer);
            let optim = optim.load_record(writer.record.into_iter().collect());
            Ok((module, optim))
        }
        Err(error) => Err(LoadError::new(error, module, optim)),
    }
}

/// Reads and checks what a file has for a module.
fn read_for<M, B>(path: &Path, module: &M) -> Result<Writer<B>, InterchangeError>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    let bytes = file::read(path)?;
    let file = TensorFile::parse(path, &bytes)?;
    let mut trained = Trained::default();
    module.visit(&mut trained);
    let entries = Entry::all(path, module.valid())?;

    let names = file.names();
    let mut expected = BTreeSet::new();
    let mut with_state = Vec::new();
    for entry in &entries {
        let state = [entry.sum_name(), entry.step_name()];
        // What is not trained now may have been when the file was written.
        let has_state = state.iter().any(|name| names.contains(name))
            || entry.id().is_some_and(|id| trained.0.contains(&id));
        if has_state {
            expected.extend(state);
        }
        with_state.push(has_state);
        expected.insert(entry.name());
    }
    let missing: Vec<String> = expected.difference(&names).cloned().collect();
    let unknown = names.difference(&expected);
    let unknown: Vec<String> = unknown
        .filter(|name| !is_batch_norm_counter(name, &expected))
        .cloned()
        .collect();
    if !missing.is_empty() || !unknown.is_empty() {
        return Err(Kind::Names { missing, unknown }.of_file(path));
    }

    let mut writer = Writer::<B> {
        weights: HashMap::new(),
        states: HashMap::new(),
        record: Vec::new(),
    };
    for (entry, has_state) in entries.iter().zip(with_state) {
        let Some(id) = entry.id() else { continue };
        let weights = file.floats(&entry.name(), entry.shape())?;
        writer.weights.insert(id, entry.to_burn(path, weights)?);
        if has_state {
            let step = file.step(&entry.step_name())?;
            let sum = file.sum(&entry.sum_name(), entry.shape())?;
            writer.states.insert(id, (step, entry.to_burn(path, sum)?));
        }
    }
    Ok(writer)
}

/// PyTorch's batch norms count their batches, burn's do not. PyTorch uses the number only with
/// `momentum=None`, and starts it from 0 where a file does not have it.
fn is_batch_norm_counter(name: &str, expected: &BTreeSet<String>) -> bool {
    name.strip_suffix("num_batches_tracked")
        .is_some_and(|prefix| expected.contains(&format!("{prefix}running_mean")))
}
