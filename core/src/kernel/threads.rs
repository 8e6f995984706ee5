//! Sharing out the chunks of a slice over rayon's threads.

use std::sync::{Mutex, PoisonError};

/// Fewer elements than this are stepped by the calling thread alone: waking another one costs more
/// than it saves (at 64,000 elements it was measured slower, at a million nearly twice as fast).
pub(super) const PARALLEL_MIN: usize = 128 * 1024;

/// Elements that a thread takes at a time.
pub(super) const CHUNK: usize = 16 * 1024;

/// Calls `work` on every chunk, on this thread and on rayon's.
///
/// This thread starts at once and takes chunks until none is left; the others take what they can
/// from when they have woken up. rayon's parallel iterators share out the work before anybody has
/// woken up, and this thread would do none of it.
pub(super) fn share_out<C: Send>(
    chunks: impl ExactSizeIterator<Item = C> + Send,
    work: impl Fn(C) + Send + Sync,
) {
    let helpers = rayon::current_num_threads()
        .min(chunks.len())
        .saturating_sub(1);
    let chunks = Mutex::new(chunks);
    let next = || chunks.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take_all = || {
        while let Some(chunk) = next() {
            work(chunk);
        }
    };
    rayon::in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| take_all());
        }
        take_all();
    });
}
