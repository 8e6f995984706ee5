//! The gradients of a step, taken out of burn's containers.

use std::collections::{HashMap, HashSet};

use burn::module::{AutodiffModule, ModuleVisitor, Param, ParamId};
use burn::optim::adaptor::GradAdaptor;
use burn::optim::{GradientsParams, MultiGradientsParams};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};

use crate::error::StepError;
use crate::parameters::name_of;
use crate::sparse::{CsrBatch, Lookup, RowGradient, Stage, Table, Walk, walk};

/// The gradient of rows of a table.
pub(super) struct Rows<B: Backend> {
    pub(super) gradient: RowGradient<B>,
    /// The norm to which these rows are shortened before the step.
    pub(super) max_norm: Option<f32>,
}

/// Takes the gradients of rows, by table.
///
/// # Errors
///
/// If one cannot be stepped.
pub(super) fn take_rows<B: AutodiffBackend, M: AutodiffModule<B>>(
    module: &M,
    tables: &[Table],
    grads: &mut GradAdaptor,
) -> Result<HashMap<ParamId, Rows<B::InnerBackend>>, StepError> {
    let mut rows = HashMap::new();
    for table in tables {
        let mut parts = Parts::default();
        table.ledger.step(|lookup| {
            let slopes = match lookup.stage {
                Stage::CollectedAsTable => parts.take_as_table(table, lookup, grads),
                _ => grads.remove(lookup.id).map(|(slopes, _)| slopes),
            };
            let had_gradient = slopes.is_some();
            if let Some(slopes) = slopes {
                parts.add(table, lookup, slopes);
            }
            had_gradient
        });
        if let Some(error) = parts.error {
            return Err(error(name_of::<B, M>(module, table.id)));
        }
        if let Some(gradient) = parts.sum(table) {
            rows.insert(table.id, gradient);
        }
    }
    Ok(rows)
}

/// What was looked up in a table, with the gradients of the outputs.
struct Parts<B: Backend> {
    parts: Vec<(CsrBatch, Tensor<B, 2>)>,
    max_norm: Option<f32>,
    /// For the name of the table.
    error: Option<Box<dyn Fn(String) -> StepError>>,
}

impl<B: Backend> Default for Parts<B> {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            max_norm: None,
            error: None,
        }
    }
}

impl<B: Backend> Parts<B> {
    fn fail(&mut self, error: impl Fn(String) -> StepError + 'static) {
        self.error.get_or_insert(Box::new(error));
    }

    /// The gradient of a lookup that was collected under the id of the table.
    fn take_as_table(
        &mut self,
        table: &Table,
        lookup: &Lookup,
        grads: &mut GradAdaptor,
    ) -> Option<Tensor<B, 2>> {
        let (gradient, _) = grads.remove::<B, 2>(table.id)?;
        let expected = [lookup.batch.len(), table.dims[1]];
        if gradient.dims() != expected {
            self.fail(|parameter| StepError::WholeAndRows { parameter });
        }
        Some(gradient)
    }

    fn add(&mut self, table: &Table, lookup: &Lookup, slopes: Tensor<B, 2>) {
        let n_rows = table.dims[0];
        if lookup.table != table.id {
            self.fail(|parameter| StepError::OtherParameter { parameter });
        }
        match lookup.batch.touched().last() {
            Some(&row) if row as usize >= n_rows => {
                self.fail(move |parameter| StepError::NoSuchRow {
                    parameter,
                    row,
                    n_rows,
                })
            }
            _ => (),
        }
        let norms = self.max_norm.into_iter().chain(lookup.max_norm);
        self.max_norm = norms.reduce(f32::min);
        self.parts.push((lookup.batch.clone(), slopes));
    }

    /// The gradient of all lookups together.
    fn sum(self, table: &Table) -> Option<Rows<B>> {
        Some(Rows {
            gradient: RowGradient::of_lookups(table.dims[0], self.parts)?,
            max_norm: self.max_norm,
        })
    }
}

