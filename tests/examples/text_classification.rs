//! The example `text_classification`: what it learns, prints and refuses.
//!
//! Not where the examples run on a GPU: on a software adapter so many runs take hours. There
//! `article.rs` has a short run of some.
#![cfg(all(feature = "any-backend", not(any(feature = "wgpu", feature = "cuda"))))]

#[path = "../../examples/text_classification/hash.rs"]
mod hash;
mod refusals;
#[path = "../../examples/text_classification/tokens.rs"]
mod tokens;

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::example::{backend_is_available, example};

fn run(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = example("text_classification");
    command.current_dir(dir).args(arguments).output().unwrap()
}

/// What the program prints with some options, parted by blanks.
fn report(dir: &Path, options: &str) -> String {
    let output = run(dir, &options.split_whitespace().collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(0), "{options}: {output:?}");
    assert!(output.stderr.is_empty(), "{options}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The accuracy, which is the last line.
fn accuracy(report: &str) -> f64 {
    let line = report.lines().last().unwrap();
    let digits = line.strip_prefix("Adagrad Accuracy: ").unwrap();
    assert_eq!(digits.len(), "0.9350".len(), "{line}");
    digits.parse().unwrap()
}

/// The lines of the table below a heading, each as its words.
fn table<'a>(report: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let lines = report.lines().skip_while(|line| !line.starts_with(heading));
    let lines = lines.skip(1).take_while(|line| !line.is_empty());
    lines
        .map(|line| line.split_whitespace().collect())
        .collect()
}

fn losses(report: &str) -> Vec<f64> {
    let losses = report
        .lines()
        .filter_map(|line| line.split_once(", Loss: "));
    losses.map(|(_, loss)| loss.parse().unwrap()).collect()
}

#[test]
fn the_shipped_remarks_are_learnt_with_every_seed() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for seed in 0..5 {
        let report = report(dir.path(), &format!("--seed {seed}"));
        assert!(
            report.contains("Rows: 800 to train on, 200 to test on\n"),
            "{report}"
        );
        let losses = losses(&report);
        assert_eq!(losses.len(), 10);
        assert!(losses[9] < losses[0] / 2.0, "seed {seed}: {losses:?}");
        let accuracy = accuracy(&report);
        // Over the seeds 0 to 19 it is 0.894 ± 0.020 and at least 0.855. It cannot be 1.
        assert!((0.83..0.99).contains(&accuracy), "seed {seed}: {accuracy}");
    }
}

/// The point of Adagrad on sparse data.
#[test]
fn rare_tokens_keep_large_rates() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for seed in 0..3 {
        let report = report(dir.path(), &format!("--seed {seed}"));
        let rates = table(&report, "Adagrad's rate");
        assert_eq!(rates.len(), 10, "{report}");
        // Token, rate, "in", number of texts.
        let rate = |line: &Vec<&str>| line[1].parse::<f64>().unwrap();
        let texts = |line: &Vec<&str>| line[3].parse::<usize>().unwrap();
        let (frequent, rare) = rates.split_at(5);
        assert!(
            frequent.iter().all(|line| texts(line) > 100),
            "{frequent:?}"
        );
        assert!(rare.iter().all(|line| texts(line) == 1), "{rare:?}");
        let largest = frequent.iter().map(rate).fold(0.0, f64::max);
        let smallest = rare.iter().map(rate).fold(f64::INFINITY, f64::min);
        assert!(smallest > 2.0 * largest, "seed {seed}: {rates:?}");

        // Over all tokens: "1 to 1 4.333 176 tokens" and so on to the most frequent.
        let bands = table(&report, "Mean rate");
        let mean = |line: &Vec<&str>| line[3].parse::<f64>().unwrap();
        let first: Vec<f64> = bands.iter().take(6).map(mean).collect();
        assert!(first.is_sorted_by(|a, b| a > b), "seed {seed}: {bands:?}");
    }
}

