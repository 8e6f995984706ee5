//! A table as a parameter that is trained row by row.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use burn::module::Param;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

use super::CsrBatch;
use super::RowDecay;
use super::ledger::{Ledger, NewLookup};
use super::roots::Sweep;
use crate::dispatch::graph::{Standing, leaf_beside, standing, sweep};
use crate::dispatch::rows;

/// A table of rows, `[rows, dim]`, as a parameter that is trained row by row: the field to use in a
/// layer of your own. See [the module](super) for how.
///
/// To everything in burn it is one parameter: visitors and mappers, records, burn-store's files and counts
/// see its weights and nothing else. Its record is that of a `Param`, so that checkpoints of burn's `Linear`
/// and `Embedding` load into the layers here and back.
///
/// It dereferences to burn's `Param`: `table.val()` reads the weights and `table.id` is the parameter's id.
/// [`map`](Self::map) changes the weights, as `Param::map` does. While weight decay of rows
/// is pending, whoever reads all weights gets decayed ones. That costs a pass over the table, at most once a step.
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
///
/// let halved = table.map(|weight| weight / 2.0);
/// let weights: Vec<f32> = halved.val().into_data().to_vec().unwrap();
/// assert_eq!(weights, [0.5, 1.0, 1.5, 2.0]);
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
#[derive(Clone)]
pub struct RowTable<B: Backend> {
    pub(super) weight: Param<Tensor<B, 2>>,
    pub(super) due: Option<Due<B>>,
    pub(super) options: RowOptions,
    /// Clones share it, as clones of a burn module share the ids of their parameters: the gradient that one
    /// gave rise to can be stepped on another.
    pub(super) ledger: Arc<Ledger>,
}

/// Rules for rows of a table that are looked up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RowOptions {
    /// The padding row, which counts for nothing.
    pub(super) padding: Option<u32>,
    /// The norm that no row exceeds.
    pub(super) max_norm: Option<f32>,
}

/// The pending weight decay of a table's rows.
#[derive(Clone)]
pub(super) struct Due<B: Backend> {
    pub(super) decay: Arc<RowDecay>,
    /// The decayed weights, once somebody has read all of them. From then on they are the parameter.
    /// Clones share them, as they share the graph's leaf of weights without decay.
    pub(super) settled: Arc<OnceLock<Param<Tensor<B, 2>>>>,
}

impl<B: Backend> From<Arc<RowDecay>> for Due<B> {
    fn from(decay: Arc<RowDecay>) -> Self {
        let settled = Arc::default();
        Self { decay, settled }
    }
}

impl<B: Backend> RowTable<B> {
    /// The shape, `[rows, dim]`.
    pub fn dims(&self) -> [usize; 2] {
        self.weight.lazy_shape().dims()
    }

    /// Makes a row the padding row, as `padding_idx` of PyTorch's embeddings. The row is set to zeros, entries
    /// at it are passed over, and it never moves. A record does not hold this option: set it again for a table
    /// that a record is loaded into.
    ///
    /// # Panics
    ///
    /// If the table has no such row.
    pub fn with_padding_idx(self, row: usize) -> Self {
        let [n_rows, dim] = self.dims();
        assert!(
            row < n_rows,
            "padding_idx = {row} (must be below the number of rows, {n_rows})"
        );
        let zeroed = move |weight: Tensor<B, 2>| {
            let tracked = weight.is_require_grad();
            let zeros = Tensor::zeros([1, dim], (&weight.device(), weight.dtype()));
            let weight = weight.set_require_grad(false);
            let weight = weight.slice_assign([row..row + 1, 0..dim], zeros);
            weight.set_require_grad(tracked)
        };
        let options = RowOptions {
            padding: Some(row as u32),
            ..self.options
        };
        let table = self
            .flush()
            .with_weight(|weight, _| weight.init_mapper(zeroed));
        Self { options, ..table }
    }

    /// Keeps the norm (L2) of rows at this number or below, as `max_norm` of PyTorch's embeddings. A longer row
    /// is shortened when it is looked up. The step that follows shortens it for good. (Not under
    /// [`FtrlProximal`](crate::FtrlProximal), whose state is the sum of all steps. There the norm only bounds
    /// what a lookup reads.) A record does not hold this option: set it again for a table that a record is
    /// loaded into.
    ///
    /// # Panics
    ///
    /// If it is not finite or not above 0.
    pub fn with_max_norm(self, max_norm: f32) -> Self {
        assert!(
            max_norm.is_finite() && max_norm > 0.0,
            "max_norm = {max_norm:?} (must be finite and above 0)"
        );
        let options = RowOptions {
            max_norm: Some(max_norm),
            ..self.options
        };
        Self { options, ..self }
    }

