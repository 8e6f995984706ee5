//! The words that get a vector, by frequency.

use std::cmp::Reverse;
use std::collections::HashMap;

use anyhow::{anyhow, bail};

use crate::text::Text;

/// The words of a text that occur often enough. The id of a word is its rank, from 0; words that are
/// equally frequent are in alphabetical order.
pub struct Vocabulary {
    words: Vec<String>,
    ids: HashMap<String, u32>,
    /// Words of the text, each as often as it occurs.
    pub n_tokens: u64,
    /// Different words of the text, those without an id included.
    pub n_distinct: usize,
}

impl Vocabulary {
    /// The words that occur `min_count` times or more, and of these the `max_size` most frequent.
    ///
    /// # Errors
    ///
    /// If the text cannot be read, or no word is left.
    pub fn read(text: Text, min_count: u64, max_size: usize) -> anyhow::Result<Self> {
        let mut counts: HashMap<String, u64> = HashMap::new();
        text.for_each_line(|words| {
            for word in words {
                match counts.get_mut(word) {
                    Some(count) => *count += 1,
                    None => _ = counts.insert(word.to_owned(), 1),
                }
            }
        })?;
        let (n_tokens, n_distinct) = (counts.values().sum(), counts.len());
        let mut ranked: Vec<(String, u64)> = counts.into_iter().collect();
        ranked.sort_unstable_by(|(a, m), (b, n)| (Reverse(m), a).cmp(&(Reverse(n), b)));
        match ranked.first() {
            None => bail!("{}: no words", text.name()),
            Some((word, count)) if *count < min_count => bail!(
                "{}: no word occurs {min_count} times (--min-count): the most frequent one, {word:?}, \
                 occurs {count} times",
                text.name()
            ),
            Some(_) => {}
        }
        ranked.truncate(max_size);
        let frequent = ranked
            .into_iter()
            .take_while(|&(_, count)| count >= min_count);
        let words: Vec<String> = frequent.map(|(word, _)| word).collect();
        let ids = words.iter().cloned().zip(0..).collect();
        Ok(Self {
            words,
            ids,
            n_tokens,
            n_distinct,
        })
    }

    /// Number of words with an id.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The words, by id.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The id of a word as the text has it, in lower case.
    pub fn id(&self, word: &str) -> Option<u32> {
        self.ids.get(word).copied()
    }

    /// The id of a word that the user typed.
    ///
    /// # Errors
    ///
    /// If it has none. The error names the words that are spelled almost as it is.
    pub fn find(&self, word: &str) -> anyhow::Result<u32> {
        let word = word.trim().to_lowercase();
        self.id(&word).ok_or_else(|| {
            let similar = self.similar(&word);
            let hint = if similar.is_empty() {
                String::new()
            } else {
                format!(" (similar: {})", similar.join(", "))
            };
            anyhow!("{word:?} is not in the vocabulary{hint}")
        })
    }

    /// The nearest spellings, of equally near ones the more frequent first.
    fn similar(&self, word: &str) -> Vec<&str> {
        let limit = 1 + word.chars().count() / 4;
        let mut similar: Vec<(usize, &str)> = self
            .words
            .iter()
            .map(|other| (strsim::osa_distance(word, other), other.as_str()))
            .filter(|&(distance, _)| distance <= limit)
            .collect();
        similar.sort_by_key(|&(distance, _)| distance);
        similar.into_iter().take(3).map(|(_, word)| word).collect()
    }
}
