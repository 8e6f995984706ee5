//! Sparse data sets, and the files that they come from.

mod dataset;
mod libsvm;
mod libsvm_error;
mod libsvm_options;
mod libsvm_scan;

pub use dataset::{SparseDataset, SparseRow};
pub use libsvm::{read_libsvm, write_libsvm};
pub use libsvm_error::{LibsvmError, LibsvmErrorKind};
pub use libsvm_options::{IndexBase, LabelKind, LibsvmOptions};
