//! What optimizers remember, in bytes.

use std::fmt;

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use serde::{Deserialize, Serialize};

use crate::optim::StateMemory;
use crate::parameters::{Visit, visit};

/// Bytes of state that an optimizer stores for a module after each parameter has been stepped.
///
/// ```
/// use burn::backend::NdArray;
/// use burn_adagrad::inspect::state_bytes;
/// use burn_adagrad::nn::SparseEmbeddingConfig;
/// use burn_adagrad::{AdagradConfig, RowWiseAdagradConfig};
///
/// let table = SparseEmbeddingConfig::new(1000, 50).init::<NdArray>(&Default::default());
/// assert_eq!(state_bytes(&table, &AdagradConfig::new()), 1000 * 50 * 4);
/// assert_eq!(state_bytes(&table, &RowWiseAdagradConfig::new()), 1000 * 4);
/// ```
pub fn state_bytes<B: Backend, M: Module<B>>(module: &M, optimizer: &impl StateMemory) -> usize {
    let shapes = Shapes::of::<B, M>(module);
    shapes.state_bytes(optimizer)
}

/// The state that each optimizer of the crate would store for a module.
///
/// ```
/// use burn::backend::NdArray;
/// use burn_adagrad::inspect::StateTable;
/// use burn_adagrad::nn::SparseEmbeddingConfig;
///
/// let table = SparseEmbeddingConfig::new(1000, 50).init::<NdArray>(&Default::default());
/// let table = StateTable::of(&table);
/// assert_eq!(table.weights, 50_000);
/// println!("{table}");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateTable {
    /// Number of weights of the module.
    pub weights: usize,
    /// The optimizers, from the smallest state to the largest.
    pub rows: Vec<StateRow>,
}

/// The state of one optimizer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateRow {
    /// Name of the optimizer.
    pub optimizer: String,
    /// Bytes of its state.
    pub bytes: usize,
}

impl StateTable {
    /// For a module, with each optimizer's defaults, and with momentum where that is an option.
    pub fn of<B: Backend, M: Module<B>>(module: &M) -> Self {
        let shapes = Shapes::of::<B, M>(module);
        let mut rows = Vec::new();
        macro_rules! push {
            ([] $($name:literal => $config:expr,)*) => {
                $(rows.push(StateRow {
                    optimizer: $name.into(),
                    bytes: shapes.state_bytes(&$config),
                });)*
            };
        }
        crate::optimizers!(memory => push []);
        rows.sort_by_key(|row| row.bytes);
        Self {
            weights: shapes.weights(),
            rows,
        }
    }
}

impl fmt::Display for StateTable {
    /// As a table in Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| optimizer | bytes of state | a weight |")?;
        writeln!(f, "| --- | ---: | ---: |")?;
        for row in &self.rows {
            let a_weight = row.bytes as f64 / self.weights.max(1) as f64;
            writeln!(f, "| {} | {} | {a_weight:.3} |", row.optimizer, row.bytes)?;
        }
        Ok(())
    }
}

/// The shapes and types of a module's parameters.
#[derive(Default)]
struct Shapes(Vec<(Vec<usize>, DType)>);

impl Shapes {
    fn of<B: Backend, M: Module<B>>(module: &M) -> Self {
        let mut shapes = Self::default();
        visit::<B, M>(module, &mut shapes);
        shapes
    }

    fn state_bytes(&self, optimizer: &impl StateMemory) -> usize {
        let parameters = self.0.iter();
        parameters
            .map(|(shape, dtype)| optimizer.state_bytes(shape, *dtype))
            .sum()
    }

    fn weights(&self) -> usize {
        let parameters = self.0.iter();
        parameters
            .map(|(shape, _)| shape.iter().product::<usize>())
            .sum()
    }
}

impl<B: Backend> Visit<B> for Shapes {
    fn parameter<const D: usize>(&mut self, _: String, param: &Param<Tensor<B, D>>) {
        self.0.push((param.dims().to_vec(), param.dtype()));
    }
}
