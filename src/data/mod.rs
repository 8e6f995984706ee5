//! Sparse data sets on the host and their batches on a device.

mod batch;
mod dataset;
mod libsvm;
mod synthetic;

pub use batch::{DenseBatch, DenseBatcher, dataloader};
pub use dataset::{SparseDataset, SparseRow};
pub use libsvm::{
    IndexBase, LabelKind, LibsvmError, LibsvmErrorKind, LibsvmOptions, read_libsvm, write_libsvm,
};
pub use synthetic::{SparseDataConfig, generate_sparse_data};
