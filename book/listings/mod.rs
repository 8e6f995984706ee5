//! The book's listings. Its pages include them by their anchors, the program of its figures runs them, and the
//! tests run them again.

pub mod backends;
pub mod descent;
pub mod from_pytorch;
pub mod in_your_project;
pub mod sparse_gradients;
pub mod speed;
pub mod surfaces;
