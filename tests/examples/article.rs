//! What the examples print, write and return: others parse it.
#![cfg(feature = "any-backend")]

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::example::{backend_is_available, example, lines};
use serde_json::Value;
use tempfile::TempDir;

fn compare(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = example("compare_optimizers");
    command.current_dir(dir).args(arguments).output().unwrap()
}

/// With files, whose names may hold blanks, and options that do not.
fn compare_files(dir: &Path, files: [&str; 4], options: &str) -> Output {
    let arguments: Vec<&str> = files.into_iter().chain(options.split(' ')).collect();
    compare(dir, &arguments)
}

/// `0.9350` or `0.9350 ± 0.0120`.
fn is_accuracy(text: &str, several_seeds: bool) -> bool {
    let is_number = |text: &str| {
        let digits = text.split_once('.').map(|(_, digits)| digits.len());
        text.parse::<f64>().is_ok_and(|x| (0.0..=1.0).contains(&x)) && digits == Some(4)
    };
    match text.split_once(" ± ") {
        Some((mean, std)) => several_seeds && is_number(mean) && is_number(std),
        None => !several_seeds && is_number(text),
    }
}

fn assert_accuracies(output: &Output, several_seeds: bool) {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let lines = lines(&output.stdout);
    assert_eq!(lines[0], "Final accuracies:");
    // Of several seeds, a table and the verdict follow after an empty line.
    assert_eq!(lines.len() > 5, several_seeds);
    assert!(lines.get(5).is_none_or(String::is_empty));
    for (line, name) in lines[1..5]
        .iter()
        .zip(["Adagrad", "SGD", "Adam", "RMSprop"])
    {
        let accuracy = line.strip_prefix(&format!("{name}: ")).unwrap();
        assert!(is_accuracy(accuracy, several_seeds), "{line}");
    }
}

fn results(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn simple_nn_prints_ten_losses() {
    if !backend_is_available() {
        return;
    }
    let output = example("simple_nn").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let lines = lines(&output.stdout);
    assert_eq!(lines.len(), 10);
    for (i, line) in lines.iter().enumerate() {
        let loss = line
            .strip_prefix(&format!("Epoch {}, Loss: ", i + 1))
            .unwrap();
        assert_eq!(loss.split_once('.').unwrap().1.len(), 4, "{line}");
        assert!(loss.parse::<f64>().unwrap() > 0.0, "{line}");
    }
}

#[test]
fn one_seed_and_the_articles_protocol_print_plain_accuracies() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let output = compare(
        dir.path(),
        &["--epochs", "1", "--seeds", "1", "--seed", "7"],
    );
    assert_accuracies(&output, false);
    // No progress bar on a stderr that is no terminal.
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("epochs"),
        "{output:?}"
    );
    let out = dir.path().join("target/compare_optimizers");
    let plain = results(&out.join("results.json"));
    assert_eq!(plain["protocol"], "SameStart");
    assert_eq!(plain["optimizers"][3]["optimizer"], "RMSprop");
    assert_eq!(plain["seeds"], serde_json::json!([7]));
    assert_eq!(plain["optimizers"][0]["runs"][0]["seed"], 7);
    assert_eq!(
        plain["optimizers"][0]["runs"][0]["losses"]
            .as_array()
            .unwrap()
            .len(),
        25
    );

    let output = compare(dir.path(), &["--epochs", "1", "--as-article"]);
    assert_accuracies(&output, false);
    assert_eq!(results(&out.join("results.json"))["protocol"], "AsArticle");
}

#[test]
fn several_seeds_print_mean_and_deviation_and_write_files() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (train, test) = libsvm_files(&dir);
    let files = ["--data", &train, "--test-data", &test];
    let options = "--epochs 2 --batch-size 8 --seeds 2 --lr 0.05 --out here --log-scale";
    let output = compare_files(dir.path(), files, options);
    assert_accuracies(&output, true);
    let results = results(&dir.path().join("here/results.json"));
    assert_eq!(results["options"]["lr"], 0.05);
    for (i, optimizer) in results["optimizers"].as_array().unwrap().iter().enumerate() {
        let mean = optimizer["accuracy_mean"].as_f64().unwrap();
        let line = &lines(&output.stdout)[i + 1];
        assert!(line.contains(&format!(": {mean:.4} ± ")), "{line}");
        assert_eq!(optimizer["runs"].as_array().unwrap().len(), 2);
        // 20 rows in batches of 8, twice.
        assert_eq!(optimizer["runs"][1]["losses"].as_array().unwrap().len(), 6);
    }
    let svg = dir.path().join("here/losses.svg");
    let svg = fs::read_to_string(svg).unwrap();
    assert!(svg.contains("RMSprop (Accuracy:"));
    // Without test rows, the last fifth of the data is held back.
    let output = compare(
        dir.path(),
        &["--data", &train, "--epochs", "1", "--seeds", "1"],
    );
    assert_accuracies(&output, false);
}

