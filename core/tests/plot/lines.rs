//! Line plots.

use adagrad_core::plot::{Line, LinePlot, Point, Spread};

fn plot() -> LinePlot {
    LinePlot::new("A title", "Rate (1)", "Accuracy, of 1")
}

fn line(label: &str, points: &[(f64, f64)]) -> Line {
    let points = points
        .iter()
        .map(|&(x, y)| Point::new(x, y).with_spread(0.25));
    Line::new(label, points.collect())
}

/// The picture and the table beside it.
fn files(plot: &LinePlot, lines: &[Line]) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lines.svg");
    plot.draw(lines, &path).unwrap();
    let read = |name| std::fs::read_to_string(dir.path().join(name)).unwrap();
    (read("lines.svg"), read("lines.csv"))
}

#[test]
fn the_table_holds_all_numbers() {
    let lines = [
        line("a, \"b\"", &[(1.0, 0.5), (2.0, f64::NAN)]),
        line("c", &[(0.0, 1.0)]),
    ];
    let (svg, table) = files(&plot(), &lines);
    assert_eq!(
        table,
        "line,Rate (1),\"Accuracy, of 1\",low,high\n\
         \"a, \"\"b\"\"\",1,0.5,0.25,0.75\n\
         \"a, \"\"b\"\"\",2,NaN,NaN,NaN\n\
         c,0,1,0.75,1.25\n"
    );
    for text in ["A title", "Rate (1)", "Accuracy, of 1", ">\nc\n<"] {
        assert!(svg.contains(text), "{text} is missing");
    }
}

/// Colours first, then dashes; lines may share a colour.
#[test]
fn more_lines_than_colours_are_told_apart() {
    let lines: Vec<Line> = (0..14)
        .map(|i| {
            line(
                &format!("line {i}"),
                &[(1.0, 0.5), (2.0, 0.1 * f64::from(i))],
            )
        })
        .collect();
    let strokes = |svg: &str| svg.matches("<polyline").count();
    let (six, _) = files(&plot(), &lines[..6]);
    let (seven, _) = files(&plot(), &lines[..7]);
    // A dashed line is one of many pieces.
    assert!(strokes(&seven) > strokes(&six) + 10);
    let pair = [lines[0].clone(), lines[1].clone().with_stroke(0, true)];
    let (pair, _) = files(&plot(), &pair);
    assert!(pair.contains("#0072B2") && !pair.contains("#D55E00"));
}

/// Text keeps its size when the picture is narrow, and is nowhere less than 12 pixels.
#[test]
fn text_can_be_read_at_any_width() {
    let lines = [line(
        "a rather long label of a line",
        &[(1.0, 0.5), (2.0, 0.75)],
    )];
    for width in [360, 750] {
        let (svg, _) = files(&plot().with_width(width), &lines);
        assert!(svg.contains(&format!("<svg width=\"{width}\"")), "{svg}");
        let sizes = super::attribute(&svg, "text", "font-size");
        assert!(sizes.len() > 5);
        assert!(sizes.iter().all(|&size| size >= 12.0), "{sizes:?}");
        // Nothing begins outside.
        let xs = super::attribute(&svg, "text", "x");
        assert!(
            xs.iter().all(|&x| (0.0..f64::from(width)).contains(&x)),
            "{xs:?}"
        );
    }
}

/// Lines that end at one height: each label has a line of its own.
#[test]
fn labels_stand_at_the_ends_and_apart() {
    let lines: Vec<Line> = (0..5)
        .map(|i| {
            line(
                &format!("line {i}"),
                &[(1.0, 0.1 * f64::from(i)), (2.0, 0.5)],
            )
        })
        .collect();
    let (svg, _) = files(&plot(), &lines);
    let mut heights: Vec<f64> = (0..5)
        .map(|i| {
            let end = svg.find(&format!(">\nline {i}\n<")).expect("a label");
            let start = svg[..end].rfind("<text").unwrap();
            super::attribute(&svg[start..end], "text", "y")[0]
        })
        .collect();
    heights.sort_by(f64::total_cmp);
    assert!(
        heights.windows(2).all(|pair| pair[1] - pair[0] >= 16.0),
        "{heights:?}"
    );
}

#[test]
fn logarithmic_axes_leave_out_what_has_no_place() {
    let logs = plot()
        .with_log_x(true)
        .with_log_y(true)
        .with_spread(Spread::Band);
    let points = [
        (0.0, 1.0),
        (1.0, 0.1),
        (2.0, -1.0),
        (10.0, 1.0),
        (100.0, 0.5),
    ];
    let (svg, table) = files(&logs, &[line("a", &points)]);
    assert_eq!(table.lines().count(), 6);
    assert!(!svg.contains("NaN") && !svg.contains("inf"));

    let dir = tempfile::tempdir().unwrap();
    let error = |lines: &[Line]| {
        logs.draw(lines, &dir.path().join("x.svg"))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(&[line("gone", &[(0.0, 1.0)])]),
        "nothing to plot: no point of the line `gone` has a place"
    );
    assert_eq!(error(&[]), "nothing to plot: no lines were given");
    let nowhere = dir.path().join("no/such/folder/x.svg");
    let error = plot()
        .draw(&[line("a", &[(1.0, 1.0)])], &nowhere)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&nowhere.display().to_string())
    );
}
