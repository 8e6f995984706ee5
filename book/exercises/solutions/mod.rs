//! A way to do each exercise.

pub mod bags;
pub mod decaying;
pub mod effective_rate;
pub mod epsilon;
pub mod norm;
pub mod rmsprop;
pub mod rows;
pub mod slices;
