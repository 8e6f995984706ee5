//! How often words stand near each other.

use std::cmp::Ordering;
use std::collections::VecDeque;

/// Two words that occur near each other, the one with the lower id first, and how often: each time counts
/// for 1 / distance. The matrix of these counts is symmetric, so one half of it is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    pub low: u32,
    pub high: u32,
    pub count: f32,
}

impl Pair {
    /// The non-zero counts that the pair stands for: word, context and count, and the same with the roles
    /// exchanged. The pair of a word with itself is one count.
    pub fn counts(self) -> impl Iterator<Item = (u32, u32, f32)> {
        let n = if self.low == self.high { 1 } else { 2 };
        let there = (self.low, self.high, self.count);
        [there, (self.high, self.low, self.count)]
            .into_iter()
            .take(n)
    }

    fn key(&self) -> (u32, u32) {
        (self.low, self.high)
    }
}

/// Counts the pairs of a text in memory that follows their number: 12 bytes a pair.
///
/// What is seen goes to a buffer. A full buffer is sorted, equal pairs are added up, and what is left is
/// merged with what earlier buffers left, in such a way that every pair is copied only as often as the
/// logarithm of the number of buffers says.
pub struct PairCounter {
    window: usize,
    /// The words before the next one, the nearest first.
    recent: VecDeque<u32>,
    buffer: Vec<Pair>,
    buffer_len: usize,
    /// Sorted, without equal pairs; each less than half as long as the one before it.
    runs: Vec<Vec<Pair>>,
}

/// Pairs that are counted together: 48 MiB.
const BUFFER_LEN: usize = 1 << 22;

impl PairCounter {
    /// A counter of words that are at most `window` apart.
    pub fn new(window: usize) -> Self {
        Self::with_buffer(window, BUFFER_LEN)
    }

    /// As [`new`](Self::new), with a buffer of another length.
    pub fn with_buffer(window: usize, buffer_len: usize) -> Self {
        Self {
            window,
            recent: VecDeque::new(),
            buffer: Vec::new(),
            buffer_len,
            runs: Vec::new(),
        }
    }

    /// Takes the next word.
    pub fn push(&mut self, word: u32) {
        for (&other, distance) in self.recent.iter().zip(1_u32..) {
            let once = 1.0 / distance as f32;
            self.buffer.push(Pair {
                low: word.min(other),
                high: word.max(other),
                // Both are in the window of the other, and here the other is the same word.
                count: if word == other { 2.0 * once } else { once },
            });
        }
        if self.buffer.len() >= self.buffer_len {
            self.empty_buffer();
        }
        self.recent.truncate(self.window - 1);
        self.recent.push_front(word);
    }

    /// The words before are not near those to come.
    pub fn end_of_line(&mut self) {
        self.recent.clear();
    }

    /// All pairs, sorted.
    pub fn finish(mut self) -> Vec<Pair> {
        self.empty_buffer();
        while self.merge_last() {}
        self.runs.pop().unwrap_or_default()
    }

    fn empty_buffer(&mut self) {
        self.buffer.sort_unstable_by_key(Pair::key);
        let equal = self.buffer.chunk_by(|a, b| a.key() == b.key());
        let run = equal.map(|equal| Pair {
            count: equal.iter().map(|pair| f64::from(pair.count)).sum::<f64>() as f32,
            ..equal[0]
        });
        self.runs.push(run.collect());
        self.buffer.clear();
        while let [.., before, last] = &self.runs[..]
            && before.len() <= 2 * last.len()
        {
            self.merge_last();
        }
    }

    /// Makes one run of the last two; false if there are not two.
    fn merge_last(&mut self) -> bool {
        if self.runs.len() < 2 {
            return false;
        }
        let tail = self.runs.split_off(self.runs.len() - 2);
        self.runs.push(merged(&tail[0], &tail[1]));
        true
    }
}

/// The pairs of two runs, those that are in both added up.
fn merged(a: &[Pair], b: &[Pair]) -> Vec<Pair> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let order = x.key().cmp(&y.key());
        all.push(match order {
            Ordering::Less => *x,
            Ordering::Greater => *y,
            Ordering::Equal => Pair {
                count: x.count + y.count,
                ..*x
            },
        });
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
    all.extend_from_slice(&a[i..]);
    all.extend_from_slice(&b[j..]);
    all.shrink_to_fit();
    all
}
