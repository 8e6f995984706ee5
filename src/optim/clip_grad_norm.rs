//! Clipping by the norm of all gradients together.

use std::collections::HashSet;

use burn::module::{AutodiffModule, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Tensor};

use super::clipping::Factor;
use super::gradients::drop_padding;
use crate::dispatch::norm::{Squares, sum_of_squares};
use crate::dispatch::{cast, working_dtype};
use crate::sparse::{CsrBatch, RowGradient, Stage, Table, Walk, tables, walk};
use crate::validate::check_above_zero;

/// Clips the gradients of a module by the norm of all of them together, as PyTorch's `clip_grad_norm_`:
/// each is multiplied by max_norm/(norm + 1e-6), if that is below 1. Returns them, and the norm before.
///
/// For any optimizer, and for modules with and without tables that are trained by rows: contributions to a
/// row are summed before they are squared, so that the norm is that of the gradient of the whole table.
/// Norms are taken in f64 on the CPU backends and in f32 elsewhere, whatever the type of the parameters.
/// Gradients that belong to no parameter of the module are handed on as they are.
///
/// In a training loop that is not your own,
/// [`SparseAdaptor::with_max_grad_norm`](super::SparseAdaptor::with_max_grad_norm) does the same.
///
/// Source: <https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html>.
///
/// # Panics
///
/// If `max_norm` is not finite or not above 0.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn::optim::GradientsParams;
/// use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
/// use burn_adagrad::optim::clip_grad_norm;
///
/// type B = Autodiff<NdArray>;
/// let layer: SparseEmbedding<B> = SparseEmbeddingConfig::new(100, 1).init(&Default::default());
/// // Row 7 twice: its gradient is 2, and that of row 9 is 1.
/// let loss = layer.forward(&[7, 9, 7])?.sum();
/// let grads = GradientsParams::from_grads(loss.backward(), &layer);
/// let (grads, norm) = clip_grad_norm(&layer, grads, 1.0);
/// assert!((norm - 5.0_f64.sqrt()).abs() < 1e-6);
/// # let _ = grads;
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
pub fn clip_grad_norm<B: AutodiffBackend, M: AutodiffModule<B>>(
    module: &M,
    mut grads: GradientsParams,
    max_norm: f64,
) -> (GradientsParams, f64) {
    check_above_zero("max_norm", max_norm);
    let tables = tables::<B, M>(module);
    drop_padding::<B::InnerBackend>(&tables, &mut grads);
    let (grads, squares) = clip::<B, M>(module, &tables, grads, max_norm);
    let norm = match squares {
        None => 0.0,
        Some(Squares::Number(squares)) => squares.sqrt(),
        Some(Squares::Tensor(squares)) => {
            let squares = squares.into_data();
            squares.iter::<f64>().sum::<f64>().sqrt()
        }
    };
    (grads, norm)
}

/// The same without waiting for the norm; none of no gradients.
pub(super) fn clip<B: AutodiffBackend, M: AutodiffModule<B>>(
    module: &M,
    tables: &[Table],
    mut grads: GradientsParams,
    max_norm: f64,
) -> (GradientsParams, Option<Squares<B::InnerBackend>>) {
    let mut norm = Norm::<B> {
        grads: &grads,
        done: HashSet::new(),
        squares: None,
    };
    let mut outputs = Vec::new();
    for table in tables {
        let (ids, lookups) = lookups::<B::InnerBackend>(table, &grads);
        let Some(gradient) = RowGradient::of_lookups(table.dims[0], lookups) else {
            continue;
        };
        // A gradient under the table's own id may be that of a lookup, not that of the whole table.
        let whole = match ids.contains(&table.id) {
            true => None,
            false => grads.get::<B::InnerBackend, 2>(table.id),
        };
        match whole {
            None => norm.add(sum_of_squares(gradient.values())),
            // The table was used whole, too. The step takes the sum of both.
            Some(whole) => {
                let rows = gradient.to_dense().to_device(&whole.device());
                let dtype = working_dtype(whole.dtype());
                norm.add(sum_of_squares(cast(whole, dtype) + cast(rows, dtype)));
                norm.done.insert(table.id);
            }
        }
        norm.done.extend(&ids);
        outputs.extend(ids);
    }
    walk(Walk::Look, tables, || module.visit(&mut norm));
    let squares = norm.squares;
    let Some(total) = &squares else {
        return (grads, None);
    };
    let factor = Factor::of(max_norm, total.clone(), 1e-6);
    let mut scale = Scale::<B> {
        grads: &mut grads,
        factor,
        done: HashSet::new(),
    };
    for id in outputs {
        // In the type in which steps are computed: steps of rows take it, and nothing is rounded.
        scale.gradient::<2>(id, working_dtype);
    }
    walk(Walk::Look, tables, || module.visit(&mut scale));
    (grads, squares)
}

/// What was looked up in a table and has a gradient, and the ids of these gradients.
fn lookups<B: Backend>(
    table: &Table,
    grads: &GradientsParams,
) -> (Vec<ParamId>, Vec<(CsrBatch, Tensor<B, 2>)>) {
    let (mut ids, mut lookups) = (Vec::new(), Vec::new());
    table.ledger.each(|lookup| {
        let id = match lookup.stage {
            Stage::CollectedAsTable => table.id,
            _ => lookup.id,
        };
        if let Some(slopes) = grads.get::<B, 2>(id) {
            // A gradient of the whole table may have taken the place of the lookup's. The step will report it.
            if slopes.dims()[0] == lookup.batch.len() {
                ids.push(id);
                lookups.push((lookup.batch.clone(), slopes));
            }
        }
    });
    (ids, lookups)
}

/// Adds up the squares of gradients; a walk over the module.
struct Norm<'a, B: AutodiffBackend> {
    grads: &'a GradientsParams,
    /// What is counted: a module may show a parameter twice.
    done: HashSet<ParamId>,
    squares: Option<Squares<B::InnerBackend>>,
}

impl<B: AutodiffBackend> Norm<'_, B> {
    fn add(&mut self, squares: Squares<B::InnerBackend>) {
        self.squares = Some(match self.squares.take() {
            None => squares,
            Some(sum) => sum.plus(squares),
        });
    }
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Norm<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        if self.done.insert(param.id)
            && let Some(gradient) = self.grads.get::<B::InnerBackend, D>(param.id)
        {
            self.add(sum_of_squares(gradient));
        }
    }
}

/// Multiplies gradients by a factor; a walk over the module.
struct Scale<'a, B: AutodiffBackend> {
    grads: &'a mut GradientsParams,
    factor: Factor<B::InnerBackend>,
    done: HashSet<ParamId>,
}

impl<B: AutodiffBackend> Scale<'_, B> {
    fn gradient<const D: usize>(&mut self, id: ParamId, dtype: impl Fn(DType) -> DType) {
        if self.done.insert(id)
            && let Some(gradient) = self.grads.remove::<B::InnerBackend, D>(id)
        {
            let dtype = dtype(gradient.dtype());
            let scaled = self.factor.multiply(gradient, dtype);
            self.grads.register(id, scaled);
        }
    }
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Scale<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        self.gradient::<D>(param.id, |dtype| dtype);
    }
}
