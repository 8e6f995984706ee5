//! Steps that cannot be taken.

use thiserror::Error;

/// Why an optimizer from `init_sparse` cannot step a module, or a table cannot be looked up any more.
///
/// What is refused is what would otherwise be lost in silence: a gradient, or the state of a run.
/// Parameters are named by their paths in the module, as `fc1.weight`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StepError {
    /// An optimizer that does not know row gradients was given some.
    #[error(
        "gradients of a table's rows (of {lookups} lookups) went to an optimizer that does not know row \
         gradients, and are lost. If the table is to be trained, train it with an optimizer from \
         `init_sparse`, as Adagrad: Adadelta, Sm3 and burn's own have none, and `with_dense` adds any of \
         them for the dense parameters. If it is not, freeze it with `no_grad`"
    )]
    PassedBy {
        /// Number of lookups.
        lookups: usize,
    },
    /// `GradientsParams::from_params` was asked for a table with several lookups.
    #[error(
        "`GradientsParams::from_params` was asked for a table with {lookups} lookups whose gradients may \
         come, and can carry the gradient of one: collect with `GradientsParams::from_grads` or \
         `GradientsParams::from_module`"
    )]
    FromParams {
        /// Number of lookups.
        lookups: usize,
    },
    /// `GradientsParams::from_params` was asked for a table that was used whole and by rows.
    #[error(
        "`{parameter}` was used whole and by rows, and `GradientsParams::from_params` can carry one of its \
         two gradients: collect with `GradientsParams::from_grads` or `GradientsParams::from_module`"
    )]
    WholeAndRows {
        /// The table.
        parameter: String,
    },
    /// The table is marked for burn's distributed training.
    #[error(
        "a table is marked for burn's distributed training, which averages gradients of the table's own \
         size and knows none of rows: train it on one device or with `ExecutionStrategy::MultiDevice`"
    )]
    Distributed,
    /// A gradient is there whose lookup is no longer remembered.
    #[error(
        "the gradients hold one of a lookup in `{parameter}` that is no longer remembered, because it was \
         stepped before or because too many other lookups came in between: step each gradient once, and \
         soon after its backward pass (a table remembers 64 lookups whose gradients are still to be \
         collected, 1024 that wait for their step, and more while they fit in 3 MiB)"
    )]
    Forgotten {
        /// The table.
        parameter: String,
    },
    /// The rows belong to a parameter that the module no longer has.
    #[error(
        "the gradients hold one of rows of `{parameter}`, of a parameter with another id: was a record loaded \
         between the forward pass and the step? Load records before the forward pass"
    )]
    OtherParameter {
        /// The table.
        parameter: String,
    },
    /// A row was looked up that the table does not have.
    #[error(
        "the gradient of `{parameter}` names row {row}, and the table has {n_rows} rows: was a smaller table \
         loaded between the forward pass and the step?"
    )]
    NoSuchRow {
        /// The table.
        parameter: String,
        /// The row.
        row: u32,
        /// Rows of the table.
        n_rows: usize,
    },
    /// The optimizer's state of a parameter has another shape than the parameter needs.
    #[error(
        "the optimizer's state of `{parameter}` has the shape {found:?} and the parameter needs {expected:?}: \
         load the record that was saved with this module by this optimizer, or after rows were added to a \
         table call `grow`"
    )]
    StateShape {
        /// The parameter.
        parameter: String,
        /// The shape that a state of the parameter has.
        expected: Vec<usize>,
        /// The shape of the state that is there.
        found: Vec<usize>,
    },
    /// No state belongs to a parameter of the module.
    #[error(
        "the optimizer's record has {states} states, and none belongs to a parameter of the module: states \
         go by the ids of parameters, so load the module's record (which brings its ids) before the first step"
    )]
    ForeignStates {
        /// Number of states.
        states: usize,
    },
}
