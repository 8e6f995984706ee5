//! Sparse batches and gradients that cannot be used.

use thiserror::Error;

/// A batch of sparse rows, or a gradient of rows, that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum CsrError {
    /// There are not as many values as indices.
    #[error("{values} values for {indices} indices")]
    Length {
        /// Number of indices.
        indices: usize,
        /// Number of values.
        values: usize,
    },
    /// More entries or rows than can be counted in 32 bits.
    #[error("{entries} entries: a batch has fewer than 2^32, and as many rows at most")]
    TooLarge {
        /// Number of entries.
        entries: usize,
    },
    /// The offsets do not start at 0, do not ascend, or do not end at the number of entries.
    #[error("offsets must ascend from 0 to the number of entries ({entries}): {}", offset_text(.position, .offset))]
    Offsets {
        /// Position in the list of offsets.
        position: usize,
        /// The offset that is wrong; `None` if there are no offsets at all.
        offset: Option<usize>,
        /// Number of entries.
        entries: usize,
    },
    /// An index does not lie below the number of features.
    #[error(
        "entry {entry} (row {row}): index {index} is not below the number of features, {n_features}"
    )]
    IndexTooLarge {
        /// Position in the list of indices.
        entry: usize,
        /// Row of the batch, from 0.
        row: usize,
        /// The index that is wrong.
        index: u32,
        /// Number of features.
        n_features: usize,
    },
    /// An id of an embedding is negative, or not below the number of embeddings.
    #[error("{}: id {id} is not one of the {n_embedding} ids from 0 on", position_text(.row, .column))]
    IdOutOfRange {
        /// Row of the tensor or place in the list, from 0.
        row: usize,
        /// Column of the tensor, from 0; none if there is one dimension.
        column: Option<usize>,
        /// The id that is wrong.
        id: i64,
        /// Number of embeddings.
        n_embedding: usize,
    },
    /// A value is NaN or infinite.
    #[error("entry {entry} (row {row}): value is {value}, which is not finite")]
    NotFinite {
        /// Position in the list of values.
        entry: usize,
        /// Row of the batch, from 0.
        row: usize,
        /// The value.
        value: f32,
    },
}

fn position_text(row: &usize, column: &Option<usize>) -> String {
    match column {
        Some(column) => format!("ids[{row}][{column}]"),
        None => format!("ids[{row}]"),
    }
}

fn offset_text(position: &usize, offset: &Option<usize>) -> String {
    match offset {
        Some(offset) => format!("offsets[{position}] = {offset}"),
        None => "there are none".into(),
    }
}
