//! Reader and writer of the LIBSVM text format.

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::SparseDataset;
use crate::error::DatasetError;

use LibsvmErrorKind as Kind;

/// The highest feature index a file may hold, so that the feature count fits a `u32` in both bases.
const MAX_INDEX: u32 = u32::MAX - 1;

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
/// use burn_adagrad::data::{IndexBase, LibsvmOptions};
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
/// # Ok::<(), burn_adagrad::data::LibsvmError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LibsvmOptions {
    n_features: Option<usize>,
    index_base: IndexBase,
    labels: LabelKind,
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
    /// use burn_adagrad::data::LibsvmOptions;
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
/// use burn_adagrad::data::{IndexBase, LibsvmOptions, write_libsvm};
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

/// Why LIBSVM text was refused, and where.
///
/// The message is one line, `train.txt:3:12: feature index 5 is not above the one before it, 7`,
/// or `line 3, column 12: …` where the text came from no file.
#[derive(Debug, Error)]
pub struct LibsvmError {
    path: Option<PathBuf>,
    position: Option<(usize, usize)>,
    kind: LibsvmErrorKind,
}

impl LibsvmError {
    /// The file at fault; `None` for [`LibsvmOptions::parse`].
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The line and the column at fault, if the error is at one place.
    ///
    /// Both count from 1. A column is a byte of the line; a byte-order mark is not counted.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.position
    }

    /// What is wrong.
    pub fn kind(&self) -> &LibsvmErrorKind {
        &self.kind
    }
}

impl fmt::Display for LibsvmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (&self.path, self.position) {
            (Some(path), Some((line, column))) => format!("{}:{line}:{column}: ", path.display()),
            (Some(path), None) => format!("{}: ", path.display()),
            (None, Some((line, column))) => format!("line {line}, column {column}: "),
            (None, None) => String::new(),
        };
        // A path or the text of an I/O error may hold a line break.
        for c in format!("{place}{}", self.kind).chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// What is wrong with LIBSVM text. Quoted text is cut after 40 characters.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LibsvmErrorKind {
    /// The file could not be opened or read.
    #[error("{0}")]
    Io(io::Error),
    /// A byte outside a comment is not UTF-8.
    #[error("text outside a comment is not UTF-8")]
    NotUtf8,
    /// A label is not binary, with [`LabelKind::Binary`].
    #[error("label {0:?} is neither 0 nor 1, nor -1 nor +1")]
    NotBinary(String),
    /// Labels 0 and -1 occur together, with [`LabelKind::Binary`].
    #[error("label {label:?} conflicts with the label {before} read before")]
    MixedLabels {
        /// The label at fault.
        label: String,
        /// The negative label read before it, 0 or -1.
        before: i8,
    },
    /// A label is not a finite `f32`, with [`LabelKind::Any`].
    #[error("label {0:?} is not a finite 32-bit number")]
    Label(String),
    /// The N of `qid:N` is not an unsigned integer.
    #[error("query id {0:?} is not an unsigned integer")]
    QueryId(String),
    /// `qid:N` is not the first thing after the label.
    #[error("a query id may only follow the label")]
    MisplacedQueryId,
    /// An entry has no colon.
    #[error("{0:?} has no colon, expected index:value")]
    MissingColon(String),
    /// An index is not an integer, or is out of range.
    #[error("feature index {0:?} is not an integer from 0 to {MAX_INDEX}")]
    Index(String),
    /// Index 0 in a file said to be one-based.
    #[error("feature index 0 in one-based data")]
    ZeroIndex,
    /// An index is below the one before it in the row, or the same.
    #[error("feature index {index} is not above the one before it, {previous}")]
    Order {
        /// The index at fault.
        index: u32,
        /// The index before it.
        previous: u32,
    },
    /// An index is beyond the number of features set.
    #[error("feature index {index} is beyond the {n_features} features counted from {first}")]
    Beyond {
        /// The index at fault.
        index: u32,
        /// The number of features set.
        n_features: usize,
        /// The index of the first feature, 0 or 1.
        first: u32,
    },
    /// A value is not a finite `f32`.
    #[error("value {0:?} is not a finite 32-bit number")]
    Value(String),
    /// The file holds no row.
    #[error("no rows")]
    NoRows,
    /// No row holds a feature and the number of features is not set.
    #[error("no row holds a feature, so the number of features has to be given")]
    NoFeatures,
    /// The data set was refused as a whole.
    #[error(transparent)]
    Dataset(DatasetError),
}

/// The rows of one file, with indices as written; `starts` has where each row begins.
#[derive(Default)]
struct Rows {
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
    labels: Vec<f32>,
}

/// What the files read together have shown so far, and the line being read.
struct Scan<'a> {
    options: &'a LibsvmOptions,
    path: Option<&'a Path>,
    line: usize,
    /// The index of the first feature; with `IndexBase::Auto`, 1 until an index 0 is read.
    first: u32,
    highest: Option<u32>,
    /// The negative label, 0 or -1, once one is read.
    negative: Option<i8>,
    /// The error that the first index equal to the number of features becomes if an index 0 is
    /// read after it and settles the base; this spares keeping the place of every index.
    pending: Option<LibsvmError>,
}

impl<'a> Scan<'a> {
    fn new(options: &'a LibsvmOptions) -> Self {
        Self {
            options,
            path: None,
            line: 0,
            first: u32::from(options.index_base != IndexBase::Zero),
            highest: None,
            negative: None,
            pending: None,
        }
    }

