//! A table as a parameter that is trained row by row.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::module::{
    AutodiffModule, Content, Devices, HasAutodiffModule, Module, ModuleDisplay,
    ModuleDisplayDefault, ModuleMapper, ModuleVisitor, Param, ParamId,
};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};

use super::CsrBatch;
use super::decay::RowDecay;
use super::exchange::{self, Walk};
use crate::fused::rows;

/// A table of rows, `[rows, dim]`, as a parameter that is trained row by row: the field to use in a
/// layer of your own. See [the module](super) for how.
///
/// It dereferences to burn's `Param`, and its record is that of a `Param`, so that checkpoints of burn's
/// `Linear` and `Embedding` load into the layers here and back. Under lazy weight decay the record holds
/// decayed weights, the parameter itself only after [`flush`](Self::flush).
///
/// ```
/// use burn::backend::NdArray;
/// use burn::module::Param;
/// use burn::tensor::Tensor;
/// use burn_adagrad::sparse::{CsrBatch, RowTable};
///
/// let weight = Tensor::<NdArray, 2>::from_floats([[1.0, 2.0], [3.0, 4.0]], &Default::default());
/// let table = RowTable::from(Param::from_tensor(weight));
/// let batch = CsrBatch::new(2, vec![0, 2], vec![0, 1], vec![1.0, 10.0])?;
/// let sums: Vec<f32> = table.weighted_sum(&batch).into_data().to_vec().unwrap();
/// assert_eq!(sums, [31.0, 42.0]);
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
pub struct RowTable<B: Backend> {
    weight: Param<Tensor<B, 2>>,
    /// Clones share it, as clones of a burn module share the ids of their parameters: a gradient that one
    /// gave rise to can be stepped on another.
    lookups: Lookups<B>,
    decay: Option<Arc<RowDecay>>,
}

/// What a table has looked up and whose gradient may come.
pub(crate) type Lookups<B> = Arc<Mutex<Vec<Lookup<B>>>>;

/// A sum of rows that was looked up.
#[derive(Clone)]
pub(crate) struct Lookup<B: Backend> {
    /// Under which the gradient of the output is kept.
    pub(crate) id: ParamId,
    /// The table's parameter.
    pub(crate) table: ParamId,
    /// What was looked up.
    pub(crate) batch: CsrBatch,
    /// The tracked leaf.
    output: Tensor<B, 2>,
    /// Whether no step has seen it.
    is_new: bool,
    /// Steps after which it is forgotten.
    steps_left: u32,
}

/// Steps over which the gradient of a lookup may come: clones of a module share their lookups, and an
/// optimizer may step one while the gradients of others are still to be stepped.
const STEPS_TO_WAIT: u32 = 32;

impl<B: Backend> Lookup<B> {
    /// A step has passed that had its gradient or not; false if none is to come.
    pub(crate) fn outlives_step(&mut self, had_gradient: bool) -> bool {
        self.is_new = false;
        self.steps_left -= 1;
        !had_gradient && self.steps_left > 0
    }
}

impl<B: Backend> RowTable<B> {
    /// For each row of the batch the sum of the table's rows that it names, each times its value:
    /// `[batch, dim]`. A row of the batch without entries gives zeros.
    ///
    /// On an autodiff backend the result is tracked, if the parameter is.
    ///
    /// # Panics
    ///
    /// If the batch does not have as many features as the table has rows.
    pub fn weighted_sum(&self, batch: &CsrBatch) -> Tensor<B, 2> {
        let weight = self.weight.val();
        let (device, tracked) = (weight.device(), weight.is_require_grad());
        let [n_rows, _] = weight.dims();
        assert_eq!(
            batch.n_features(),
            n_rows,
            "a batch over {} features for a table of {n_rows} rows",
            batch.n_features()
        );
        let sums = match &self.decay {
            Some(decay) => {
                let values = batch.indices().iter().zip(batch.values());
                let decayed = |(&row, &v): (&u32, &f32)| (f64::from(v) * decay.factor(row)) as f32;
                let values: Vec<f32> = values.map(decayed).collect();
                let mut matrix = batch.by_row();
                matrix.values = &values;
                rows::weighted_sum(matrix, weight)
            }
            None => rows::weighted_sum(batch.by_row(), weight),
        };
        if !tracked || !B::ad_enabled(&device) {
            return sums;
        }
        batch.sort_ahead();
        let output = sums.require_grad();
        self.lookups().push(Lookup {
            id: ParamId::new(),
            table: self.weight.id,
            batch: batch.clone(),
            output: output.clone(),
            is_new: true,
            steps_left: STEPS_TO_WAIT,
        });
        output
    }

    /// The table with all decay applied; tracked as the parameter is, for a dense use of it.
    pub fn current(&self) -> Tensor<B, 2> {
        let weight = self.weight.val();
        let Some(factors) = self.decay.as_ref().and_then(|decay| decay.factors()) else {
            return weight;
        };
        let shape = [factors.len(), 1];
        let data = TensorData::new(factors, shape);
        let factors = Tensor::from_data(data, (&weight.device(), weight.dtype()));
        // The value is the decayed one, and the gradient that of the decayed weights: were the product
        // tracked, it would scale the gradient.
        let untracked = weight.clone().set_require_grad(false);
        untracked.clone() * factors + (weight - untracked)
    }

