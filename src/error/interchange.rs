//! Files of training states that cannot be read or written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Training state that cannot be taken over, or not be handed on: which file, which tensor, and why.
///
/// The message is one line, `run.safetensors: optimizer.fc1.weight.sum: element 3 is -1, and a sum of
/// squares is a number not below 0`.
#[derive(Debug)]
#[non_exhaustive]
pub struct InterchangeError {
    pub(crate) path: Option<PathBuf>,
    pub(crate) tensor: Option<String>,
    pub(crate) kind: InterchangeErrorKind,
}

impl InterchangeError {
    /// The file at fault; `None` if the state was not read from a file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The tensor at fault, by its name in the file, if it is one.
    pub fn tensor(&self) -> Option<&str> {
        self.tensor.as_deref()
    }

    /// What is wrong.
    pub fn kind(&self) -> &InterchangeErrorKind {
        &self.kind
    }
}

impl fmt::Display for InterchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        if let Some(tensor) = &self.tensor {
            write!(f, "{tensor}: ")?;
        }
        self.kind.fmt(f)
    }
}

impl std::error::Error for InterchangeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.kind.source()
    }
}

#[cfg(feature = "safetensors")]
impl InterchangeErrorKind {
    /// The error of this kind about a whole file.
    pub(crate) fn of_file(self, path: &Path) -> InterchangeError {
        InterchangeError {
            path: Some(path.to_owned()),
            tensor: None,
            kind: self,
        }
    }

    /// The error of this kind about a tensor of a file.
    pub(crate) fn of_tensor(self, path: &Path, tensor: impl Into<String>) -> InterchangeError {
        InterchangeError {
            tensor: Some(tensor.into()),
            ..self.of_file(path)
        }
    }
}

/// What is wrong with training state.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InterchangeErrorKind {
    /// The file could not be read.
    #[error("{0}")]
    Read(#[source] io::Error),
    /// The file could not be written.
    #[error("{0}")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file is not in the safetensors format.
    #[error("not a safetensors file: {0}")]
    Format(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The tensors of the file are not those of the module and its optimizer.
    #[error("{}", list(.missing, .unknown))]
    Names {
        /// The tensors that it should have and has not, in alphabetical order.
        missing: Vec<String>,
        /// The tensors that it has and that belong nowhere, in alphabetical order.
        unknown: Vec<String>,
    },
    /// A tensor has another shape than the module's.
    #[error("the shape is {found:?} instead of {expected:?}")]
    Shape {
        /// The shape that it should have, as PyTorch lays it out.
        expected: Vec<usize>,
        /// The shape that it has.
        found: Vec<usize>,
    },
    /// A tensor does not hold floating-point numbers of 16, 32 or 64 bits.
    #[error("the type is {0}, and only F16, BF16, F32 and F64 are exchanged")]
    Type(String),
    /// The numbers of a tensor of the module or its optimizer could not be had from the backend.
    #[error("{0}")]
    Tensor(String),
    /// A number of steps that cannot be one.
    #[error("{0} is no number of steps, which is whole and from 0 to 2^53")]
    Step(f64),
    /// An accumulator with an element that is negative or NaN.
    #[error("element {element} is {value}, and a sum of squares is a number not below 0")]
    Sum {
        /// Position of the element, counted row after row from 0.
        element: usize,
        /// The value.
        value: f64,
    },
    /// Two tensors of the module and its optimizer would have this name.
    #[error("two tensors would have this name")]
    SameName,
    /// The module has one parameter in two places, whose values might differ.
    #[error("{other} is the same parameter")]
    Shared {
        /// Name of the other place.
        other: String,
    },
    /// The optimizer's state of a parameter is that of a parameter of another shape.
    #[error("the optimizer's state has the shape {found:?}, the parameter {expected:?}")]
    State {
        /// Shape of the parameter, as burn lays it out.
        expected: Vec<usize>,
        /// Shape of the accumulator.
        found: Vec<usize>,
    },
    /// The optimizer's state of a parameter has momentum, for which PyTorch's Adagrad has no place.
    #[error("the optimizer's state has momentum, and PyTorch's Adagrad has none")]
    Momentum,
    /// The optimizer has stepped another module: what it knows would be lost.
    #[error("the optimizer has the states of {0} parameters that are not in the module")]
    Strangers(usize),
    /// A state of burn's AdaGrad could not be looked into.
    #[error("a state of burn's AdaGrad: {0}")]
    Burn(String),
}

fn list(missing: &[String], unknown: &[String]) -> String {
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

/// A file that could not be loaded, with the model and the optimizer as they were before.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// # #[cfg(feature = "safetensors")] {
/// use burn_adagrad::interchange::load_pytorch;
/// use burn_adagrad::{AdagradConfig, SparseNN, SparseNNConfig};
///
/// type B = Autodiff<NdArray>;
/// let model: SparseNN<B> = SparseNNConfig::new(12).init(&Default::default());
/// let optim = AdagradConfig::new().init::<B, SparseNN<B>>();
/// let error = load_pytorch("not-there.safetensors", model, optim).err().unwrap();
/// assert!(error.to_string().starts_with("not-there.safetensors: "));
/// // Train from the start, then.
/// let (error, model, optim) = error.into_parts();
/// # let _ = (error, model, optim);
/// # }
/// ```
pub struct LoadError<M, O> {
    error: InterchangeError,
    training: Box<(M, O)>,
}

impl<M, O> LoadError<M, O> {
    #[cfg(feature = "safetensors")]
    pub(crate) fn new(error: InterchangeError, model: M, optimizer: O) -> Self {
        Self {
            error,
            training: Box::new((model, optimizer)),
        }
    }

    /// What is wrong.
    pub fn error(&self) -> &InterchangeError {
        &self.error
    }

    /// What is wrong, without the model and the optimizer.
    pub fn into_error(self) -> InterchangeError {
        self.error
    }

    /// What is wrong, the model and the optimizer.
    pub fn into_parts(self) -> (InterchangeError, M, O) {
        let (model, optimizer) = *self.training;
        (self.error, model, optimizer)
    }
}

impl<M, O> From<LoadError<M, O>> for InterchangeError {
    fn from(error: LoadError<M, O>) -> Self {
        error.error
    }
}

impl<M, O> fmt::Debug for LoadError<M, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<M, O> fmt::Display for LoadError<M, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<M, O> std::error::Error for LoadError<M, O> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
