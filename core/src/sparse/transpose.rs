//! The transpose of a sparse matrix: its entries by column.

use crate::kernel::rows::Csr;

/// The columns of a sparse matrix that have entries, each with its entries in order of the rows.
#[derive(Debug)]
pub(super) struct Transposed {
    /// The columns, ascending.
    pub(super) columns: Vec<u32>,
    offsets: Vec<usize>,
    rows: Vec<u32>,
    values: Vec<f32>,
}

impl Transposed {
    /// Sorts the entries by column; within a column they keep their order. There are fewer than 2³² of
    /// them. Nothing here may wait for a thread of rayon's: others wait for the result.
    pub(super) fn new(matrix: Csr) -> Self {
        let mut row_of_entry = Vec::with_capacity(matrix.indices.len());
        for (row, ends) in matrix.offsets.windows(2).enumerate() {
            row_of_entry.resize(row_of_entry.len() + (ends[1] - ends[0]), row as u32);
        }
        let keys = matrix.indices.iter().zip(0_u32..);
        let mut keys: Vec<u64> = keys
            .map(|(&column, entry)| u64::from(column) << 32 | u64::from(entry))
            .collect();
        sort_by_column(&mut keys);

        let mut transposed = Self {
            columns: Vec::new(),
            offsets: Vec::new(),
            rows: Vec::with_capacity(keys.len()),
            values: Vec::with_capacity(keys.len()),
        };
        for (place, &key) in keys.iter().enumerate() {
            let (column, entry) = ((key >> 32) as u32, key as u32 as usize);
            if transposed.columns.last() != Some(&column) {
                transposed.columns.push(column);
                transposed.offsets.push(place);
            }
            transposed.rows.push(row_of_entry[entry]);
            transposed.values.push(matrix.values[entry]);
        }
        transposed.offsets.push(keys.len());
        transposed
    }

    /// Of a matrix with one entry of value 1 in each row, the columns ascending.
    pub(super) fn of_ascending(columns: &[u32]) -> Self {
        Self {
            columns: columns.to_vec(),
            offsets: (0..=columns.len()).collect(),
            rows: (0..columns.len() as u32).collect(),
            values: vec![1.0; columns.len()],
        }
    }

    /// As a matrix with a row for each of `columns`.
    pub(super) fn csr(&self) -> Csr<'_> {
        Csr {
            offsets: &self.offsets,
            indices: &self.rows,
            values: &self.values,
        }
    }
}

/// Bits of a column that one pass of the sort looks at.
const DIGIT: u32 = 11;

/// Below this a comparison sort is faster.
const RADIX_MIN: usize = 512;

/// Sorts keys, whose upper half is a column and whose lower half ascends, by column: a radix sort from
/// the lowest digit up, which looks at no more digits than the largest column has.
fn sort_by_column(keys: &mut Vec<u64>) {
    if keys.len() < RADIX_MIN {
        return keys.sort_unstable();
    }
    let largest = keys.iter().max().map_or(0, |&key| key >> 32);
    let mut sorted = vec![0; keys.len()];
    let mut shift = 32;
    while largest >> (shift - 32) > 0 {
        let digit = |key: u64| (key >> shift) as usize & ((1 << DIGIT) - 1);
        let mut places = [0_usize; 1 << DIGIT];
        for &key in keys.iter() {
            places[digit(key)] += 1;
        }
        let mut next = 0;
        for place in &mut places {
            next += std::mem::replace(place, next);
        }
        for &key in keys.iter() {
            let place = &mut places[digit(key)];
            sorted[*place] = key;
            *place += 1;
        }
        std::mem::swap(keys, &mut sorted);
        shift += DIGIT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the standard library's sort: below and above the length at which the radix sort begins,
    /// and columns of one, two and three digits.
    #[test]
    fn keys_are_sorted() {
        for len in [0, 1, 7, 511, 512, 3001] {
            for columns in [1, 2, 2047, 2048, 5_000_000, 1 << 32] {
                let column = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % columns;
                let mut keys: Vec<u64> = (0..len).map(|i| column(i) << 32 | i).collect();
                let mut expected = keys.clone();
                expected.sort();
                sort_by_column(&mut keys);
                assert_eq!(keys, expected, "{len} keys of {columns} columns");
            }
        }
    }

    #[test]
    fn entries_come_by_column_and_in_order() {
        let transposed = Transposed::new(Csr {
            offsets: &[0, 3, 3, 5],
            indices: &[7, 2, 7, 0, 7],
            values: &[1.0, 2.0, 3.0, 4.0, 5.0],
        });
        assert_eq!(transposed.columns, [0, 2, 7]);
        let csr = transposed.csr();
        assert_eq!(csr.offsets, [0, 1, 2, 5]);
        assert_eq!(csr.indices, [2, 0, 0, 0, 2]);
        assert_eq!(csr.values, [4.0, 2.0, 1.0, 3.0, 5.0]);
    }
}
