//! Tokens to features, texts to sparse rows.

use std::collections::HashMap;

use burn_adagrad::data::SparseDataset;
use indexmap::{IndexMap, IndexSet};

use crate::corpus::Text;
use crate::hash::fnv1a;
use crate::tokens::for_each_token;

/// The tokens of the training texts, in order of first occurrence, and how many texts have each.
pub struct TokenCounts(IndexMap<String, usize>);

impl TokenCounts {
    pub fn of(texts: &[Text], ngrams: usize) -> Self {
        // A token counts once a text: beside each stands the last text that had it.
        let mut seen: IndexMap<String, (usize, usize)> = IndexMap::new();
        for (number, text) in texts.iter().enumerate() {
            for_each_token(&text.text, ngrams, |token| match seen.get_mut(token) {
                Some((_, last)) if *last == number => (),
                Some((count, last)) => (*count, *last) = (*count + 1, number),
                None => _ = seen.insert(token.to_owned(), (1, number)),
            });
        }
        let count = |(token, (count, _))| (token, count);
        Self(seen.into_iter().map(count).collect())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Which feature a token is.
pub enum Features {
    /// One for each token of the training texts: its place in the set.
    Vocabulary(IndexSet<String>),
    /// The hash of the token, modulo the number of features: nothing need be remembered.
    Hashed {
        n_features: usize,
        /// Of the tokens of the training texts that share a feature, the one that most texts have.
        /// For reports alone.
        names: HashMap<u32, String>,
    },
}

impl Features {
    /// A feature for each token that at least `min_count` training texts have.
    pub fn vocabulary(counts: TokenCounts, min_count: usize) -> Self {
        let often = |(token, count)| (count >= min_count).then_some(token);
        Self::Vocabulary(counts.0.into_iter().filter_map(often).collect())
    }

    pub fn hashed(counts: TokenCounts, n_features: usize) -> Self {
        let mut best: HashMap<u32, (String, usize)> = HashMap::new();
        for (token, count) in counts.0 {
            let holder = best.entry(bucket(&token, n_features)).or_default();
            if count > holder.1 {
                *holder = (token, count);
            }
        }
        let name = |(feature, (token, _))| (feature, token);
        let names = best.into_iter().map(name).collect();
        Self::Hashed { n_features, names }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Vocabulary(tokens) => tokens.len(),
            Self::Hashed { n_features, .. } => *n_features,
        }
    }

    /// A token of a feature that training texts have.
    ///
    /// # Panics
    ///
    /// If they do not have it.
    pub fn token(&self, feature: u32) -> &str {
        match self {
            Self::Vocabulary(tokens) => &tokens[feature as usize],
            Self::Hashed { names, .. } => &names[&feature],
        }
    }

    fn feature(&self, token: &str) -> Option<u32> {
        match self {
            Self::Vocabulary(tokens) => tokens.get_index_of(token).map(|place| place as u32),
            Self::Hashed { n_features, .. } => Some(bucket(token, *n_features)),
        }
    }
}

fn bucket(token: &str, n_features: usize) -> u32 {
    (fnv1a(token.as_bytes()) % n_features as u64) as u32
}

/// How texts become rows.
#[derive(Clone, Copy)]
pub struct Encoding {
    /// Longest run of words that is a token.
    pub ngrams: usize,
    /// 1 for each token, not how often it is there.
    pub binary: bool,
    /// Rows of length 1.
    pub normalize: bool,
}

impl Encoding {
    /// A row for each text, whose label is the class. Tokens without a feature are dropped.
    pub fn rows(self, texts: &[Text], features: &Features) -> anyhow::Result<SparseDataset> {
        let mut offsets = vec![0];
        let (mut indices, mut values) = (Vec::new(), Vec::new());
        let mut row: Vec<u32> = Vec::new();
        for text in texts {
            row.clear();
            for_each_token(&text.text, self.ngrams, |token| {
                row.extend(features.feature(token));
            });
            row.sort_unstable();
            let first = indices.len();
            for same in row.chunk_by(u32::eq) {
                indices.push(same[0]);
                values.push(if self.binary { 1.0 } else { same.len() as f32 });
            }
            if self.normalize {
                scale_to_length_1(&mut values[first..]);
            }
            offsets.push(indices.len());
        }
        let labels = texts.iter().map(|text| text.class as f32).collect();
        Ok(SparseDataset::new(
            features.len(),
            offsets,
            indices,
            values,
            labels,
        )?)
    }
}

/// A row without values stays as it is.
fn scale_to_length_1(values: &mut [f32]) {
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    values.iter_mut().for_each(|value| *value /= length);
}
