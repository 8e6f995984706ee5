//! The file that a stopped run goes on from.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::trial::{Score, Trial};
use crate::error::TuneError;

/// The first line: what the trials are of.
#[derive(Serialize, Deserialize, PartialEq)]
struct Header {
    tuning: String,
}

/// A trial that has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    #[serde(flatten)]
    pub(super) trial: Trial,
    #[serde(flatten)]
    pub(super) score: Score,
}

/// JSON lines, each written at once and never changed: whenever the process ends, the file holds every
/// trial that had ended, and at most one line more that is not whole.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens the journal of a run, and reads the trials that it holds.
    pub(super) fn open(path: &Path, tuning: &str) -> Result<(Self, Vec<Entry>), TuneError> {
        let io_error = |error: std::io::Error| TuneError::Io {
            path: path.to_owned(),
            message: error.to_string(),
        };
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(io_error)?;
        file.try_lock().map_err(|error| TuneError::Io {
            path: path.to_owned(),
            message: format!("another process tunes with this journal: {error}"),
        })?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(io_error)?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
        };
        let header = Header {
            tuning: tuning.to_owned(),
        };
        // What was being written when the process ended: it is cut off once the file is known to be a
        // journal, of this run.
        let end = text.iter().rposition(|&byte| byte == b'\n');
        let whole = end.map_or(0, |end| end + 1);
        let entries = journal.read(&text[..whole], &header)?;
        let first_line = line(&header).map_err(|error| journal.io_error(error))?;
        if whole == 0 && !first_line.starts_with(&text) {
            return Err(TuneError::Journal {
                path: path.to_owned(),
                line: 1,
                message: "this is not a journal".to_owned(),
            });
        }
        if whole < text.len() {
            journal.file.set_len(whole as u64).map_err(io_error)?;
            journal.file.seek(SeekFrom::End(0)).map_err(io_error)?;
        }
        if whole == 0 {
            journal.write(&header)?;
        }
        Ok((journal, entries))
    }

    fn read(&self, text: &[u8], header: &Header) -> Result<Vec<Entry>, TuneError> {
        let wrong_line = |line: usize, message: String| TuneError::Journal {
            path: self.path.clone(),
            line,
            message,
        };
        let mut entries = Vec::new();
        for (line, text) in (1..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
            if line == 1 {
                let found: Header = serde_json::from_slice(text)
                    .map_err(|error| wrong_line(line, error.to_string()))?;
                if found != *header {
                    return Err(TuneError::OtherRun {
                        path: self.path.clone(),
                        found: found.tuning,
                        expected: header.tuning.clone(),
                    });
                }
                continue;
            }
            let entry = serde_json::from_slice(text)
                .map_err(|error| wrong_line(line, error.to_string()))?;
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Adds a trial.
    pub(super) fn add(&mut self, entry: &Entry) -> Result<(), TuneError> {
        self.write(entry)
    }

    fn write(&mut self, entry: &impl Serialize) -> Result<(), TuneError> {
        let text = line(entry).map_err(|error| self.io_error(error))?;
        let written = self.file.write_all(&text).and_then(|()| self.file.flush());
        written.map_err(|error| self.io_error(error))
    }

    fn io_error(&self, error: impl ToString) -> TuneError {
        TuneError::Io {
            path: self.path.clone(),
            message: error.to_string(),
        }
    }
}

/// A line of the file.
fn line(entry: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(entry)?;
    text.push(b'\n');
    Ok(text)
}
