//! The tensors of a module under PyTorch's names and in its layouts.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_store::{
    BurnToPyTorchAdapter, ModuleAdapter, ModuleSnapshot, PyTorchToBurnAdapter, TensorSnapshot,
};

use super::file::float_type;
use crate::error::{InterchangeError, InterchangeErrorKind as Kind};

/// A tensor of a module.
pub(super) struct Entry {
    /// As burn has it.
    inside: TensorSnapshot,
    /// As PyTorch has it.
    outside: TensorSnapshot,
}

impl Entry {
    /// The tensors of a module in the order in which it shows them.
    ///
    /// # Errors
    ///
    /// If one is not a float tensor, or if a name or a parameter comes twice.
    pub(super) fn all<B: Backend, M: Module<B>>(
        path: &Path,
        module: M,
    ) -> Result<Vec<Self>, InterchangeError> {
        let mut names = HashSet::new();
        let mut ids: HashMap<ParamId, String> = HashMap::new();
        let mut entries: Vec<Self> = Vec::new();
        for inside in module.map(&mut Plain).collect(None, None, true) {
            let outside = BurnToPyTorchAdapter.adapt(&linear(inside.clone()));
            let entry = Self { inside, outside };
            for tensor in [entry.name(), entry.sum_name(), entry.step_name()] {
                if !names.insert(tensor.clone()) {
                    return Err(Kind::SameName.of_tensor(path, tensor));
                }
            }
            let same = entry.id().and_then(|id| ids.insert(id, entry.name()));
            if let Some(other) = same {
                return Err(Kind::Shared { other }.of_tensor(path, entry.name()));
            }
            if float_type(entry.inside.dtype).is_none() {
                let dtype = format!("{:?}", entry.inside.dtype);
                return Err(Kind::Type(dtype).of_tensor(path, entry.name()));
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// PyTorch's name of it.
    pub(super) fn name(&self) -> String {
        self.outside.full_path()
    }

    /// Name of its accumulator.
    pub(super) fn sum_name(&self) -> String {
        format!("optimizer.{}.sum", self.name())
    }

    /// Name of its number of steps.
    pub(super) fn step_name(&self) -> String {
        format!("optimizer.{}.step", self.name())
    }

    /// PyTorch's shape of it.
    pub(super) fn shape(&self) -> &[usize] {
        &self.outside.shape
    }

    pub(super) fn id(&self) -> Option<ParamId> {
        self.inside.tensor_id
    }

    /// Its values, as PyTorch lays them out.
    pub(super) fn values(&self, path: &Path) -> Result<TensorData, InterchangeError> {
        data(path, &self.outside)
    }

    /// Other values of its shape, from burn's layout to PyTorch's.
    pub(super) fn to_pytorch(
        &self,
        path: &Path,
        values: TensorData,
    ) -> Result<TensorData, InterchangeError> {
        data(path, &BurnToPyTorchAdapter.adapt(&self.with(values)))
    }

    /// Other values of its shape, from PyTorch's layout to burn's.
    pub(super) fn to_burn(
        &self,
        path: &Path,
        values: TensorData,
    ) -> Result<TensorData, InterchangeError> {
        data(path, &PyTorchToBurnAdapter.adapt(&self.with(values)))
    }

    /// What stands in its place with other values.
    fn with(&self, values: TensorData) -> TensorSnapshot {
        let inside = self.inside.clone();
        linear(TensorSnapshot::from_data(
            values,
            inside.path_stack.unwrap_or_default(),
            inside.container_stack.unwrap_or_default(),
            inside.tensor_id.unwrap_or_default(),
        ))
    }
}

/// burn-store knows burn's own layers. Of those here, `SparseLinear` is laid out as `Linear`; the
/// embeddings are the same in burn and PyTorch.
fn linear(mut snapshot: TensorSnapshot) -> TensorSnapshot {
    for container in snapshot.container_stack.iter_mut().flatten() {
        if container == "Struct:SparseLinear" {
            *container = "Struct:Linear".into();
        }
    }
    snapshot
}

fn data(path: &Path, snapshot: &TensorSnapshot) -> Result<TensorData, InterchangeError> {
    snapshot
        .to_data()
        .map_err(|error| Kind::Tensor(error.to_string()).of_tensor(path, snapshot.full_path()))
}

/// Leaves the parameters as they are, without what burn's records do to them on the way: a `Linear`
/// that is stored by columns is turned round there, and would be twice.
struct Plain;

impl<B: Backend> ModuleMapper<B> for Plain {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let (id, tensor, _) = param.consume();
        Param::initialized(id, tensor)
    }
}
