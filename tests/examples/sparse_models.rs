//! The example `sparse_models`: what it finds, prints, writes and refuses.
//!
//! Not where the examples run on a GPU: on a software adapter so many runs take hours.
#![cfg(all(feature = "any-backend", not(any(feature = "wgpu", feature = "cuda"))))]

mod refusals;

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::example::{example, lines};
use serde_json::Value;

/// Few and small models, for a program that is not optimized.
const SHORT: &str = "--epochs 4 --lr 0.1,0.3 --l1 0.1,0.6,2 --proximal-l1 0.005,0.015,0.03";

fn run(dir: &Path, options: &str) -> Output {
    let mut command = example("sparse_models");
    let options = options.split_whitespace();
    command.current_dir(dir).args(options).output().unwrap()
}

/// What a run that succeeds prints and writes.
struct Report {
    printed: Vec<String>,
    results: Value,
}

fn report(dir: &Path, options: &str) -> Report {
    let output = run(dir, options);
    assert_eq!(output.status.code(), Some(0), "{options}: {output:?}");
    assert!(output.stderr.is_empty(), "{options}: {output:?}");
    let results = fs::read_to_string(dir.join("target/sparse_models/results.json")).unwrap();
    Report {
        printed: lines(&output.stdout),
        results: serde_json::from_str(&results).unwrap(),
    }
}

