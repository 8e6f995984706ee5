//! The file that a stopped run goes on from.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::trial::{Score, Trial};
use crate::error::{JournalError, JournalErrorKind};

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
    pub(super) fn open(path: &Path, tuning: &str) -> Result<(Self, Vec<Entry>), JournalError> {
        let fail = |kind| at(path, None, kind);
        let io_error = |error| fail(JournalErrorKind::Io(error));
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(io_error)?;
        file.try_lock()
            .map_err(|error| fail(JournalErrorKind::Locked(error)))?;
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
        let first_line = line(&header).map_err(|error| fail(JournalErrorKind::Json(error)))?;
        if whole == 0 && !first_line.starts_with(&text) {
            return Err(at(path, Some(1), JournalErrorKind::NotAJournal));
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

    fn read(&self, text: &[u8], header: &Header) -> Result<Vec<Entry>, JournalError> {
        let mut entries = Vec::new();
        for (line, text) in (1..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
            let wrong_line = |error| at(&self.path, Some(line), JournalErrorKind::Json(error));
            if line == 1 {
                let found: Header = serde_json::from_slice(text).map_err(wrong_line)?;
                if found != *header {
                    let kind = JournalErrorKind::OtherRun {
                        found: found.tuning,
                        expected: header.tuning.clone(),
                    };
                    return Err(at(&self.path, None, kind));
                }
                continue;
            }
            entries.push(serde_json::from_slice(text).map_err(wrong_line)?);
        }
        Ok(entries)
    }

    /// Adds a trial.
    pub(super) fn add(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.write(entry)
    }

    fn write(&mut self, entry: &impl Serialize) -> Result<(), JournalError> {
        let text =
            line(entry).map_err(|error| at(&self.path, None, JournalErrorKind::Json(error)))?;
        let written = self.file.write_all(&text).and_then(|()| self.file.flush());
        written.map_err(|error| at(&self.path, None, JournalErrorKind::Io(error)))
    }
}

fn at(path: &Path, line: Option<usize>, kind: JournalErrorKind) -> JournalError {
    JournalError {
        path: path.to_owned(),
        line,
        kind,
    }
}

/// A line of the file.
fn line(entry: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(entry)?;
    text.push(b'\n');
    Ok(text)
}
