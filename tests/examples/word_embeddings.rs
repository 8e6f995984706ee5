//! The example `word_embeddings`: what it counts, what its vectors are worth, what it prints and refuses.
//!
//! Not where the examples run on a GPU: on a software adapter so many runs take hours. There
//! `article.rs` has a short run of some.
#![cfg(all(feature = "any-backend", not(any(feature = "wgpu", feature = "cuda"))))]

#[path = "../../examples/word_embeddings/cooccurrence.rs"]
mod cooccurrence;
mod pairs;
mod refusals;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::example::{backend_is_available, example};

/// Words of `sentences.txt` that are used alike, and the share of the three nearest words that must be of
/// the class. Relatives are near their counterparts, and some of them nearer to what they do than to others.
const CLASSES: &[(&str, f64)] = &[
    ("horse cow sheep goat pig donkey dog cat goose rabbit", 0.95),
    ("red blue green yellow black white brown grey", 0.95),
    (
        "bread cheese soup rice fish cake beans eggs apples honey",
        0.95,
    ),
    ("two three four five six seven eight nine", 0.95),
    (
        "mother father sister brother aunt uncle grandmother grandfather",
        0.7,
    ),
    (
        "paris rome lisbon berlin warsaw prague london budapest",
        0.95,
    ),
    (
        "france italy portugal germany poland czechia england hungary",
        0.95,
    ),
];

/// Options with which a debug build is fast; the vectors are as good as with the defaults.
const QUICK: &str = "--epochs 10 --dim 25 --lr 0.2";

fn run(dir: &Path, arguments: &str) -> Output {
    let mut command = example("word_embeddings");
    let arguments = arguments.split_whitespace();
    command.current_dir(dir).args(arguments).output().unwrap()
}

/// The lines on stdout of a run that must succeed.
#[track_caller]
fn lines(dir: &Path, arguments: &str) -> Vec<String> {
    let output = run(dir, arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    crate::common::example::lines(&output.stdout)
}

/// The words and their cosines in a line like `horse: cow 0.9123, pig 0.9012`.
fn neighbours(line: &str) -> Vec<(&str, f64)> {
    let (_, list) = line.split_once(": ").unwrap();
    let item = |item| {
        let (word, cosine) = str::split_once(item, ' ').unwrap();
        (word, cosine.parse().unwrap())
    };
    list.split(", ").map(item).collect()
}

/// A file of vectors, each vector at length 1.
fn read_vectors(path: &Path) -> Vec<(String, Vec<f64>)> {
    let text = fs::read_to_string(path).unwrap();
    let vector = |line: &str| {
        let (word, numbers) = line.split_once(' ').unwrap();
        let numbers = numbers.split(' ').map(|number| number.parse().unwrap());
        let numbers: Vec<f64> = numbers.collect();
        let length = numbers.iter().map(|x| x * x).sum::<f64>().sqrt();
        let numbers = numbers.iter().map(|x| x / length).collect();
        (word.to_owned(), numbers)
    };
    text.lines().map(vector).collect()
}

/// The three words that are nearest to `word`, with their cosines.
fn nearest_three<'a>(vectors: &'a [(String, Vec<f64>)], word: &str) -> Vec<(&'a str, f64)> {
    let (_, sought) = vectors.iter().find(|(other, _)| other == word).unwrap();
    let others = vectors.iter().filter(|(other, _)| other != word);
    let mut others: Vec<(&str, f64)> = others
        .map(|(other, vector)| {
            let cosine = sought.iter().zip(vector).map(|(x, y)| x * y).sum();
            (other.as_str(), cosine)
        })
        .collect();
    others.sort_by(|(_, x), (_, y)| y.total_cmp(x));
    others.truncate(3);
    others
}

/// With vectors that start at almost nothing, the first loss is the mean of f(X)·log²X over the counts,
/// here those of the text above: 2 twice, 0.5 twice, and 1 three times, of which the logarithm is 0.
#[test]
fn the_first_loss_is_that_of_the_formula() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("text.txt"), "a b a c").unwrap();
    let options = "--text text.txt --min-count 1 --window 2 --x-max 4 --dim 10000 --epochs 1";
    let lines = lines(dir.path(), options);
    let f = |x: f64| (x / 4.0).powf(0.75);
    let expected = (2.0 * f(2.0) + 2.0 * f(0.5)) * 2_f64.ln().powi(2) / 7.0;
    let expected = [
        "Words: 4 in the text, 3 different ones, 3 with a vector".to_owned(),
        "Pairs: 4".to_owned(),
        format!("Epoch 1, Loss: {expected:.4}"),
        format!("Loss: {expected:.4}"),
    ];
    assert_eq!(lines, expected);
}

/// The words of the vocabulary, most frequent first, and the number of pairs.
fn vocabulary(dir: &Path, text: impl AsRef<[u8]>, options: &str) -> (Vec<String>, String) {
    fs::write(dir.join("text.txt"), text).unwrap();
    let options = format!("--text text.txt --out v.txt --epochs 1 --dim 2 {options}");
    let pairs = lines(dir, &options)[1].clone();
    let vectors = fs::read_to_string(dir.join("v.txt")).unwrap();
    let words = vectors.lines().map(|line| {
        assert_eq!(line.split(' ').count(), 3, "{line}");
        line.split(' ').next().unwrap().to_owned()
    });
    (words.collect(), pairs)
}

