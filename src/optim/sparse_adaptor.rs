//! A burn optimizer for modules with dense and row-sparse parameters.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Arc, PoisonError};

use burn::grad_clipping::GradientClipping;
use burn::module::{AutodiffModule, ModuleMapper, Param, ParamId};
use burn::optim::adaptor::{GradAdaptor, OptimizerAdaptor};
use burn::optim::record::AdaptorRecord;
use burn::optim::{GradientsParams, LearningRate, MultiGradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};

use super::RowOptimizer;
use crate::fused::rows::scale;
use crate::sparse::{
    CsrBatch, Lookup, RowDecay, RowGradient, Walk, collect, decay_of_current_table, walk,
};

/// The states by parameter, as [`OptimizerAdaptor`] keeps and saves them.
pub(crate) type Records<O, M, B> = <OptimizerAdaptor<O, M, B> as Optimizer<M, B>>::Record;

/// burn's `Optimizer` for a module of which some tables are trained row by row: what
/// `init_sparse` gives, as burn's `OptimizerAdaptor` is what `init` gives.
///
/// One call of `step` steps everything: tables whose rows were looked up
/// ([`RowTable`](crate::sparse::RowTable)) over those rows, all other parameters as a whole. The training
/// loop is that of any burn module. A record is that of `OptimizerAdaptor`: each loads the other's.
///
/// Clipping is by parameter, as burn's: by value, or by the norm of the parameter's gradient, which is
/// that of its rows.
///
/// Decoupled weight decay reaches a row when it is next looked up or stepped, with all the steps that it
/// missed at once; between, [`flush`](Self::flush) brings all rows up to date. So the cost follows the
/// rows, and each weight is at every moment that it is used what decay at every step would have made it.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn::optim::{GradientsParams, Optimizer};
/// use burn::tensor::Tensor;
/// use burn_adagrad::nn::{SparseLinear, SparseLinearConfig};
/// use burn_adagrad::sparse::CsrBatch;
/// use burn_adagrad::AdagradConfig;
///
/// type B = Autodiff<NdArray>;
/// let device = Default::default();
/// let mut layer: SparseLinear<B> = SparseLinearConfig::new(1_000_000, 1).init(&device);
/// let mut optim = AdagradConfig::new().init_sparse::<B, SparseLinear<B>>();
///
/// let batch = CsrBatch::new(1_000_000, vec![0, 2], vec![7, 999_999], vec![1.0, 2.0])?;
/// let before: f32 = layer.forward(&batch).into_scalar();
/// let loss = layer.forward(&batch).sum();
/// let grads = GradientsParams::from_grads(loss.backward(), &layer);
/// layer = optim.step(0.1, layer, grads);
/// // Two weights and the bias go down by 0.1 each: 1·0.1 + 2·0.1 + 0.1.
/// let after: f32 = layer.forward(&batch).into_scalar();
/// assert!((before - after - 0.4).abs() < 1e-5);
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
#[derive(Clone)]
pub struct SparseAdaptor<O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    optim: O,
    records: Records<O, M, B>,
    grad_clipping: Option<GradientClipping>,
    module: PhantomData<M>,
}

impl<O, M, B> From<O> for SparseAdaptor<O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    fn from(optim: O) -> Self {
        Self {
            optim,
            records: Records::<O, M, B>::default(),
            grad_clipping: None,
            module: PhantomData,
        }
    }
}

impl<O, M, B> SparseAdaptor<O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    /// The optimizer inside.
    pub fn optim(&self) -> &O {
        &self.optim
    }

    /// Sets the clipping of each parameter's gradient.
    pub fn with_grad_clipping(self, clipping: GradientClipping) -> Self {
        Self {
            grad_clipping: Some(clipping),
            ..self
        }
    }

    /// Applies the weight decay that rows still have coming, to all tables of the module. Needed where
    /// something looks at the parameters themselves; layers and records of modules see decayed weights
    /// without it.
    pub fn flush(&self, module: M) -> M {
        struct Unchanged;

        impl<B: AutodiffBackend> ModuleMapper<B> for Unchanged {}

        walk(Walk::Flush, || module.map(&mut Unchanged))
    }

    fn step_common(&mut self, lr: LearningRate, module: M, mut grads: GradAdaptor) -> M {
        let mut mapper = Mapper::<O, M, B> {
            optim: &self.optim,
            rows: row_gradients::<B, M>(&module, &mut grads),
            grads,
            records: &mut self.records,
            grad_clipping: self.grad_clipping.as_ref(),
            lr,
        };
        let module = walk(Walk::Step, || module.map(&mut mapper));
        assert!(
            mapper.rows.is_empty(),
            "a gradient of rows belongs to no parameter of the module: was a record loaded between \
             the forward pass and the step?"
        );
        module
    }
}

/// The gradients of the tables that were looked up, by parameter.
fn row_gradients<B: AutodiffBackend, M: AutodiffModule<B>>(
    module: &M,
    grads: &mut GradAdaptor,
) -> HashMap<ParamId, RowGradient<B::InnerBackend>> {
    let mut parts: HashMap<ParamId, Parts<B::InnerBackend>> = HashMap::new();
    for lookups in collect::<B, M>(module) {
        let mut lookups = lookups.lock().unwrap_or_else(PoisonError::into_inner);
        lookups.retain_mut(|lookup: &mut Lookup<B>| {
            // Without a gradient, the output was not part of the loss, or it is another's turn.
            let slopes = grads.remove::<B::InnerBackend, 2>(lookup.id);
            let had_gradient = slopes.is_some();
            if let Some((slopes, _)) = slopes {
                let parts = parts.entry(lookup.table).or_default();
                parts.push((lookup.batch.clone(), slopes));
            }
            lookup.outlives_step(had_gradient)
        });
    }
    parts
        .into_iter()
        .map(|(table, parts)| (table, sum(parts)))
        .collect()
}