    /// The table with the options of a layer.
    pub(crate) fn with_options(self, padding_idx: Option<usize>, max_norm: Option<f32>) -> Self {
        let padded = match padding_idx {
            Some(row) => self.with_padding_idx(row),
            None => self,
        };
        match max_norm {
            Some(max_norm) => padded.with_max_norm(max_norm),
            None => padded,
        }
    }

    /// The batch without the entries at the padding row.
    pub(crate) fn without_padding(&self, batch: &CsrBatch) -> CsrBatch {
        match self.options.padding {
            Some(row) => batch.without(row),
            None => batch.clone(),
        }
    }

    /// For each row of the batch, the sum of the table's rows at the batch's indices, each times its value:
    /// `[batch, dim]`. A row of the batch without entries gives zeros.
    ///
    /// On an autodiff backend the result is tracked, if the parameter is.
    ///
    /// # Panics
    ///
    /// If the batch does not have as many features as the table has rows; and with the message of a
    /// [`StepError`](crate::error::StepError) if gradients of the table were lost since it was last
    /// used, because they went to an optimizer that does not know row gradients, or because the table is
    /// marked for burn's distributed training.
    pub fn weighted_sum(&self, batch: &CsrBatch) -> Tensor<B, 2> {
        if let Some(error) = self.ledger.take_error() {
            panic!("{error}");
        }
        let (mut param, mut decay) = self.as_read();
        if decay.is_some() && standing(&**param) == Standing::Computed {
            (param, decay) = (self.settled(), None);
        }
        let mut weight = param.val();
        let [n_rows, _] = weight.dims();
        assert_eq!(
            batch.n_features(),
            n_rows,
            "a batch over {} features for a table of {n_rows} rows",
            batch.n_features()
        );
        let batch = &self.without_padding(batch);
        let max_norm = self.options.max_norm;
        if matches!(weight.dtype(), DType::QFloat(_)) {
            weight = weight.dequantize();
        }
        let values = match (decay, max_norm) {
            (None, None) => None,
            _ => Some(factors(batch, &weight, decay, max_norm)),
        };
        let mut matrix = batch.by_row();
        matrix.values = values.as_deref().unwrap_or(matrix.values);
        let standing = standing(&weight);
        if standing == Standing::Computed {
            return rows::recorded_sum(matrix, weight);
        }
        let sums = rows::weighted_sum(matrix, weight);
        let Standing::Leaf(node) = standing else {
            return sums;
        };
        batch.sort_ahead();
        let output = match node {
            None => sums.require_grad(),
            Some(node) => {
                let new_root = || Tensor::zeros([1, 1], &sums.device()).require_grad();
                let (root, to_sweep) = self.ledger.root(node, new_root);
                self.sweep(to_sweep);
                leaf_beside(sums, &root)
            }
        };
        let to_sweep = self.ledger.add(NewLookup {
            table: param.id,
            batch: batch.clone(),
            max_norm,
            leaf: output.clone(),
            node,
        });
        self.sweep(to_sweep);
        output
    }

    fn sweep(&self, to_sweep: Option<Sweep<B>>) {
        if let Some(to_sweep) = to_sweep {
            sweep(&to_sweep.root);
            self.ledger.swept(&to_sweep);
        }
    }

    /// The weights with all decay applied; tracked as the parameter is. The same as `val()`.
    pub fn current(&self) -> Tensor<B, 2> {
        self.val()
    }

    /// Changes the weights by a function; any decay that is due comes first.
    ///
    /// The function gets the weights as the parameter has them, tracked or not, and its result is the
    /// parameter. As for burn's `Param`, an operation on tracked weights is recorded, and a parameter that
    /// is to be trained further must come back as a leaf:
    ///
    /// ```
    /// use burn::backend::{Autodiff, NdArray};
    /// use burn::tensor::Tensor;
    /// use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
    ///
    /// type B = Autodiff<NdArray>;
    /// let mut layer: SparseEmbedding<B> = SparseEmbeddingConfig::new(100, 8).init(&Default::default());
    /// layer.weight = layer
    ///     .weight
    ///     .map(|weight| Tensor::from_inner(weight.inner().clamp(-0.5, 0.5)).require_grad());
    /// ```
    pub fn map(self, f: impl FnOnce(Tensor<B, 2>) -> Tensor<B, 2>) -> Self {
        self.flush().with_weight(|weight, _| weight.map(f))
    }

    /// Applies the pending weight decay to all rows. Without decay nothing is pending.
    pub fn flush(self) -> Self {
        let ledger = self.ledger.clone();
        self.with_weight(|weight, decay| match decay.take() {
            Some(decay) => settle(weight, &decay, &ledger),
            None => weight,
        })
    }

