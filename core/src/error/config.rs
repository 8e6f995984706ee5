//! Options that cannot be used.

use std::fmt;

use thiserror::Error;

/// One field of a configuration whose value cannot be used.
///
/// Displays as `lr_decay = -0.5 (must be finite and at least 0)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

pub(super) fn join(fields: &[InvalidField]) -> String {
    let fields: Vec<String> = fields.iter().map(InvalidField::to_string).collect();
    fields.join("; ")
}

/// A configuration of an optimizer that cannot be built.
///
/// It lists every mistake, not only the first.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("invalid {config}: {}", join(.fields))]
#[non_exhaustive]
pub struct OptimizerConfigError {
    /// Name of the configuration struct.
    pub config: &'static str,
    /// The fields that are wrong, in the order in which the configuration declares them.
    pub fields: Vec<InvalidField>,
}
