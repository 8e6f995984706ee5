//! Rows of dots.

use adagrad_core::plot::{DotPlot, DotRow};

#[test]
fn each_row_has_its_mean_its_interval_and_its_runs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dots.svg");
    let rows = [
        DotRow::new("Adagrad", 0.5, 0.4, 0.6).with_runs(vec![0.3, 0.7, f64::NAN]),
        DotRow::new("a row, with a comma", 0.9, 0.9, 0.9),
        DotRow::new("diverged", f64::NAN, f64::NAN, f64::NAN),
    ];
    let plot = DotPlot::new("A title", "Accuracy").with_reference(0.5);
    plot.draw(&rows, &path).unwrap();
    let svg = std::fs::read_to_string(&path).unwrap();
    // Two runs and two means.
    let xs = super::attribute(&svg, "circle", "cx");
    assert_eq!(xs.len(), 4, "{xs:?}");
    let mut order = xs.clone();
    order.sort_by(f64::total_cmp);
    assert_eq!(order, [xs[0], xs[2], xs[1], xs[3]]);
    assert!(svg.contains("A title") && !svg.contains("diverged"));
    let table = std::fs::read_to_string(path.with_extension("csv")).unwrap();
    assert_eq!(
        table,
        "row,Accuracy,low,high,runs\n\
         Adagrad,0.5,0.4,0.6,0.3;0.7;NaN\n\
         \"a row, with a comma\",0.9,0.9,0.9,\n\
         diverged,NaN,NaN,NaN,\n"
    );
    let narrow = dir.path().join("narrow.svg");
    plot.with_width(360).draw(&rows, &narrow).unwrap();
    let svg = std::fs::read_to_string(&narrow).unwrap();
    let sizes = super::attribute(&svg, "text", "font-size");
    assert!(sizes.iter().all(|&size| size >= 12.0), "{sizes:?}");
    let xs = super::attribute(&svg, "circle", "cx");
    assert!(xs.iter().all(|&x| x < 360.0), "{xs:?}");
}

#[test]
fn without_a_number_there_is_nothing_to_draw() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [DotRow::new("diverged", f64::NAN, 0.0, 1.0)];
    for rows in [&rows[..], &[]] {
        let error = DotPlot::new("A title", "x").draw(rows, &dir.path().join("dots.svg"));
        assert_eq!(
            error.unwrap_err().to_string(),
            "nothing to plot: no row has a finite mean"
        );
    }
}
