//! What most programs that train with this crate import.
//!
//! ```
//! use burn::backend::{Autodiff, NdArray};
//! use burn_adagrad::prelude::*;
//!
//! type B = Autodiff<NdArray>;
//! let mut model: SparseNN<B> = SparseNNConfig::new(1000).init(&Default::default());
//! let mut optim = AdagradConfig::new().init_sparse::<B, SparseNN<B>>();
//! let batch = CsrBatch::from_bags(1000, &[vec![3, 999], vec![3]])?;
//! let loss = model.forward_logits_csr(&batch).mean();
//! let grads = GradientsParams::from_grads(loss.backward(), &model);
//! model = optim.step(0.1, model, grads);
//! # Ok::<(), burn_adagrad::error::CsrError>(())
//! ```

pub use burn::optim::{GradientsParams, Optimizer};

pub use crate::nn::{
    BagMode, SparseEmbedding, SparseEmbeddingBag, SparseEmbeddingBagConfig, SparseEmbeddingConfig,
    SparseLinear, SparseLinearConfig, SparseNN, SparseNNConfig,
};
pub use crate::optim::{
    AdadeltaConfig, AdagradConfig, AdagradNormConfig, AdamConfig, FtrlProximalConfig,
    ProximalAdagradConfig, RowWiseAdagradConfig, Sm3Config, SparseAdaptor,
};
pub use crate::sparse::CsrBatch;
