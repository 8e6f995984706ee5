//! The scanner of LIBSVM text: lines to rows, in memory that follows the non-zeros.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::SparseDataset;
use super::libsvm_error::{LibsvmError, LibsvmErrorKind as Kind, MAX_INDEX};
use super::libsvm_options::{IndexBase, LabelKind, LibsvmOptions};

/// The rows of one file, with indices as written; `starts` has where each row begins.
#[derive(Default)]
pub(super) struct Rows {
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
    labels: Vec<f32>,
}

/// What the files read together have shown so far, and the line being read.
pub(super) struct Scan<'a> {
    options: &'a LibsvmOptions,
    pub(super) path: Option<&'a Path>,
    line: usize,
    /// The index of the first feature; with `IndexBase::Auto`, 1 until an index 0 is read.
    first: u32,
    highest: Option<u32>,
    /// The negative label, 0 or -1, and where it was, once one is read.
    negative: Option<(i8, String)>,
    /// The error that the first index equal to the number of features becomes if an index 0 is
    /// read after it and settles the base; this spares keeping the place of every index.
    pending: Option<LibsvmError>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(options: &'a LibsvmOptions) -> Self {
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

    pub(super) fn file(&mut self, path: &'a Path) -> Result<Rows, LibsvmError> {
        self.path = Some(path);
        let file = File::open(path).map_err(|e| self.error(None, Kind::Io(e)))?;
        self.rows(BufReader::with_capacity(1 << 16, file))
    }

    pub(super) fn rows(&mut self, mut reader: impl BufRead) -> Result<Rows, LibsvmError> {
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
        match &self.negative {
            None => {
                let place = match self.path {
                    Some(path) => format!("{}:{}", path.display(), self.line),
                    None => format!("line {}", self.line),
                };
                self.negative = Some((negative, place));
            }
            Some((before, place)) if *before != negative => {
                return Err(Kind::MixedLabels {
                    label: excerpt(token),
                    before: *before,
                    place: place.clone(),
                });
            }
            Some(_) => {}
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

    pub(super) fn finish(&self, mut rows: Rows) -> Result<SparseDataset, LibsvmError> {
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
