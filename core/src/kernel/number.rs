//! What the formulas of the optimizers ask of their numbers, so that each formula is written once: for
//! the slices of the kernels, and for tensors on backends that have no kernel.

use std::ops::{Add, Div, Mul, Sub};

/// A number, or a tensor of numbers that are computed each on its own.
pub trait Number:
    Clone + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The number times a constant.
    fn scale(self, factor: f64) -> Self;

    /// The number plus a constant.
    fn offset(self, constant: f64) -> Self;

    /// The square root.
    fn sqrt(self) -> Self;

    /// A constant divided by the number.
    fn reciprocal_times(self, constant: f64) -> Self;

    /// The number to the power of a constant.
    fn power(self, exponent: f64) -> Self;

    /// The number, but not below `-limit` or above `limit`.
    fn clip(self, limit: f64) -> Self;

    /// The number moved towards zero by `distance`, which is not negative; exactly zero if it lies no
    /// farther from it.
    fn shrink(self, distance: Self) -> Self;

    /// The number moved away from zero by `distance`; zero stays zero.
    fn grow(self, distance: f64) -> Self;

    /// `other` where `condition` is zero, elsewhere the number itself.
    fn or_where_zero(self, condition: Self, other: Self) -> Self;

    /// One where `condition` is zero, elsewhere the number itself.
    fn one_where_zero(self, condition: Self) -> Self;

    /// The square of the number.
    fn square(self) -> Self {
        self.clone() * self
    }

    /// Zero where `condition` is zero, elsewhere the number itself.
    fn zero_where_zero(self, condition: Self) -> Self {
        let zero = condition.clone();
        self.or_where_zero(condition, zero)
    }
}

/// The floating-point types in which the kernels compute.
pub trait Real: Number + Copy + Send + Sync + PartialOrd {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// −1.
    const MINUS_ONE: Self;

    /// The nearest number.
    fn from_f64(value: f64) -> Self;

    /// The number in f64.
    fn to_f64(self) -> f64;
}

macro_rules! real {
    ($($float:ident),+) => {$(
        impl Number for $float {
            #[inline(always)]
            fn scale(self, factor: f64) -> Self {
                self * factor as $float
            }

            #[inline(always)]
            fn offset(self, constant: f64) -> Self {
                self + constant as $float
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }

            #[inline(always)]
            fn reciprocal_times(self, constant: f64) -> Self {
                constant as $float / self
            }

            #[inline(always)]
            fn power(self, exponent: f64) -> Self {
                self.powf(exponent as $float)
            }

            #[inline(always)]
            fn clip(self, limit: f64) -> Self {
                // Not `clamp`, whose check of the bounds would stand in the loop; NaN stays NaN.
                let limit = limit as $float;
                let number = if self < -limit { -limit } else { self };
                if number > limit { limit } else { number }
            }

            #[inline(always)]
            fn shrink(self, distance: Self) -> Self {
                let below = if self > distance { distance } else { self };
                self - if below < -distance { -distance } else { below }
            }

            #[inline(always)]
            fn grow(self, distance: f64) -> Self {
                if self == 0.0 {
                    self
                } else {
                    self + (distance as $float).copysign(self)
                }
            }

            #[inline(always)]
            fn or_where_zero(self, condition: Self, other: Self) -> Self {
                if condition == 0.0 { other } else { self }
            }

            #[inline(always)]
            fn one_where_zero(self, condition: Self) -> Self {
                if condition == 0.0 { 1.0 } else { self }
            }
        }

        impl Real for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const MINUS_ONE: Self = -1.0;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }
        }
    )+};
}
real!(f32, f64);
