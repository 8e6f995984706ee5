//! The walk over a module in which every parameter takes its step.

use std::collections::HashMap;
use std::sync::Arc;

use burn::grad_clipping::GradientClippingConfig;
use burn::module::{AutodiffModule, ModuleMapper, Param, ParamId};
use burn::optim::LearningRate;
use burn::optim::adaptor::GradAdaptor;
use burn::optim::record::AdaptorRecord;
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};

use super::RowOptimizer;
use super::clipping::{clip, clip_rows};
use super::gradients::Rows;
use super::row_optimizer::Records;
use crate::dispatch::rows::{scale, shortening};
use crate::dispatch::{cast, working_dtype};
use crate::sparse::{RowDecay, with_decay_of_current_table};

/// Steps the parameters of a module.
pub(super) struct StepWalk<'a, O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    pub(super) optim: &'a O,
    /// The gradients of rows, by table.
    pub(super) rows: HashMap<ParamId, Rows<B::InnerBackend>>,
    /// The parameters to step; all, if none are named.
    pub(super) only: Option<Vec<ParamId>>,
    pub(super) grads: GradAdaptor,
    pub(super) records: &'a mut Records<O, M, B>,
    pub(super) grad_clipping: Option<&'a GradientClippingConfig>,
    pub(super) lr: LearningRate,
}

/// The gradients of a parameter.
struct Gradients<B: Backend, const D: usize> {
    whole: Option<Tensor<B, D>>,
    rows: Option<Rows<B>>,
}

impl<O, M, B> ModuleMapper<B> for StepWalk<'_, O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        if let Some(only) = &self.only
            && !only.contains(&param.id)
        {
            return param;
        }
        let (id, mut tensor, mapper) = param.consume();
        let tracked = tensor.is_require_grad();
        let rows = self.rows.remove(&id);
        let whole = self.grads.remove::<B::InnerBackend, D>(id);
        if whole.is_none() && rows.is_none() {
            return Param::from_mapped_value(id, tensor, mapper);
        }
        let whole = whole.map(|(gradient, device)| {
            if tensor.device() != device {
                tensor = tensor.clone().to_device(&device);
            }
            gradient
        });
        let device = tensor.device();
        let gradients = Gradients {
            whole,
            rows: rows.map(|rows| Rows {
                gradient: rows.gradient.to_device(&device),
                ..rows
            }),
        };
        let state = self.records.remove(&id).map(|record| {
            let state = AdaptorRecord::<O, B>::into_state(record);
            O::to_device::<D>(state, &device)
        });
        let (tensor, state) = self.step(tensor.inner(), gradients, state);
        if let Some(state) = state {
            self.records.insert(id, AdaptorRecord::from_state(state));
        }
        let tensor = Tensor::from_inner(tensor).set_require_grad(tracked);
        Param::from_mapped_value(id, tensor, mapper)
    }
}

impl<O, M, B> StepWalk<'_, O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    fn step<const D: usize>(
        &self,
        tensor: Tensor<B::InnerBackend, D>,
        gradients: Gradients<B::InnerBackend, D>,
        state: Option<O::State<D>>,
    ) -> (Tensor<B::InnerBackend, D>, Option<O::State<D>>) {
        match gradients {
            Gradients {
                whole: None,
                rows: Some(rows),
            } => {
                let factor = self.optim.decay_factor(self.lr, state.as_ref());
                let tensor = with_decay_of_current_table(|decay| {
                    settle_rows(decay, factor, tensor, rows.gradient.rows(), rows.max_norm)
                });
                let gradient = clip_rows(self.grad_clipping, rows.gradient);
                self.optim.step_rows(self.lr, tensor, gradient, state)
            }
            // A table that was used whole and by rows is stepped whole. The rows are part of that.
            Gradients { whole, rows } => {
                let mut tensor = with_decay_of_current_table(|decay| settle_all(decay, tensor));
                if let Some(rows) = &rows {
                    let touched = rows.gradient.rows();
                    tensor = settle_rows(&mut None, 1.0, tensor, touched, rows.max_norm);
                }
                let rows = rows.map(|rows| rows.gradient.to_dense().reshape(tensor.dims()));
                let gradient = match (whole, rows) {
                    (Some(whole), Some(rows)) => {
                        let working = working_dtype(whole.dtype());
                        cast(whole, working) + cast(rows, working)
                    }
                    (Some(gradient), None) | (None, Some(gradient)) => gradient,
                    (None, None) => return (tensor, state),
                };
                let gradient = clip(self.grad_clipping, gradient);
                self.optim.step(self.lr, tensor, gradient, state)
            }
        }
    }
}

/// Applies the pending decay of every row, before a step over the whole table that decays all of it.
fn settle_all<B: Backend, const D: usize>(
    decay: &mut Option<Arc<RowDecay>>,
    tensor: Tensor<B, D>,
) -> Tensor<B, D> {
    let Some(factors) = decay.take().and_then(|decay| decay.factors()) else {
        return tensor;
    };
    let rows: Vec<u32> = (0..factors.len() as u32).collect();
    scale(tensor, &rows, &factors)
}

/// Before a step over rows: they get the decay that they have missed and are shortened, as their lookup
/// had them; and they get this step's factor.
fn settle_rows<B: Backend, const D: usize>(
    decay: &mut Option<Arc<RowDecay>>,
    factor: f64,
    tensor: Tensor<B, D>,
    rows: &[u32],
    max_norm: Option<f32>,
) -> Tensor<B, D> {
    if factor == 1.0 && decay.is_none() && max_norm.is_none() {
        return tensor;
    }
    let missed = |row| decay.as_ref().map_or(1.0, |decay| decay.factor(row));
    let mut factors = match max_norm {
        Some(max_norm) => shortening(&tensor, rows, max_norm, missed),
        None => vec![1.0; rows.len()],
    };
    if factor != 1.0 || decay.is_some() {
        let n_rows = tensor.dims()[0];
        let decay = decay.get_or_insert_with(|| Arc::new(RowDecay::new(n_rows)));
        let decay = Arc::make_mut(decay);
        decay.advance(factor);
        let settled = decay.settle(rows);
        factors.iter_mut().zip(settled).for_each(|(f, s)| *f *= s);
    }
    if factors.iter().all(|&factor| factor == 1.0) {
        return tensor;
    }
    scale(tensor, rows, &factors)
}