/// Removes padding rows from the gradients of whole tables. They never move and count for no norm.
pub(super) fn drop_padding<B: Backend>(tables: &[Table], grads: &mut GradientsParams) {
    for table in tables {
        let Some(row) = table.padding else { continue };
        let mut of_lookup = false;
        table
            .ledger
            .each(|lookup| of_lookup |= lookup.stage == Stage::CollectedAsTable);
        if of_lookup {
            continue;
        }
        if let Some(whole) = grads.remove::<B, 2>(table.id) {
            let [n_rows, dim] = whole.dims();
            let row = row as usize;
            let whole = match row < n_rows {
                true => {
                    let zeros = Tensor::zeros([1, dim], (&whole.device(), whole.dtype()));
                    whole.slice_assign([row..row + 1, 0..dim], zeros)
                }
                false => whole,
            };
            grads.register(table.id, whole);
        }
    }
}

/// Checks that every gradient of rows belongs to a lookup that is known.
///
/// # Errors
///
/// If one does not.
pub(super) fn check_known<B: AutodiffBackend, M: AutodiffModule<B>>(
    module: &M,
    tables: &[Table],
    grads: &GradAdaptor,
) -> Result<(), StepError> {
    let mut known: HashSet<ParamId> = tables.iter().flat_map(|table| table.ledger.ids()).collect();
    let number_of = |id: &ParamId| number_of::<B::InnerBackend, 2>(grads, *id);
    let of_rows: usize = known.iter().map(number_of).sum();
    if len(grads) == of_rows + count::<B, M>(module, tables, grads, &mut known) {
        return Ok(());
    }
    // The rest may be gradients of other modules, which are not asked about.
    let holds = |id| !known.contains(&id) && number_of(&id) > 0;
    match tables
        .iter()
        .find(|table| table.ledger.any_forgotten(holds))
    {
        None => Ok(()),
        Some(table) => Err(StepError::Forgotten {
            parameter: name_of::<B, M>(module, table.id),
        }),
    }
}

/// Number of gradients.
fn len(grads: &GradAdaptor) -> usize {
    match grads {
        GradAdaptor::Single(grads) => grads.len(),
        GradAdaptor::Multi(multi) => multi.grads.iter().map(|(grads, _)| grads.len()).sum(),
    }
}

/// Number of gradients of a parameter: of several devices there may be several.
fn number_of<B: Backend, const D: usize>(grads: &GradAdaptor, id: ParamId) -> usize {
    let has = |grads: &GradientsParams| usize::from(grads.get::<B, D>(id).is_some());
    match grads {
        GradAdaptor::Single(grads) => has(grads),
        GradAdaptor::Multi(multi) => multi.grads.iter().map(|(grads, _)| has(grads)).sum(),
    }
}

/// Counts the gradients of the module's parameters that are not in `known`, and adds those parameters to it.
fn count<B: AutodiffBackend, M: AutodiffModule<B>>(
    module: &M,
    tables: &[Table],
    grads: &GradAdaptor,
    known: &mut HashSet<ParamId>,
) -> usize {
    struct Count<'a> {
        grads: &'a GradAdaptor,
        known: &'a mut HashSet<ParamId>,
        number: usize,
    }

    impl<B: AutodiffBackend> ModuleVisitor<B> for Count<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
            // A module may show a parameter twice.
            if self.known.insert(param.id) {
                self.number += number_of::<B::InnerBackend, D>(self.grads, param.id);
            }
        }
    }

    let mut counter = Count {
        grads,
        known,
        number: 0,
    };
    walk(Walk::Look, tables, || module.visit(&mut counter));
    counter.number
}

/// Merges the gradients of several devices into one container. burn's optimizers add up the gradients of a
/// parameter; they are added up here, on the device on which they would be stepped.
pub(super) fn merge<B: AutodiffBackend, M: AutodiffModule<B>>(
    module: &M,
    tables: &[Table],
    mut multi: MultiGradientsParams,
) -> GradientsParams {
    struct Merge<'a> {
        multi: &'a mut MultiGradientsParams,
        merged: GradientsParams,
    }

    impl Merge<'_> {
        fn merge<B: Backend, const D: usize>(&mut self, id: ParamId) {
            if let Some((gradient, _)) = self.multi.remove::<B, D>(id) {
                self.merged.register(id, gradient);
            }
        }
    }

    impl<B: AutodiffBackend> ModuleVisitor<B> for Merge<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
            self.merge::<B::InnerBackend, D>(param.id);
        }
    }

    let mut merge = Merge {
        multi: &mut multi,
        merged: GradientsParams::new(),
    };
    for table in tables {
        for id in table.ledger.ids() {
            merge.merge::<B::InnerBackend, 2>(id);
        }
    }
    walk(Walk::Look, tables, || module.visit(&mut merge));
    merge.merged
}
