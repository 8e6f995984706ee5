//! How sparse a model is.

use std::fmt;

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

use crate::parameters::{Visit, visit};

/// How many weights of each parameter of a module are exactly zero.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::nn::{Initializer, LinearConfig};
/// use burn_adagrad::inspect::ZeroReport;
///
/// let layer = LinearConfig::new(3, 2)
///     .with_initializer(Initializer::Zeros)
///     .init::<NdArray>(&Default::default());
/// let report = ZeroReport::of(&layer);
/// assert_eq!((report.zeros(), report.weights()), (8, 8));
/// assert_eq!(report.share_kept(), 0.0);
/// assert_eq!(
///     report.to_string(),
///     "| parameter | weights | zero | kept |\n\
///      | --- | ---: | ---: | ---: |\n\
///      | weight | 6 | 6 | 0.00 % |\n\
///      | bias | 2 | 2 | 0.00 % |\n\
///      | all | 8 | 8 | 0.00 % |\n"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZeroReport {
    /// The parameters, in the order of the module's fields.
    pub parameters: Vec<ParameterZeros>,
}

/// The weights of one parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterZeros {
    /// Path of the parameter in the module, as `fc1.weight`.
    pub name: String,
    /// Number of weights.
    pub weights: usize,
    /// How many of them are exactly zero.
    pub zeros: usize,
}

impl ParameterZeros {
    /// The share of weights that are not zero, from 0 to 1; 1 if there are none.
    pub fn share_kept(&self) -> f64 {
        share_kept(self.zeros, self.weights)
    }
}

fn share_kept(zeros: usize, weights: usize) -> f64 {
    if weights == 0 {
        1.0
    } else {
        (weights - zeros) as f64 / weights as f64
    }
}

impl ZeroReport {
    /// Counts.
    pub fn of<B: Backend, M: Module<B>>(module: &M) -> Self {
        let mut counter = Counter::default();
        visit::<B, M>(module, &mut counter);
        Self {
            parameters: counter.parameters,
        }
    }

    /// Number of all weights.
    pub fn weights(&self) -> usize {
        self.parameters.iter().map(|part| part.weights).sum()
    }

    /// How many of them are exactly zero.
    pub fn zeros(&self) -> usize {
        self.parameters.iter().map(|part| part.zeros).sum()
    }

    /// The share of weights that are not zero, from 0 to 1; 1 if there are none.
    pub fn share_kept(&self) -> f64 {
        share_kept(self.zeros(), self.weights())
    }
}

#[derive(Default)]
struct Counter {
    parameters: Vec<ParameterZeros>,
}

impl<B: Backend> Visit<B> for Counter {
    fn parameter<const D: usize>(&mut self, name: String, param: &Param<Tensor<B, D>>) {
        let data = param.val().into_data();
        self.parameters.push(ParameterZeros {
            name,
            weights: data.num_elements(),
            zeros: data.iter::<f64>().filter(|&weight| weight == 0.0).count(),
        });
    }
}

impl fmt::Display for ZeroReport {
    /// As a table in Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| parameter | weights | zero | kept |")?;
        writeln!(f, "| --- | ---: | ---: | ---: |")?;
        let all = ParameterZeros {
            name: "all".into(),
            weights: self.weights(),
            zeros: self.zeros(),
        };
        for part in self.parameters.iter().chain([&all]) {
            let (name, kept) = (&part.name, part.share_kept() * 100.0);
            writeln!(
                f,
                "| {name} | {} | {} | {kept:.2} % |",
                part.weights, part.zeros
            )?;
        }
        Ok(())
    }
}
