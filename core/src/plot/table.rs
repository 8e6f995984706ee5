//! The numbers of a picture as comma-separated values.

use std::fmt::Write;

/// A line a point (its curve's label, x, y and the ends of its spread), with the names of the axes above.
pub(super) fn of<'a>(
    points: impl Iterator<Item = (&'a str, [f64; 4])>,
    x_name: &str,
    y_name: &str,
) -> String {
    let mut table = format!("line,{},{},low,high\n", field(x_name), field(y_name));
    for (label, [x, y, low, high]) in points {
        let (label, low, high) = (field(label), tidy(low), tidy(high));
        // Writing to a string does not fail.
        let _ = writeln!(table, "{label},{x},{y},{low},{high}");
    }
    table
}

/// Rounded to twelve digits: 0.6 − 0.01 is 0.59.
fn tidy(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

/// A field of a line of comma-separated values.
pub(super) fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
