//! Which optimizers' states are exchanged.

use burn::module::AutodiffModule;
use burn::optim::Optimizer;
use burn::optim::adaptor::OptimizerAdaptor;
use burn::tensor::backend::AutodiffBackend;

use crate::optim::{Adagrad, SparseAdaptor};

/// The states of a module's parameters under [`Adagrad`], by parameter: burn's record of its
/// optimizer.
pub type AdagradRecord<M, B> = <OptimizerAdaptor<Adagrad, M, B> as Optimizer<M, B>>::Record;

/// What steps a module by [`Adagrad`]: burn's `OptimizerAdaptor`, which
/// [`init`](crate::AdagradConfig::init) gives, and [`SparseAdaptor`], which
/// [`init_sparse`](crate::AdagradConfig::init_sparse) gives.
///
/// The states of these two are the same, so what one saved the other can load. The trait is not
/// implemented for other types.
pub trait AdagradOptimizer<M, B>:
    Optimizer<M, B, Record = AdagradRecord<M, B>> + sealed::Sealed
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    /// The optimizer inside, with its options.
    fn adagrad(&self) -> &Adagrad;
}

impl<M: AutodiffModule<B>, B: AutodiffBackend> AdagradOptimizer<M, B>
    for OptimizerAdaptor<Adagrad, M, B>
{
    fn adagrad(&self) -> &Adagrad {
        self.optim()
    }
}

impl<M: AutodiffModule<B>, B: AutodiffBackend> AdagradOptimizer<M, B>
    for SparseAdaptor<Adagrad, M, B>
{
    fn adagrad(&self) -> &Adagrad {
        self.optim()
    }
}

mod sealed {
    use super::*;

    pub trait Sealed {}

    impl<M: AutodiffModule<B>, B: AutodiffBackend> Sealed for OptimizerAdaptor<Adagrad, M, B> {}
    impl<M: AutodiffModule<B>, B: AutodiffBackend> Sealed for SparseAdaptor<Adagrad, M, B> {}
}
