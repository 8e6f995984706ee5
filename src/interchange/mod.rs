//! Training that goes on elsewhere: models with their Adagrad to and from PyTorch, and the states
//! of burn's own AdaGrad.
//!
//! - [`save_pytorch`] and [`load_pytorch`]: a model and its optimizer in one file that both sides
//!   read.
//! - [`from_burn`]: what burn's `AdaGrad` remembers, for this crate's.
//!
//! # The file
//!
//! It is in the [safetensors](https://github.com/huggingface/safetensors) format and holds
//!
//! - the model's tensors under the names and in the layouts of PyTorch's `state_dict`, nothing in
//!   front: `fc1.weight` is `[out, in]`, where burn has `[in, out]`;
//! - for each parameter that is trained `optimizer.<name>.sum`, the accumulator, laid out as the
//!   parameter, and `optimizer.<name>.step`, one f32 without dimensions, as PyTorch's optimizer
//!   keeps it (one f64 above 2^24 steps, where an f32 cannot count on);
//! - the metadata `{"format": "pt"}`.
//!
//! The layouts are those of `burn-store`'s adapters for PyTorch: linear layers are transposed,
//! `gamma` and `beta` of batch, layer and group norms are `weight` and `bias`, all else has burn's
//! name and layout. (So the two sides' recurrent and attention layers, for which burn has other
//! parts than PyTorch, do not fit.) Of this crate's layers, `SparseLinear` is PyTorch's `Linear`,
//! `SparseEmbedding` its `Embedding` and `SparseEmbeddingBag` its `EmbeddingBag`. PyTorch's count
//! of batches in a batch norm, `num_batches_tracked`, is not written and, alone among names, passed
//! over in reading: burn has none.
//!
//! Adagrad's momentum and accumulator decay are not PyTorch's: states with momentum are refused,
//! and the decay ends where PyTorch goes on.
//!
//! In PyTorch the file is written by
//!
//! ```python
//! from safetensors.torch import load_file, save_file
//!
//! tensors = dict(model.state_dict())
//! for name, parameter in model.named_parameters():
//!     for key, value in optimizer.state.get(parameter, {}).items():
//!         tensors[f"optimizer.{name}.{key}"] = value
//! save_file(tensors, "run.safetensors", metadata={"format": "pt"})
//! ```
//!
//! and read by
//!
//! ```python
//! tensors = load_file("run.safetensors")
//! for name, parameter in model.named_parameters():
//!     for key, value in optimizer.state.get(parameter, {}).items():
//!         value.copy_(tensors.pop(f"optimizer.{name}.{key}"))
//! model.load_state_dict(tensors)
//! ```
//!
//! with an `optimizer = torch.optim.Adagrad(model.parameters(), …)` of the same options: these are
//! not in the file. [`AdagradConfig::pytorch()`](crate::AdagradConfig::pytorch) has PyTorch's
//! defaults.

mod file;
mod from_burn;
mod layout;
mod optimizer;
mod pytorch;
mod states;

pub use from_burn::from_burn;
pub use optimizer::{AdagradOptimizer, AdagradRecord};
pub use pytorch::{load_pytorch, save_pytorch};
