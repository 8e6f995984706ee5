//! What the integration tests share: the backends they run on and the reference numbers.

// Every test file compiles this module and uses a part of it.
#![allow(dead_code, unused_imports, unused_macros)]

#[cfg(feature = "any-backend")]
pub mod example;
pub mod network;

use std::path::Path;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::sparse::CsrBatch;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::de::DeserializeOwned;

/// Runs generic test functions, `fn name<B: Backend>(device: &B::Device)`, on ndarray, on flex and,
/// with the feature, on wgpu. wgpu without an adapter is skipped with a printed line, or fails if
/// `BURN_ADAGRAD_REQUIRE_WGPU` is set.
macro_rules! on_each_backend {
    ($($name:ident),+ $(,)?) => {
        mod ndarray {
            $(#[test]
            fn $name() {
                super::$name::<burn::backend::NdArray>(&Default::default());
            })+
        }

        mod flex {
            $(#[test]
            fn $name() {
                super::$name::<burn::backend::Flex>(&Default::default());
            })+
        }

        #[cfg(feature = "wgpu")]
        mod wgpu {
            $(#[test]
            fn $name() {
                if crate::common::wgpu_is_available() {
                    super::$name::<burn::backend::Wgpu>(&Default::default());
                } else {
                    let name = stringify!($name);
                    crate::common::print_skip(&format!("{name} on wgpu, no adapter was found"));
                }
            })+
        }
    };
}
pub(crate) use on_each_backend;

/// Prints a line that the test runner does not swallow: a skip must be seen.
pub fn print_skip(what: &str) {
    use std::io::Write;
    // Nothing is lost but the line if stderr is closed.
    let _ = writeln!(std::io::stderr(), "skipped: {what}");
}

/// Whether wgpu finds an adapter; asks once a process.
///
/// # Panics
///
/// If there is none and `BURN_ADAGRAD_REQUIRE_WGPU` is set.
#[cfg(feature = "wgpu")]
pub fn wgpu_is_available() -> bool {
    use std::sync::OnceLock;

    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    let available = *AVAILABLE.get_or_init(|| {
        std::panic::catch_unwind(|| {
            Tensor::<burn::backend::Wgpu, 1>::zeros([1], &Default::default()).into_data();
        })
        .is_ok()
    });
    assert!(
        available || std::env::var_os("BURN_ADAGRAD_REQUIRE_WGPU").is_none(),
        "BURN_ADAGRAD_REQUIRE_WGPU is set and wgpu finds no adapter"
    );
    available
}

/// Number of random cases a property is tried on: every operation costs far more on wgpu.
pub fn cases<B: Backend>(device: &B::Device) -> u32 {
    if is_cpu::<B>(device) { 96 } else { 8 }
}

/// Tries a property as often as the backend allows, always on the same random cases.
pub fn check<B: Backend, S: Strategy>(
    device: &B::Device,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases: cases::<B>(device),
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, deterministic())
        .run(&strategy, property)
        .unwrap_or_else(|error| panic!("{error}"));
}

fn deterministic() -> TestRng {
    let algorithm = RngAlgorithm::ChaCha;
    TestRng::deterministic_rng(algorithm)
}

/// Reads a file of `tests/reference`.
pub fn reference<T: DeserializeOwned>(file: &str) -> T {
    // The book's tests have it too, from a folder further down.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        root.join("tests/reference"),
        root.join("../tests/reference"),
    ];
    let folder = folders.iter().find(|folder| folder.is_dir());
    let path = folder.expect("tests/reference is there").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A vector on the device.
pub fn vector<B: Backend>(values: &[f32], device: &B::Device) -> Tensor<B, 1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device)
}

/// A matrix on the device, its numbers row after row.
pub fn matrix<B: Backend>(values: &[f32], columns: usize, device: &B::Device) -> Tensor<B, 2> {
    let shape = [values.len() / columns, columns];
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// The rows of a batch with their zeros.
pub fn to_dense<B: Backend>(batch: &CsrBatch, device: &B::Device) -> Tensor<B, 2> {
    let mut numbers = vec![0.0; batch.len() * batch.n_features()];
    for row in 0..batch.len() {
        for entry in batch.offsets()[row]..batch.offsets()[row + 1] {
            numbers[row * batch.n_features() + batch.indices()[entry] as usize] +=
                batch.values()[entry];
        }
    }
    matrix(&numbers, batch.n_features(), device)
}

/// Whether the crate was built with the feature of the backend.
pub fn feature_is_on<B: Backend>(device: &B::Device) -> bool {
    let name = B::name(device);
    (cfg!(feature = "ndarray") && name.contains("ndarray"))
        || (cfg!(feature = "flex") && name.contains("flex"))
        || (cfg!(feature = "wgpu") && name.contains("wgpu"))
}

/// Whether the backend runs on the CPU, where the same operations give the same bits.
pub fn is_cpu<B: Backend>(device: &B::Device) -> bool {
    !B::name(device).contains("wgpu")
}

/// The values of a tensor as f32.
pub fn values<B: Backend, const D: usize>(tensor: &Tensor<B, D>) -> Vec<f32> {
    tensor.to_data().iter::<f32>().collect()
}

/// Bits, so that equality is exact and NaN equals itself.
pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Demands |actual − expected| ≤ `relative`·|expected| + `absolute` for every element.
#[track_caller]
pub fn assert_close(what: &str, actual: &[f32], expected: &[f32], relative: f64, absolute: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}: length");
    for (i, (&a, &e)) in actual.iter().zip(expected).enumerate() {
        let error = (f64::from(a) - f64::from(e)).abs();
        let bound = relative * f64::from(e).abs() + absolute;
        assert!(
            error <= bound,
            "{what}, element {i}: {a} instead of {e} (error {error:.3e}, allowed {bound:.3e})"
        );
    }
}
