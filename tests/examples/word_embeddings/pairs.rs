//! Which pairs are counted.

use std::collections::BTreeMap;

use super::cooccurrence::{Pair, PairCounter};
use crate::common::assert_close;

/// The pairs of lines of words, with windows that start anew at each line.
fn count(window: usize, buffer: Option<usize>, lines: &[&[u32]]) -> Vec<Pair> {
    let mut counter = match buffer {
        Some(len) => PairCounter::with_buffer(window, len),
        None => PairCounter::new(window),
    };
    for line in lines {
        line.iter().for_each(|&word| counter.push(word));
        counter.end_of_line();
    }
    counter.finish()
}

fn pair(low: u32, high: u32, count: f32) -> Pair {
    Pair { low, high, count }
}

/// "a b a c", by hand. The a's see each other at distance 2, each has the other in its window; b and the c
/// are 2 apart; the first a and the c are too far apart.
#[test]
fn pairs_of_a_hand_counted_text() {
    let expected = [
        pair(0, 0, 1.0),
        pair(0, 1, 2.0),
        pair(0, 2, 1.0),
        pair(1, 2, 0.5),
    ];
    assert_eq!(count(2, None, &[&[0, 1, 0, 2]]), expected);
    // Pairs end with the line.
    let lines: [&[u32]; 3] = [&[0, 1], &[], &[2, 0, 1]];
    let expected = [pair(0, 1, 2.0), pair(0, 2, 1.0), pair(1, 2, 0.5)];
    assert_eq!(count(2, None, &lines), expected);
    assert_eq!(count(2, None, &[&[7]]), []);

    let counts: Vec<_> = [pair(0, 0, 1.0), pair(3, 5, 2.0)]
        .into_iter()
        .flat_map(Pair::counts)
        .collect();
    assert_eq!(counts, [(0, 0, 1.0), (3, 5, 2.0), (5, 3, 2.0)]);
}

/// Against a map and plain loops, with buffers so short that many runs are merged.
#[test]
fn pairs_do_not_depend_on_the_buffer() {
    let mut state = 1_u64;
    let mut next = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % n
    };
    let lines: Vec<Vec<u32>> = (0..40)
        .map(|_| (0..next(30)).map(|_| next(12) as u32).collect())
        .collect();
    let lines: Vec<&[u32]> = lines.iter().map(Vec::as_slice).collect();
    let window = 5;
    let mut expected: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for line in &lines {
        for (i, &a) in line.iter().enumerate() {
            for (j, &b) in line.iter().enumerate() {
                // From the word a to every other word b of its window.
                if i != j && i.abs_diff(j) <= window && a <= b {
                    *expected.entry((a, b)).or_default() += 1.0 / i.abs_diff(j) as f64;
                }
            }
        }
    }
    for buffer in [1, 2, 7, 100, 100_000] {
        let pairs = count(window, Some(buffer), &lines);
        let keys: Vec<(u32, u32)> = pairs.iter().map(|pair| (pair.low, pair.high)).collect();
        assert_eq!(
            keys,
            expected.keys().copied().collect::<Vec<_>>(),
            "{buffer}"
        );
        let counts: Vec<f32> = pairs.iter().map(|pair| pair.count).collect();
        let expected: Vec<f32> = expected.values().map(|&count| count as f32).collect();
        assert_close(&format!("buffer {buffer}"), &counts, &expected, 1e-5, 0.0);
    }
}
