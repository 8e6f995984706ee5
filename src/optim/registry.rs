//! The table of all optimizers, from which everything else learns about them.

/// Passes one column of the table of optimizers to a macro, as in
/// `optimizers!(column => callback [arguments])`.
///
/// This is the one place that lists optimizers. An entry begins with the documentation of its
/// `OptimizerKind` and the kind's name. Every entry has the column `kinds`, which says what the comparison
/// and the tuner need to know:
///
/// - `name`: what users type and what results are called.
/// - `seed`: the number of its random stream. Published intervals depend on it. A new optimizer takes the
///   next free number.
/// - `config`: the configuration.
/// - `epsilon`: `none`, or the type of ε where users can choose it, as `(f64)`; `(f64, above 0)` where ε
///   must not be 0.
/// - `weight_decay`: `none`, `(l2)` where it is one of burn's `WeightDecayConfig`, or the method that sets it and the
///   type of its number, as `(with_weight_decay, f32)`.
/// - `memory`: `own` where the configuration has `StateMemory`, else the count of numbers for a weight.
///
/// The callback is called once with all kinds, and for each other column once an entry, as a statement.
/// These columns may be left out:
///
/// - `families`: the optimizer, its configuration, and `rows` if it trains tables row by row, else `whole`.
/// - `memory`: configurations for the rows of [`StateTable`](crate::inspect::StateTable), with their names.
/// - `benches`: configurations that `benches/optimizer_step.rs` times.
///
/// And for the properties in `tests/family` and for `benches/sparse_rows.rs`, configurations that
///
/// - `rows`: can train rows, and a step over rows is the step over the whole table;
/// - `lazy`: can train rows, but a step over the whole table moves weights without gradient too;
/// - `still`: cannot train rows, and leave a weight without gradient where it is;
/// - `moving`: cannot train rows, and move such a weight.
///
/// The macro is exported for benches, tests and the book. It is not part of the public API.
#[doc(hidden)]
#[macro_export]
macro_rules! optimizers {
    ($column:ident => $callback:ident $arguments:tt) => {
        $crate::__optimizer_column! {
            $column $callback $arguments

            /// This crate's [`Adagrad`](crate::Adagrad) with its defaults.
            Adagrad {
                kinds: {
                    name: "Adagrad",
                    seed: 16,
                    config: $crate::AdagradConfig::new(),
                    epsilon: (f64),
                    weight_decay: (with_weight_decay, f64),
                    memory: own,
                },
                families: [Adagrad: $crate::AdagradConfig, rows;],
                memory: ["Adagrad" => $crate::AdagradConfig::new(),],
                benches: [
                    "adagrad" => $crate::AdagradConfig::new(),
                    "adagrad-decay" => $crate::AdagradConfig::new().with_decoupled_weight_decay(0.01),
                ],
                rows: [
                    "Adagrad" => $crate::AdagradConfig::new(),
                    "Adagrad, accumulator decay" => $crate::AdagradConfig::new()
                        .with_accumulator_decay(Some($crate::AccumulatorDecayConfig::new(3, 0.5))),
                ],
                moving: [
                    "Adagrad, decoupled decay" => $crate::AdagradConfig::new()
                        .with_decoupled_weight_decay(0.1),
                ],
            }
            /// burn's SGD, by [`pytorch_sgd`](crate::optim::pytorch_sgd).
            Sgd {
                kinds: {
                    name: "SGD",
                    seed: 17,
                    config: $crate::optim::pytorch_sgd(),
                    epsilon: none,
                    weight_decay: (l2),
                    memory: 1,
                },
            }
            /// burn's Adam, by [`pytorch_adam`](crate::optim::pytorch_adam).
            Adam {
                kinds: {
                    name: "Adam",
                    seed: 18,
                    config: $crate::optim::pytorch_adam(),
                    epsilon: (f32),
                    weight_decay: (l2),
                    memory: 2,
                },
                benches: ["burn-adam" => ::burn::optim::AdamConfig::new(),],
            }
            /// burn's RMSprop, by [`pytorch_rmsprop`](crate::optim::pytorch_rmsprop).
            RmsProp {
                kinds: {
                    name: "RMSprop",
                    seed: 19,
                    config: $crate::optim::pytorch_rmsprop(),
                    epsilon: (f32),
                    weight_decay: (l2),
                    memory: 1,
                },
                benches: ["burn-rmsprop" => ::burn::optim::RmsPropConfig::new().with_momentum(0.0),],
            }
            /// Adagrad with a heavy ball of 0.9.
            AdagradMomentum {
                kinds: {
                    name: "Adagrad-momentum",
                    seed: 20,
                    config: $crate::AdagradConfig::new()
                        .with_momentum(0.9),
                    epsilon: (f64),
                    weight_decay: (with_weight_decay, f64),
                    memory: own,
                },
                memory: [
                    "Adagrad, momentum" => $crate::AdagradConfig::new()
                        .with_momentum(0.9),
                ],
                benches: [
                    "adagrad-momentum" => $crate::AdagradConfig::new()
                        .with_momentum(0.9),
                ],
                moving: [
                    "Adagrad, momentum" => $crate::AdagradConfig::new()
                        .with_momentum(0.9),
                    "Adagrad, Nesterov and decay" => $crate::AdagradConfig::new()
                        .with_momentum(0.8)
                        .with_nesterov(true)
                        .with_decoupled_weight_decay(0.1)
                        .with_weight_decay(0.01),
                ],
            }
            /// Adagrad whose accumulator is halved every 100 steps.
            AdagradDecay {
                kinds: {
                    name: "Adagrad-decay",
                    seed: 21,
                    config: $crate::AdagradConfig::new()
                        .with_accumulator_decay(Some($crate::AccumulatorDecayConfig::new(100, 0.5))),
                    epsilon: (f64),
                    weight_decay: (with_weight_decay, f64),
                    memory: own,
                },
            }
            /// [`RowWiseAdagrad`](crate::RowWiseAdagrad) with its defaults.
            RowWiseAdagrad {
                kinds: {
                    name: "RowWiseAdagrad",
                    seed: 22,
                    config: $crate::RowWiseAdagradConfig::new(),
                    epsilon: (f64),
                    weight_decay: none,
                    memory: own,
                },
                families: [RowWiseAdagrad: $crate::RowWiseAdagradConfig, rows;],
                memory: ["RowWiseAdagrad" => $crate::RowWiseAdagradConfig::new(),],
                benches: ["row-wise" => $crate::RowWiseAdagradConfig::new(),],
                rows: [
                    "RowWiseAdagrad" => $crate::RowWiseAdagradConfig::new(),
                    "RowWiseAdagrad, accumulator decay" => $crate::RowWiseAdagradConfig::new()
                        .with_accumulator_decay(Some($crate::AccumulatorDecayConfig::new(3, 0.5))),
                ],
            }
            /// [`AdagradNorm`](crate::AdagradNorm) with its defaults.
            AdagradNorm {
                kinds: {
                    name: "AdagradNorm",
                    seed: 23,
                    config: $crate::AdagradNormConfig::new(),
                    epsilon: (f64),
                    weight_decay: none,
                    memory: own,
                },
                families: [AdagradNorm: $crate::AdagradNormConfig, rows;],
                memory: ["AdagradNorm" => $crate::AdagradNormConfig::new(),],
                benches: ["norm" => $crate::AdagradNormConfig::new(),],
                rows: ["AdagradNorm" => $crate::AdagradNormConfig::new(),],
            }
            /// [`Sm3`](crate::Sm3) with its defaults.
            Sm3 {
                kinds: {
                    name: "SM3",
                    seed: 24,
                    config: $crate::Sm3Config::new(),
                    epsilon: (f64),
                    weight_decay: none,
                    memory: own,
                },
                families: [Sm3: $crate::Sm3Config, whole;],
                memory: [
                    "Sm3" => $crate::Sm3Config::new(),
                    "Sm3, momentum" => $crate::Sm3Config::new().with_momentum(0.9),
                ],
                benches: [
                    "sm3" => $crate::Sm3Config::new(),
                    "sm3-momentum" => $crate::Sm3Config::new().with_momentum(0.9),
                ],
                still: ["Sm3" => $crate::Sm3Config::new(),],
                moving: ["Sm3, momentum" => $crate::Sm3Config::new().with_momentum(0.9),],
            }
            /// [`Adadelta`](crate::Adadelta) with its defaults.
            Adadelta {
                kinds: {
                    name: "Adadelta",
                    seed: 25,
                    config: $crate::AdadeltaConfig::new(),
                    epsilon: (f64, above 0),
                    weight_decay: (with_weight_decay, f64),
                    memory: own,
                },
                families: [Adadelta: $crate::AdadeltaConfig, whole;],
                memory: ["Adadelta" => $crate::AdadeltaConfig::new(),],
                benches: ["adadelta" => $crate::AdadeltaConfig::new(),],
                still: ["Adadelta" => $crate::AdadeltaConfig::new(),],
                moving: [
                    "Adadelta, L2" => $crate::AdadeltaConfig::new()
                        .with_weight_decay(0.1),
                ],
            }
            /// [`ProximalAdagrad`](crate::ProximalAdagrad) without penalties.
            ProximalAdagrad {
                kinds: {
                    name: "ProximalAdagrad",
                    seed: 26,
                    config: $crate::ProximalAdagradConfig::new(),
                    epsilon: none,
                    weight_decay: none,
                    memory: own,
                },
                families: [ProximalAdagrad: $crate::ProximalAdagradConfig, rows;],
                memory: ["ProximalAdagrad" => $crate::ProximalAdagradConfig::new(),],
                benches: ["proximal" => $crate::ProximalAdagradConfig::new().with_l1(1e-3),],
                rows: [
                    "ProximalAdagrad, with gradient" => $crate::ProximalAdagradConfig::new()
                        .with_l1(0.05)
                        .with_l2(0.01)
                        .with_penalty_schedule($crate::PenaltySchedule::WithGradient),
                ],
                moving: [
                    "ProximalAdagrad" => $crate::ProximalAdagradConfig::new().with_l1(0.05).with_l2(0.01),
                ],
            }
            /// [`FtrlProximal`](crate::FtrlProximal) without penalties.
            FtrlProximal {
                kinds: {
                    name: "FtrlProximal",
                    seed: 27,
                    config: $crate::FtrlProximalConfig::new(),
                    epsilon: none,
                    weight_decay: none,
                    memory: own,
                },
                families: [FtrlProximal: $crate::FtrlProximalConfig, rows;],
                memory: ["FtrlProximal" => $crate::FtrlProximalConfig::new(),],
                benches: ["ftrl" => $crate::FtrlProximalConfig::new().with_l1(1e-3),],
                rows: [
                    "FtrlProximal" => $crate::FtrlProximalConfig::new().with_l1(0.1).with_l2(0.01),
                    "FtrlProximal, power" => $crate::FtrlProximalConfig::new()
                        .with_l1(0.1)
                        .with_l2(0.01)
                        .with_learning_rate_power(-0.3)
                        .with_beta(1.0),
                ],
                moving: [
                    "FtrlProximal, shrinkage" => $crate::FtrlProximalConfig::new()
                        .with_l1(0.1)
                        .with_l2_shrinkage(0.1),
                ],
            }
            /// This crate's [`Adam`](crate::Adam) with its defaults. burn's is [`Adam`](Self::Adam).
            LazyAdam {
                kinds: {
                    name: "Adam-lazy",
                    seed: 30,
                    config: $crate::AdamConfig::new(),
                    epsilon: (f64, above 0),
                    weight_decay: (with_decoupled_weight_decay, f64),
                    memory: own,
                },
                families: [Adam: $crate::AdamConfig, rows;],
                memory: ["Adam" => $crate::AdamConfig::new(),],
                benches: ["adam-lazy" => $crate::AdamConfig::new(),],
                lazy: [
                    "Adam" => $crate::AdamConfig::new(),
                    "Adam, no momentum" => $crate::AdamConfig::new().with_beta_1(0.0),
                ],
                moving: [
                    "Adam, decoupled decay" => $crate::AdamConfig::new().with_decoupled_weight_decay(0.1),
                ],
            }
            /// burn's AdaGrad with its defaults.
            BurnAdaGrad {
                kinds: {
                    name: "burn-AdaGrad",
                    seed: 28,
                    config: ::burn::optim::AdaGradConfig::new(),
                    epsilon: (f32),
                    weight_decay: (l2),
                    memory: 1,
                },
            }
            /// burn's AdamW with its defaults.
            AdamW {
                kinds: {
                    name: "AdamW",
                    seed: 29,
                    config: ::burn::optim::AdamWConfig::new(),
                    epsilon: (f32),
                    weight_decay: (with_weight_decay, f32),
                    memory: 2,
                },
            }
        }
    };
}

