//! The optimizer's states, to and from numbers.

use std::collections::{HashMap, HashSet};

use burn::module::{ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::record::{AdaptorRecord, AdaptorRecordV1};
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{Tensor, TensorData};

use crate::dispatch::working_dtype;
use crate::optim::{Adagrad, AdagradState};

/// The state of a parameter: number of steps, and the accumulator as burn lays it out.
pub(super) type State = (usize, TensorData);

/// The parameters that are trained, as opposed to frozen ones and to buffers; a walk over the
/// module.
#[derive(Default)]
pub(super) struct Trained(pub(super) HashSet<ParamId>);

impl<B: AutodiffBackend> ModuleVisitor<B> for Trained {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        if param.is_require_grad() {
            self.0.insert(param.id);
        }
    }
}

/// Why a state cannot be handed on.
pub(super) enum Refusal {
    /// The accumulator does not have the shape of the parameter.
    Shape {
        expected: Vec<usize>,
        found: Vec<usize>,
    },
    /// There is momentum, which PyTorch's Adagrad has not.
    Momentum,
}

/// Takes the states of parameters out of a record; a walk over the inner module.
pub(super) struct Reader<'a, B: AutodiffBackend> {
    pub(super) adagrad: &'a Adagrad,
    /// Parameters that have a state even if they were not stepped.
    pub(super) trained: &'a HashSet<ParamId>,
    /// What is left of the record.
    pub(super) record: HashMap<ParamId, AdaptorRecord<Adagrad, B>>,
    pub(super) states: HashMap<ParamId, State>,
    /// The first that there was.
    pub(super) refused: Option<(ParamId, Refusal)>,
}

impl<B: AutodiffBackend> ModuleVisitor<B::InnerBackend> for Reader<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B::InnerBackend, D>>) {
        let expected = param.dims().to_vec();
        let state = match self.record.remove(&param.id) {
            Some(record) => {
                let found = shape(&record);
                if found != expected {
                    let refusal = Refusal::Shape { expected, found };
                    self.refused.get_or_insert((param.id, refusal));
                    return;
                }
                record.into_state::<D>()
            }
            None if self.trained.contains(&param.id) => self.adagrad.first_state(&param.val()),
            None => return,
        };
        let AdagradState {
            step,
            accumulator,
            momentum,
        } = state;
        if momentum.is_some() {
            let refusal = (param.id, Refusal::Momentum);
            self.refused.get_or_insert(refusal);
        }
        self.states
            .insert(param.id, (step, accumulator.into_data()));
    }
}

/// Shape of the accumulator in a record.
fn shape<B: AutodiffBackend>(record: &AdaptorRecord<Adagrad, B>) -> Vec<usize> {
    let AdaptorRecord::V1(record) = record;
    match record {
        AdaptorRecordV1::Rank0(state) => state.accumulator.dims().to_vec(),
        AdaptorRecordV1::Rank1(state) => state.accumulator.dims().to_vec(),
        AdaptorRecordV1::Rank2(state) => state.accumulator.dims().to_vec(),
        AdaptorRecordV1::Rank3(state) => state.accumulator.dims().to_vec(),
        AdaptorRecordV1::Rank4(state) => state.accumulator.dims().to_vec(),
        AdaptorRecordV1::Rank5(state) => state.accumulator.dims().to_vec(),
        AdaptorRecordV1::Rank6(state) => state.accumulator.dims().to_vec(),
        AdaptorRecordV1::Rank7(state) => state.accumulator.dims().to_vec(),
        AdaptorRecordV1::Rank8(state) => state.accumulator.dims().to_vec(),
    }
}

/// Puts weights into a module, and makes a record of states; a walk over the module.
pub(super) struct Writer<B: AutodiffBackend> {
    /// As burn lays them out.
    pub(super) weights: HashMap<ParamId, TensorData>,
    pub(super) states: HashMap<ParamId, State>,
    pub(super) record: Vec<(ParamId, AdaptorRecord<Adagrad, B>)>,
}

impl<B: AutodiffBackend> ModuleMapper<B> for Writer<B> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let (id, mut tensor, mapper) = param.consume();
        let (device, dtype) = (tensor.device(), tensor.dtype());
        if let Some((step, sum)) = self.states.remove(&id) {
            let working = working_dtype(dtype);
            let sum = Tensor::from_data(sum.convert_dtype(working), (&device, working));
            let state = AdagradState::<B::InnerBackend, D>::new(step, sum);
            self.record.push((id, AdaptorRecord::from_state(state)));
        }
        if let Some(weights) = self.weights.remove(&id) {
            let tracked = tensor.is_require_grad();
            tensor = Tensor::from_data(weights.convert_dtype(dtype), (&device, dtype));
            tensor = tensor.set_require_grad(tracked);
        }
        Param::from_mapped_value(id, tensor, mapper)
    }
}
