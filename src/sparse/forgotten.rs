//! The numbers of lookups that are gone without a step, so that a gradient of theirs is an error.

use std::collections::VecDeque;
use std::ops::Range;

/// This many are remembered.
const KNOWN: u64 = 1 << 17;

/// Numbers, kept as ranges.
#[derive(Default)]
pub(super) struct Forgotten {
    ranges: VecDeque<Range<u64>>,
    len: u64,
}

impl Forgotten {
    pub(super) fn push(&mut self, number: u64) {
        match self.ranges.back_mut() {
            Some(last) if last.end == number => last.end += 1,
            _ => self.ranges.push_back(number..number + 1),
        }
        self.len += 1;
        if self.len > KNOWN
            && let Some(first) = self.ranges.front_mut()
        {
            first.start += 1;
            self.len -= 1;
            if first.is_empty() {
                self.ranges.pop_front();
            }
        }
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> + '_ {
        self.ranges.iter().cloned().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first() {
        let mut forgotten = Forgotten::default();
        let numbers = (0..KNOWN + 10).map(|n| n + n / 1000);
        numbers.clone().for_each(|number| forgotten.push(number));
        assert!(forgotten.numbers().eq(numbers.skip(10)));
    }
}
