//! Pictures of training runs and of what they gave, as SVG.
//!
//! - [`LossPlot`]: training loss over epochs, a curve an optimizer.
//! - [`LinePlot`]: lines over any two axes, with bands or bars, and their numbers beside them.
//! - [`DotPlot`]: a number for each of several things, with its runs and its interval.
//! - [`PathPlot`]: walks over the contour lines of a surface.
//! - [`KeptPlot`]: accuracy against the share of weights that a model keeps, a curve a method.
//!
//! Pictures are 750 pixels wide, lines are labelled at their ends, and an optimizer has the same colour in all
//! of them.
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

mod axis;
mod dots;
mod frame;
mod kept;
mod lines;
mod loss;
mod paths;
mod style;
mod table;

pub use dots::{DotPlot, DotRow};
pub use kept::{KeptCurve, KeptPlot, KeptPoint};
pub use lines::{Line, LinePlot, Point, Spread};
pub use loss::{LossCurve, LossPlot};
pub use paths::{PathPlot, Walk};
