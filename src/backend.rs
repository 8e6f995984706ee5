//! The backend that the features choose.

#[cfg(feature = "cuda")]
type Chosen = burn::backend::Cuda;

#[cfg(all(feature = "wgpu", not(feature = "cuda")))]
type Chosen = burn::backend::Wgpu;

#[cfg(all(feature = "flex", not(any(feature = "cuda", feature = "wgpu"))))]
type Chosen = burn::backend::Flex;

#[cfg(all(
    feature = "ndarray",
    not(any(feature = "cuda", feature = "wgpu", feature = "flex"))
))]
type Chosen = burn::backend::NdArray;

/// The backend that the examples train on: CUDA before wgpu before flex before ndarray, by the
/// features that are on. Absent when no backend feature is on; the library itself is generic and
/// does not use it.
#[cfg(feature = "any-backend")]
pub type DefaultBackend = Chosen;