/// Labels in sorted order, a byte order mark, both ends of lines, blank lines, a tab in a text.
#[test]
fn the_tokens_of_a_class_point_toward_it() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let line = |i: usize| match i % 4 {
        0 => format!("b\tWarm night {i}\r\n"),
        1 => format!("a\tcold night, {i}\n\n"),
        2 => format!(" b \tWARM day {i}\n"),
        _ => format!("a\tday {i}\tof COLD\n"),
    };
    let lines: String = (0..40).map(line).collect();
    fs::write(dir.path().join("40.tsv"), format!("\u{feff}{lines}")).unwrap();
    // Numbers and "of" are in fewer texts.
    let options = "--data 40.tsv --test-data 40.tsv --min-count 20 --epochs 20";
    let report = report(dir.path(), options);
    let head: Vec<&str> = report.lines().take(3).collect();
    assert_eq!(head[0], "Classes: 0 is \"a\", 1 is \"b\"");
    assert_eq!(head[1], "Rows: 40 to train on, 40 to test on");
    assert_eq!(head[2], "Tokens: 45; features: 4; non-zeros a row: 2.0");
    for (label, token, sign) in [("a", "cold", '-'), ("b", "warm", '+')] {
        let tokens = toward(&report, label);
        assert_eq!(tokens[0][0], token, "{report}");
        assert!(tokens[0][1].starts_with(sign), "{report}");
        assert_eq!(tokens[0][2..], ["in", "20", "texts"], "{report}");
    }
    assert_eq!(accuracy(&report), 1.0);
}

fn toward<'a>(report: &'a str, label: &str) -> Vec<Vec<&'a str>> {
    let heading = format!("Change of the logit by a token alone, toward {label:?}:");
    table(report, &heading)
}

#[test]
fn hashed_features_agree_with_a_vocabulary_where_there_are_many() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for seed in 0..3 {
        let run = |options: &str| report(dir.path(), &format!("--seed {seed} {options}"));
        let (vocabulary, hashed) = (run("--vocabulary"), run("--features 100000"));
        let difference = (accuracy(&vocabulary) - accuracy(&hashed)).abs();
        assert!(difference <= 0.03, "seed {seed}: {difference}");
        for label in ["negative", "positive"] {
            let names = |report| -> Vec<String> {
                let tokens = toward(report, label);
                tokens.iter().map(|line| line[0].to_owned()).collect()
            };
            let (expected, actual) = (names(&vocabulary), names(&hashed));
            let shared = expected.iter().filter(|name| actual.contains(name));
            assert!(shared.count() >= 7, "seed {seed}: {expected:?}, {actual:?}");
        }
        // Eight features for 569 tokens blur what they say.
        assert!(
            accuracy(&run("--features 8")) < accuracy(&vocabulary) - 0.1,
            "seed {seed}"
        );
    }
}

#[test]
fn the_same_command_prints_the_same_and_every_option_tells() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let run = |options: &str| report(dir.path(), &format!("--epochs 2 {options}"));
    let plain = run("");
    assert_eq!(run("--vocabulary --min-count 1 --ngrams 1 --seed 0"), plain);
    for options in [
        "--seed 1",
        "--min-count 2",
        "--ngrams 2",
        "--binary",
        "--normalize",
        "--batch-size 16",
        "--lr 0.02",
        "--hidden 20",
        "--features 3000",
    ] {
        let first = run(options);
        assert_ne!(first, plain, "{options}");
        assert_eq!(run(options), first, "{options}");
    }
}

#[test]
fn losses_that_are_not_finite_are_reported() {
    if !backend_is_available() {
        return;
    }
    let output = run(Path::new("."), &["--lr", "1e30", "--epochs", "1"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    let lost = stderr.strip_suffix(" of 25 losses are not finite\n");
    assert!(
        lost.is_some_and(|lost| lost.starts_with("warning: ")),
        "{stderr}"
    );
}

/// The remarks are what their generator writes.
#[test]
fn the_shipped_remarks_can_be_made_again() {
    let output = example("generate_remarks").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let shipped = include_bytes!("../../examples/text_classification/data/remarks.tsv");
    assert!(
        output.stdout == shipped,
        "generate_remarks writes other remarks"
    );
}

#[test]
fn tokens_are_words_in_lower_case_and_their_runs() {
    let tokens = |text: &str, ngrams: usize| {
        let mut tokens = Vec::new();
        tokens::for_each_token(text, ngrams, |token| tokens.push(token.to_owned()));
        tokens
    };
    assert_eq!(tokens("Not BAD -- don't!", 1), ["not", "bad", "don't"]);
    assert_eq!(tokens("don\u{2019}t", 1), ["don't"]);
    assert_eq!(tokens("Crème brûlée, ÖL", 1), ["crème", "brûlée", "öl"]);
    assert_eq!(tokens("a b c", 2), ["a", "b", "c", "a b", "b c"]);
    assert_eq!(tokens("a b", 3), ["a", "b", "a b"]);
    assert_eq!(tokens(" ... \t!", 2), [""; 0]);
}

/// The numbers of the algorithm's authors.
#[test]
fn the_hash_is_fnv_1a() {
    assert_eq!(hash::fnv1a(b""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(hash::fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    assert_eq!(hash::fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
}
