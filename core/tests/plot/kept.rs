//! Accuracy against the share of weights kept.

use adagrad_core::plot::{KeptCurve, KeptPlot, KeptPoint};

use super::polylines;

fn curve(label: &str, points: &[(f64, f64, Option<f64>)]) -> KeptCurve {
    let point = |&(share_kept, accuracy, accuracy_std)| KeptPoint {
        share_kept,
        accuracy,
        accuracy_std,
    };
    KeptCurve {
        label: label.into(),
        points: points.iter().map(point).collect(),
    }
}

fn svg(plot: &KeptPlot, curves: &[KeptCurve]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kept.svg");
    plot.draw(curves, &path).unwrap();
    std::fs::read_to_string(&path).unwrap()
}

/// Some attributes of the elements of a kind, in order, as numbers.
fn elements<const N: usize>(svg: &str, kind: &str, attributes: [&str; N]) -> Vec<[f64; N]> {
    let start = format!("<{kind} ");
    let elements = svg.split(start.as_str()).skip(1);
    elements
        .map(|rest| {
            let element = rest.split("/>").next().unwrap();
            attributes.map(|name| {
                let value = element.split(&format!("{name}=\"")).nth(1).unwrap();
                value.split('"').next().unwrap().parse().unwrap()
            })
        })
        .collect()
}

fn dots(svg: &str) -> Vec<[f64; 2]> {
    elements(svg, "circle", ["cx", "cy"])
}

/// The lengths of the first curve's error bars.
fn bars(svg: &str) -> Vec<f64> {
    let own: String = svg
        .lines()
        .filter(|line| line.contains("#0072B2"))
        .collect();
    let lines = elements(&own, "line", ["x1", "y1", "x2", "y2"]);
    let upright = lines.iter().filter(|[x1, _, x2, _]| x1 == x2);
    upright.map(|[_, y1, _, y2]| (y1 - y2).abs()).collect()
}

#[test]
fn title_axes_and_legend_are_there() {
    let curves = [
        curve("FTRL", &[(0.1, 0.9, Some(0.01)), (0.01, 0.8, Some(0.02))]),
        curve("Adagrad", &[(1.0, 0.91, None)]),
    ];
    let svg = svg(&KeptPlot::default(), &curves);
    let texts = ["Accuracy and Weights Kept", "Weights kept (%)", "Accuracy"];
    for text in texts.into_iter().chain(["FTRL", "Adagrad"]) {
        assert!(svg.contains(text), "{text} is missing");
    }
    let titled = self::svg(&KeptPlot::new().with_title("Another title"), &curves);
    assert!(titled.contains("Another title"));
}

/// In any order given, from the fewest weights to the most; equal ratios are equal distances.
#[test]
fn shares_are_on_a_logarithmic_axis() {
    let points = [(0.1, 0.8, None), (0.001, 0.6, None), (0.01, 0.7, None)];
    let dots = dots(&svg(&KeptPlot::new(), &[curve("a", &points)]));
    let [a, b, c] = dots[..] else {
        panic!("{dots:?}");
    };
    for axis in 0..2 {
        let steps = [b[axis] - a[axis], c[axis] - b[axis]];
        assert!((steps[0] - steps[1]).abs() <= 1.0, "{dots:?}");
        // In SVG, y grows downwards.
        assert_eq!(steps[0] > 0.0, axis == 0, "{dots:?}");
    }
}

#[test]
fn error_bars_are_a_deviation_up_and_a_deviation_down() {
    let points = [
        (0.1, 0.8, Some(0.1)),
        (0.2, 0.8, Some(0.05)),
        (0.4, 0.8, None),
        (0.8, 0.8, Some(f64::NAN)),
    ];
    let bars = bars(&svg(&KeptPlot::new(), &[curve("a", &points)]));
    assert_eq!(bars.len(), 4);
    assert!((bars[0] / bars[1] - 2.0).abs() < 0.02, "{bars:?}");
    assert_eq!(bars[2..], [0.0, 0.0]);
}

/// What the other curves are compared with is seen over the width of the chart.
#[test]
fn a_curve_of_one_point_is_a_level() {
    let points: Vec<_> = (1..9)
        .map(|i| (0.1 * f64::from(i), 0.8 + 0.01 * f64::from(i), Some(0.01)))
        .collect();
    let curves = [
        curve("many", &points),
        curve("one", &[(1.0, 0.85, Some(0.01))]),
    ];
    let svg = svg(&KeptPlot::new(), &curves);
    assert_eq!(polylines(&svg).len(), 1);
    let one = *dots(&svg).last().unwrap();
    let level = format!(",{} ", one[1]);
    let dashes = svg.lines().filter(|line| line.contains("#D55E00"));
    let dashes = dashes.filter(|line| line.matches(&level).count() == 2);
    assert!(dashes.count() > 50);
}

/// Twenty of one method, all of one accuracy: nothing to divide by.
#[test]
fn a_single_level_can_be_drawn() {
    let points = [(0.1, 0.5, None); 20];
    let dots = dots(&svg(&KeptPlot::new(), &[curve("a", &points)]));
    assert_eq!(dots.len(), 20);
    assert!(dots.iter().flatten().all(|place| place.is_finite()));
}

#[test]
fn points_without_a_place_are_left_out() {
    let points = [
        (0.0, 0.5, None),
        (0.1, 0.8, None),
        (f64::NAN, 0.8, None),
        (0.2, f64::NAN, None),
        (0.3, 0.9, None),
    ];
    let dots = dots(&svg(&KeptPlot::new(), &[curve("a", &points)]));
    assert_eq!(dots.len(), 2);
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kept.svg");
    let draw = |curves: &[KeptCurve]| {
        let error = KeptPlot::new().draw(curves, &path).unwrap_err();
        error.to_string()
    };
    assert_eq!(draw(&[]), "nothing to plot: no curves were given");
    let message = "nothing to plot: no point of the curve `a` can be drawn";
    let good = curve("b", &[(0.5, 0.9, None)]);
    for points in [&[][..], &[(0.0, 0.5, None)], &[(0.5, f64::INFINITY, None)]] {
        assert_eq!(draw(&[good.clone(), curve("a", points)]), message);
    }
    assert!(!path.exists());

    let missing = dir.path().join("no/such/folder/kept.svg");
    let error = KeptPlot::new().draw(&[good], &missing).unwrap_err();
    assert!(error.to_string().contains("kept.svg"), "{error}");
}
