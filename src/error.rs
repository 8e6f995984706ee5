//! The error types, one for each area that can fail on what a caller passes in.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// One field of a configuration whose value cannot be used.
///
/// Displays as `lr_decay = -0.5 (must be finite and at least 0)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// Name of the field, as in the configuration struct.
    pub field: &'static str,
    /// The value that was given, as Rust prints it.
    pub value: String,
    /// What the value must satisfy.
    pub requirement: &'static str,
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            value,
            requirement,
        } = self;
        write!(f, "{field} = {value} (must be {requirement})")
    }
}

fn join(fields: &[InvalidField]) -> String {
    let fields: Vec<String> = fields.iter().map(InvalidField::to_string).collect();
    fields.join("; ")
}

/// A configuration of an optimizer that cannot be built.
///
/// It lists every mistake, not only the first.
///
/// ```
/// use burn_adagrad::AdagradConfig;
///
/// let error = AdagradConfig::new()
///     .with_lr_decay(-0.5)
///     .with_epsilon(f32::NAN)
///     .try_build()
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid AdagradConfig: lr_decay = -0.5 (must be finite and at least 0); \
///      epsilon = NaN (must be finite and at least 0)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("invalid {config}: {}", join(.fields))]
pub struct OptimizerConfigError {
    /// Name of the configuration struct.
    pub config: &'static str,
    /// The fields that are wrong, in the order in which the configuration declares them.
    pub fields: Vec<InvalidField>,
}

/// An [`AdagradConfig`](crate::AdagradConfig) that cannot be built.
pub type AdagradConfigError = OptimizerConfigError;

/// Rows, labels or generator options that do not make a data set.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DatasetError {
    /// The options of the synthetic data cannot be used; every mistake is listed.
    #[error("invalid SparseDataConfig: {}", join(.0))]
    InvalidConfig(Vec<InvalidField>),
    /// The offsets do not start at 0, do not ascend, or do not end at the number of entries.
    #[error(
        "row offsets must ascend from 0 to the number of entries ({entries}): \
         offsets[{position}] = {offset}"
    )]
    Offsets {
        /// Position in the list of offsets.
        position: usize,
        /// The offset that is wrong.
        offset: usize,
        /// Number of stored entries.
        entries: usize,
    },
    /// Two lists that must be equally long are not.
    #[error("{what}: expected {expected}, got {actual}")]
    Length {
        /// What was counted.
        what: &'static str,
        /// The length that the other lists demand.
        expected: usize,
        /// The length that was given.
        actual: usize,
    },
    /// A feature index does not lie above the one before it in the row.
    #[error("row {row}: feature index {index} is not above the one before it, {previous}")]
    NotAscending {
        /// Row, from 0.
        row: usize,
        /// The index that is wrong.
        index: u32,
        /// The index before it.
        previous: u32,
    },
    /// A feature index does not lie below the number of features.
    #[error("row {row}: feature index {index} is not below the number of features, {n_features}")]
    IndexTooLarge {
        /// Row, from 0.
        row: usize,
        /// The index that is wrong.
        index: u32,
        /// Number of features.
        n_features: usize,
    },
    /// A value or a label is NaN or infinite.
    #[error("row {row}: {what} is {value}, which is not finite")]
    NotFinite {
        /// Row, from 0.
        row: usize,
        /// `value` or `label`.
        what: &'static str,
        /// The value.
        value: f32,
    },
}

