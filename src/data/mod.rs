//! Sparse data sets on the host and their batches on a device.

mod batch;
mod dataset;
mod from_epoch;
mod libsvm;
mod libsvm_error;
mod libsvm_scan;
mod synthetic;

pub use batch::{
    Batch, CsrBatcher, DenseBatch, DenseBatcher, SparseBatch, dataloader, sparse_dataloader,
};
pub use dataset::{SparseDataset, SparseRow};
pub use from_epoch::from_epoch;
pub use libsvm::{IndexBase, LabelKind, LibsvmOptions, read_libsvm, write_libsvm};
pub use libsvm_error::{LibsvmError, LibsvmErrorKind};
pub use synthetic::{SparseDataConfig, generate_sparse_data};
