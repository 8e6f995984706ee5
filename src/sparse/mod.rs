//! Batches of sparse rows, and gradients of the rows of a table that they touch.
//!
//! # How a table is trained without a gradient of its size
//!
//! A layer over a large table (an embedding, or the first layer of a network over sparse features)
//! computes weighted sums of rows: its output is S·W, with S the sparse matrix of the batch and W the
//! table. Were W a tracked tensor, autodiff would build its gradient Sᵀ·(∂loss/∂output) with as many
//! rows as W. Here the *output* is the tracked leaf:
//!
//! 1. **Forward**: [`RowTable::weighted_sum`] reads the rows that the batch names, outside of autodiff,
//!    and makes the result a leaf of the graph. The table remembers the batch and the leaf.
//! 2. **Backward**: autodiff stops at the leaf, with the gradient of the output, `[batch, dim]`.
//! 3. **Collecting**: when a visitor walks over the module, the table shows it the leaf beside its own
//!    parameter. So burn's own `GradientsParams::from_grads` (and `GradientsAccumulator`, and a change of
//!    device) carry the output's gradient without knowing what it is. (`GradientsParams::from_params`
//!    selects by parameter, and a leaf is not among them: use `from_grads` or `from_module`.)
//! 4. **Step**: the optimizer that `init_sparse` gives
//!    ([`SparseAdaptor`](crate::optim::SparseAdaptor)) takes it from there, forms Sᵀ times it, the
//!    [`RowGradient`] with one row for each row of the table that the batch touched, and steps these rows
//!    in place, and the module's other parameters as ever.
//!
//! The training loop is that of any burn module. No custom backward operation is needed, so all of it
//! works on every backend. An optimizer that knows nothing of rows would pass the table by in silence;
//! the table notices, and panics with the remedy.
//!
//! Evaluate on `model.valid()`: a forward pass on the autodiff backend is remembered, for a gradient that
//! may come, over the next 32 steps.

mod csr;
mod decay;
mod ledger;
mod row_gradient;
mod row_table;
mod row_table_module;
mod transpose;
mod walk;

pub use csr::CsrBatch;
pub use row_gradient::RowGradient;
pub use row_table::RowTable;

pub(crate) use csr::check_offsets;
pub(crate) use decay::RowDecay;
pub(crate) use ledger::{Lookup, Stage};
pub(crate) use walk::{Table, Walk, tables, walk, with_decay_of_current_table};
