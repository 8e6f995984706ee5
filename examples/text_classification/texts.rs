//! From files to texts to train on and texts to test on.

use std::path::Path;

use anyhow::ensure;

use crate::corpus::{Corpus, Labels, Text};
use crate::features::TokenCounts;

/// Texts with their classes.
pub struct Texts {
    pub labels: Labels,
    pub train: Vec<Text>,
    pub test: Vec<Text>,
    /// The file to train on, as messages name it.
    pub name: String,
}

impl Texts {
    /// Reads the files. Without one to train on, they are the remarks that come with the example; without
    /// one to test on, the last 20 % after a shuffle that depends on the seed.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or its labels cannot be used; the message names the file and the line.
    pub fn read(data: Option<&Path>, test_data: Option<&Path>, seed: u64) -> anyhow::Result<Self> {
        let corpus = match data {
            Some(path) => Corpus::read(path)?,
            None => Corpus::shipped()?,
        };
        let name = corpus.name().to_owned();
        let labels = Labels::of(&corpus)?;
        let (train, test) = match test_data {
            Some(path) => {
                let test = Corpus::read(path)?;
                (labels.classify(corpus)?, labels.classify(test)?)
            }
            None => labels.split(corpus, seed)?,
        };
        Ok(Self {
            labels,
            train,
            test,
            name,
        })
    }

    /// The tokens of the training texts.
    ///
    /// # Errors
    ///
    /// If there are none.
    pub fn count_tokens(&self, ngrams: usize) -> anyhow::Result<TokenCounts> {
        let counts = TokenCounts::of(&self.train, ngrams);
        ensure!(
            counts.len() > 0,
            "{}: no training text has a word",
            self.name
        );
        Ok(counts)
    }
}
