//! What to show of the vectors.

use std::io::{self, Write};

use anyhow::Context;

use crate::options::Options;
use crate::vectors::Vectors;
use crate::vocabulary::Vocabulary;

/// Words whose neighbours are shown, and analogies.
pub struct Questions<'a> {
    vocabulary: &'a Vocabulary,
    words: Vec<u32>,
    analogies: Vec<[u32; 3]>,
}

/// Words of our own sentences, of which most classes have one here.
const OWN_WORDS: [&str; 7] = [
    "horse", "green", "bread", "seven", "uncle", "paris", "france",
];
const OWN_ANALOGY: [&str; 3] = ["father", "mother", "brother"];

impl<'a> Questions<'a> {
    /// The questions that the options ask; if they ask nothing and the text is our own, some about it.
    ///
    /// # Errors
    ///
    /// If a word is not in the vocabulary.
    pub fn new(options: &Options, vocabulary: &'a Vocabulary) -> anyhow::Result<Self> {
        let mut questions = Self {
            vocabulary,
            words: Vec::new(),
            analogies: Vec::new(),
        };
        if options.text.is_none() && options.words.is_none() && options.analogy.is_none() {
            let ids = OWN_WORDS.iter().filter_map(|word| vocabulary.id(word));
            questions.words = ids.collect();
            if let [Some(a), Some(b), Some(c)] = OWN_ANALOGY.map(|word| vocabulary.id(word)) {
                questions.analogies.push([a, b, c]);
            }
        }
        for word in options.words.iter().flatten() {
            questions
                .words
                .push(vocabulary.find(word).context("--words")?);
        }
        for [a, b, c] in options.analogy.iter().flatten() {
            let find = |word: &str| vocabulary.find(word).context("--analogy");
            questions.analogies.push([find(a)?, find(b)?, find(c)?]);
        }
        Ok(questions)
    }

    /// Writes a line for each question, with the `n` nearest words and the cosines of their angles.
    pub fn answer(&self, vectors: &Vectors, n: usize, out: &mut impl Write) -> io::Result<()> {
        for &word in &self.words {
            let near = self.list(vectors.neighbours(word, n));
            writeln!(out, "{}: {near}", self.name(word))?;
        }
        for &words in &self.analogies {
            let [a, b, c] = words.map(|word| self.name(word));
            let near = self.list(vectors.analogy(words, n));
            writeln!(out, "{b} - {a} + {c}: {near}")?;
        }
        Ok(())
    }

    fn name(&self, word: u32) -> &str {
        &self.vocabulary.words()[word as usize]
    }

    fn list(&self, near: Vec<(u32, f32)>) -> String {
        let item = |(word, cosine)| format!("{} {cosine:.4}", self.name(word));
        near.into_iter().map(item).collect::<Vec<_>>().join(", ")
    }
}
