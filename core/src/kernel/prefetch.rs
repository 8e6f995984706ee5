//! Asking for memory before it is needed.

/// Bytes that the processor fetches at a time.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

/// Asks for `slice` to be brought into the cache, without waiting for it. Rows of a large table lie
/// anywhere in memory; while one is worked on, the next ones can be on their way.
#[inline(always)]
pub(super) fn prefetch<T>(slice: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

        let start = slice.as_ptr().cast::<i8>();
        for offset in (0..size_of_val(slice)).step_by(LINE) {
            // SAFETY: the address lies in the slice, and a prefetch reads nothing that the program
            // could see. SSE, which has the instruction, belongs to every x86-64 processor.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = slice;
}