/// The mushrooms of the UCI repository, which a linear model tells apart: all that is wrong with
/// reading, training or counting shows.
#[test]
fn a_real_file_is_learnt() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let [train, test] = ["train", "test"].map(|part| folder.join(format!("agaricus.txt.{part}")));
    if !train.exists() {
        crate::common::print_skip(&format!("{} is absent", train.display()));
        return;
    }
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (train, test) = (train.display().to_string(), test.display().to_string());
    let files = ["--data", &train, "--test-data", &test];
    let options = "--epochs 2 --seeds 1 --batch-size 128";
    let output = compare_files(dir.path(), files, options);
    assert_accuracies(&output, false);
    let accuracy: f64 = lines(&output.stdout)[1]["Adagrad: ".len()..]
        .parse()
        .unwrap();
    assert!(accuracy >= 0.99, "{accuracy}");
}

/// A run that diverges says so.
#[test]
fn losses_that_are_not_finite_are_reported() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let arguments = [
        "--lr",
        "1e30",
        "--epochs",
        "1",
        "--seeds",
        "1",
        "--log-scale",
    ];
    let output = compare(dir.path(), &arguments);
    assert_accuracies(&output, false);
    let stderr = lines(&output.stderr);
    let warning =
        |line: &String| line.starts_with("warning: Adagrad: ") && line.contains(" of 25 losses");
    assert!(stderr.iter().any(warning), "{stderr:?}");
    // Its own results can be read back.
    let path = dir.path().join("target/compare_optimizers/results.json");
    let comparison: burn_adagrad::train::Comparison =
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(comparison.optimizers[0].runs[0].losses[24].is_nan());
}

/// 20 rows to train on and 5 to test on; feature 9 occurs in the test rows alone.
fn libsvm_files(dir: &TempDir) -> (String, String) {
    let rows = |n: usize, last: usize| -> String {
        let row = |i: usize| {
            format!(
                "{} {}:1 {last}:0.5\n",
                if i.is_multiple_of(2) { "+1" } else { "-1" },
                1 + i % 4
            )
        };
        (0..n).map(row).collect()
    };
    let (train, test) = (dir.path().join("train.txt"), dir.path().join("test.txt"));
    fs::write(&train, rows(20, 6)).unwrap();
    fs::write(&test, rows(5, 9)).unwrap();
    (train.display().to_string(), test.display().to_string())
}

