//! Training with burn-train's `Learner`.
//!
//! [`SparseNN`](crate::SparseNN) and [`SimpleNN`](crate::SimpleNN) are `TrainStep` and `InferenceStep`; their
//! output feeds burn's Loss, Accuracy and AUROC metrics. A module of your own that is a
//! [`BinaryClassifier`](crate::nn::BinaryClassifier) becomes both in two lines, with [`train_step`] and
//! [`inference_step`].
//!
//! The `Learner` keeps a second handle to its model while it is stepped, so that every step copies every
//! parameter: nothing to a small network, and all of the time to a table of a million rows.
//! [`InPlace`] is a module around your module that is stepped without a copy:
//!
//! ```
//! use burn::backend::{Autodiff, NdArray};
//! use burn::train::Learner;
//! use burn_adagrad::learner::InPlace;
//! use burn_adagrad::{AdagradConfig, SparseNN, SparseNNConfig};
//!
//! type B = Autodiff<NdArray>;
//! let model: SparseNN<B> = SparseNNConfig::new(1_000_000).init(&Default::default());
//! let optim = AdagradConfig::new().init_sparse::<B, InPlace<SparseNN<B>>>();
//! let mut learner = Learner::new(InPlace::new(model), optim, 0.01);
//! learner.lr_step();
//! ```
//!
//! `examples/learner.rs` is a whole program: metrics, checkpoints, early stopping, and going on from a
//! checkpoint.
//!
//! - A checkpoint has the model, the optimizer's state and the scheduler's. Save it at full precision
//!   (`NamedMpkFileRecorder<FullPrecisionSettings>`): burn's `CompactRecorder` rounds weights to f16, and the
//!   run that resumes is then another.
//! - burn's loaders shuffle by a generator that starts anew with the program.
//!   [`from_epoch`](crate::data::from_epoch) has a loader go on where the run was.
//! - burn's AUROC is a mean over batches, and that of a batch with one class alone is 0. Test on large batches
//!   of rows in a mixed order.
//! - `ExecutionStrategy::MultiDevice` works with tables that are trained by rows. burn's distributed
//!   training averages gradients of a table's own size, and a table that is marked for it refuses to
//!   train.

mod in_place;
mod steps;

pub use in_place::InPlace;
pub use steps::{inference_step, train_step};
