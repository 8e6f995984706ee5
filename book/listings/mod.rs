//! The book's listings. Its pages include them by their anchors, the program of its figures runs
//! them, and the tests run them again.

pub mod accumulation;
pub mod backends;
pub mod by_hand;
pub mod descent;
pub mod epsilon;
pub mod escape;
pub mod from_pytorch;
pub mod from_scratch;
pub mod hands_on;
pub mod helped;
pub mod in_your_project;
pub mod kinds;
pub mod one_step_size;
pub mod own_optimizer;
pub mod presets;
pub mod regret;
pub mod revisited;
pub mod simple_nn;
pub mod sparse_gradients;
pub mod speed;
pub mod spike;
pub mod surfaces;
