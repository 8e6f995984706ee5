//! Texts to tokens.

use unicode_segmentation::UnicodeSegmentation;

/// Calls `visit` with each token of a text: its words, then its runs of two words, and so on up to
/// `ngrams`, the words of a run parted by a blank.
///
/// Words are those of Unicode's annex 29 (what lies between blanks and punctuation; "don't" is one)
/// in lower case.
pub fn for_each_token(text: &str, ngrams: usize, mut visit: impl FnMut(&str)) {
    // Typesetting's apostrophe and the typewriter's make the same word.
    let text = text.to_lowercase().replace('\u{2019}', "'");
    let mut joined = String::with_capacity(text.len());
    let mut ends = Vec::new();
    for word in text.unicode_words() {
        if !joined.is_empty() {
            joined.push(' ');
        }
        let start = joined.len();
        joined.push_str(word);
        ends.push((start, joined.len()));
    }
    for n in 1..=ngrams {
        for run in ends.windows(n) {
            visit(&joined[run[0].0..run[n - 1].1]);
        }
    }
}
