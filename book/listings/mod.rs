//! The book's listings. Its pages include them by their anchors, the program of its figures runs them, and the
//! tests run them again.

pub mod descent;
pub mod sparse_gradients;
pub mod surfaces;
