//! Finding the learning rate: a grid of rates for each optimizer, over several seeds.
//!
//! [`TuneConfig`] is the grid, and [`tune`] tries it. You choose what is trained: the objective is a function
//! from a [`Trial`] to a [`Score`].
//!
//! - Trials run on several threads. The results do not depend on the number of threads, if trials share no
//!   state and each takes its random numbers from its seed.
//! - Each trial that ends is a line in the journal, if there is one. A run that was stopped in any way goes on
//!   from there. At most the trials under way are lost.
//! - A best rate at the edge of its grid says only that a better one may lie outside.
//!   [`with_widen`](TuneConfig::with_widen) adds rates there until the best one lies between others, and
//!   [`Tuning::best_inside`] refuses a best rate that does not.
//! - [`with_drop_below`](TuneConfig::with_drop_below) gives up hopeless rates after their first seed.
//!
//! ```
//! use adagrad_core::tune::{Score, Trial, TuneConfig, log_grid, tune};
//!
//! // Descent on x², from a start that the seed gives.
//! fn objective(trial: &Trial) -> Result<Score, std::convert::Infallible> {
//!     let mut x = (trial.seed % 7) as f64;
//!     for _ in 0..20 {
//!         x -= trial.learning_rate * 2.0 * x;
//!     }
//!     Ok(Score { value: -x * x, loss: x * x })
//! }
//!
//! let config = TuneConfig::new(vec!["descent".into()], log_grid(0.01, 1.0, 5), vec![1, 2]);
//! let tuning = tune(&config, "the parabola", None, objective, |_| ())?;
//! let best = tuning.best("descent").unwrap();
//! assert_eq!(best.seeds, 2);
//! assert!(best.setting.learning_rate >= 0.1, "{}", best.setting.learning_rate);
//! # Ok::<(), adagrad_core::error::TuneError>(())
//! ```

mod config;
mod journal;
mod outcome;
mod run;
mod trial;

pub use config::{TuneConfig, beyond, log_grid};
pub use outcome::{SettingResult, Tuning};
pub use run::{Progress, tune};
pub use trial::{Score, Setting, Trial};
