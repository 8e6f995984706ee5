//! A table cut into pieces that different threads can write.

/// Rows that a thread takes at a time. Each touches memory in other places, so that a piece of this
/// size takes some tens of microseconds.
pub(super) const ROWS_AT_A_TIME: usize = 256;

/// With fewer numbers than this in the rows of a step, the calling thread takes them alone.
pub(super) const PARALLEL_MIN: usize = 16 * 1024;

/// A table of rows of `width` numbers, from which pieces are taken from the front.
pub(super) struct RowSlices<'a, T> {
    rest: &'a mut [T],
    width: usize,
    /// The row at which `rest` begins.
    first: usize,
}

impl<'a, T> RowSlices<'a, T> {
    /// The whole table.
    pub(super) fn new(table: &'a mut [T], width: usize) -> Self {
        Self {
            rest: table,
            width,
            first: 0,
        }
    }

    /// The rows `first..=last`, which lie behind all that were taken before.
    pub(super) fn take(&mut self, first: usize, last: usize) -> &'a mut [T] {
        let rest = std::mem::take(&mut self.rest);
        let (_, rest) = rest.split_at_mut((first - self.first) * self.width);
        let (taken, rest) = rest.split_at_mut((last + 1 - first) * self.width);
        (self.rest, self.first) = (rest, last + 1);
        taken
    }
}

/// Checks that `rows` ascend and lie in a table of `len` numbers, `width` a row.
///
/// # Panics
///
/// If they do not.
pub(super) fn check_rows(rows: &[u32], width: usize, len: usize) {
    assert!(width > 0, "rows have at least one number");
    assert!(
        rows.is_sorted_by(|a, b| a < b),
        "row numbers must ascend, each but once"
    );
    if let Some(&last) = rows.last() {
        let n_rows = len / width;
        assert!(
            (last as usize) < n_rows,
            "row {last} of a table of {n_rows} rows"
        );
    }
}
