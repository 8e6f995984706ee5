//! Tables by one optimizer, all else by another.

use burn::module::AutodiffModule;
use burn::optim::adaptor::GradAdaptor;
use burn::optim::{GradientsParams, LearningRate, MultiGradientsParams, Optimizer};
use burn::tensor::backend::AutodiffBackend;

use super::row_optimizer::Records;
use super::{RowOptimizer, SparseAdaptor};
use crate::error::StepError;
use crate::sparse::{Walk, tables, walk};
use crate::validate::check_not_negative;

/// burn's `Optimizer` that steps the tables of a module row by row and leaves its other parameters to a
/// second optimizer, in one `step`: what [`SparseAdaptor::with_dense`] gives.
///
/// Recommenders are trained so: Adagrad for the embeddings, Adam for the layers above them. A table is
/// stepped by the first optimizer even when it was used whole. Each optimizer clips as it was told to, and
/// the norm of [`SparseAdaptor::with_max_grad_norm`] is that of the gradients of both. The record is the pair
/// of their records.
#[derive(Clone)]
pub struct MixedAdaptor<O, D, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    D: Optimizer<M, B>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    rows: SparseAdaptor<O, M, B>,
    dense: D,
    row_rate: f64,
    dense_rate: f64,
}

impl<O, M, B> SparseAdaptor<O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    /// Leaves all parameters but the tables to another optimizer: any of burn's, or one of your own.
    ///
    /// ```
    /// use burn::backend::{Autodiff, NdArray};
    /// use burn::optim::{AdamConfig, GradientsParams, Optimizer};
    /// use burn_adagrad::{AdagradConfig, SparseNN, SparseNNConfig};
    /// use burn_adagrad::sparse::CsrBatch;
    ///
    /// type B = Autodiff<NdArray>;
    /// let mut model: SparseNN<B> = SparseNNConfig::new(1000).init(&Default::default());
    /// // The table by Adagrad at the step's rate, everything else by Adam at a tenth of it.
    /// let mut optim = AdagradConfig::new()
    ///     .init_sparse()
    ///     .with_dense(AdamConfig::new().init())
    ///     .with_dense_rate(0.1);
    ///
    /// let batch = CsrBatch::from_bags(1000, &[vec![3, 999], vec![3]])?;
    /// let loss = model.forward_logits_csr(&batch).mean();
    /// let grads = GradientsParams::from_grads(loss.backward(), &model);
    /// model = optim.step(0.01, model, grads);
    /// # Ok::<(), burn_adagrad::error::CsrError>(())
    /// ```
    pub fn with_dense<D: Optimizer<M, B>>(self, dense: D) -> MixedAdaptor<O, D, M, B> {
        MixedAdaptor {
            rows: self,
            dense,
            row_rate: 1.0,
            dense_rate: 1.0,
        }
    }
}

impl<O, D, M, B> MixedAdaptor<O, D, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    D: Optimizer<M, B>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    /// The learning rate of the tables, as a factor on that of the step. Default 1.
    ///
    /// # Panics
    ///
    /// If it is not finite or negative.
    pub fn with_row_rate(self, factor: f64) -> Self {
        check_not_negative("row_rate", factor);
        Self {
            row_rate: factor,
            ..self
        }
    }

    /// The learning rate of the other parameters, as a factor on that of the step. Default 1.
    ///
    /// # Panics
    ///
    /// If it is not finite or negative.
    pub fn with_dense_rate(self, factor: f64) -> Self {
        check_not_negative("dense_rate", factor);
        Self {
            dense_rate: factor,
            ..self
        }
    }

    /// The optimizer of the tables.
    pub fn rows(&self) -> &SparseAdaptor<O, M, B> {
        &self.rows
    }

    /// The optimizer of the other parameters.
    pub fn dense(&self) -> &D {
        &self.dense
    }

    /// As [`SparseAdaptor::flush`].
    pub fn flush(&self, module: M) -> M {
        self.rows.flush(module)
    }

    /// As [`SparseAdaptor::grow`], `lr` being the rate of the step.
    pub fn grow(&mut self, lr: LearningRate, module: &M) {
        self.rows.grow(lr * self.row_rate, module);
    }

    /// As [`SparseAdaptor::try_step`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn try_step(
        &mut self,
        lr: LearningRate,
        module: M,
        grads: GradientsParams,
    ) -> Result<M, StepError> {
        self.step_both(lr, module, grads.into())
    }

    fn step_both(
        &mut self,
        lr: LearningRate,
        module: M,
        grads: GradAdaptor,
    ) -> Result<M, StepError> {
        let tables = tables::<B, M>(&module);
        let row_lr = lr * self.row_rate;
        let (module, rest) = self.rows.step_by(row_lr, module, &tables, grads, true)?;
        let lr = lr * self.dense_rate;
        Ok(walk(Walk::PassBy, &tables, || match rest {
            GradAdaptor::Single(grads) => self.dense.step(lr, module, grads),
            GradAdaptor::Multi(grads) => self.dense.step_multi(lr, module, grads),
        }))
    }
}

impl<O, D, M, B> Optimizer<M, B> for MixedAdaptor<O, D, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    D: Optimizer<M, B>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    type Record = (Records<O, M, B>, D::Record);

    /// # Panics
    ///
    /// With the message of [`try_step`](MixedAdaptor::try_step)'s error.
    fn step(&mut self, lr: LearningRate, module: M, grads: GradientsParams) -> M {
        self.step_both(lr, module, grads.into())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// # Panics
    ///
    /// With the message of [`try_step`](MixedAdaptor::try_step)'s error.
    fn step_multi(&mut self, lr: LearningRate, module: M, grads: MultiGradientsParams) -> M {
        self.step_both(lr, module, grads.into())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn to_record(&self) -> Self::Record {
        (self.rows.to_record(), self.dense.to_record())
    }

    fn load_record(self, (rows, dense): Self::Record) -> Self {
        Self {
            rows: self.rows.load_record(rows),
            dense: self.dense.load_record(dense),
            ..self
        }
    }
}