#[test]
fn words_are_those_of_unicode_in_lower_case() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let text = "\u{feff}Don't STOP: \"don't\"!\r\n\r\nΟΔΟΣ, don't—naïve 3.14 stop…";
    let (words, _) = vocabulary(dir.path(), text, "--min-count 1");
    assert_eq!(words, ["don't", "stop", "3.14", "naïve", "οδος"]);
}

#[test]
fn rare_words_are_passed_over_and_lines_end_pairs() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let text = "a x b\nc a y a b\n";
    let (words, pairs) = vocabulary(dir.path(), text, "--min-count 2 --window 1");
    // x and y are as if they were not there: a b, and a a b.
    assert_eq!(
        (words, pairs.as_str()),
        (vec!["a".into(), "b".into()], "Pairs: 2")
    );
    let (words, _) = vocabulary(dir.path(), text, "--min-count 1 --max-vocabulary 3");
    assert_eq!(words, ["a", "b", "c"]);

    let text = "a b\nc d\n";
    let (_, pairs) = vocabulary(dir.path(), text, "--min-count 1");
    assert_eq!(pairs, "Pairs: 2");
    let (_, pairs) = vocabulary(dir.path(), text, "--min-count 1 --across-lines");
    assert_eq!(pairs, "Pairs: 6");
}

/// Three seeds. Over ten (0 to 9), with the options here, the shares of the numbers were 0.99 ± 0.02, those
/// of the relatives 0.89 ± 0.08, all others 1.00; the last loss was 0.019 to 0.020.
#[test]
fn neighbours_are_of_the_words_class() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for seed in 0..3 {
        let ask =
            "--words horse,bread --analogy Father:mother:brother --analogy sister:brother:aunt";
        let options = format!("{QUICK} --seed {seed} --neighbours 3 --out vectors.txt {ask}");
        let lines = lines(dir.path(), &options);
        let loss = |line: &str| line.split_once("Loss: ").unwrap().1.parse::<f64>().unwrap();
        let epochs: Vec<f64> = lines[2..12].iter().map(|line| loss(line)).collect();
        assert!(lines[11].starts_with("Epoch 10, Loss: "), "{}", lines[11]);
        assert!(
            epochs[0] > 0.06 && epochs[9] < 0.025,
            "seed {seed}: {epochs:?}"
        );
        assert_eq!(lines[16], format!("Loss: {:.4}", epochs[9]));

        let vectors = read_vectors(&dir.path().join("vectors.txt"));
        for (class, bound) in CLASSES {
            let class: Vec<&str> = class.split(' ').collect();
            let near = class.iter().flat_map(|word| nearest_three(&vectors, word));
            let hits = near.filter(|(word, _)| class.contains(word)).count();
            let share = hits as f64 / (3 * class.len()) as f64;
            assert!(share >= *bound, "seed {seed}: {share:.2} of {class:?}");
        }

        // What is printed is what the written vectors say.
        for (line, word) in lines[12..14].iter().zip(["horse", "bread"]) {
            assert!(line.starts_with(&format!("{word}: ")), "{line}");
            let (printed, read) = (neighbours(line), nearest_three(&vectors, word));
            for ((word, cosine), (expected_word, expected)) in printed.iter().zip(&read) {
                assert_eq!(word, expected_word, "{line}");
                assert!((cosine - expected).abs() < 1e-4, "{line}: {expected}");
            }
            assert_eq!(printed.len(), 3);
        }
        assert!(
            lines[14].starts_with("mother - father + brother: "),
            "{}",
            lines[14]
        );
        assert_eq!(neighbours(&lines[14])[0].0, "sister", "seed {seed}");
        assert_eq!(neighbours(&lines[15])[0].0, "uncle", "seed {seed}");
    }
}

#[test]
fn a_seed_fixes_everything() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let output = |options: &str| {
        let options = format!("--epochs 2 --dim 10 --out vectors.txt {options}");
        let output = run(dir.path(), &options);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        // No progress bar on a stderr that is no terminal.
        assert!(output.stderr.is_empty(), "{output:?}");
        (
            output.stdout,
            fs::read(dir.path().join("vectors.txt")).unwrap(),
        )
    };
    let first = output("");
    assert_eq!(first, output(""));
    assert_ne!(first.1, output("--seed 1").1);
    // Without questions, those about our own text.
    let stdout = String::from_utf8(first.0).unwrap();
    for start in ["\nhorse: ", "\nfrance: ", "\nmother - father + brother: "] {
        assert!(stdout.contains(start), "{stdout}");
    }
}

/// The text in the repository is the generator's, and a text of topics has as many words as it is asked
/// for.
#[test]
fn texts_are_those_of_the_generator() {
    let generate = |options: &[&str]| {
        let output = example("generate_sentences")
            .args(options)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let path = "examples/word_embeddings/data/sentences.txt";
    let sentences = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    assert!(
        generate(&[]) == fs::read_to_string(sentences).unwrap(),
        "{path} is not what generate_sentences writes"
    );

    let text = generate(&["--topics", "3", "--words", "60000"]);
    let mut counts: HashMap<&str, usize> = HashMap::new();
    text.split_whitespace()
        .for_each(|word| *counts.entry(word).or_default() += 1);
    assert_eq!((counts.len(), counts.values().sum()), (300, 60_000));
}
