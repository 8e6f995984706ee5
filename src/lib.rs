//! Adagrad and adaptive-gradient training on sparse data for [burn](https://burn.dev).
//!
//! - [`Adagrad`]: the optimizer with every option of PyTorch's, for any burn backend; with momentum, and
//!   with decay of the weights and of the accumulator.
//! - [`Adadelta`], [`Sm3`], [`AdagradNorm`], [`RowWiseAdagrad`]: rates that recover, states that are small.
//! - [`Adam`]: for tables that are trained by rows, as PyTorch's `SparseAdam`.
//! - [`FtrlProximal`], [`ProximalAdagrad`]: models of which most weights are exactly zero.
//! - [`sparse`]: training tables of millions of rows, of which a batch touches thousands.
//! - [`inspect`]: effective rates, weights that are zero, bytes of state.
//! - [`kernel`]: its arithmetic over slices. With the features `ndarray` and `flex` the optimizer steps
//!   these backends' tensors in place, in one pass over memory; other backends take plain tensor
//!   operations.
//! - [`SimpleNN`], [`SparseNN`]: small networks to train with it.
//! - [`data`]: synthetic sparse data, a reader of the LIBSVM format, batches.
//! - [`train`]: the training loop, the evaluation, and the comparison with SGD, Adam and RMSprop.
//! - `learner` (feature `learner`): burn-train's `Learner`, without a copy of the tables at each step.
//! - [`tune`]: finding the learning rate, for SparseNN or a module of your own; [`statistics`]: spreads and
//!   intervals.
//! - [`plot`](mod@plot) (feature `plot`): the loss curves as a picture.
//! - [`interchange`] (feature `safetensors`): training that goes on in PyTorch, or that began there or
//!   with burn's own AdaGrad.
//!
//! The library is generic over the backend. The features `ndarray` (default), `flex`, `wgpu`,
//! `vulkan`, `metal` and `cuda` choose the [`DefaultBackend`] that the examples train on.
//!
//! ```
//! use burn::backend::{Autodiff, NdArray};
//! use burn::optim::{GradientsParams, Optimizer};
//! use burn::tensor::Tensor;
//! use burn_adagrad::{AdagradConfig, SimpleNN};
//!
//! type B = Autodiff<NdArray>;
//! let device = Default::default();
//! let mut model = SimpleNN::<B>::new(&device);
//! let mut optim = AdagradConfig::new().init::<B, SimpleNN<B>>();
//!
//! let loss = model.forward(Tensor::ones([1, 10], &device)).mean();
//! let grads = GradientsParams::from_grads(loss.backward(), &model);
//! model = optim.step(0.01, model, grads);
//! ```

#![warn(missing_docs)]

mod backend;
pub mod data;
mod dispatch;
pub mod error;
pub mod inspect;
#[cfg(feature = "safetensors")]
pub mod interchange;
pub mod nn;
pub mod optim;
mod parameters;
pub mod sparse;
pub mod train;
pub mod tune;
mod validate;

#[cfg(feature = "plot")]
pub use adagrad_core::plot;
pub use adagrad_core::{kernel, statistics};
#[cfg(feature = "any-backend")]
pub use backend::DefaultBackend;
pub use data::{SparseDataConfig, generate_sparse_data};
pub use error::{AdagradConfigError, OptimizerConfigError};
pub use nn::{SimpleNN, SimpleNNConfig, SparseNN, SparseNNConfig};
pub use optim::{
    AccumulatorDecayConfig, Adadelta, AdadeltaConfig, AdadeltaState, Adagrad, AdagradConfig,
    AdagradNorm, AdagradNormConfig, AdagradState, Adam, AdamConfig, AdamState, EpsilonPlacement,
    FtrlProximal, FtrlProximalConfig, FtrlProximalState, PenaltySchedule, ProximalAdagrad,
    ProximalAdagradConfig, RowWiseAdagrad, RowWiseAdagradConfig, Sm3, Sm3Config, Sm3State,
};
#[cfg(feature = "learner")]
pub use train::learner;
pub use train::{compare_optimizers, evaluate_model, run_experiment, train_model};

/// Compiles and runs the README's example with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
