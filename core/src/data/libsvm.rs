//! Reader and writer of the LIBSVM text format.

use std::io::{self, BufRead, Write};
use std::path::Path;

use super::SparseDataset;
use super::libsvm_error::LibsvmError;
use super::libsvm_options::{IndexBase, LibsvmOptions};
use super::libsvm_scan::Scan;

impl LibsvmOptions {
    /// Reads one file.
    ///
    /// # Errors
    ///
    /// [`LibsvmError`] with the path if the file cannot be read, holds no row, or holds a line that
    /// breaks the format or these options; and if it holds no feature while no number is set.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<SparseDataset, LibsvmError> {
        let mut scan = Scan::new(self);
        let rows = scan.file(path.as_ref())?;
        scan.finish(rows)
    }

    /// Reads files that belong together, such as a training and a test set.
    ///
    /// All of them get the same index base and the same number of features, the highest one, and
    /// their binary labels must agree. The data sets come in the order of the paths.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read), for the first file at fault.
    ///
    /// # Examples
    ///
    /// ```
    /// use adagrad_core::data::LibsvmOptions;
    ///
    /// let dir = tempfile::tempdir()?;
    /// let paths = [dir.path().join("train.txt"), dir.path().join("test.txt")];
    /// std::fs::write(&paths[0], "1 1:1 5:1\n")?;
    /// std::fs::write(&paths[1], "0 7:1\n")?;
    ///
    /// let sets = LibsvmOptions::default().read_all(&paths)?;
    /// assert_eq!((sets[0].n_features(), sets[1].n_features()), (7, 7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_all(&self, paths: &[impl AsRef<Path>]) -> Result<Vec<SparseDataset>, LibsvmError> {
        let mut scan = Scan::new(self);
        let parts: Result<Vec<_>, _> = paths.iter().map(|path| scan.file(path.as_ref())).collect();
        let mut sets = Vec::with_capacity(paths.len());
        for (path, rows) in paths.iter().zip(parts?) {
            scan.path = Some(path.as_ref());
            sets.push(scan.finish(rows)?);
        }
        Ok(sets)
    }

    /// Reads one data set from `reader`, up to its end.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read), without a path.
    pub fn parse(&self, reader: impl BufRead) -> Result<SparseDataset, LibsvmError> {
        let mut scan = Scan::new(self);
        let rows = scan.rows(reader)?;
        scan.finish(rows)
    }
}

/// Reads one LIBSVM file with the default [`LibsvmOptions`].
///
/// # Errors
///
/// As for [`LibsvmOptions::read`].
pub fn read_libsvm(path: impl AsRef<Path>) -> Result<SparseDataset, LibsvmError> {
    LibsvmOptions::default().read(path)
}

/// Writes `dataset` in the LIBSVM format, one row a line, and flushes `writer`.
///
/// Numbers get the fewest digits that read back as the same `f32`. [`IndexBase::Auto`] writes
/// one-based indices. The format has no place for the number of features: to read the same data
/// set back, set it with [`LibsvmOptions::with_n_features`]. Entries stored with the value zero
/// are written, but the reader does not store them. Wrap a file in a [`BufWriter`](io::BufWriter).
///
/// # Errors
///
/// The first error of `writer`.
///
/// # Examples
///
/// ```
/// use adagrad_core::data::{IndexBase, LibsvmOptions, write_libsvm};
///
/// let data = LibsvmOptions::default().parse(&b"-1 1:0.50 3:2e0\n+1\n"[..])?;
/// let mut text = Vec::new();
/// write_libsvm(&data, &mut text, IndexBase::Zero)?;
/// assert_eq!(text, b"0 0:0.5 2:2\n1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_libsvm(
    dataset: &SparseDataset,
    mut writer: impl Write,
    base: IndexBase,
) -> io::Result<()> {
    let first = u64::from(base != IndexBase::Zero);
    for row in (0..dataset.len()).filter_map(|i| dataset.row(i)) {
        write_number(&mut writer, row.label())?;
        for (&index, &value) in row.indices().iter().zip(row.values()) {
            write!(writer, " {}:", u64::from(index) + first)?;
            write_number(&mut writer, value)?;
        }
        writeln!(writer)?;
    }
    writer.flush()
}

/// `{}` never uses an exponent, which takes up to 47 characters for an `f32`.
fn write_number(writer: &mut impl Write, number: f32) -> io::Result<()> {
    if number == 0.0 || (1e-4..1e7).contains(&number.abs()) {
        write!(writer, "{number}")
    } else {
        write!(writer, "{number:e}")
    }
}
