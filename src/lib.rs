//! Adagrad and adaptive-gradient training on sparse data for [burn](https://burn.dev): optimizer steps at memory
//! speed, and training of tables whose cost follows the rows that a batch touches.
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
//!
//! # Large tables
//!
//! A layer over a large table is trained row by row: the layer reads the rows of the ids in a batch, and the
//! optimizer from `init_sparse` steps these and no others. The module [`sparse`] says how, and what your loop
//! must do.
//!
//! ```
//! use burn::backend::{Autodiff, NdArray};
//! use burn::optim::{GradientsParams, Optimizer};
//! use burn_adagrad::{AdagradConfig, CsrBatch, SparseEmbeddingBag, SparseEmbeddingBagConfig};
//!
//! type B = Autodiff<NdArray>;
//! let device = Default::default();
//! // A million rows of 16 numbers; a batch of two bags of ids.
//! let mut bags: SparseEmbeddingBag<B> = SparseEmbeddingBagConfig::new(1_000_000, 16).init(&device);
//! let mut optim = AdagradConfig::new().init_sparse::<B, SparseEmbeddingBag<B>>();
//! let batch = CsrBatch::from_bags(1_000_000, &[vec![3, 999_999], vec![3]])?;
//!
//! let loss = bags.forward(&batch).mean();
//! let grads = GradientsParams::from_grads(loss.backward(), &bags);
//! // Two rows move.
//! bags = optim.step(0.1, bags, grads);
//! # Ok::<(), burn_adagrad::error::CsrError>(())
//! ```
//!
//! # Which optimizer, which layer, which feature
//!
//! | you want | take | rows | feature |
//! | --- | --- | --- | --- |
//! | PyTorch's Adagrad, with momentum and decay if you like | [`Adagrad`] | yes | |
//! | one accumulator a row, for tables too large for one a weight | [`RowWiseAdagrad`] | yes | |
//! | one accumulator for all | [`AdagradNorm`] | yes | |
//! | momentum on the rows that are touched, as PyTorch's `SparseAdam` | [`Adam`] | yes | |
//! | a rate that recovers | [`Adadelta`] | no | |
//! | a state that is small | [`Sm3`] | no | |
//! | weights that are exactly zero | [`FtrlProximal`], [`ProximalAdagrad`] | yes | |
//! | a lookup of ids | [`SparseEmbedding`] | yes | |
//! | sums or means of lookups | [`SparseEmbeddingBag`] | yes | |
//! | a linear layer over sparse features | [`SparseLinear`] | yes | |
//! | the article's networks | [`SimpleNN`], [`SparseNN`] | `SparseNN` | |
//! | sparse data, files in LIBSVM format | [`data`] | | |
//! | the training loop, the article's comparison | [`train`] | | |
//! | learning rates, effective rates, zeros, bytes | [`tune`], [`inspect`] | | |
//! | training that began in PyTorch or with burn's AdaGrad | `interchange` | yes | `safetensors` |
//! | burn-train's `Learner` without a copy at each step | `learner` | yes | `learner`, `tui` |
//! | pictures | `plot` | | `plot` |
//! | the formulas over slices, without burn | [`kernel`] | yes | |
//!
//! # Backends
//!
//! The library is generic over the backend. With the features `ndarray` (default) and `flex` the optimizers step
//! these backends' tensors in place, in one pass over memory; other backends take plain tensor operations. The
//! features `ndarray`, `flex`, `wgpu`, `vulkan`, `metal` and `cuda` choose the `DefaultBackend` that the examples
//! train on.
//!
//! # The book
//!
//! *Adagrad in Rust*, in the folder `book` of the repository, derives the algorithm, does the article's
//! experiment over many seeds, and explains the row-sparse training and the speed.

#![cfg_attr(docsrs, feature(doc_cfg))]
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
pub mod prelude;
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
pub use nn::{
    BagMode, SimpleNN, SimpleNNConfig, SparseEmbedding, SparseEmbeddingBag,
    SparseEmbeddingBagConfig, SparseEmbeddingConfig, SparseLinear, SparseLinearConfig, SparseNN,
    SparseNNConfig,
};
pub use optim::{
    AccumulatorDecayConfig, Adadelta, AdadeltaConfig, AdadeltaState, Adagrad, AdagradConfig,
    AdagradNorm, AdagradNormConfig, AdagradState, Adam, AdamConfig, AdamState, EpsilonPlacement,
    FtrlProximal, FtrlProximalConfig, FtrlProximalState, MixedAdaptor, PenaltySchedule,
    ProximalAdagrad, ProximalAdagradConfig, RowOptimizer, RowWiseAdagrad, RowWiseAdagradConfig,
    Sm3, Sm3Config, Sm3State, SparseAdaptor, clip_grad_norm,
};
pub use sparse::{CsrBatch, RowGradient, RowTable};
#[cfg(feature = "learner")]
pub use train::learner;
pub use train::{compare_optimizers, evaluate_model, run_experiment, train_model};

/// Compiles and runs the README's example with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
