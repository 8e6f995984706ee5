//! A linear or logarithmic axis, and where its numbers stand.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// An axis from `low` to `high`.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
}

impl Axis {
    /// An axis of just these ends.
    pub(super) fn linear(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            log: false,
        }
    }

    /// An axis that holds the numbers, with some room around them. On a logarithmic one the numbers are
    /// above 0.
    pub(super) fn around(numbers: impl Iterator<Item = f64> + Clone, log: bool) -> Self {
        let low = numbers.clone().fold(f64::INFINITY, f64::min);
        let high = numbers.fold(f64::NEG_INFINITY, f64::max);
        if log {
            let (low, high) = (low / 1.15, high * 1.15);
            return Self { low, high, log };
        }
        let margin = 0.04 * (high - low);
        let margin = if margin > 0.0 { margin } else { 0.5 };
        Self::linear(low - margin, high + margin)
    }

    /// At most `most` round numbers.
    pub(super) fn ticks(&self, most: usize) -> Vec<f64> {
        let most = most.max(2);
        if self.log {
            let decades = |step: f64| self.multiples(self.low.log10(), self.high.log10(), step);
            let whole = decades(1.0);
            if whole.len() >= 2 {
                let step = whole.len().div_ceil(most) as f64;
                return decades(step).into_iter().map(|x| 10f64.powf(x)).collect();
            }
        }
        let rough = (self.high - self.low) / most as f64;
        let power = 10f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
        let step = steps.into_iter().find(|step| *step >= rough);
        self.multiples(self.low, self.high, step.unwrap_or(10.0 * power))
    }

    /// A number beside the axis: at most four significant digits.
    pub(super) fn text(number: f64) -> String {
        let rounded: f64 = format!("{number:.3e}").parse().unwrap_or(number);
        if rounded == 0.0 || (1e-4..1e6).contains(&rounded.abs()) {
            rounded.to_string()
        } else {
            format!("{rounded:e}")
        }
    }

    /// The multiples of a step between two numbers.
    fn multiples(&self, low: f64, high: f64, step: f64) -> Vec<f64> {
        // What is a multiple up to rounding is one.
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = if self.log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<H: KeyPointHint>(&self, hint: H) -> Vec<f64> {
        self.ticks(hint.max_num_points())
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format(number: &f64) -> String {
        Self::text(*number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_round_and_few() {
        let ticks = |low: f64, high: f64, log, most| Axis { low, high, log }.ticks(most);
        assert_eq!(
            ticks(0.0, 1.0, false, 5),
            [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]
        );
        assert_eq!(ticks(-30.0, 70.0, false, 3), [0.0, 50.0]);
        assert_eq!(ticks(0.5, 2000.0, true, 9), [1.0, 10.0, 100.0, 1000.0]);
        assert_eq!(ticks(0.9e-12, 1.1, true, 5).len(), 5);
        // Less than a decade has the numbers of a linear axis.
        assert_eq!(ticks(2.0, 8.0, true, 3), [2.0, 4.0, 6.0, 8.0]);
    }

    #[test]
    fn equal_ratios_are_equal_distances() {
        let axis = Axis::around([0.1, 10.0].into_iter(), true);
        let at = |value: f64| axis.map(&value, (0, 1000));
        assert_eq!(at(1.0), 500);
        assert!((at(1.0) - at(0.1) - (at(10.0) - at(1.0))).abs() <= 1);
        assert_eq!(Axis::text(0.30000000000000004), "0.3");
        assert_eq!(Axis::text(1e-12), "1e-12");
    }
}
