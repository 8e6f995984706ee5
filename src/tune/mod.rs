//! Finding the learning rate: a grid of rates for each optimizer, over several seeds, on rows that are
//! never the test set.
//!
//! [`TuneConfig`] is the grid, and [`tune`] tries it. You choose what is trained: the objective is a function
//! from a [`Trial`] to a [`Score`]. [`tune_sparse_nn`] has the objective of the article's network.
//!
//! - Trials run on several threads. The results do not depend on the number of threads, if trials share no
//!   state and each takes its random numbers from its seed.
//! - Each trial that ends is a line in the journal, if there is one. A run that was stopped in any way goes on
//!   from there. At most the trials under way are lost.
//! - [`with_drop_below`](TuneConfig::with_drop_below) gives up hopeless rates after their first seed.
//!
//! Tuning a module of your own:
//!
//! ```
//! use burn::backend::{Autodiff, NdArray};
//! use burn::module::Module;
//! use burn::nn::{Linear, LinearConfig};
//! use burn::optim::{GradientsParams, Optimizer};
//! use burn::tensor::{Tensor, TensorData, backend::Backend};
//! use burn_adagrad::AdagradConfig;
//! use burn_adagrad::tune::{Score, Trial, TuneConfig, log_grid, tune};
//!
//! type B = Autodiff<NdArray>;
//!
//! #[derive(Module, Debug)]
//! struct Line<B: Backend> {
//!     layer: Linear<B>,
//! }
//!
//! // y = 3x, and a few values of x apart for the score.
//! fn data(xs: &[f32]) -> (Tensor<B, 2>, Tensor<B, 2>) {
//!     let x = Tensor::from_data(TensorData::new(xs.to_vec(), [xs.len(), 1]), &Default::default());
//!     (x.clone(), x * 3.0)
//! }
//!
//! fn objective(trial: &Trial) -> Result<Score, std::convert::Infallible> {
//!     let start = (trial.seed % 7) as f32 / 7.0;
//!     let layer = LinearConfig::new(1, 1).init(&Default::default());
//!     let mut model = Line::<B> { layer };
//!     model.layer.weight = model.layer.weight.map(|w| (w.zeros_like() + start).detach().require_grad());
//!     model.layer.bias = None;
//!     let mut optim = AdagradConfig::new().init::<B, Line<B>>();
//!     let (x, y) = data(&[-1.0, -0.5, 0.5, 1.0]);
//!     for _ in 0..20 {
//!         let loss = (model.layer.forward(x.clone()) - y.clone()).powi_scalar(2).mean();
//!         let grads = GradientsParams::from_grads(loss.backward(), &model);
//!         model = optim.step(trial.learning_rate, model, grads);
//!     }
//!     let (x, y) = data(&[-0.8, 0.3]);
//!     let loss: f32 = (model.layer.forward(x) - y).powi_scalar(2).mean().into_scalar();
//!     Ok(Score { value: -f64::from(loss), loss: loss.into() })
//! }
//!
//! let config = TuneConfig::new(vec!["Adagrad".into()], log_grid(0.01, 1.0, 5), vec![1, 2]);
//! let tuning = tune(&config, "the line y = 3x", None, objective, |_| ())?;
//! let best = tuning.best("Adagrad").unwrap();
//! assert_eq!(best.seeds, 2);
//! assert!(best.setting.learning_rate >= 0.1, "{}", best.setting.learning_rate);
//! # Ok::<(), burn_adagrad::error::TuneError>(())
//! ```

mod sparse_nn;

pub use adagrad_core::tune::{
    Progress, Score, Setting, SettingResult, Trial, TuneConfig, Tuning, beyond, log_grid, tune,
};
pub use sparse_nn::tune_sparse_nn;
