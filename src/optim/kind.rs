//! The optimizers by name: the article's four with PyTorch's defaults, this crate's others, and burn's.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{OptimizerOptions, StateMemory};
use crate::error::ExperimentError;
use crate::validate::Problems;

/// What is known of a kind without its configuration.
struct Facts {
    name: &'static str,
    seed: u64,
    epsilon: EpsilonRange,
    has_weight_decay: bool,
}

/// Which ε can be chosen.
#[derive(Clone, Copy, PartialEq)]
enum EpsilonRange {
    None,
    AtLeastZero,
    /// The requirement in words.
    AboveZero(&'static str),
}

macro_rules! epsilon_range {
    ($name:literal, none) => {
        EpsilonRange::None
    };
    ($name:literal, ($type:ident)) => {
        EpsilonRange::AtLeastZero
    };
    ($name:literal, ($type:ident, above 0)) => {
        EpsilonRange::AboveZero(concat!("above 0 for ", $name))
    };
}

macro_rules! has {
    (none) => {
        false
    };
    ($some:tt) => {
        true
    };
}

macro_rules! state_numbers {
    ($config:expr, $shape:ident, own) => {
        $config.state_numbers($shape)
    };
    ($config:expr, $shape:ident, $count:literal) => {
        $count * $shape.iter().product::<usize>()
    };
}

macro_rules! define_kinds {
    (
        []
        $($(#[$docs:meta])* $variant:ident {
            name: $name:literal,
            seed: $seed:literal,
            config: $config:expr,
            epsilon: $epsilon:tt,
            weight_decay: $weight_decay:tt,
            memory: $memory:tt,
        })*
    ) => {
        /// An optimizer that can be compared.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum OptimizerKind {
            $($(#[$docs])* #[serde(rename = $name)] $variant,)*
        }

        impl OptimizerKind {
            /// Every optimizer that can be compared.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            fn facts(self) -> Facts {
                match self {
                    $(Self::$variant => Facts {
                        name: $name,
                        seed: $seed,
                        epsilon: epsilon_range!($name, $epsilon),
                        has_weight_decay: has!($weight_decay),
                    },)*
                }
            }
        }

        impl StateMemory for OptimizerKind {
            /// With its defaults. Of burn's: one number a weight under SGD with momentum, RMSprop and
            /// AdaGrad, two under Adam and AdamW.
            fn state_numbers(&self, shape: &[usize]) -> usize {
                match self {
                    $(Self::$variant => state_numbers!($config, shape, $memory),)*
                }
            }
        }
    };
}
crate::optimizers!(kinds => define_kinds []);

impl OptimizerKind {
    /// The article's four, in its order.
    pub const ARTICLE: [Self; 4] = [Self::Adagrad, Self::Sgd, Self::Adam, Self::RmsProp];

    /// The name, for the article's four as it prints them: `Adagrad`, `SGD`, `Adam`, `RMSprop`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The name for pictures and tables, which says that SGD has momentum: `SGD, momentum 0.9`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sgd => "SGD, momentum 0.9",
            _ => self.name(),
        }
    }

    /// The number of the random stream of an optimizer's intervals.
    pub(crate) fn seed(self) -> u64 {
        self.facts().seed
    }

    /// The optimizer of a name, in capitals or not.
    ///
    /// # Errors
    ///
    /// If there is none; the error lists the names.
    pub fn from_name(name: &str) -> Result<Self, ExperimentError> {
        let named = |kind: &&Self| kind.name().eq_ignore_ascii_case(name);
        let kind = Self::ALL.iter().find(named).copied();
        kind.ok_or_else(|| ExperimentError::UnknownOptimizer {
            name: name.to_owned(),
            known: Self::ALL
                .iter()
                .map(|kind| kind.name())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// Checks that the optimizer has the options that are set, and that it can use them.
    ///
    /// # Errors
    ///
    /// Names the option that it does not have, or the values that it cannot use: they must be finite in
    /// f32 and at least 0, and ε of some optimizers, as Adadelta, above 0.
    pub fn check_options(self, options: &OptimizerOptions) -> Result<(), ExperimentError> {
        let facts = self.facts();
        let missing = |option| ExperimentError::MissingOption {
            optimizer: facts.name,
            option,
        };
        if options.epsilon.is_some() && facts.epsilon == EpsilonRange::None {
            return Err(missing("epsilon"));
        }
        if options.weight_decay.is_some() && !facts.has_weight_decay {
            return Err(missing("weight_decay"));
        }
        let mut problems = Problems::default();
        if let Some(epsilon) = options.epsilon {
            let number = epsilon as f32;
            let ok = number.is_finite() && number >= 0.0;
            problems.require("epsilon", epsilon, ok, "finite and at least 0");
            if let EpsilonRange::AboveZero(requirement) = facts.epsilon {
                problems.require("epsilon", epsilon, number > 0.0, requirement);
            }
        }
        if let Some(decay) = options.weight_decay {
            let number = decay as f32;
            let ok = number.is_finite() && number >= 0.0;
            problems.require("weight_decay", decay, ok, "finite and at least 0");
        }
        problems
            .into_result()
            .map_err(ExperimentError::InvalidConfig)
    }
}

impl fmt::Display for OptimizerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_streams_are_distinct() {
        let kinds = OptimizerKind::ALL;
        let seeds: HashSet<u64> = kinds.iter().map(|kind| kind.seed()).collect();
        assert_eq!(seeds.len(), kinds.len());
        // 1 and 2 are those of weights and batches.
        assert!(seeds.iter().all(|&seed| seed >= 16));
        for &kind in kinds {
            let name = kind.name();
            assert_eq!(OptimizerKind::from_name(&name.to_uppercase()), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("{name:?}"));
        }
        assert_eq!(kinds[..4], OptimizerKind::ARTICLE);
    }
}
