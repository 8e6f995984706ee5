//! Files of training states that cannot be read or written.

use std::path::PathBuf;

use thiserror::Error;

/// Training state that cannot be taken over, or not be handed on.
///
/// ```
/// use burn_adagrad::error::InterchangeError;
///
/// let error = InterchangeError::Sum {
///     path: "run.safetensors".into(),
///     tensor: "optimizer.fc1.weight.sum".into(),
///     element: 3,
///     value: -1.0,
/// };
/// assert_eq!(
///     error.to_string(),
///     "run.safetensors: optimizer.fc1.weight.sum: element 3 is -1, and a sum of squares is a number \
///      not below 0"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InterchangeError {
    /// The file could not be read.
    #[error("{}: {message}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        message: String,
    },
    /// The file could not be written.
    #[error("{}: {message}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system or the tensor's backend said.
        message: String,
    },
    /// The file is not in the safetensors format.
    #[error("{}: not a safetensors file: {message}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The tensors of the file are not those of the module and its optimizer.
    #[error("{}: {}", .path.display(), names(.missing, .unknown))]
    Names {
        /// The file.
        path: PathBuf,
        /// The tensors that it should have and has not, in alphabetical order.
        missing: Vec<String>,
        /// The tensors that it has and that belong nowhere, in alphabetical order.
        unknown: Vec<String>,
    },
    /// A tensor has another shape than the module's.
    #[error("{}: {tensor} has the shape {found:?} instead of {expected:?}", .path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// Name of the tensor in it.
        tensor: String,
        /// The shape that it should have, as PyTorch lays it out.
        expected: Vec<usize>,
        /// The shape that it has.
        found: Vec<usize>,
    },
    /// A tensor does not hold floating-point numbers of 16, 32 or 64 bits.
    #[error(
        "{}: {tensor} is of type {dtype}, and only F16, BF16, F32 and F64 are exchanged",
        .path.display()
    )]
    Type {
        /// The file.
        path: PathBuf,
        /// Name of the tensor in it.
        tensor: String,
        /// The type that it has.
        dtype: String,
    },
    /// A number of steps that cannot be one.
    #[error(
        "{}: {tensor} is {value}, and a number of steps is whole and from 0 to 2^53",
        .path.display()
    )]
    Step {
        /// The file.
        path: PathBuf,
        /// Name of the tensor in it.
        tensor: String,
        /// The value.
        value: f64,
    },
    /// An accumulator with an element that is negative or NaN.
    #[error(
        "{}: {tensor}: element {element} is {value}, and a sum of squares is a number not below 0",
        .path.display()
    )]
    Sum {
        /// The file.
        path: PathBuf,
        /// Name of the tensor in it.
        tensor: String,
        /// Position of the element, counted row after row from 0.
        element: usize,
        /// The value.
        value: f64,
    },
    /// Two tensors of the module and its optimizer would have one name.
    #[error("{}: two tensors would have the name {tensor}", .path.display())]
    SameName {
        /// The file.
        path: PathBuf,
        /// The name.
        tensor: String,
    },
    /// The module has one parameter in two places, whose values might differ.
    #[error("{}: {first} and {second} are one parameter", .path.display())]
    Shared {
        /// The file.
        path: PathBuf,
        /// Name of the one place.
        first: String,
        /// Name of the other.
        second: String,
    },
    /// The optimizer's state of a parameter is that of a parameter of another shape.
    #[error(
        "{}: the optimizer's state of {tensor} has the shape {found:?}, the parameter {expected:?}",
        .path.display()
    )]
    State {
        /// The file.
        path: PathBuf,
        /// Name of the parameter in it.
        tensor: String,
        /// Shape of the parameter, as burn lays it out.
        expected: Vec<usize>,
        /// Shape of the accumulator.
        found: Vec<usize>,
    },
    /// The optimizer's state of a parameter has momentum, for which PyTorch's Adagrad has no place.
    #[error(
        "{}: the optimizer's state of {tensor} has momentum, and PyTorch's Adagrad has none",
        .path.display()
    )]
    Momentum {
        /// The file.
        path: PathBuf,
        /// Name of the parameter in it.
        tensor: String,
    },
    /// The optimizer has stepped another module: what it knows would be lost.
    #[error(
        "{}: the optimizer has the states of {count} parameters that are not in the module",
        .path.display()
    )]
    Strangers {
        /// The file.
        path: PathBuf,
        /// How many.
        count: usize,
    },
    /// A state of burn's AdaGrad could not be looked into.
    #[error("a state of burn's AdaGrad: {0}")]
    Burn(String),
}

fn names(missing: &[String], unknown: &[String]) -> String {
    let list = |names: &[String]| {
        let shown = &names[..names.len().min(8)];
        match names.len() - shown.len() {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    };
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("it lacks {}", list(missing)));
    }
    if !unknown.is_empty() {
        parts.push(format!("the module has no place for {}", list(unknown)));
    }
    parts.join("; ")
}
