//! The numbers of a picture as comma-separated values.

use std::fmt::Write;

use super::lines::{Line, Point};

/// A line a point, with the names of the axes above.
pub(super) fn of(lines: &[Line], x_name: &str, y_name: &str) -> String {
    let (x, y) = (field(x_name), field(y_name));
    let mut table = format!("line,{x},{y},low,high\n");
    for line in lines {
        let label = field(&line.label);
        for Point { x, y, low, high } in &line.points {
            let (low, high) = (tidy(*low), tidy(*high));
            // Writing to a string does not fail.
            let _ = writeln!(table, "{label},{x},{y},{low},{high}");
        }
    }
    table
}

/// Rounded to twelve digits: 0.6 − 0.01 is 0.59.
fn tidy(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

/// A field of a line of comma-separated values.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
