//! The backend that the features choose.

/// The backend that the examples train on: CUDA before wgpu before flex before ndarray, by the
/// features that are on. Absent when no backend feature is on; the library itself is generic and
/// does not use it.
#[cfg(feature = "cuda")]
pub type DefaultBackend = burn::backend::Cuda;

/// The backend that the examples train on: CUDA before wgpu before flex before ndarray, by the
/// features that are on. Absent when no backend feature is on; the library itself is generic and
/// does not use it.
#[cfg(all(feature = "wgpu", not(feature = "cuda")))]
pub type DefaultBackend = burn::backend::Wgpu;

/// The backend that the examples train on: CUDA before wgpu before flex before ndarray, by the
/// features that are on. Absent when no backend feature is on; the library itself is generic and
/// does not use it.
#[cfg(all(feature = "flex", not(any(feature = "cuda", feature = "wgpu"))))]
pub type DefaultBackend = burn::backend::Flex;

/// The backend that the examples train on: CUDA before wgpu before flex before ndarray, by the
/// features that are on. Absent when no backend feature is on; the library itself is generic and
/// does not use it.
#[cfg(all(
    feature = "ndarray",
    not(any(feature = "cuda", feature = "wgpu", feature = "flex"))
))]
pub type DefaultBackend = burn::backend::NdArray;
