//! The numbers of a tensor as a slice of one of the types that the kernels know.

use burn::tensor::{bf16, f16};

/// The numbers of a tensor.
pub(super) enum Slice<'a> {
    F32(&'a [f32]),
    F64(&'a [f64]),
    #[cfg_attr(not(feature = "flex"), expect(dead_code, reason = "only flex has it"))]
    F16(&'a [f16]),
    #[cfg_attr(not(feature = "flex"), expect(dead_code, reason = "only flex has it"))]
    BF16(&'a [bf16]),
}

/// The same, to be written.
pub(super) enum SliceMut<'a> {
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
    #[cfg_attr(not(feature = "flex"), expect(dead_code, reason = "only flex has it"))]
    F16(&'a mut [f16]),
    #[cfg_attr(not(feature = "flex"), expect(dead_code, reason = "only flex has it"))]
    BF16(&'a mut [bf16]),
}
