//! Optimizers that can step some rows of a table and leave the rest alone.

use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::{LearningRate, Optimizer, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::dispatch::cast;
use crate::dispatch::rows::width_of;
use crate::error::OptimizerConfigError;
use crate::sparse::RowGradient;

/// The states by parameter, as burn's [`OptimizerAdaptor`] keeps and saves them.
pub(crate) type Records<O, M, B> = <OptimizerAdaptor<O, M, B> as Optimizer<M, B>>::Record;

/// An optimizer that can step the rows of a table that have a gradient. The other rows neither move nor
/// change their state, except by what the step does to all rows alike, as decay of the accumulator.
///
/// Under most of these optimizers a zero gradient changes nothing. A step over the touched rows is then the
/// step over the whole table.
///
/// [`SparseAdaptor`](super::SparseAdaptor) makes a burn `Optimizer` of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot train tables row by row",
    note = "Adadelta, Sm3 and burn's own optimizers step whole tables only: take an optimizer whose \
            configuration has `init_sparse`, as Adagrad, or train the table as a whole"
)]
pub trait RowOptimizer<B: Backend>: SimpleOptimizer<B> {
    /// One step over the rows of `tensor` (`[rows, …]`) that have a gradient, with the state that
    /// [`SimpleOptimizer::step`] has. Weight decay is not part of it: the caller multiplies weights by
    /// [`decay_factor`](Self::decay_factor).
    ///
    /// # Panics
    ///
    /// If the gradient is that of a table of another size.
    fn step_rows<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        gradient: RowGradient<B>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>);

    /// The shape of the state of a parameter of some shape; `None`, as by default, if states are not checked.
    fn state_shape(&self, _parameter: &[usize]) -> Option<Vec<usize>> {
        None
    }

    /// The shape of a state, to be compared with [`state_shape`](Self::state_shape)'s.
    fn shape_of<const D: usize>(_state: &Self::State<D>) -> Option<Vec<usize>> {
        None
    }

    /// The state of a table that has got rows at its end: as the first step at the rate `lr` would make it
    /// for them, and as it is for the others. By default it is handed back as it is.
    fn grow_state<const D: usize>(
        &self,
        _lr: LearningRate,
        state: Self::State<D>,
        _parameter: Tensor<B, D>,
    ) -> Self::State<D> {
        state
    }

    /// By what decoupled weight decay multiplies every weight at the step that comes after `state`;
    /// 1, as by default, without decay.
    fn decay_factor<const D: usize>(
        &self,
        _lr: LearningRate,
        _state: Option<&Self::State<D>>,
    ) -> f64 {
        1.0
    }
}

/// A part of a state with what the first step makes of it, `first`, in the rows that it lacks.
pub(super) fn grown<B: Backend, const D: usize>(
    part: Tensor<B, D>,
    first: Tensor<B, D>,
) -> Tensor<B, D> {
    let (have, need) = (part.dims()[0], first.dims()[0]);
    if have >= need {
        return part;
    }
    let rows = cast(first.slice(have..need), part.dtype()).to_device(&part.device());
    Tensor::cat(vec![part, rows], 0)
}

/// Stops a bare step over rows under an option that `validate_sparse` refuses.
///
/// # Panics
///
/// With the message of the error.
pub(super) fn check_options(options: Result<(), OptimizerConfigError>) {
    options.unwrap_or_else(|error| panic!("{error}"));
}

/// Checks that a gradient belongs to a table of this size.
///
/// # Panics
///
/// If it does not.
pub(super) fn check_size<B: Backend, const D: usize>(
    table: &Tensor<B, D>,
    gradient: &RowGradient<B>,
) {
    assert_eq!(
        (gradient.n_rows(), gradient.width()),
        (table.dims()[0], width_of(table)),
        "a gradient of rows × width for a table of another size"
    );
}
