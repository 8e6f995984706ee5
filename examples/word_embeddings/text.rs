//! A text as lines of words.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, bail};
use unicode_segmentation::UnicodeSegmentation;

/// Where the words come from: a file, or the text that the program carries.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    path: Option<&'a Path>,
}

const SENTENCES: &[u8] = include_bytes!("data/sentences.txt");

impl<'a> Text<'a> {
    /// The text of a file; without one, sentences about animals, colours, foods, numbers, relatives and
    /// places.
    pub fn new(path: Option<&'a Path>) -> Self {
        Self { path }
    }

    /// What messages call it.
    pub fn name(self) -> String {
        match self.path {
            Some(path) => path.display().to_string(),
            None => "our own text".into(),
        }
    }

    /// Calls `each` with the words of each line, in order. Of the text, one line is in memory at a time.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is not UTF-8. The error names the file, and the line and the byte in
    /// it.
    pub fn for_each_line(
        self,
        each: impl FnMut(&mut dyn Iterator<Item = &str>),
    ) -> anyhow::Result<()> {
        match self.path {
            Some(path) => {
                let file = File::open(path).with_context(|| self.name())?;
                self.scan(BufReader::with_capacity(1 << 16, file), each)
            }
            None => self.scan(SENTENCES, each),
        }
    }

    fn scan(
        self,
        mut reader: impl BufRead,
        mut each: impl FnMut(&mut dyn Iterator<Item = &str>),
    ) -> anyhow::Result<()> {
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let read = reader.read_until(b'\n', &mut line);
            if read.with_context(|| self.name())? == 0 {
                break;
            }
            match str::from_utf8(&line) {
                // In lower case as a whole: the last sigma of a Greek word has a form of its own.
                Ok(line) => each(&mut line.to_lowercase().unicode_words()),
                Err(error) => bail!(
                    "{}:{number}:{}: not UTF-8",
                    self.name(),
                    error.valid_up_to() + 1
                ),
            }
        }
        Ok(())
    }
}
