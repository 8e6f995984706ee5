//! Whether the states of an optimizer belong to the parameters of a module.

use burn::module::{AutodiffModule, Param};
use burn::optim::LearningRate;
use burn::optim::record::{AdaptorRecord, AdaptorRecordV1};
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;

use super::RowOptimizer;
use super::row_optimizer::Records;
use crate::error::StepError;
use crate::parameters::{Visit, name_of, visit};
use crate::sparse::Table;

/// Checks the states of the tables, and those of all parameters if `all` says so: rows are added to tables,
/// and records are loaded, but the shapes of other parameters stay what they are.
///
/// # Errors
///
/// If a state has not the shape that its parameter needs, or if there are states and none belongs to a
/// parameter.
pub(super) fn check_states<O, M, B>(
    optim: &O,
    module: &M,
    tables: &[Table],
    records: &Records<O, M, B>,
    all: bool,
) -> Result<(), StepError>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    if all {
        let mut check = CheckAll::<O, M, B> {
            optim,
            records,
            found: 0,
            error: None,
        };
        visit::<B, M>(module, &mut check);
        if let Some(error) = check.error {
            return Err(error);
        }
        if check.found == 0 && !records.is_empty() {
            return Err(StepError::ForeignStates {
                states: records.len(),
            });
        }
        return Ok(());
    }
    for table in tables {
        let Some(record) = records.get(&table.id) else {
            continue;
        };
        let name = || name_of::<B, M>(module, table.id);
        check_shape(optim, record, &table.dims, name)?;
    }
    Ok(())
}

fn check_shape<O, B>(
    optim: &O,
    record: &AdaptorRecord<O, B>,
    parameter: &[usize],
    name: impl FnOnce() -> String,
) -> Result<(), StepError>
where
    O: RowOptimizer<B::InnerBackend>,
    B: AutodiffBackend,
{
    let Some((expected, found)) = optim.state_shape(parameter).zip(shape_of(record)) else {
        return Ok(());
    };
    if expected == found {
        return Ok(());
    }
    Err(StepError::StateShape {
        parameter: name(),
        expected,
        found,
    })
}

/// The shape of the state in a record.
fn shape_of<O, B>(record: &AdaptorRecord<O, B>) -> Option<Vec<usize>>
where
    O: RowOptimizer<B::InnerBackend>,
    B: AutodiffBackend,
{
    let AdaptorRecord::V1(record) = record;
    match record {
        AdaptorRecordV1::Rank0(state) => O::shape_of(state),
        AdaptorRecordV1::Rank1(state) => O::shape_of(state),
        AdaptorRecordV1::Rank2(state) => O::shape_of(state),
        AdaptorRecordV1::Rank3(state) => O::shape_of(state),
        AdaptorRecordV1::Rank4(state) => O::shape_of(state),
        AdaptorRecordV1::Rank5(state) => O::shape_of(state),
        AdaptorRecordV1::Rank6(state) => O::shape_of(state),
        AdaptorRecordV1::Rank7(state) => O::shape_of(state),
        AdaptorRecordV1::Rank8(state) => O::shape_of(state),
    }
}

/// Checks the states of all parameters; a walk over the module.
struct CheckAll<'a, O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    optim: &'a O,
    records: &'a Records<O, M, B>,
    found: usize,
    error: Option<StepError>,
}

impl<O, M, B> Visit<B> for CheckAll<'_, O, M, B>
where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    fn parameter<const D: usize>(&mut self, name: String, param: &Param<Tensor<B, D>>) {
        let Some(record) = self.records.get(&param.id) else {
            return;
        };
        self.found += 1;
        let shape = param.lazy_shape();
        if let Err(error) = check_shape(self.optim, record, &shape, || name) {
            self.error.get_or_insert(error);
        }
    }
}

/// Adds rows to the states of tables that have more rows than these.
pub(super) fn grow_states<O, M, B>(
    lr: LearningRate,
    optim: &O,
    module: &M,
    tables: &[Table],
    records: &mut Records<O, M, B>,
) where
    O: RowOptimizer<B::InnerBackend>,
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    struct Grow<'a, O, M, B>
    where
        O: RowOptimizer<B::InnerBackend>,
        M: AutodiffModule<B>,
        B: AutodiffBackend,
    {
        lr: LearningRate,
        optim: &'a O,
        tables: &'a [Table],
        records: &'a mut Records<O, M, B>,
    }

    impl<O, M, B> Visit<B> for Grow<'_, O, M, B>
    where
        O: RowOptimizer<B::InnerBackend>,
        M: AutodiffModule<B>,
        B: AutodiffBackend,
    {
        fn parameter<const D: usize>(&mut self, _: String, param: &Param<Tensor<B, D>>) {
            if !self.tables.iter().any(|table| table.id == param.id) {
                return;
            }
            if let Some(record) = self.records.remove(&param.id) {
                let state = AdaptorRecord::<O, B>::into_state::<D>(record);
                let parameter = param.val().inner();
                let state = self.optim.grow_state(self.lr, state, parameter);
                self.records
                    .insert(param.id, AdaptorRecord::from_state(state));
            }
        }
    }

    let mut grow = Grow::<O, M, B> {
        lr,
        optim,
        tables,
        records,
    };
    visit::<B, M>(module, &mut grow);
}
