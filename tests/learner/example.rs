//! The example `learner`: what it prints, goes on with and refuses.
//!
//! Not where the examples run on a GPU: on a software adapter so many runs take hours.
#![cfg(not(any(feature = "wgpu", feature = "cuda")))]

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::example::{example, lines};

fn learner(dir: &Path, options: &str) -> Output {
    let mut command = example("learner");
    let options = options.split_whitespace();
    command.current_dir(dir).args(options).output().unwrap()
}

fn stdout(dir: &Path, options: &str) -> Vec<String> {
    let output = learner(dir, options);
    assert_eq!(output.status.code(), Some(0), "{options}: {output:?}");
    lines(&output.stdout)
}

/// The message of a run that is refused.
fn refusal(dir: &Path, options: &str) -> String {
    let output = learner(dir, options);
    assert_eq!(output.status.code(), Some(2), "{options}: {output:?}");
    let lines = lines(&output.stderr);
    assert_eq!(lines.len(), 1, "{options}: {lines:?}");
    lines[0].clone()
}

#[test]
fn a_run_that_goes_on_ends_as_one_that_was_not_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let options = "--hidden 8 --lr 0.05 --lr-gamma 0.999 --patience 4";
    let whole = stdout(dir, &format!("--dir whole --epochs 6 {options}"));
    assert_eq!(
        whole[0],
        "800 rows to train on, 200 to test on, 100 features"
    );
    assert!(whole[1].starts_with("Epoch 1, Loss: 0."), "{whole:?}");
    let accuracy = whole.last().unwrap().strip_prefix("Accuracy: ").unwrap();
    assert!(accuracy.parse::<f64>().unwrap() > 0.7, "{accuracy}");

    stdout(dir, &format!("--dir parts --epochs 3 {options}"));
    let parts = stdout(dir, &format!("--dir parts --epochs 6 --resume {options}"));
    assert_eq!(parts[1], "Going on after epoch 3");
    let epochs = |lines: &[String], first: usize| -> Vec<String> {
        let line = |epoch: usize| {
            let start = format!("Epoch {epoch}, ");
            lines.iter().find(|line| line.starts_with(&start)).cloned()
        };
        (first..=6).map(|epoch| line(epoch).unwrap()).collect()
    };
    assert_eq!(epochs(&whole, 4), epochs(&parts, 4));
    assert_eq!(whole.last(), parts.last());

    // From an epoch before the last, too.
    let again = stdout(dir, &format!("--dir parts --epochs 6 --resume 5 {options}"));
    assert_eq!(epochs(&again, 6), epochs(&whole, 6));
}

/// Early stopping counts the epochs before the checkpoint.
#[test]
fn patience_is_that_of_the_whole_run() {
    let dir = tempfile::tempdir().unwrap();
    let options = "--lr 0.5 --patience 2";
    let whole = stdout(dir.path(), &format!("--dir whole --epochs 30 {options}"));
    let ran = |lines: &[String]| {
        lines
            .iter()
            .filter(|line| line.starts_with("Epoch "))
            .count()
    };
    let epochs = ran(&whole);
    assert!((3..30).contains(&epochs), "{epochs}");
    let first = epochs - 1;
    stdout(
        dir.path(),
        &format!("--dir parts --epochs {first} {options}"),
    );
    let rest = stdout(
        dir.path(),
        &format!("--dir parts --epochs 30 --resume {options}"),
    );
    assert_eq!(ran(&rest), 1, "{rest:?}");
    // burn logs the epoch that a run resumes with as its first.
    let again = stdout(
        dir.path(),
        &format!("--dir parts --epochs 30 --resume {first} {options}"),
    );
    assert_eq!(ran(&again), 1, "{again:?}");
}

#[test]
fn files_are_read_and_what_is_wrong_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let rows: String = (0..40)
        .map(|row| format!("{} {}:1 {}:0.5\n", row % 2, 1 + row % 2, 3 + row % 5))
        .collect();
    fs::write(dir.join("train.txt"), rows).unwrap();
    let trained = stdout(dir, "--data train.txt --epochs 20 --lr 0.2 --hidden 4");
    assert_eq!(trained[0], "32 rows to train on, 8 to test on, 7 features");
    assert_eq!(trained.last().unwrap(), "Accuracy: 1.0000");

    let used = refusal(dir, "--data train.txt");
    assert!(used.contains("learner-run is not empty: go on with the run in it by --resume"));
    let unknown = refusal(dir, "--data train.txt --hidden 4 --resume 77");
    assert!(
        unknown.contains("has checkpoints of the epochs"),
        "{unknown}"
    );
    let other = refusal(dir, "--data train.txt --hidden 5 --resume");
    assert!(
        other.ends_with("the model has 7 features and 4 hidden neurons, not 7 and 5"),
        "{other}"
    );
    let none = refusal(dir, "--dir nowhere --resume");
    assert!(none.contains("nowhere"), "{none}");
    let word = refusal(dir, "--resume first");
    assert!(word.contains("--resume first (must be an epoch"), "{word}");
    fs::write(dir.join("learner-run/checkpoint/model-20.mpk"), "no record").unwrap();
    let broken = refusal(dir, "--data train.txt --hidden 4 --resume");
    assert!(broken.contains("model-20.mpk: "), "{broken}");
    fs::write(dir.join("bad.txt"), "1 0:1 x\n").unwrap();
    let bad = refusal(dir, "--data bad.txt --dir new");
    assert!(bad.contains("bad.txt"), "{bad}");
    assert!(refusal(dir, "--lr 0 --dir new").contains("--lr 0"));
    assert!(refusal(dir, "--lr-gamma 2 --dir new").contains("--lr-gamma 2"));
}
