//! Pictures of training runs and of what they gave, as SVG.
//!
//! - [`LossPlot`]: training loss over epochs, a curve an optimizer.
//! - [`LinePlot`]: lines over any two axes, with bands or bars, and their numbers beside them.
//! - [`KeptPlot`]: accuracy against the share of weights that a model keeps, a curve a method.
//!
//! ```
//! use adagrad_core::plot::{LossCurve, LossPlot};
//!
//! let curve = LossCurve { label: "Adagrad".into(), losses: vec![0.7, 0.4, 0.2] };
//! let path = std::env::temp_dir().join("adagrad-core-doc-plot.svg");
//! LossPlot::new(1).with_title("Three batches").draw(&[curve], &path)?;
//! assert!(std::fs::read_to_string(&path).unwrap().contains("Three batches"));
//! # Ok::<(), adagrad_core::error::PlotError>(())
//! ```

mod kept;
mod lines;
mod loss;
mod style;
mod table;

pub use kept::{KeptCurve, KeptPlot, KeptPoint};
pub use lines::{Line, LinePlot, Point, Spread};
pub use loss::{LossCurve, LossPlot};
