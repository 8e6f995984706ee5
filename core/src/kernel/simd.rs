//! Which vector instructions the processor has, and running a loop with them.

/// A set of vector instructions for which the kernels are compiled.
///
/// The kernels are plain loops that the compiler vectorises once for each level. On processors
/// other than x86-64 the only level is the target's own: on AArch64 that is NEON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// What every processor of the target has.
    Baseline,
    /// 256-bit vectors.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512-bit vectors.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// A loop, as a value that a level can run.
pub(super) trait Work {
    /// The loop. Implementations are `#[inline(always)]`: only inlined into a function that has
    /// the instructions is it compiled with them.
    fn run(self);
}

impl Level {
    /// The widest level that the processor has; asked once, then remembered by the standard
    /// library.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if std::arch::is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }

    /// Runs `work`, compiled with the instructions of the level.
    ///
    /// # Panics
    ///
    /// If the processor does not have them.
    pub(super) fn run(self, work: impl Work) {
        match self {
            Self::Baseline => work.run(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                assert!(std::arch::is_x86_feature_detected!("avx2"), "AVX2");
                // SAFETY: the processor has AVX2; the function asks nothing else of its caller.
                unsafe { avx2(work) }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                assert!(std::arch::is_x86_feature_detected!("avx512f"), "AVX-512");
                // SAFETY: the processor has AVX-512F; the function asks nothing else of its
                // caller.
                unsafe { avx512(work) }
            }
        }
    }
}

// ANCHOR: wide
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(work: impl Work) {
    work.run();
}
// ANCHOR_END: wide

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn avx512(work: impl Work) {
    work.run();
}