impl Report {
    /// The cells of the table, without its head.
    fn table<'a>(&'a self) -> Vec<Vec<&'a str>> {
        let lines = self.printed.iter().filter(|line| line.starts_with("| "));
        let cells = |line: &'a String| {
            let line = line.strip_prefix("| ")?.strip_suffix(" |")?;
            Some(line.split(" | ").collect())
        };
        let cells: Option<Vec<_>> = lines.skip(2).map(cells).collect();
        cells.expect("a line that begins a row ends it")
    }

    /// The lines about the rates that were chosen.
    fn rates(&self) -> &[String] {
        let heading = |line: &String| line.starts_with("Rates chosen");
        let place = self.printed.iter().position(heading).unwrap();
        &self.printed[place + 1..]
    }

    fn models(&self) -> &[Value] {
        self.results["models"].as_array().unwrap()
    }

    fn of<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a Value> {
        let models = self.models().iter();
        models.filter(move |model| model["method"] == method)
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// `0.9350 ± 0.0120`, or without the spread of a single seed.
fn text(spread: &Value, factor: f64, digits: usize) -> String {
    let mean = factor * number(&spread["mean"]);
    match spread["std"].as_f64() {
        Some(std) => format!("{mean:.digits$} ± {:.digits$}", factor * std),
        None => format!("{mean:.digits$}"),
    }
}

/// `+0.0120 [+0.0050, +0.0190]`, or a dash for a single seed.
fn difference(interval: &Value) -> String {
    if interval.is_null() {
        return "–".into();
    }
    let [mean, low, high] = ["mean", "low", "high"].map(|name| number(&interval[name]));
    format!("{mean:+.4} [{low:+.4}, {high:+.4}]")
}

#[test]
fn larger_penalties_keep_fewer_weights_and_moderate_ones_their_accuracy() {
    let dir = tempfile::tempdir().unwrap();
    let report = report(dir.path(), &format!("--seeds 3 {SHORT}"));
    for method in ["FTRL-Proximal", "proximal Adagrad"] {
        let kept: Vec<f64> = report
            .of(method)
            .map(|model| number(&model["share_kept"]["mean"]))
            .collect();
        assert_eq!(kept.len(), 3);
        assert!(kept.is_sorted_by(|a, b| a > b), "{method}: {kept:?}");
        assert!(kept[2] < 0.1, "{method}: {kept:?}");
        let accuracy = report
            .of(method)
            .map(|model| number(&model["accuracy"]["mean"]));
        let accuracy: Vec<f64> = accuracy.collect();
        // Half of the remarks are of either class.
        assert!(accuracy[0] > 0.8, "{method}: {accuracy:?}");
        assert!(accuracy[0] > accuracy[2], "{method}: {accuracy:?}");
    }
    // Of 569 words and many more pairs, FTRL-Proximal needs a part.
    let ftrl = report.of("FTRL-Proximal").nth(1).unwrap();
    assert!(number(&ftrl["share_kept"]["mean"]) < 0.5, "{ftrl}");
    assert!(number(&ftrl["accuracy"]["mean"]) > 0.75, "{ftrl}");
    let plain = report.of("Adagrad").next().unwrap();
    assert_eq!(number(&plain["share_kept"]["mean"]), 1.0);
    assert!(number(&plain["accuracy"]["mean"]) > 0.8, "{plain}");
}

/// Table, file and picture are of the same numbers.
#[test]
fn the_table_is_that_of_the_results() {
    let dir = tempfile::tempdir().unwrap();
    for (seeds, protocol) in [
        (
            2,
            "Numbers: mean ± standard deviation over the seeds 5 to 6; differences with their 95 % intervals",
        ),
        (1, "Seed: 5"),
    ] {
        let report = report(dir.path(), &format!("--seed 5 --seeds {seeds} {SHORT}"));
        assert!(
            report.printed[0].starts_with("Rows: 800 to train on, 200 to test on; weights: "),
            "{:?}",
            report.printed
        );
        assert!(report.printed[1].contains("on 160 of the training rows"));
        assert_eq!(report.printed[2], protocol);

        let table = report.table();
        assert_eq!(table.len(), 7, "{table:?}");
        for (cells, model) in table.iter().zip(report.models()) {
            assert_eq!(cells[0], model["method"].as_str().unwrap());
            assert_eq!(cells[1].parse::<f64>().unwrap(), number(&model["l1"]));
            assert_eq!(cells[2], text(&model["share_kept"], 100.0, 2));
            assert_eq!(cells[3], text(&model["accuracy"], 1.0, 4));
            if cells[0] == "Adagrad" {
                assert_eq!(cells[4..], ["–", "–"]);
            } else {
                assert_eq!(cells[4], text(&model["cut"]["accuracy"], 1.0, 4));
                assert_eq!(cells[5], difference(&model["cut"]["difference"]));
            }
            let runs = model["runs"].as_array().unwrap();
            assert_eq!(runs.len(), seeds);
            let mean =
                |value: fn(&Value) -> f64| runs.iter().map(value).sum::<f64>() / seeds as f64;
            let close = |spread: &Value, mean: f64| (number(&spread["mean"]) - mean).abs() < 1e-12;
            let share = mean(|run| number(&run["kept"]) / number(&run["weights"]));
            assert!(close(&model["share_kept"], share), "{model}");
            let accuracy = mean(|run| number(&run["accuracy"]));
            assert!(close(&model["accuracy"], accuracy), "{model}");
        }
    }
    let picture = dir.path().join("target/sparse_models/accuracy_kept.svg");
    let picture = fs::read_to_string(picture).unwrap();
    for text in ["(1 seed)", "FTRL-Proximal", "Adagrad, cut to as many"] {
        assert!(picture.contains(text), "{text}");
    }
}

/// A cut to all weights cuts nothing, and without penalty worth the name all methods are plain Adagrad.
#[test]
fn without_penalty_all_methods_are_one() {
    let dir = tempfile::tempdir().unwrap();
    let options = "--seeds 2 --epochs 3 --lr 0.1 --l1 1e-12 --proximal-l1 1e-12";
    let report = report(dir.path(), options);
    let accuracy = |model: &Value| model["accuracy"]["mean"].clone();
    let plain = accuracy(&report.models()[0]);
    for model in &report.models()[1..] {
        assert_eq!(accuracy(model), plain);
        assert_eq!(model["cut"]["accuracy"]["mean"], plain);
    }
}

/// A line with a word of its class, one that says nothing, and one of its own.
fn write(dir: &Path, name: &str, lines: std::ops::Range<usize>, turn: bool) {
    let line = |i: usize| {
        let class = (i >= lines.len() / 2) as usize;
        let word = ["cold", "warm"][class ^ usize::from(turn)];
        format!("{class}\t{word} day {i}\n")
    };
    let text: String = lines.clone().map(line).collect();
    fs::write(dir.join(name), text).unwrap();
}

/// Also: a file that is sorted by class.
#[test]
fn test_rows_have_no_say_in_what_is_trained() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "train.tsv", 0..100, false);
    write(dir.path(), "good.tsv", 0..20, false);
    write(dir.path(), "bad.tsv", 0..20, true);
    let run = |test: &str| {
        // Under larger penalties these few texts want ever larger rates.
        let options = "--epochs 4 --lr 0.1,0.3 --l1 0.1 --proximal-l1 0.001";
        let options = format!("--data train.tsv --test-data {test} --seeds 2 {options}");
        report(dir.path(), &options)
    };
    let (good, bad) = (run("good.tsv"), run("bad.tsv"));
    assert_eq!(good.rates(), bad.rates());
    for (good, bad) in good.models().iter().zip(bad.models()) {
        assert_eq!(good["share_kept"], bad["share_kept"]);
    }
    let accuracy = |report: &Report| number(&report.models()[0]["accuracy"]["mean"]);
    assert_eq!((accuracy(&good), accuracy(&bad)), (1.0, 0.0));
}

