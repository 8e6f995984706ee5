//! The example `recommender`: what it learns, prints and refuses.
//!
//! Not where the examples run on a GPU: on a software adapter so many runs take hours. There
//! `article.rs` has a short run of some.
#![cfg(all(feature = "any-backend", not(any(feature = "wgpu", feature = "cuda"))))]

mod refusals;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::example::{backend_is_available, example};

/// Runs the example with some options, parted by blanks.
fn recommender(dir: &Path, options: &str) -> Output {
    let mut command = example("recommender");
    let options = options.split_whitespace();
    command.current_dir(dir).args(options).output().unwrap()
}

/// What a run that succeeds prints.
fn stdout(dir: &Path, arguments: &str) -> String {
    let output = recommender(dir, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments}: {output:?}");
    assert!(output.stderr.is_empty(), "{arguments}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The number in the line of the table that begins with `predictor`.
fn rmse(stdout: &str, predictor: &str) -> f64 {
    let line = stdout.lines().find_map(|line| line.strip_prefix(predictor));
    let number = line.unwrap_or_else(|| panic!("no {predictor:?} in {stdout}"));
    number.trim().parse().unwrap()
}

const MEAN: &str = "global mean  ";
const BIASES: &str = "biases  ";
const FACTORS: &str = "biases and factors  ";

/// 12 users and 20 items; user u has not rated item i where u·3 + i is a multiple of 4.
fn rated() -> Vec<(usize, usize, f32)> {
    let pairs = (0..12).flat_map(|user| (0..20).map(move |item| (user, item)));
    let rated = pairs.filter(|(user, item)| (user * 3 + item) % 4 != 0);
    rated
        .map(|(user, item)| (user, item, 1.0 + ((user * item + item) % 9) as f32 / 2.0))
        .collect()
}

fn write(dir: &Path, name: &str, header: &str, separator: &str, end: &str) {
    let line = |(user, item, rating): (usize, usize, f32)| {
        let [user, item] = [user + 100, item + 500];
        [
            &user.to_string(),
            &item.to_string(),
            &rating.to_string(),
            "881250949",
        ]
        .join(separator)
            + end
    };
    let lines: String = rated().into_iter().map(line).collect();
    fs::write(dir.join(name), format!("{header}{lines}")).unwrap();
}

#[test]
fn factors_beat_biases_and_biases_beat_the_mean() {
    let dir = tempfile::tempdir().unwrap();
    // Few steps, for a program that is not optimized: the defaults do better by 0.01 to 0.03.
    let run = |seed: u64, options: &str| {
        let options = format!("--batch-size 1024 --seed {seed} {options}");
        stdout(dir.path(), &options)
    };
    for seed in 0..3 {
        let adagrad = run(seed, "--epochs 6");
        let [mean, biases, factors, true_scores] =
            [MEAN, BIASES, FACTORS, "true scores  "].map(|name| rmse(&adagrad, name));
        assert!(biases < mean - 0.1, "{adagrad}");
        assert!(factors < biases - 0.08, "{adagrad}");
        // No model can do better than the scores that the noise was added to.
        assert!(factors > true_scores, "{adagrad}");
        let last = adagrad.lines().last().unwrap();
        assert_eq!(last, format!("RMSE: {factors:.4}"));

        let row_wise = rmse(&run(seed, "--epochs 6 --row-wise"), FACTORS);
        assert!(row_wise < factors + 0.02, "{row_wise} and {factors}");

        if seed == 0 {
            // More epochs do no harm. Without weight decay, these gain nothing and more do harm.
            let longer = run(seed, "--epochs 20");
            assert!(rmse(&longer, FACTORS) < factors - 0.005, "{longer}");
            assert!(rmse(&longer, FACTORS) < true_scores + 0.1, "{longer}");
        }
    }
}

#[test]
fn the_three_formats_are_read_alike() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "u.data", "", "\t", "\n");
    write(dir.path(), "ratings.dat", "", "::", "\n");
    write(
        dir.path(),
        "ratings.csv",
        "userId,movieId,rating,timestamp\n",
        ",",
        "\n",
    );
    // As Windows' programs write it.
    write(
        dir.path(),
        "dos.csv",
        "\u{feff}userId,movieId,rating,timestamp\r\n\r\n",
        ",",
        "\r\n",
    );
    let run = |name: &str| stdout(dir.path(), &format!("--ratings {name} --epochs 2"));
    let first = run("u.data");
    assert!(first.starts_with(
        "180 ratings by 12 users of 20 items\n162 to train on, 18 held out\nEpoch 1, Loss: "
    ));
    assert!(first.contains("\nFor user 100\nitem 5"), "{first}");
    assert!(!first.contains("true scores"), "{first}");
    for name in ["ratings.dat", "ratings.csv", "dos.csv"] {
        assert_eq!(run(name), first, "{name}");
    }
}

