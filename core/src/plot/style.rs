//! What the pictures share: colours, text and how curves are drawn.

use plotters::prelude::*;

use super::axis::Axis;

pub(super) type DrawError = DrawingAreaErrorKind<std::io::Error>;
pub(super) type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;

/// Colours that readers with any kind of colour vision can tell apart (Okabe and Ito, 2008). Beside each
/// stands the same for text, dark enough to be read on white: a contrast of at least 4.5 to 1.
const COLOURS: [(RGBColor, RGBColor); 7] = [
    (RGBColor(0, 114, 178), RGBColor(0, 105, 168)),
    (RGBColor(213, 94, 0), RGBColor(174, 72, 0)),
    (RGBColor(0, 158, 115), RGBColor(0, 118, 84)),
    (RGBColor(204, 121, 167), RGBColor(165, 72, 123)),
    (RGBColor(230, 159, 0), RGBColor(134, 90, 0)),
    (RGBColor(86, 180, 233), RGBColor(24, 112, 160)),
    // What has no colour of its own beside those that have.
    (RGBColor(120, 120, 120), GREY),
];

/// The optimizers that have a colour of their own in every picture.
const NAMED: [&str; 6] = [
    "Adagrad",
    "SGD",
    "Adam",
    "RMSprop",
    "Adadelta",
    "Adagrad-decay",
];

/// Sizes of text as plotters counts them: 1.24 times that of the SVG, so that 16 is 12.9 pixels.
pub(super) const TEXT: (&str, u32) = ("sans-serif", 16);
pub(super) const TITLE: (&str, u32) = ("sans-serif", 19);
/// The height of a line of text in pixels.
pub(super) const LINE_HEIGHT: i32 = 17;
/// The mean width of a character of each size in pixels.
pub(super) const TEXT_WIDTH: f64 = 8.0;
pub(super) const TITLE_WIDTH: f64 = 9.0;

pub(super) const GREY: RGBColor = RGBColor(90, 90, 90);
/// The lines behind a chart.
pub(super) const GRID: RGBColor = RGBColor(228, 228, 228);

/// How a curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) colour: usize,
    /// 0 for a solid line, then patterns of dashes.
    pub(super) pattern: usize,
}

/// Dashes and the gaps between them in pixels; `None` for a solid line.
const PATTERNS: [Option<(i32, i32)>; 3] = [None, Some((7, 4)), Some((2, 4))];

impl Stroke {
    /// A colour, solid or dashed.
    pub(super) fn new(colour: usize, dashed: bool) -> Self {
        Self {
            colour: colour % NAMED.len(),
            pattern: usize::from(dashed),
        }
    }

    /// The strokes of some curves: an optimizer's curve has the colour of the optimizer. The others get
    /// the colours that are left, then the same colours with other patterns.
    pub(super) fn of<'a>(labels: impl Iterator<Item = &'a str> + Clone) -> Vec<Self> {
        let mut taken: Vec<Self> = labels.clone().filter_map(named).collect();
        let stroke = |label: &str| {
            named(label).unwrap_or_else(|| {
                let patterns = 0..PATTERNS.len();
                let mut all = patterns.flat_map(|pattern| {
                    (0..NAMED.len()).map(move |colour| Self { colour, pattern })
                });
                let free = all.find(|stroke| !taken.contains(stroke));
                let free = free.unwrap_or(Self::new(taken.len(), false));
                taken.push(free);
                free
            })
        };
        labels.map(stroke).collect()
    }

    /// The strokes of some rows, which patterns would not tell apart: beside optimizers that have a colour of
    /// their own, all others are grey.
    pub(super) fn of_rows<'a>(labels: impl Iterator<Item = &'a str> + Clone) -> Vec<Self> {
        let grey = Self {
            colour: NAMED.len(),
            pattern: 0,
        };
        if labels.clone().all(|label| named(label).is_none()) {
            return Self::of(labels);
        }
        labels.map(|label| named(label).unwrap_or(grey)).collect()
    }

    /// Colour and width of the line.
    pub(super) fn style(self) -> ShapeStyle {
        COLOURS[self.colour].0.stroke_width(2)
    }

    /// Colour of the text beside it.
    pub(super) fn text_colour(self) -> RGBColor {
        COLOURS[self.colour].1
    }

    /// The same, dashed if it is asked for.
    pub(super) fn dashed_if(self, dashed: bool) -> Self {
        let pattern = self.pattern.max(usize::from(dashed));
        Self { pattern, ..self }
    }

    /// Draws a curve through points.
    pub(super) fn draw(
        self,
        chart: &mut Chart<'_>,
        points: Vec<(f64, f64)>,
    ) -> Result<(), DrawError> {
        match PATTERNS[self.pattern % PATTERNS.len()] {
            None => chart.draw_series(LineSeries::new(points, self.style()))?,
            Some((dash, gap)) => {
                chart.draw_series(DashedLineSeries::new(points, dash, gap, self.style()))?
            }
        };
        Ok(())
    }
}

/// The stroke of an optimizer's curve, by the first word of its label.
fn named(label: &str) -> Option<Stroke> {
    let word = label.split([' ', ',', '\n', ':']).next()?;
    let colour = NAMED.iter().position(|name| *name == word)?;
    Some(Stroke::new(colour, false))
}

/// Breaks text into lines of at most this many pixels, between words.
pub(super) fn wrap(text: &str, width: i32, character: f64) -> Vec<String> {
    let most = (f64::from(width) / character).max(1.0) as usize;
    let mut lines: Vec<String> = Vec::new();
    for part in text.split('\n') {
        let mut line = String::new();
        for word in part.split(' ') {
            let length = line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && length > most {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += word;
        }
        lines.push(line);
    }
    lines
}

/// Labels, broken, and the width of the widest.
pub(super) fn wrap_all<'a>(
    labels: impl Iterator<Item = &'a str>,
    width: i32,
) -> (Vec<Vec<String>>, i32) {
    let labels: Vec<Vec<String>> = labels.map(|label| wrap(label, width, TEXT_WIDTH)).collect();
    let widths = labels.iter().map(|lines| text_width(lines, TEXT_WIDTH));
    let widest = widths.max().unwrap_or(0);
    (labels, widest)
}

/// The width of the longest line in pixels.
pub(super) fn text_width(lines: &[String], character: f64) -> i32 {
    let longest = lines.iter().map(|line| line.chars().count()).max();
    (longest.unwrap_or(0) as f64 * character).ceil() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optimizers_keep_their_colours() {
        let strokes = Stroke::of(["x", "SGD, momentum 0.9", "Adagrad", "y"].into_iter());
        let colours: Vec<usize> = strokes.iter().map(|stroke| stroke.colour).collect();
        assert_eq!(colours, [2, 1, 0, 3]);
        let many: Vec<String> = (0..18).map(|i| format!("curve {i}")).collect();
        let strokes = Stroke::of(many.iter().map(String::as_str));
        for (i, stroke) in strokes.iter().enumerate() {
            assert!(!strokes[..i].contains(stroke), "{i}");
        }
    }

    /// As WCAG 2.1 defines contrast.
    #[test]
    fn text_can_be_read_on_white() {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        for (_, RGBColor(r, g, b)) in COLOURS {
            let luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
            let contrast = 1.05 / (luminance + 0.05);
            assert!(contrast >= 4.5, "{r},{g},{b}: {contrast}");
        }
    }

    #[test]
    fn text_is_broken_between_words() {
        assert_eq!(wrap("one two three", 56, 7.0), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 7, 7.0), ["unbreakable"]);
        assert_eq!(wrap("a\nb c", 700, 7.0), ["a", "b c"]);
    }
}
