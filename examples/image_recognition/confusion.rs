//! Which digits were taken for which.

use std::cmp::Reverse;

use crate::images::N_DIGITS;

/// How often each digit was predicted for images of each.
pub struct Confusion {
    counts: [[usize; N_DIGITS]; N_DIGITS],
}

/// Images of one digit that were taken for another.
pub struct Misreading {
    pub label: usize,
    pub predicted: usize,
    /// Number of images.
    pub count: usize,
}

impl Confusion {
    /// Counts the images by their digit and the predicted one.
    pub fn new(labels: &[u8], predicted: &[usize]) -> Self {
        let mut counts = [[0; N_DIGITS]; N_DIGITS];
        for (&label, &predicted) in labels.iter().zip(predicted) {
            counts[usize::from(label)][predicted] += 1;
        }
        Self { counts }
    }

    /// How many images of a digit were read right, and how many there are.
    pub fn right_of(&self, digit: usize) -> (usize, usize) {
        (self.counts[digit][digit], self.counts[digit].iter().sum())
    }

    /// Share of all images that were read right.
    pub fn accuracy(&self) -> f64 {
        let digits = (0..N_DIGITS).map(|digit| self.right_of(digit));
        let (right, all) = digits.fold((0, 0), |sum, digit| (sum.0 + digit.0, sum.1 + digit.1));
        right as f64 / all as f64
    }

    /// Every pair of digits that was confused, the most frequent first.
    pub fn misreadings(&self) -> Vec<Misreading> {
        let mut misreadings = Vec::new();
        for (label, counts) in self.counts.iter().enumerate() {
            for (predicted, &count) in counts.iter().enumerate() {
                if label != predicted && count > 0 {
                    misreadings.push(Misreading {
                        label,
                        predicted,
                        count,
                    });
                }
            }
        }
        misreadings.sort_by_key(|misreading| Reverse(misreading.count));
        misreadings
    }
}
