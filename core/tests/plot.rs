//! The plots, read back from their SVG.
#![cfg(feature = "plot")]

#[path = "plot/dots.rs"]
mod dots;
#[path = "plot/kept.rs"]
mod kept;
#[path = "plot/lines.rs"]
mod lines;

use adagrad_core::plot::{LossCurve, LossPlot};

fn curve(label: &str, losses: Vec<f32>) -> LossCurve {
    LossCurve {
        label: label.into(),
        losses,
    }
}

fn svg(plot: &LossPlot, curves: &[LossCurve]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("losses.svg");
    plot.draw(curves, &path).unwrap();
    std::fs::read_to_string(&path).unwrap()
}

/// The corner points of each curve drawn (the only polylines with a hundred points or so).
fn polylines(svg: &str) -> Vec<Vec<(f64, f64)>> {
    svg.split("<polyline")
        .skip(1)
        .map(|rest| {
            let points = rest.split("points=\"").nth(1).unwrap();
            let points = points.split('"').next().unwrap();
            points
                .split_whitespace()
                .map(|point| {
                    let (x, y) = point.split_once(',').unwrap();
                    (x.parse().unwrap(), y.parse().unwrap())
                })
                .collect()
        })
        .filter(|points: &Vec<_>| points.len() > 5)
        .collect()
}

/// An attribute of each element of a kind.
fn attribute(svg: &str, kind: &str, name: &str) -> Vec<f64> {
    let start = format!("<{kind} ");
    let value = |rest: &str| {
        let element = rest.split('>').next().unwrap();
        let value = element.split(&format!(" {name}=\"")).nth(1);
        let value = value.or(element.strip_prefix(&format!("{name}=\"")))?;
        value.split('"').next().unwrap().parse().ok()
    };
    svg.split(start.as_str())
        .skip(1)
        .filter_map(value)
        .collect()
}

#[test]
fn title_axes_and_legend_are_the_articles() {
    let curves = [
        curve("Adagrad (Accuracy: 0.9350)", vec![0.7, 0.5, 0.3]),
        curve("SGD (Accuracy: 0.8950)", vec![0.7, 0.6, 0.5]),
    ];
    let svg = svg(&LossPlot::new(1), &curves);
    for text in [
        "Training Loss Comparison (Sparse Data)",
        "Epochs",
        "Loss",
        // Labels are broken between words.
        "Adagrad (Accuracy:",
        "SGD (Accuracy:",
        "0.8950)",
    ] {
        assert!(svg.contains(text), "{text} is missing");
    }
    let titled = self::svg(&LossPlot::new(1).with_title("Another title"), &curves);
    assert!(titled.contains("Another title"));
}

#[test]
fn long_curves_are_thinned_to_means() {
    // Noise of ±0.4 around a falling line: thinned, the line is left.
    let losses = (0..2500)
        .map(|i| 1.0 - i as f32 / 2500.0 + if i % 2 == 0 { 0.4 } else { -0.4 })
        .collect();
    let lines = polylines(&svg(&LossPlot::new(25), &[curve("a", losses)]));
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].len(), 125);
    // In SVG, y grows downwards: a falling loss is a rising y.
    assert!(
        lines[0]
            .windows(2)
            .all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1)
    );
}

#[test]
fn a_logarithmic_axis_makes_an_exponential_a_line() {
    let losses: Vec<f32> = (0..100).map(|i| 10.0_f32.powf(-i as f32 / 25.0)).collect();
    let bend = |log_scale| {
        let plot = LossPlot::new(10).with_log_scale(log_scale);
        let line = polylines(&svg(&plot, &[curve("a", losses.clone())])).remove(0);
        let (first, middle, last) = (line[0].1, line[50].1, line[99].1);
        (middle - (first + last) / 2.0).abs() / (last - first)
    };
    assert!(bend(true) < 0.02, "{}", bend(true));
    assert!(bend(false) > 0.3, "{}", bend(false));
    // A loss of zero has no logarithm; it is drawn at the floor.
    svg(
        &LossPlot::new(1).with_log_scale(true),
        &[curve("a", vec![1.0, 0.0, 0.5])],
    );
}

#[test]
fn numbers_on_the_axes_are_short() {
    let curves = [curve("a", vec![1e8, 3e7, 1e7, 2e7])];
    for log_scale in [false, true] {
        let svg = svg(&LossPlot::new(7).with_log_scale(log_scale), &curves);
        let texts = svg.split("<text").skip(1).map(|rest| {
            let text = rest.split_once('>').unwrap().1;
            text.split("</text").next().unwrap().trim().to_owned()
        });
        let numbers: Vec<String> = texts.filter(|text| text.parse::<f64>().is_ok()).collect();
        assert!(numbers.len() > 5);
        assert!(numbers.iter().all(|text| text.len() <= 7), "{numbers:?}");
    }
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("losses.svg");
    let draw = |curves: &[LossCurve]| {
        LossPlot::new(1)
            .draw(curves, &path)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(draw(&[]), "nothing to plot: no curves were given");
    let message = "nothing to plot: the curve `a` has no finite loss";
    assert_eq!(draw(&[curve("a", vec![])]), message);
    assert_eq!(draw(&[curve("a", vec![f32::NAN, f32::INFINITY])]), message);
    let log = LossPlot::new(1).with_log_scale(true);
    let error = log.draw(&[curve("a", vec![f32::NAN])], &path).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert!(!path.exists());

    let missing = dir.path().join("no/such/folder/losses.svg");
    let error = LossPlot::new(1)
        .draw(&[curve("a", vec![1.0])], &missing)
        .unwrap_err();
    assert!(error.to_string().contains("losses.svg"), "{error}");
}
