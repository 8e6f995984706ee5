//! The chapter "Limitations": what stays of the rate, and the bytes of the state.

use std::fmt::Write;

use burn::backend::{Autodiff, NdArray};
use burn::nn::{Embedding, EmbeddingConfig};
use burn_adagrad::SparseNNConfig;
use burn_adagrad::inspect::StateTable;

type B = Autodiff<NdArray>;

// ANCHOR: memory
/// The bytes of state that each optimizer keeps for a module.
pub fn output() -> anyhow::Result<String> {
    let network = SparseNNConfig::new(100).init::<B>(&Default::default());
    let words: Embedding<B> = EmbeddingConfig::new(50_000, 64).init(&Default::default());
    let mut text = String::from("SparseNN, 100 features:\n\n");
    writeln!(text, "{}", StateTable::of(&network))?;
    writeln!(text, "50,000 words, 64 numbers each:\n")?;
    writeln!(text, "{}", StateTable::of(&words))?;
    Ok(text)
}
// ANCHOR_END: memory