#[test]
fn penalties_that_leave_nothing_are_shown_as_such() {
    let dir = tempfile::tempdir().unwrap();
    let options = "--seeds 1 --epochs 1 --lr 0.1 --l1 1000 --proximal-l1 0.001,1000";
    let report = report(dir.path(), options);
    let table = report.table();
    for place in [1, 3] {
        assert_eq!(table[place][2], "0.00", "{table:?}");
        // All texts are class 0 then, and nothing cut to nothing is no better.
        assert_eq!(table[place][3], table[place][4], "{table:?}");
    }
    let picture = dir.path().join("target/sparse_models/accuracy_kept.svg");
    let picture = fs::read_to_string(picture).unwrap();
    assert!(!picture.contains("FTRL-Proximal"));
    assert!(picture.contains("proximal Adagrad"));
}

#[test]
fn the_same_command_prints_the_same_and_every_option_tells() {
    let dir = tempfile::tempdir().unwrap();
    let base = "--seeds 1 --epochs 1 --l1 0.2 --proximal-l1 0.01 --lr 0.1";
    let run = |options: &str| report(dir.path(), options).printed;
    let plain = run(base);
    assert_eq!(
        run(&format!(
            "{base} --ngrams 2 --seed 0 --initial-accumulator 1e-4"
        )),
        plain
    );
    for options in [
        "--seeds 2 --epochs 1 --l1 0.2 --proximal-l1 0.01 --lr 0.1",
        "--seeds 1 --epochs 2 --l1 0.2 --proximal-l1 0.01 --lr 0.1",
        "--seeds 1 --epochs 1 --l1 0.3 --proximal-l1 0.01 --lr 0.1",
        "--seeds 1 --epochs 1 --l1 0.2 --proximal-l1 0.02 --lr 0.1",
        "--seeds 1 --epochs 1 --l1 0.2 --proximal-l1 0.01 --lr 0.02",
        "--seeds 1 --epochs 1 --l1 0.2 --proximal-l1 0.01 --lr 0.1 --seed 1",
        "--seeds 1 --epochs 1 --l1 0.2 --proximal-l1 0.01 --lr 0.1 --ngrams 1",
        "--seeds 1 --epochs 1 --l1 0.2 --proximal-l1 0.01 --lr 0.1 --initial-accumulator 0.1",
    ] {
        assert_ne!(run(options), plain, "{options}");
    }
}