    /// The table with these rows, `[new rows, dim]`, at its end, for a vocabulary that grows.
    ///
    /// The weights are copied: add rows by the thousand, not one at a time. The optimizer's state gets its
    /// rows from [`SparseAdaptor::grow`](crate::optim::SparseAdaptor::grow). Gradients of lookups in the
    /// smaller table can still be stepped.
    ///
    /// # Panics
    ///
    /// If the rows do not have `dim` numbers.
    pub fn append(self, rows: Tensor<B, 2>) -> Self {
        let ([_, dim], [_, new_dim]) = (self.dims(), rows.dims());
        assert_eq!(new_dim, dim, "numbers in a new row");
        let ledger = self.ledger.clone();
        self.map(|weight| {
            let tracked = weight.is_require_grad();
            let before = standing(&weight);
            let rows = rows.to_device(&weight.device()).cast(weight.dtype());
            let parts = [weight, rows].map(|part| part.set_require_grad(false));
            let weight = Tensor::cat(parts.to_vec(), 0).set_require_grad(tracked);
            ledger.rename(before, standing(&weight));
            weight
        })
    }

    /// The parameter as lookups read it, and the decay that they apply themselves.
    pub(super) fn as_read(&self) -> (&Param<Tensor<B, 2>>, Option<&RowDecay>) {
        match &self.due {
            None => (&self.weight, None),
            Some(due) => match due.settled.get() {
                Some(settled) => (settled, None),
                None => (&self.weight, Some(&due.decay)),
            },
        }
    }

    /// The table with another parameter in the place of its own. `f` gets the parameter and its pending decay.
    pub(super) fn with_weight<A: Backend>(
        self,
        f: impl FnOnce(Param<Tensor<B, 2>>, &mut Option<Arc<RowDecay>>) -> Param<Tensor<A, 2>>,
    ) -> RowTable<A> {
        let (weight, mut decay) = match self.due {
            None => (self.weight, None),
            Some(due) => match Arc::try_unwrap(due.settled)
                .map_or_else(|shared| shared.get().cloned(), OnceLock::into_inner)
            {
                Some(settled) => (settled, None),
                None => (self.weight, Some(due.decay)),
            },
        };
        RowTable {
            weight: f(weight, &mut decay),
            due: decay.map(Due::from),
            options: self.options,
            ledger: self.ledger,
        }
    }

    /// The parameter with all decay applied.
    pub(super) fn settled(&self) -> &Param<Tensor<B, 2>> {
        match &self.due {
            None => &self.weight,
            Some(due) => due
                .settled
                .get_or_init(|| settle(self.weight.clone(), &due.decay, &self.ledger)),
        }
    }
}

/// Applies the pending decay. The result is a leaf if the parameter is one. To lookups that were made before it
/// is the same parameter.
fn settle<B: Backend>(
    weight: Param<Tensor<B, 2>>,
    decay: &RowDecay,
    ledger: &Ledger,
) -> Param<Tensor<B, 2>> {
    let Some(factors) = decay.factors() else {
        return weight;
    };
    let names: Vec<u32> = (0..factors.len() as u32).collect();
    weight.map(|weight| {
        let before = standing(&weight);
        if before == Standing::Computed {
            // The values are the decayed ones, and the gradient goes where it went. If the product were
            // recorded, it would scale the gradient.
            let untracked = weight.clone().set_require_grad(false);
            let decayed = rows::scale(untracked.clone(), &names, &factors);
            return decayed + (weight - untracked);
        }
        let tracked = weight.is_require_grad();
        let weight = rows::scale(weight.set_require_grad(false), &names, &factors);
        let weight = weight.set_require_grad(tracked);
        ledger.rename(before, standing(&weight));
        weight
    })
}

/// The values of a batch's entries, each times the factor of its row of the table.
fn factors<B: Backend>(
    batch: &CsrBatch,
    weight: &Tensor<B, 2>,
    decay: Option<&RowDecay>,
    max_norm: Option<f32>,
) -> Vec<f32> {
    let decayed = |row| decay.map_or(1.0, |decay| decay.factor(row));
    let entries = batch.indices().iter().zip(batch.values());
    let Some(max_norm) = max_norm else {
        let value = |(&row, &value): (&u32, &f32)| (f64::from(value) * decayed(row)) as f32;
        return entries.map(value).collect();
    };
    let touched = batch.touched();
    let factors: Vec<f64> = rows::shortening(weight, touched, max_norm, decayed);
    let value = |(row, &value): (&u32, &f32)| {
        let place = touched.partition_point(|touched| touched < row);
        (f64::from(value) * decayed(*row) * factors[place]) as f32
    };
    entries.map(value).collect()
}

impl<B: Backend> From<Param<Tensor<B, 2>>> for RowTable<B> {
    fn from(weight: Param<Tensor<B, 2>>) -> Self {
        Self {
            weight,
            due: None,
            options: RowOptions::default(),
            ledger: Arc::default(),
        }
    }
}

impl<B: Backend> Deref for RowTable<B> {
    type Target = Param<Tensor<B, 2>>;

    fn deref(&self) -> &Self::Target {
        self.settled()
    }
}

impl<B: Backend> fmt::Debug for RowTable<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RowTable").field(&self.weight).finish()
    }
}
