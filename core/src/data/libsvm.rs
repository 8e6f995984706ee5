//! Reader and writer of the LIBSVM text format.

use std::io::{self, BufRead, Write};
use std::path::Path;

use super::SparseDataset;
use super::libsvm_error::LibsvmError;
use super::libsvm_scan::Scan;

/// The index that a file gives to the first feature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IndexBase {
    /// 0 if index 0 occurs in any of the files read together, else 1 (the default).
    ///
    /// A zero-based file whose rows all lack the first feature is therefore taken for a
    /// one-based one: name the base where it is known.
    #[default]
    Auto,
    /// The first feature is 0.
    Zero,
    /// The first feature is 1, as both LIBSVM and svm_light have it; index 0 is an error.
    One,
}

/// The labels that a file may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LabelKind {
    /// Either 0 and 1 or -1 and +1, in any numeric spelling, read as 0.0 and 1.0 (the default).
    ///
    /// Anything else is an error, and so are 0 and -1 in files read together.
    #[default]
    Binary,
    /// Any finite number, kept as it is.
    Any,
}

/// How to read the LIBSVM (svmlight) text format.
///
/// A line of the file is a row, `label [qid:N] index:value index:value … # comment`, with the
/// indices of a row in ascending order and every feature that is left out being zero. Blank lines
/// and lines with only a comment are skipped, and so is `qid:N`. Blanks are spaces and tabs; lines
/// end in LF or CRLF; a byte-order mark may open the file; text outside comments is UTF-8.
///
/// An entry whose value is zero, or rounds to zero in `f32`, is not stored, but its index counts
/// towards the number of features. A row without entries is kept.
///
/// The format is that of [LIBSVM](https://www.csie.ntu.edu.tw/~cjlin/libsvm/) (Chang and Lin)
/// and of [svm_light](http://svmlight.joachims.org/) (Joachims), which has the comments and `qid`.
///
/// # Examples
///
/// ```
/// use adagrad_core::data::{IndexBase, LibsvmOptions};
///
/// let text = "+1 1:0.5 4:2  # a comment\n-1 2:1\n";
/// let data = LibsvmOptions::default()
///     .with_index_base(IndexBase::One)
///     .with_n_features(Some(6))
///     .parse(text.as_bytes())?;
///
/// assert_eq!((data.len(), data.n_features(), data.nnz()), (2, 6, 3));
/// let row = data.row(0).unwrap();
/// assert_eq!((row.indices(), row.values(), row.label()), (&[0, 3][..], &[0.5, 2.0][..], 1.0));
/// # Ok::<(), adagrad_core::data::LibsvmError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LibsvmOptions {
    pub(super) n_features: Option<usize>,
    pub(super) index_base: IndexBase,
    pub(super) labels: LabelKind,
}

impl LibsvmOptions {
    /// Sets the number of features; `None`, the default, counts up to the highest index read.
    #[must_use]
    pub fn with_n_features(self, n_features: Option<usize>) -> Self {
        Self { n_features, ..self }
    }

    /// Sets the index of the first feature; the default is [`IndexBase::Auto`].
    #[must_use]
    pub fn with_index_base(self, index_base: IndexBase) -> Self {
        Self { index_base, ..self }
    }

    /// Sets the labels to accept; the default is [`LabelKind::Binary`].
    #[must_use]
    pub fn with_labels(self, labels: LabelKind) -> Self {
        Self { labels, ..self }
    }

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
