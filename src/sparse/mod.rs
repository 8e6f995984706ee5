//! Batches of sparse rows, and gradients of the rows of a table that they touch.
//!
//! # What row-sparse training asks of a training loop
//!
//! The loop is that of any burn module. These points are all that differs:
//!
//! - **The optimizer** comes from `init_sparse`. It steps the module's other parameters, too, or leaves them
//!   to a second optimizer ([`with_dense`](crate::optim::SparseAdaptor::with_dense)). burn's own optimizers do
//!   not know gradients of rows: the next lookup panics with that message. An `Optimizer` that is written
//!   from scratch, and walks over the module by itself, is not noticed; it finds no gradient for the table.
//! - **Gradients are collected** with `GradientsParams::from_grads` or `from_module`, and may go through a
//!   `GradientsAccumulator` and from device to device. `from_params` can carry the gradient of one lookup a
//!   table; with more pending lookups the step refuses it.
//! - **A gradient is stepped once, and not long after its backward pass.** Until the backward pass a table remembers
//!   every lookup. After it the table remembers 64 lookups whose gradients nobody has collected, 1,024 that wait
//!   for their step, and more while they fit in 3 MiB. A gradient that comes later is an error, not lost.
//! - **Code that handles gradients by the id of a parameter misses tables.** The gradient of a lookup is kept under
//!   an id of its own, so that `grads.get(table.id)` and `grads.remove(table.id)` find the gradient of the whole
//!   table alone. Freeze a table with `no_grad`, and clip with the optimizer or with
//!   [`clip_grad_norm`](crate::optim::clip_grad_norm()).
//! - **A thread trains a `fork` of a module**, not a clone. Clones share burn's graph: with burn 0.21 threads that
//!   train clones lose gradients of dense parameters, and with tables they may hang or panic.
//! - **A record is loaded before the forward pass**, not between it and the step. The loaded weights are not
//!   those that the gradient belongs to: `from_grads` then finds none, as for any parameter, and a gradient that
//!   was collected before is refused if the record brought another id.
//! - **burn's `Learner`** holds the model twice while it steps, which copies the table at each step. The
//!   module `learner::InPlace` (feature `learner`) avoids the copy.
//! - **The feature of the backend** must be on (`ndarray`, `flex`, `wgpu`, `vulkan`, `metal`, `cuda`). It lets this
//!   crate read the graph of autodiff. Without it tables still train. But then each forward pass needs its backward
//!   pass before the next one, and forward passes without a step take ever more memory.
//! - burn's distributed training averages gradients of a table's own size. A table that is marked for it
//!   refuses to train.
//!
//! Evaluation works best on `model.valid()`, because nothing is tracked there. A forward pass on the autodiff
//! backend gives the same numbers, and its memory is bounded.
//!
//! Visitors and mappers, `num_params`, records, burn-store, `clone`, `fork`, `valid` and `no_grad` see one
//! parameter, with all weight decay applied. They may come before, between and after passes.
//!
//! # How a table is trained without a gradient of its size
//!
//! A layer over a large table (an embedding, or the first layer of a network over sparse features)
//! computes weighted sums of rows. Its output is S·W, with S the sparse matrix of the batch and W the
//! table. If W were a tracked tensor, autodiff would build its gradient Sᵀ·(∂loss/∂output) with as many
//! rows as W. Here the *output* is the tracked leaf:
//!
//! 1. **Forward**: [`RowTable::weighted_sum`] reads the rows at the batch's indices, outside of autodiff,
//!    and makes the result a leaf of the graph. The table remembers the batch and the leaf.
//! 2. **Backward**: autodiff stops at the leaf, with the gradient of the output, `[batch, dim]`.
//! 3. **Collecting**: when burn collects the gradients of a module, the table shows its leaves beside its own
//!    parameter. burn then carries the gradients of the outputs without knowing what they are. No other
//!    visitor sees leaves. The walks that collect are told by the names of their types, and a test fails if
//!    burn renames them.
//! 4. **Step**: the optimizer takes the gradients of the outputs and forms Sᵀ times them. That is the
//!    [`RowGradient`], with one row for each row of the table that the batch touched. The optimizer steps
//!    these rows in place.
//!
//! No custom backward operation is needed, so all of it works on every backend.

mod forgotten;
mod ledger;
mod roots;
mod row_gradient;
mod row_table;
mod row_table_module;
mod walk;

pub use adagrad_core::sparse::CsrBatch;
pub use row_gradient::RowGradient;
pub use row_table::RowTable;

pub(crate) use adagrad_core::sparse::RowDecay;
pub(crate) use ledger::{Lookup, Stage};
pub(crate) use walk::{Table, Walk, tables, walk, with_decay_of_current_table};
