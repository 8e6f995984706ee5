//! Sharing out the chunks of a slice over rayon's threads.

use std::sync::{Mutex, PoisonError};

/// Calls `work` on every chunk, on this thread and on rayon's.
///
/// This thread starts at once and takes chunks until none is left; the others join as they wake up.
/// rayon's own parallel iterators would have this thread wait for theirs, which at some hundred
/// thousand elements takes as long as the step.
pub(super) fn share_out<C: Send>(
    chunks: impl Iterator<Item = C> + Send,
    work: impl Fn(C) + Send + Sync,
) {
    let chunks = Mutex::new(chunks);
    let next = || chunks.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take_all = || {
        while let Some(chunk) = next() {
            work(chunk);
        }
    };
    rayon::in_place_scope(|scope| {
        for _ in 1..rayon::current_num_threads() {
            scope.spawn(|_| take_all());
        }
        take_all();
    });
}