    /// Applies the weight decay that rows still have coming. Without lazy decay there is none.
    pub fn flush(mut self) -> Self {
        if let Some(factors) = self.decay.take().and_then(|decay| decay.factors()) {
            let names: Vec<u32> = (0..factors.len() as u32).collect();
            self.weight = self.weight.map(|weight| {
                let tracked = weight.is_require_grad();
                let weight = rows::scale(weight.set_require_grad(false), &names, &factors);
                weight.set_require_grad(tracked)
            });
        }
        self
    }

    fn lookups(&self) -> MutexGuard<'_, Vec<Lookup<B>>> {
        self.lookups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: Backend> From<Param<Tensor<B, 2>>> for RowTable<B> {
    fn from(weight: Param<Tensor<B, 2>>) -> Self {
        Self {
            weight,
            lookups: Arc::default(),
            decay: None,
        }
    }
}

impl<B: Backend> Deref for RowTable<B> {
    type Target = Param<Tensor<B, 2>>;

    fn deref(&self) -> &Self::Target {
        &self.weight
    }
}

impl<B: Backend> Clone for RowTable<B> {
    fn clone(&self) -> Self {
        Self {
            weight: self.weight.clone(),
            lookups: self.lookups.clone(),
            decay: self.decay.clone(),
        }
    }
}

impl<B: Backend> fmt::Debug for RowTable<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RowTable").field(&self.weight).finish()
    }
}

impl<B: Backend> Module<B> for RowTable<B> {
    type Record = Param<Tensor<B, 2>>;

    fn num_params(&self) -> usize {
        Module::num_params(&self.weight)
    }

    fn visit<V: ModuleVisitor<B>>(&self, visitor: &mut V) {
        if exchange::deliver(&self.lookups) {
            return;
        }
        visitor.visit_float(&self.weight);
        let lookups = self.lookups().clone();
        for lookup in lookups {
            // A path of its own, for visitors that go by paths.
            let name = format!("lookup-{}", lookup.id);
            visitor.enter_module(&name, "Lookup");
            visitor.visit_float(&Param::initialized(lookup.id, lookup.output));
            visitor.exit_module(&name, "Lookup");
        }
    }

    fn map<M: ModuleMapper<B>>(mut self, mapper: &mut M) -> Self {
        match exchange::walker() {
            Walk::Step => {
                self.weight = exchange::lend(&mut self.decay, || mapper.map_float(self.weight));
                return self;
            }
            Walk::Flush => return self.flush(),
            #[cfg(feature = "safetensors")]
            Walk::Load => {
                // As in `load_record`: what was to decay is gone, gradients may still come.
                self.decay = None;
                self.weight = mapper.map_float(self.weight);
                return self;
            }
            Walk::Foreign => (),
        }
        assert!(
            !self.lookups().iter().any(|lookup| lookup.is_new),
            "a table whose rows were looked up on an autodiff backend is mapped by something that does \
             not know row-sparse gradients, and these would be lost: evaluate on `model.valid()`, and \
             train it with an optimizer from `init_sparse`: Adadelta, Sm3 and burn's own have none, but \
             Adagrad, RowWiseAdagrad, AdagradNorm, FtrlProximal and ProximalAdagrad do"
        );
        // The parameter moves through the mapper: a second handle to it would make an optimizer that
        // steps in place copy the table.
        let flushed = self.flush();
        Self {
            weight: mapper.map_float(flushed.weight),
            ..flushed
        }
    }

    fn collect_devices(&self, devices: Devices<B>) -> Devices<B> {
        self.weight.collect_devices(devices)
    }

    fn fork(self, device: &B::Device) -> Self {
        Self {
            weight: self.weight.fork(device),
            ..self
        }
    }

    fn to_device(self, device: &B::Device) -> Self {
        Self {
            weight: self.weight.to_device(device),
            ..self
        }
    }

    fn load_record(self, record: Self::Record) -> Self {
        // Gradients that are still to come are not those of the loaded weights; a step will say so.
        Self {
            weight: self.weight.load_record(record),
            lookups: self.lookups,
            decay: None,
        }
    }

    fn into_record(self) -> Self::Record {
        self.flush().weight.into_record()
    }
}

impl<B: AutodiffBackend> AutodiffModule<B> for RowTable<B> {
    type InnerModule = RowTable<B::InnerBackend>;

    fn valid(&self) -> Self::InnerModule {
        RowTable {
            weight: self.weight.valid(),
            lookups: Arc::default(),
            decay: self.decay.clone(),
        }
    }

    fn from_inner(module: Self::InnerModule) -> Self {
        Self {
            weight: Param::from_inner(module.weight),
            lookups: Arc::default(),
            decay: module.decay,
        }
    }
}

impl<B: AutodiffBackend> HasAutodiffModule<B> for RowTable<B::InnerBackend> {
    type TrainModule = RowTable<B>;
}

impl<B: Backend> ModuleDisplayDefault for RowTable<B> {
    fn content(&self, content: Content) -> Option<Content> {
        self.weight.content(content)
    }
}

impl<B: Backend> ModuleDisplay for RowTable<B> {}