#[test]
fn bad_options_and_bad_input_exit_with_2_and_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("order.txt", "1 1:1\n0 7:1 5:1\n");
    write("labels.txt", "1 1:1\n3 1:1\n");
    write("empty.txt", "\n# nothing\n");
    write("one.txt", "1 1:1\n");
    write("wide.txt", "1 1:1\n0 4294967294:1\n");
    write("good.txt", "1 1:1\n0 2:1\n1 1:1\n0 2:1\n1 1:1\n");
    write("file", "");
    let cases: &[(&[&str], &str)] = &[
        (
            &["--epochs", "x"],
            "error: invalid value 'x' for '--epochs <N>': invalid digit found in string",
        ),
        (&["--epochs", "0"], "error: --epochs 0 (must be at least 1)"),
        (
            &["--batch-size", "0"],
            "error: --batch-size 0 (must be at least 1)",
        ),
        (
            &["--lr", "-0.5"],
            "error: --lr -0.5 (must be finite and above 0)",
        ),
        (
            &["--lr", "nan"],
            "error: --lr NaN (must be finite and above 0)",
        ),
        (
            &["--seeds", "0"],
            "error: invalid value '0' for '--seeds <N>': 0 is not in 1..=100000",
        ),
        (
            &["--seed", "18446744073709551615", "--seeds", "2"],
            "error: --seed plus --seeds is larger than the largest seed",
        ),
        (&["--colour"], "error: unexpected argument '--colour' found"),
        (
            &["--as-article", "--seeds", "2"],
            "error: the argument '--as-article' cannot be used with '--seeds <N>'",
        ),
        (
            &["--test-data", "good.txt"],
            "error: the following required arguments were not provided: --data <FILE>",
        ),
        (
            &["--data", "none.txt"],
            "error: none.txt: No such file or directory (os error 2)",
        ),
        (
            &["--data", "order.txt"],
            "error: order.txt:2:7: feature index 5 is not above the one before it, 7",
        ),
        (
            &["--data", "good.txt", "--test-data", "labels.txt"],
            "error: labels.txt:2:1: label \"3\" is neither 0 nor 1, nor -1 nor +1",
        ),
        (
            &["--data", "wide.txt"],
            "error: wide.txt: 4294967294 features are too many for dense weights \
             (at most 10000000)",
        ),
        (
            &["--as-article", "--data", "good.txt"],
            "error: the argument '--as-article' cannot be used with '--data <FILE>'",
        ),
        (
            &["--data", "a\nb"],
            "error: a\\nb: No such file or directory (os error 2)",
        ),
        (&["--data", "empty.txt"], "error: empty.txt: no rows"),
        (
            &["--data", "one.txt"],
            "error: one.txt: 1 rows cannot be split into training and test rows (at least 2 are needed)",
        ),
        (
            &["--data", "good.txt", "--out", "file/out"],
            "error: file/out: Not a directory (os error 20)",
        ),
    ];
    for (arguments, message) in cases {
        let output = compare(dir.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(lines(&output.stderr), [*message], "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

/// Sparse batches, embeddings and the row-sparse step behind the examples, on whatever backend they have:
/// a few epochs, in which the loss falls and the classes are told apart.
#[test]
fn the_row_sparse_examples_learn() {
    if !backend_is_available() {
        return;
    }
    for (name, arguments, at_least) in [
        ("sparse_nn", "--epochs 6 --lr 0.1", 0.75),
        ("text_classification", "--epochs 3 --lr 0.05", 0.75),
    ] {
        let output = example(name).args(arguments.split(' ')).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {stderr}");
        let lines = lines(&output.stdout);
        let losses: Vec<f64> = lines
            .iter()
            .filter_map(|line| line.split_once("Loss: "))
            .map(|(_, loss)| loss.parse().unwrap())
            .collect();
        assert!(losses.len() >= 2, "{name}: {lines:?}");
        assert!(
            losses[losses.len() - 1] < 0.9 * losses[0],
            "{name}: {losses:?}"
        );
        let last = lines.last().unwrap();
        let accuracy = last.strip_prefix("Adagrad Accuracy: ").expect(last);
        assert!(is_accuracy(accuracy, false), "{name}: {last}");
        let accuracy: f64 = accuracy.parse().unwrap();
        assert!(accuracy >= at_least, "{name}: {accuracy}");
    }
}

/// A file in LIBSVM format with more features than a dense matrix could have; and what is wrong with one.
#[test]
fn sparse_nn_reads_files() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (data, bad) = (dir.path().join("data.txt"), dir.path().join("bad.txt"));
    // The class is that of the first of each row's features.
    let row = |i: usize| {
        let class = i % 2;
        format!(
            "{class} {}:1 {}:0.5\n",
            1 + class,
            100 + (i * 7919) % 900_000
        )
    };
    fs::write(&data, (0..100).map(row).collect::<String>()).unwrap();
    fs::write(&bad, "1 1:1\n0 5:x\n").unwrap();
    let run = |arguments: &[&str]| example("sparse_nn").args(arguments).output().unwrap();
    let file = ["--data", data.to_str().unwrap(), "--features", "1000000"];
    let options = ["--hidden", "4", "--epochs", "8", "--lr", "0.2"];
    let output = run(&[&file[..], &options].concat());
    let printed = lines(&output.stdout);
    assert!(printed[0].starts_with("80 rows to train on, 20 to test on, 1000000 features"));
    assert_eq!(printed.last().unwrap(), "Adagrad Accuracy: 1.0000");

    for (arguments, message) in [
        (["--data", bad.to_str().unwrap()], "bad.txt:2:5: value"),
        (["--lr", "0"], "--lr 0 (must be finite and above 0)"),
        (["--features", "7"], "--data"),
    ] {
        let output = run(&arguments);
        let stderr = lines(&output.stderr);
        assert_eq!(
            (output.status.code(), stderr.len()),
            (Some(2), 1),
            "{stderr:?}"
        );
        assert!(stderr[0].contains(message), "{stderr:?}");
    }
}

#[test]
fn help_lists_every_option() {
    let output = compare(Path::new("."), &["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = String::from_utf8(output.stdout).unwrap();
    for option in [
        "--data",
        "--test-data",
        "--epochs",
        "--batch-size",
        "--lr",
        "--seeds",
        "--seed",
        "--out",
        "--as-article",
        "--log-scale",
    ] {
        assert!(help.contains(option), "{option}");
    }
}