    /// The error at byte `at` of the line, or of the file as a whole.
    fn error(&self, at: impl Into<Option<usize>>, kind: Kind) -> LibsvmError {
        LibsvmError {
            path: self.path.map(Path::to_path_buf),
            position: at.into().map(|at| (self.line, at + 1)),
            kind,
        }
    }

    fn file(&mut self, path: &'a Path) -> Result<Rows, LibsvmError> {
        self.path = Some(path);
        let file = File::open(path).map_err(|e| self.error(None, Kind::Io(e)))?;
        self.rows(BufReader::with_capacity(1 << 16, file))
    }

    fn rows(&mut self, mut reader: impl BufRead) -> Result<Rows, LibsvmError> {
        let mut rows = Rows::default();
        let mut buffer = Vec::new();
        for line in 1.. {
            self.line = line;
            buffer.clear();
            let read = reader.read_until(b'\n', &mut buffer);
            if read.map_err(|e| self.error(None, Kind::Io(e)))? == 0 {
                break;
            }
            let mut text = buffer.strip_suffix(b"\n").unwrap_or(&buffer);
            text = text.strip_suffix(b"\r").unwrap_or(text);
            if line == 1 {
                text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
            }
            self.row(text, &mut rows)?;
        }
        if rows.labels.is_empty() {
            return Err(self.error(None, Kind::NoRows));
        }
        Ok(rows)
    }

    fn row(&mut self, text: &[u8], rows: &mut Rows) -> Result<(), LibsvmError> {
        let end = text.iter().position(|&b| b == b'#').unwrap_or(text.len());
        let text =
            str::from_utf8(&text[..end]).map_err(|e| self.error(e.valid_up_to(), Kind::NotUtf8))?;
        let mut next = 0;
        let mut tokens = text.split([' ', '\t']).filter_map(|token| {
            let at = next;
            next += token.len() + 1;
            (!token.is_empty()).then_some((at, token))
        });
        let Some((at, label)) = tokens.next() else {
            return Ok(());
        };
        let label = self.label(label).map_err(|kind| self.error(at, kind))?;
        rows.labels.push(label);
        rows.starts.push(rows.indices.len());

        let mut previous = None;
        for (n, (at, token)) in tokens.enumerate() {
            if let Some(id) = token.strip_prefix("qid:") {
                if n > 0 {
                    return Err(self.error(at, Kind::MisplacedQueryId));
                }
                if id.parse::<u64>().is_err() {
                    return Err(self.error(at + 4, Kind::QueryId(excerpt(id))));
                }
                continue;
            }
            let Some((index, value)) = token.split_once(':') else {
                return Err(self.error(at, Kind::MissingColon(excerpt(token))));
            };
            let value_at = at + index.len() + 1;
            let index = self.index(at, index, previous)?;
            let Some(number) = finite(value) else {
                return Err(self.error(value_at, Kind::Value(excerpt(value))));
            };
            if number != 0.0 {
                rows.indices.push(index);
                rows.values.push(number);
            }
            previous = Some(index);
        }
        self.highest = self.highest.max(previous);
        Ok(())
    }

    fn label(&mut self, token: &str) -> Result<f32, Kind> {
        if self.options.labels == LabelKind::Any {
            return finite(token).ok_or_else(|| Kind::Label(excerpt(token)));
        }
        // In f64, since 1e-50 or 1.00000001 would round to a binary label in f32.
        let negative = match token.parse::<f64>() {
            Ok(1.0) => return Ok(1.0),
            Ok(0.0) => 0,
            Ok(-1.0) => -1,
            _ => return Err(Kind::NotBinary(excerpt(token))),
        };
        let before = *self.negative.get_or_insert(negative);
        if before != negative {
            let label = excerpt(token);
            return Err(Kind::MixedLabels { label, before });
        }
        Ok(0.0)
    }

    fn index(&mut self, at: usize, token: &str, previous: Option<u32>) -> Result<u32, LibsvmError> {
        let Some(index) = token.parse().ok().filter(|&index| index <= MAX_INDEX) else {
            return Err(self.error(at, Kind::Index(excerpt(token))));
        };
        if let Some(previous) = previous
            && index <= previous
        {
            return Err(self.error(at, Kind::Order { index, previous }));
        }
        if index < self.first {
            if self.options.index_base != IndexBase::Auto {
                return Err(self.error(at, Kind::ZeroIndex));
            }
            self.first = 0;
            if let Some(error) = self.pending.take() {
                return Err(error);
            }
        }
        if let Some(n_features) = self.options.n_features {
            let beyond = |first| Kind::Beyond {
                index,
                n_features,
                first,
            };
            if (index - self.first) as usize >= n_features {
                return Err(self.error(at, beyond(self.first)));
            }
            // The last feature of one-based data, beyond the last of zero-based data.
            if index as usize == n_features && self.pending.is_none() {
                self.pending = Some(self.error(at, beyond(0)));
            }
        }
        Ok(index)
    }

    fn finish(&self, mut rows: Rows) -> Result<SparseDataset, LibsvmError> {
        let counted = self
            .highest
            .map(|highest| (highest - self.first) as usize + 1);
        let Some(n_features) = self.options.n_features.or(counted) else {
            return Err(self.error(None, Kind::NoFeatures));
        };
        for index in &mut rows.indices {
            *index -= self.first;
        }
        rows.starts.push(rows.indices.len());
        SparseDataset::new(
            n_features,
            rows.starts,
            rows.indices,
            rows.values,
            rows.labels,
        )
        .map_err(|e| self.error(None, Kind::Dataset(e)))
    }
}

fn finite(token: &str) -> Option<f32> {
    token.parse().ok().filter(|number: &f32| number.is_finite())
}

/// What a message quotes of `text`.
fn excerpt(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
