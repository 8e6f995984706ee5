//! The table of optimizers that the properties are tried on.

use burn::optim::SimpleOptimizer;
use burn::record::{BinBytesRecorder, FullPrecisionSettings, Recorder};
use burn::tensor::backend::Backend;

/// Calls `$run::<B, _>(name, &optimizer, device)` for optimizers of the registry.
macro_rules! run_each {
    ([$run:ident, $device:expr] $($name:literal => $config:expr,)*) => {
        $($run::<B, _>($name, &$config.build(), $device);)*
    };
}

/// Optimizers whose step over rows is the step over the whole table: a weight without gradient stays.
macro_rules! each_exact_row_optimizer {
    ($run:ident, $device:expr) => {{
        burn_adagrad::optimizers!(rows => run_each [$run, $device]);
    }};
}

/// All optimizers that can step rows.
macro_rules! each_row_optimizer {
    ($run:ident, $device:expr) => {{
        each_exact_row_optimizer!($run, $device);
        burn_adagrad::optimizers!(lazy => run_each [$run, $device]);
    }};
}

/// Optimizers that cannot step rows, under which a weight without gradient stays all the same.
macro_rules! each_still_optimizer {
    ($run:ident, $device:expr) => {{
        burn_adagrad::optimizers!(still => run_each [$run, $device]);
    }};
}

/// All optimizers.
macro_rules! each_optimizer {
    ($run:ident, $device:expr) => {{
        each_row_optimizer!($run, $device);
        each_still_optimizer!($run, $device);
        burn_adagrad::optimizers!(moving => run_each [$run, $device]);
    }};
}

/// Everything that a state holds, as a recorder writes it.
pub fn stored<B: Backend, O: SimpleOptimizer<B>, const D: usize>(state: &O::State<D>) -> Vec<u8> {
    let recorder = BinBytesRecorder::<FullPrecisionSettings>::default();
    Recorder::<B>::record(&recorder, state.clone(), ()).unwrap()
}

/// Numbers of sizes from 1e-3 to 10 and both signs, every third of them zero if `zeros`.
pub fn numbers(len: usize, salt: usize, zeros: bool) -> Vec<f32> {
    let number = |i: usize| {
        let place = (i * 7 + salt * 13) as f32;
        (place * 0.61).sin() * 10.0_f32.powi((i + salt) as i32 % 5 - 3)
    };
    (0..len)
        .map(|i| {
            if zeros && (i + salt).is_multiple_of(3) {
                0.0
            } else {
                number(i)
            }
        })
        .collect()
}
