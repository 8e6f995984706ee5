//! The example `word_embeddings`: what it counts, what its vectors are worth, what it prints and refuses.
#![cfg(feature = "any-backend")]

mod common;

#[path = "../examples/word_embeddings/cooccurrence.rs"]
mod cooccurrence;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cooccurrence::{Pair, PairCounter};

/// Words of `sentences.txt` that are used alike, and the share of the three nearest words that must be of
/// the class. A relative is near its counterpart and two or three others, and then near what it does.
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
        0.8,
    ),
    (
        "paris rome lisbon berlin warsaw prague london budapest",
        0.9,
    ),
    (
        "france italy portugal germany poland czechia england hungary",
        0.95,
    ),
];

/// Options with which a debug build is fast; the vectors are as good as with the defaults.
const QUICK: &str = "--epochs 10 --dim 25 --lr 0.2";

/// Whether the backend of the examples can run here; prints a line if not.
fn backend_is_available() -> bool {
    #[cfg(all(feature = "wgpu", not(feature = "cuda")))]
    let available = common::wgpu_is_available();
    #[cfg(not(any(feature = "wgpu", feature = "cuda")))]
    let available = true;
    #[cfg(feature = "cuda")]
    let available = false;
    if !available {
        common::print_skip("the backend of the examples finds no device");
    }
    available
}

/// `cargo test` builds the examples beside the folder of the test programs.
fn example(name: &str) -> Command {
    let mut path: PathBuf = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let hint = "run `cargo build --examples` with the same features first";
    assert!(path.exists(), "{} is missing: {hint}", path.display());
    Command::new(path)
}

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
    let stdout = String::from_utf8(output.stdout).unwrap();
    stdout.lines().map(str::to_owned).collect()
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

/// The pairs of lines of words, with windows that start anew at each line.
fn count(window: usize, buffer: Option<usize>, lines: &[&[u32]]) -> Vec<Pair> {
    let mut counter = match buffer {
        Some(len) => PairCounter::with_buffer(window, len),
        None => PairCounter::new(window),
    };
    for line in lines {
        line.iter().for_each(|&word| counter.push(word));
        counter.end_of_line();
    }
    counter.finish()
}

fn pair(low: u32, high: u32, count: f32) -> Pair {
    Pair { low, high, count }
}

/// "a b a c", by hand. The a's see each other at distance 2, each has the other in its window; b and the c
/// are 2 apart; the first a and the c are too far apart.
#[test]
fn pairs_of_a_hand_counted_text() {
    let expected = [
        pair(0, 0, 1.0),
        pair(0, 1, 2.0),
        pair(0, 2, 1.0),
        pair(1, 2, 0.5),
    ];
    assert_eq!(count(2, None, &[&[0, 1, 0, 2]]), expected);
    // Pairs end with the line.
    let lines: [&[u32]; 3] = [&[0, 1], &[], &[2, 0, 1]];
    let expected = [pair(0, 1, 2.0), pair(0, 2, 1.0), pair(1, 2, 0.5)];
    assert_eq!(count(2, None, &lines), expected);
    assert_eq!(count(2, None, &[&[7]]), []);

    let counts: Vec<_> = [pair(0, 0, 1.0), pair(3, 5, 2.0)]
        .into_iter()
        .flat_map(Pair::counts)
        .collect();
    assert_eq!(counts, [(0, 0, 1.0), (3, 5, 2.0), (5, 3, 2.0)]);
}

/// Against a map and plain loops, with buffers so short that many runs are merged.
#[test]
fn pairs_do_not_depend_on_the_buffer() {
    let mut state = 1_u64;
    let mut next = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % n
    };
    let lines: Vec<Vec<u32>> = (0..40)
        .map(|_| (0..next(30)).map(|_| next(12) as u32).collect())
        .collect();
    let lines: Vec<&[u32]> = lines.iter().map(Vec::as_slice).collect();
    let window = 5;
    let mut expected: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for line in &lines {
        for (i, &a) in line.iter().enumerate() {
            for (j, &b) in line.iter().enumerate() {
                // From the word a to every other word b of its window.
                if i != j && i.abs_diff(j) <= window && a <= b {
                    *expected.entry((a, b)).or_default() += 1.0 / i.abs_diff(j) as f64;
                }
            }
        }
    }
    for buffer in [1, 2, 7, 100, 100_000] {
        let pairs = count(window, Some(buffer), &lines);
        let keys: Vec<(u32, u32)> = pairs.iter().map(|pair| (pair.low, pair.high)).collect();
        assert_eq!(
            keys,
            expected.keys().copied().collect::<Vec<_>>(),
            "{buffer}"
        );
        let counts: Vec<f32> = pairs.iter().map(|pair| pair.count).collect();
        let expected: Vec<f32> = expected.values().map(|&count| count as f32).collect();
        common::assert_close(&format!("buffer {buffer}"), &counts, &expected, 1e-5, 0.0);
    }
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