/// Takes one column out of the table.
#[doc(hidden)]
#[macro_export]
macro_rules! __optimizer_column {
    (
        kinds $callback:ident $arguments:tt
        $($(#[$docs:meta])* $kind:ident { kinds: $cell:tt, $($other:tt)* })*
    ) => {
        $callback! { $arguments $($(#[$docs])* $kind $cell)* }
    };
    (
        $column:ident $callback:ident $arguments:tt
        $($(#[$docs:meta])* $kind:ident { kinds: $kinds:tt, $($other:tt)* })*
    ) => {{
        $($crate::__optimizer_cell! { $column $callback $arguments $($other)* })*
    }};
}

/// Takes the cell of one column out of an entry, if the entry has it.
#[doc(hidden)]
#[macro_export]
macro_rules! __optimizer_cell {
    ($column:ident $callback:ident $arguments:tt) => {};
    (families $callback:ident $arguments:tt families: [$($cell:tt)*], $($other:tt)*) => {
        $callback! { $arguments $($cell)* }
    };
    (memory $callback:ident $arguments:tt memory: [$($cell:tt)*], $($other:tt)*) => {
        $callback! { $arguments $($cell)* }
    };
    (benches $callback:ident $arguments:tt benches: [$($cell:tt)*], $($other:tt)*) => {
        $callback! { $arguments $($cell)* }
    };
    (rows $callback:ident $arguments:tt rows: [$($cell:tt)*], $($other:tt)*) => {
        $callback! { $arguments $($cell)* }
    };
    (lazy $callback:ident $arguments:tt lazy: [$($cell:tt)*], $($other:tt)*) => {
        $callback! { $arguments $($cell)* }
    };
    (still $callback:ident $arguments:tt still: [$($cell:tt)*], $($other:tt)*) => {
        $callback! { $arguments $($cell)* }
    };
    (moving $callback:ident $arguments:tt moving: [$($cell:tt)*], $($other:tt)*) => {
        $callback! { $arguments $($cell)* }
    };
    // The first of the cells is that of another column.
    ($column:ident $callback:ident $arguments:tt $other:ident: $cell:tt, $($rest:tt)*) => {
        $crate::__optimizer_cell! { $column $callback $arguments $($rest)* }
    };
}