/// A batch of sparse rows, or a gradient of rows, that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum CsrError {
    /// There are not as many values as indices.
    #[error("{values} values for {indices} indices")]
    Length {
        /// Number of indices.
        indices: usize,
        /// Number of values.
        values: usize,
    },
    /// More entries or rows than can be counted in 32 bits.
    #[error("{entries} entries: a batch has fewer than 2^32, and as many rows at most")]
    TooLarge {
        /// Number of entries.
        entries: usize,
    },
    /// The offsets do not start at 0, do not ascend, or do not end at the number of entries.
    #[error("offsets must ascend from 0 to the number of entries ({entries}): {}", offset_text(.position, .offset))]
    Offsets {
        /// Position in the list of offsets.
        position: usize,
        /// The offset that is wrong; `None` if there are no offsets at all.
        offset: Option<usize>,
        /// Number of entries.
        entries: usize,
    },
    /// An index does not lie below the number of features.
    #[error(
        "entry {entry} (row {row}): index {index} is not below the number of features, {n_features}"
    )]
    IndexTooLarge {
        /// Position in the list of indices.
        entry: usize,
        /// Row of the batch, from 0.
        row: usize,
        /// The index that is wrong.
        index: u32,
        /// Number of features.
        n_features: usize,
    },
    /// A value is NaN or infinite.
    #[error("entry {entry} (row {row}): value is {value}, which is not finite")]
    NotFinite {
        /// Position in the list of values.
        entry: usize,
        /// Row of the batch, from 0.
        row: usize,
        /// The value.
        value: f32,
    },
}

fn offset_text(position: &usize, offset: &Option<usize>) -> String {
    match offset {
        Some(offset) => format!("offsets[{position}] = {offset}"),
        None => "there are none".into(),
    }
}

/// An experiment that cannot run as it was asked for.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ExperimentError {
    /// The options cannot be used; every mistake is listed.
    #[error("invalid ExperimentConfig: {}", join(.0))]
    InvalidConfig(Vec<InvalidField>),
    /// The data could not be made.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// No optimizer has this name.
    #[error("no optimizer is called {name:?}: there are {known}")]
    UnknownOptimizer {
        /// The name that was given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// An optimizer that does not have an option that was set.
    #[error("{optimizer} has no option `{option}`")]
    MissingOption {
        /// The optimizer.
        optimizer: &'static str,
        /// The option.
        option: &'static str,
    },
    /// There is nothing to train on or nothing to test on.
    #[error("the {part} set has no rows")]
    Empty {
        /// `training` or `test`.
        part: &'static str,
    },
    /// Too few rows to hold some back for testing.
    #[error("{rows} rows cannot be split into training and test rows (at least 2 are needed)")]
    TooFewRows {
        /// Number of rows.
        rows: usize,
    },
    /// More features than a dense first layer can have.
    #[error("{n_features} features are too many for dense weights (at most {max})")]
    TooManyFeatures {
        /// Number of features.
        n_features: usize,
        /// The limit.
        max: usize,
    },
    /// Training and test set do not have the same features.
    #[error("the training set has {train} features and the test set {test}")]
    FeatureCount {
        /// Features of the training set.
        train: usize,
        /// Features of the test set.
        test: usize,
    },
    /// A label that is neither 0 nor 1.
    #[error("row {row} of the {part} set has label {label}; a binary classifier needs 0 or 1")]
    Label {
        /// `training` or `test`.
        part: &'static str,
        /// Row, from 0.
        row: usize,
        /// The label.
        label: f32,
    },
}

/// Tuning that cannot begin, or was broken off.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TuneError {
    /// The grid cannot be used; every mistake is listed.
    #[error("invalid TuneConfig: {}", join(.0))]
    InvalidConfig(Vec<InvalidField>),
    /// The experiment that is tuned cannot be run.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// The objective failed.
    #[error("{trial}: {message}")]
    Objective {
        /// The trial, as [`Setting`](crate::tune::Setting) displays.
        trial: String,
        /// What the objective said.
        message: String,
    },
    /// The journal is that of another tuning.
    #[error("{}: the journal is of {found:?}, not of {expected:?}", .path.display())]
    OtherRun {
        /// The file.
        path: PathBuf,
        /// What the journal is of.
        found: String,
        /// What is tuned now.
        expected: String,
    },
    /// A line of the journal is not one.
    #[error("{}:{line}: {message}", .path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// The journal could not be read or written.
    #[error("{}: {message}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        message: String,
    },
}

/// A picture that could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlotError {
    /// There is no curve, or a curve without a finite point.
    #[error("nothing to plot: {0}")]
    Empty(String),
    /// The file could not be written.
    #[error("{}: {message}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the drawing library or the operating system said.
        message: String,
    },
}

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