/// Three seeds. For 6 seeds and the options here, the shares were 1.00, 1.00, 1.00, 1.00, 0.92, 1.00 and
/// 1.00 in the order of the classes, and the last loss was 0.020.
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
        let output = example("generate_corpus").args(options).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let path = "examples/word_embeddings/data/sentences.txt";
    let sentences = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    assert!(
        generate(&[]) == fs::read_to_string(sentences).unwrap(),
        "{path} is not what generate_corpus writes"
    );

    let text = generate(&["--topics", "3", "--words", "60000"]);
    let mut counts: HashMap<&str, usize> = HashMap::new();
    text.split_whitespace()
        .for_each(|word| *counts.entry(word).or_default() += 1);
    assert_eq!((counts.len(), counts.values().sum()), (300, 60_000));
}

#[test]
fn bad_options_and_bad_input_exit_with_2_and_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(dir.path().join(name), text).unwrap();
    write("latin1.txt", b"one two\nthree caf\xe9 four\n");
    write("marks.txt", b"... !\n\n");
    write("rare.txt", b"one two two three\n");
    write("lone.txt", b"one\none\n");
    fs::create_dir(dir.path().join("folder")).unwrap();
    let cases = [
        (
            "--text none.txt",
            "error: none.txt: No such file or directory (os error 2)",
        ),
        (
            "--text folder",
            "error: folder: Is a directory (os error 21)",
        ),
        ("--text latin1.txt", "error: latin1.txt:2:10: not UTF-8"),
        ("--text marks.txt", "error: marks.txt: no words"),
        (
            "--text rare.txt --min-count 3",
            "error: rare.txt: no word occurs 3 times (--min-count): the most frequent one, \"two\", \
             occurs 2 times",
        ),
        (
            "--text lone.txt --min-count 1",
            "error: lone.txt: no two words with a vector are near each other",
        ),
        (
            "--words hrose",
            "error: --words: \"hrose\" is not in the vocabulary (similar: horse, house, rome)",
        ),
        (
            "--words horse,xylophone",
            "error: --words: \"xylophone\" is not in the vocabulary",
        ),
        (
            "--analogy paris:france:rom",
            "error: --analogy: \"rom\" is not in the vocabulary (similar: from, rome)",
        ),
        (
            "--analogy paris:france",
            "error: invalid value 'paris:france' for '--analogy <A:B:C>': must be three words with \
             colons between",
        ),
        (
            "--lr 0",
            "error: invalid value '0' for '--lr <X>': must be a number, finite and above 0",
        ),
        (
            "--x-max -1",
            "error: invalid value '-1' for '--x-max <X>': must be a number, finite and above 0",
        ),
        (
            "--epochs 0",
            "error: invalid value '0' for '--epochs <N>': must be at least 1",
        ),
        (
            "--dim x",
            "error: invalid value 'x' for '--dim <N>': invalid digit found in string",
        ),
        (
            "--window 0",
            "error: invalid value '0' for '--window <N>': 0 is not in 1..=65535",
        ),
        (
            "--out folder",
            "error: folder: Is a directory (os error 21)",
        ),
    ];
    for (options, message) in cases {
        let output = run(dir.path(), options);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options}: {stderr}");
        assert_eq!(stderr, format!("{message}\n"), "{options}");
        assert!(output.stdout.is_empty(), "{options}");
    }
}

/// A rate that is too high is named, and vectors written before stay.
#[test]
fn a_run_that_diverges_leaves_the_file_alone() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vectors.txt");
    fs::write(&path, "of another run").unwrap();
    let output = run(dir.path(), "--lr 1e30 --epochs 2 --dim 2 --out vectors.txt");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    let start = "error: --lr 1000000000000000000000000000000: the loss of epoch 1 is ";
    assert!(
        stderr.starts_with(start) && stderr.lines().count() == 1,
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "of another run");
}