/// What was looked up in a table, and the gradient of the sums.
type Parts<B> = Vec<(CsrBatch, Tensor<B, 2>)>;

fn sum<B: Backend>(mut parts: Parts<B>) -> RowGradient<B> {
    if parts.len() == 1 {
        let (batch, slopes) = parts.remove(0);
        return RowGradient::of_sums(batch, slopes);
    }
    let device = parts[0].1.device();
    let parts = parts.into_iter();
    let (batches, slopes): (Vec<CsrBatch>, Vec<_>) = parts
        .map(|(batch, slopes)| (batch, slopes.to_device(&device)))
        .unzip();
    RowGradient::of_sums(CsrBatch::concat(&batches), Tensor::cat(slopes, 0))
}

impl<O, M, B> Optimizer<M, B> for SparseAdaptor<O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    type Record = Records<O, M, B>;

    fn step(&mut self, lr: LearningRate, module: M, grads: GradientsParams) -> M {
        self.step_common(lr, module, grads.into())
    }

    fn step_multi(&mut self, lr: LearningRate, module: M, grads: MultiGradientsParams) -> M {
        self.step_common(lr, module, grads.into())
    }

    fn to_record(&self) -> Self::Record {
        self.records.clone()
    }

    fn load_record(self, record: Self::Record) -> Self {
        Self {
            records: record,
            ..self
        }
    }
}

struct Mapper<'a, O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    optim: &'a O,
    rows: HashMap<ParamId, RowGradient<B::InnerBackend>>,
    grads: GradAdaptor,
    records: &'a mut Records<O, M, B>,
    grad_clipping: Option<&'a GradientClipping>,
    lr: LearningRate,
}

impl<O, M, B> ModuleMapper<B> for Mapper<'_, O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let (id, mut tensor, mapper) = param.consume();
        let tracked = tensor.is_require_grad();
        let rows = self.rows.remove(&id);
        let gradient = match self.grads.remove::<B::InnerBackend, D>(id) {
            Some((gradient, device)) => {
                if tensor.device() != device {
                    tensor = tensor.to_device(&device);
                }
                // A table that was used whole as well: the rows are a part of the whole.
                let dims = gradient.dims();
                Some(Gradient::Whole(match rows {
                    Some(rows) => gradient + rows.to_dense().reshape(dims),
                    None => gradient,
                }))
            }
            None => rows.map(|rows| Gradient::Rows(rows.to_device(&tensor.device()))),
        };
        let Some(gradient) = gradient else {
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let device = tensor.device();
        let state = self.records.remove(&id).map(|record| {
            let state = AdaptorRecord::<O, B>::into_state(record);
            O::to_device::<D>(state, &device)
        });
        let (tensor, state) = self.step(tensor.inner(), gradient, state);
        if let Some(state) = state {
            self.records.insert(id, AdaptorRecord::from_state(state));
        }
        let tensor = Tensor::from_inner(tensor).set_require_grad(tracked);
        Param::from_mapped_value(id, tensor, mapper)
    }
}

enum Gradient<B: AutodiffBackend, const D: usize> {
    Whole(Tensor<B::InnerBackend, D>),
    Rows(RowGradient<B::InnerBackend>),
}

impl<O, M, B> Mapper<'_, O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    fn step<const D: usize>(
        &self,
        tensor: Tensor<B::InnerBackend, D>,
        gradient: Gradient<B, D>,
        state: Option<O::State<D>>,
    ) -> (Tensor<B::InnerBackend, D>, Option<O::State<D>>) {
        match gradient {
            Gradient::Whole(gradient) => {
                let tensor = decay_of_current_table(|decay| settle_all(decay, tensor));
                let gradient = match self.grad_clipping {
                    Some(clipping) => clipping.clip_gradient(gradient),
                    None => gradient,
                };
                self.optim.step(self.lr, tensor, gradient, state)
            }
            Gradient::Rows(gradient) => {
                let factor = self.optim.decay_factor(self.lr, state.as_ref());
                let tensor = decay_of_current_table(|decay| {
                    settle_rows(decay, factor, tensor, gradient.rows())
                });
                let gradient = match self.grad_clipping {
                    Some(clipping) => gradient.map(|values| clipping.clip_gradient(values)),
                    None => gradient,
                };
                self.optim.step_rows(self.lr, tensor, gradient, state)
            }
        }
    }
}

/// Before a step over the whole table, which decays it itself: every row gets what it has coming.
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

/// Before a step over rows: they get what they have coming, this step's factor included.
fn settle_rows<B: Backend, const D: usize>(
    decay: &mut Option<Arc<RowDecay>>,
    factor: f64,
    tensor: Tensor<B, D>,
    rows: &[u32],
) -> Tensor<B, D> {
    if factor == 1.0 && decay.is_none() {
        return tensor;
    }
    let n_rows = tensor.dims()[0];
    let decay = decay.get_or_insert_with(|| Arc::new(RowDecay::new(n_rows)));
    let decay = Arc::make_mut(decay);
    decay.advance(factor);
    let factors = decay.settle(rows);
    scale(tensor, rows, &factors)
}
