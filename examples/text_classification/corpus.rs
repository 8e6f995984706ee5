//! Labelled texts from tab-separated files.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// A text and its class, 0 or 1.
pub struct Text {
    pub class: usize,
    pub text: String,
}

/// A file whose lines are a label, a tab, and a text. Blank lines are passed over.
pub struct Corpus {
    /// The file, as messages name it.
    name: String,
    lines: Vec<Line>,
}

struct Line {
    /// From 1.
    number: usize,
    label: String,
    text: String,
}

impl Corpus {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).with_context(|| name.clone())?;
        Self::parse(name, &bytes)
    }

    /// The remarks that come with the example.
    pub fn shipped() -> anyhow::Result<Self> {
        let name = "examples/text_classification/data/remarks.tsv".to_owned();
        Self::parse(name, include_bytes!("data/remarks.tsv"))
    }

    fn parse(name: String, bytes: &[u8]) -> anyhow::Result<Self> {
        // Spreadsheets begin UTF-8 with a byte order mark.
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
            let line = match std::str::from_utf8(line) {
                Ok(line) => line.strip_suffix('\r').unwrap_or(line),
                Err(error) => bail!(
                    "{name}:{number}: byte {} of the line is not UTF-8",
                    error.valid_up_to() + 1
                ),
            };
            let Some((label, text)) = line.split_once('\t') else {
                ensure!(
                    line.trim().is_empty(),
                    "{name}:{number}: no tab between label and text"
                );
                continue;
            };
            let label = label.trim();
            ensure!(!label.is_empty(), "{name}:{number}: empty label");
            lines.push(Line {
                number,
                label: label.to_owned(),
                text: text.to_owned(),
            });
        }
        ensure!(!lines.is_empty(), "{name}: no texts");
        Ok(Self { name, lines })
    }

    /// The file, as messages name it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The two labels; the class of a text is the place of its label.
pub struct Labels([String; 2]);

impl Labels {
    /// The labels of the training texts, in sorted order.
    ///
    /// # Errors
    ///
    /// If there is only one, or a third.
    pub fn of(corpus: &Corpus) -> anyhow::Result<Self> {
        let name = &corpus.name;
        let first = &corpus.lines[0].label;
        let Some(Line { label: second, .. }) = corpus.lines.iter().find(|l| l.label != *first)
        else {
            bail!("{name}: all texts have the label {first:?} (two labels are needed)");
        };
        let third = |line: &&Line| line.label != *first && line.label != *second;
        if let Some(Line { number, label, .. }) = corpus.lines.iter().find(third) {
            bail!("{name}:{number}: a third label, {label:?}, beside {first:?} and {second:?}");
        }
        let mut labels = [first.clone(), second.clone()];
        labels.sort();
        Ok(Self(labels))
    }

    /// The label of a class.
    pub fn name(&self, class: usize) -> &str {
        &self.0[class]
    }

    /// The texts of a file with their classes.
    ///
    /// # Errors
    ///
    /// If a label is neither of these two.
    pub fn classify(&self, corpus: Corpus) -> anyhow::Result<Vec<Text>> {
        let Corpus { name, lines } = corpus;
        let classify = |line: Line| {
            let Line {
                number,
                label,
                text,
            } = line;
            let class = self.0.iter().position(|known| *known == label);
            let class = class.with_context(|| {
                format!("{name}:{number}: no training text has the label {label:?}")
            })?;
            Ok(Text { class, text })
        };
        lines.into_iter().map(classify).collect()
    }

    /// The texts of one file in an order that depends on the seed: the first 80 % to train on, the
    /// rest to test on.
    ///
    /// # Errors
    ///
    /// If one of the labels is not among the first 80 %.
    pub fn split(&self, corpus: Corpus, seed: u64) -> anyhow::Result<(Vec<Text>, Vec<Text>)> {
        let name = corpus.name.clone();
        let mut train = self.classify(corpus)?;
        train.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let test = train.split_off(train.len() * 4 / 5);
        for (class, label) in self.0.iter().enumerate() {
            ensure!(
                train.iter().any(|text| text.class == class),
                "{name}: no text with the label {label:?} is among the {} to train on",
                train.len()
            );
        }
        Ok((train, test))
    }
}