#[test]
fn a_command_prints_the_same_again_and_another_seed_something_else() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "u.data", "", "\t", "\n");
    let run = |seed, options| {
        let command = format!("--ratings u.data --epochs 2 --seed {seed} {options}");
        stdout(dir.path(), &command)
    };
    for options in ["", "--row-wise", "--weight-decay 0 --dim 3 --batch-size 7"] {
        assert_eq!(run(1, options), run(1, options), "{options}");
        assert_ne!(run(1, options), run(2, options), "{options}");
    }
}

/// The items of the list, in order, and their ratings.
fn recommended(stdout: &str) -> Vec<(usize, f32)> {
    let entries = stdout.lines().filter_map(|line| line.strip_prefix("item "));
    entries
        .map(|entry| {
            let (item, rating) = entry.split_once(", predicted ").unwrap();
            (item.parse().unwrap(), rating.parse().unwrap())
        })
        .collect()
}

#[test]
fn what_is_recommended_is_unrated_and_the_best_comes_first() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "u.data", "", "\t", "\n");
    for user in [0, 5, 11] {
        let all = format!(
            "--ratings u.data --epochs 2 --top 1000 --user {}",
            user + 100
        );
        let all = recommended(&stdout(dir.path(), &all));
        assert!(all.is_sorted_by(|a, b| a.1 >= b.1), "{all:?}");
        let items: BTreeSet<usize> = all.iter().map(|(item, _)| item - 500).collect();
        let unrated = (0..20).filter(|item| (user * 3 + item) % 4 == 0);
        assert_eq!(items, unrated.collect(), "user {user}");
        assert_eq!(items.len(), all.len());

        let two = format!("--ratings u.data --epochs 2 --top 2 --user {}", user + 100);
        assert_eq!(recommended(&stdout(dir.path(), &two)), all[..2]);
    }
}

#[test]
fn the_last_of_repeated_ratings_counts() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let good = "a\tx\t5\nb\ty\t1\na\ty\t2\nb\tx\t4\nc\tz\t3\n";
    fs::write(dir.path().join("once"), good).unwrap();
    let repeated = "a\tx\t1\na\tx\t2\n".to_owned() + good;
    fs::write(dir.path().join("twice"), repeated).unwrap();
    let output = recommender(dir.path(), "--ratings twice --epochs 2");
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "note: 2 ratings are replaced by a later one of the same user and item\n"
    );
    let once = stdout(dir.path(), "--ratings once --epochs 2");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), once);
}

#[test]
fn a_user_who_rated_everything_is_told_so() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("u.data"), "a\tx\t5\na\ty\t1\nb\tx\t2\n").unwrap();
    let all = stdout(dir.path(), "--ratings u.data --epochs 1");
    assert!(
        all.contains("\nFor user a\nno item: all are rated\n"),
        "{all}"
    );
    let one = stdout(dir.path(), "--ratings u.data --epochs 1 --user b");
    assert!(one.contains("\nFor user b\nitem y, predicted "), "{one}");
}

/// No user and no item has two ratings, so that nothing is known of the held-out ones.
#[test]
fn strangers_are_predicted_by_the_mean_and_counted() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let lines: String = (0..40)
        .map(|i| format!("u{i}::i{i}::{}\n", i % 5))
        .collect();
    fs::write(dir.path().join("ratings.dat"), lines).unwrap();
    let printed = stdout(dir.path(), "--ratings ratings.dat --epochs 5");
    let count =
        "36 to train on, 4 held out\n4 of these are of a user or an item without training ratings";
    assert!(printed.contains(count), "{printed}");
    let mean = rmse(&printed, MEAN);
    assert_eq!(rmse(&printed, BIASES), mean, "{printed}");
    assert_eq!(rmse(&printed, FACTORS), mean, "{printed}");
}

/// A run that diverges says so.
#[test]
fn a_loss_that_is_not_finite_is_reported() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "u.data", "", "\t", "\n");
    let output = recommender(
        dir.path(),
        "--ratings u.data --epochs 3 --lr 1e30 --weight-decay 0",
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "warning: the loss is not finite: --lr may be too large\n"
    );
}
