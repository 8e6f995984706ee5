//! Sparse data sets on the host and their batches on a device.

mod batch;
mod burn_dataset;
mod from_epoch;
mod synthetic;

pub use adagrad_core::data::{
    IndexBase, LabelKind, LibsvmError, LibsvmErrorKind, LibsvmOptions, SparseDataset, SparseRow,
    read_libsvm, write_libsvm,
};
pub use batch::{
    Batch, CsrBatcher, DenseBatch, DenseBatcher, SparseBatch, dataloader, sparse_dataloader,
};
pub use burn_dataset::BurnDataset;
pub use from_epoch::from_epoch;
pub use synthetic::{SparseDataConfig, generate_sparse_data};
