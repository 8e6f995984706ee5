//! The backend that the features choose.

#[cfg(feature = "cuda")]
pub use burn::backend::Cuda as DefaultBackend;

#[cfg(all(feature = "wgpu", not(feature = "cuda")))]
pub use burn::backend::Wgpu as DefaultBackend;

#[cfg(all(feature = "flex", not(any(feature = "cuda", feature = "wgpu"))))]
pub use burn::backend::Flex as DefaultBackend;

#[cfg(all(
    feature = "ndarray",
    not(any(feature = "cuda", feature = "wgpu", feature = "flex"))
))]
pub use burn::backend::NdArray as DefaultBackend;
