//! A burn optimizer for modules with dense and row-sparse parameters.

use std::marker::PhantomData;

use burn::grad_clipping::{GradientClipping, GradientClippingConfig};
use burn::module::AutodiffModule;
use burn::optim::adaptor::GradAdaptor;
use burn::optim::{GradientsParams, LearningRate, MultiGradientsParams, Optimizer};
use burn::tensor::backend::AutodiffBackend;

use super::RowOptimizer;
use super::clip_grad_norm::clip;
use super::gradients::{check_known, drop_padding, merge, take_rows};
use super::row_optimizer::Records;
use super::states::{check_states, grow_states};
use super::step_walk::StepWalk;
use crate::error::StepError;
use crate::sparse::{Table, Walk, tables, walk};
use crate::validate::check_above_zero;

/// burn's `Optimizer` for a module of which some tables are trained row by row: what
/// `init_sparse` gives, as burn's `OptimizerAdaptor` is what `init` gives.
///
/// One call of `step` steps everything: tables whose rows were looked up
/// ([`RowTable`](crate::sparse::RowTable)) over those rows, all other parameters as a whole. The training
/// loop is that of any burn module. A record is that of `OptimizerAdaptor`: each loads the other's.
/// [`with_dense`](Self::with_dense) leaves the other parameters to another optimizer.
///
/// Clipping is by parameter, as burn's: by value, or by the norm of the parameter's gradient, which is
/// that of its rows. [`with_max_grad_norm`](Self::with_max_grad_norm) clips by the norm of all gradients
/// together.
///
/// Decoupled weight decay reaches a row when it is next looked up or stepped, with all the steps that it
/// missed at once. Whoever reads the whole table sees all rows up to date, and
/// [`flush`](Self::flush) brings them up to date for good. So the cost follows the rows, and each weight is at
/// every moment what decay at every step would have made it.
///
/// A gradient that cannot be stepped is an error, never lost in silence: [`step`](Optimizer::step) panics
/// with its message, before any walk over the module, and [`try_step`](Self::try_step) gives it as a value.
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
/// let before: f32 = layer.forward_csr(&batch).into_scalar();
/// let loss = layer.forward_csr(&batch).sum();
/// let grads = GradientsParams::from_grads(loss.backward(), &layer);
/// layer = optim.step(0.1, layer, grads);
/// // Two weights and the bias go down by 0.1 each: 1·0.1 + 2·0.1 + 0.1.
/// let after: f32 = layer.forward_csr(&batch).into_scalar();
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
    /// Whether the records were loaded, and no step has checked them yet.
    unchecked: bool,
    grad_clipping: Option<GradientClippingConfig>,
    max_grad_norm: Option<f64>,
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
            unchecked: false,
            grad_clipping: None,
            max_grad_norm: None,
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

    /// Sets a clipping of each parameter's gradient, before the one in the optimizer's configuration. Norms
    /// are taken in f32 whatever the type of the parameter.
    ///
    /// # Panics
    ///
    /// If the threshold is not finite or not above 0.
    pub fn with_grad_clipping(self, clipping: GradientClipping) -> Self {
        let (clipping, threshold) = match clipping {
            GradientClipping::Value(limit) => (GradientClippingConfig::Value(limit), limit),
            GradientClipping::Norm(norm) => (GradientClippingConfig::Norm(norm), norm),
        };
        check_above_zero("grad_clipping", threshold.into());
        Self {
            grad_clipping: Some(clipping),
            ..self
        }
    }

    /// Clips by the norm of all gradients of a step together, before any other clipping: see
    /// [`clip_grad_norm`](super::clip_grad_norm()). Default none.
    ///
    /// # Panics
    ///
    /// If the norm is not finite or not above 0.
    pub fn with_max_grad_norm(self, max_norm: f64) -> Self {
        check_above_zero("max_grad_norm", max_norm);
        Self {
            max_grad_norm: Some(max_norm),
            ..self
        }
    }

    /// Applies the weight decay that rows still have to get, to all tables of the module. Nothing needs it
    /// to see the right weights; it saves the pass over a table that reading all of it costs while decay is
    /// due.
    pub fn flush(&self, module: M) -> M {
        struct Unchanged;

        impl<B: AutodiffBackend> burn::module::ModuleMapper<B> for Unchanged {}

        let tables = tables::<B, M>(&module);
        walk(Walk::Flush, &tables, || module.map(&mut Unchanged))
    }

    /// Gives the states of tables to which rows were added
    /// ([`RowTable::append`](crate::sparse::RowTable::append)) rows at their ends, as the first step makes
    /// them; `lr` is the learning rate of the coming step, which the states of
    /// [`FtrlProximal`](crate::FtrlProximal) depend on: at a rate of 0 those cannot be made and stay as they
    /// are. Other states stay as they are.
    ///
    /// ```
    /// use burn::backend::{Autodiff, NdArray};
    /// use burn::optim::{GradientsParams, Optimizer};
    /// use burn::tensor::Tensor;
    /// use burn_adagrad::AdagradConfig;
    /// use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
    ///
    /// type B = Autodiff<NdArray>;
    /// let device = Default::default();
    /// let mut layer: SparseEmbedding<B> = SparseEmbeddingConfig::new(2, 1).init(&device);
    /// let mut optim = AdagradConfig::new().init_sparse::<B, SparseEmbedding<B>>();
    /// let grads = layer.forward(&[0, 1])?.sum().backward();
    /// let grads = GradientsParams::from_grads(grads, &layer);
    /// layer = optim.step(0.1, layer, grads);
    ///
    /// // A third row, which begins at 1.
    /// layer.weight = layer.weight.append(Tensor::ones([1, 1], &device));
    /// optim.grow(0.1, &layer);
    /// let grads = layer.forward(&[2])?.sum().backward();
    /// let grads = GradientsParams::from_grads(grads, &layer);
    /// layer = optim.step(0.1, layer, grads);
    /// let weights: Vec<f32> = layer.weight.val().into_data().to_vec().unwrap();
    /// assert_eq!(weights[2], 0.9);
    /// # Ok::<(), burn_adagrad::error::CsrError>(())
    /// ```
    pub fn grow(&mut self, lr: LearningRate, module: &M) {
        let tables = tables::<B, M>(module);
        grow_states::<O, M, B>(lr, &self.optim, module, &tables, &mut self.records);
    }

    /// As burn's `step`, with what is wrong as a value. After an error the module is gone, and the gradients
    /// with it.
    ///
    /// # Errors
    ///
    /// If a gradient cannot be stepped, or a state does not belong to its parameter.
    pub fn try_step(
        &mut self,
        lr: LearningRate,
        module: M,
        grads: GradientsParams,
    ) -> Result<M, StepError> {
        self.step_all(lr, module, grads.into())
    }

    fn step_all(
        &mut self,
        lr: LearningRate,
        module: M,
        grads: GradAdaptor,
    ) -> Result<M, StepError> {
        let tables = tables::<B, M>(&module);
        self.step_by(lr, module, &tables, grads, false)
            .map(|(module, _)| module)
    }

    /// Steps the tables, and all other parameters or none. Gives the gradients that are left.
    pub(super) fn step_by(
        &mut self,
        lr: LearningRate,
        module: M,
        tables: &[Table],
        mut grads: GradAdaptor,
        only_tables: bool,
    ) -> Result<(M, GradAdaptor), StepError> {
        for table in tables {
            if let Some(error) = table.ledger.take_error() {
                return Err(error);
            }
        }
        check_known::<B, M>(&module, tables, &grads)?;
        check_states::<O, M, B>(&self.optim, &module, tables, &self.records, self.unchecked)?;
        self.unchecked = false;
        match &mut grads {
            GradAdaptor::Single(grads) => drop_padding::<B::InnerBackend>(tables, grads),
            GradAdaptor::Multi(multi) => {
                for (grads, _) in &mut multi.grads {
                    drop_padding::<B::InnerBackend>(tables, grads);
                }
            }
        }
        let mut grads = match self.max_grad_norm {
            None => grads,
            Some(max_norm) => {
                let grads = match grads {
                    GradAdaptor::Single(grads) => grads,
                    GradAdaptor::Multi(multi) => merge::<B, M>(&module, tables, multi),
                };
                clip::<B, M>(&module, tables, grads, max_norm).0.into()
            }
        };
        let rows = take_rows::<B, M>(&module, tables, &mut grads)?;
        let mut mapper = StepWalk::<O, M, B> {
            optim: &self.optim,
            rows,
            only: only_tables.then(|| tables.iter().map(|table| table.id).collect()),
            grads,
            records: &mut self.records,
            grad_clipping: self.grad_clipping.as_ref(),
            lr,
        };
        let module = walk(Walk::Step, tables, || module.map(&mut mapper));
        Ok((module, mapper.grads))
    }
}

impl<O, M, B> Optimizer<M, B> for SparseAdaptor<O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    type Record = Records<O, M, B>;

    /// # Panics
    ///
    /// With the message of [`try_step`](SparseAdaptor::try_step)'s error.
    fn step(&mut self, lr: LearningRate, module: M, grads: GradientsParams) -> M {
        self.step_all(lr, module, grads.into())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// # Panics
    ///
    /// With the message of [`try_step`](SparseAdaptor::try_step)'s error.
    fn step_multi(&mut self, lr: LearningRate, module: M, grads: MultiGradientsParams) -> M {
        self.step_all(lr, module, grads.into())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn to_record(&self) -> Self::Record {
        self.records.clone()
    }

    fn load_record(self, record: Self::Record) -> Self {
        Self {
            records: record,
            unchecked: true,
            ..self
        }
    }
}
