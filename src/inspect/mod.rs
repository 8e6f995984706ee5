//! Looking inside a model and its optimizer: step sizes, weights that are zero, memory.
//!
//! - [`RateReport`]: the effective step size of each weight, in quantiles; rows never touched; rates that
//!   are close to zero.
//! - [`ZeroReport`]: how many weights are exactly zero.
//! - [`StateTable`], [`state_bytes`]: what each optimizer would store for a module.
//!
//! All can be printed and serialised.

mod memory;
mod rates;
mod zeros;

pub use memory::{StateRow, StateTable, state_bytes};
pub use rates::{ParameterRates, Quantiles, RateReport, RateReportConfig};
pub use zeros::{ParameterZeros, ZeroReport};
