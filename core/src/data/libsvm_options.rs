//! How LIBSVM text is to be read.

/// The index that a file gives to the first feature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
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
#[non_exhaustive]
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
}
