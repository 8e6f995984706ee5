//! Bad input and bad options: exit code 2, and one line that names the file, the line and what is wrong.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::run;

/// A folder with good files and bad ones.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(dir.path().join(name), text).unwrap();
    write(
        "good.tsv",
        b"0\ta b\n1\tc\n0\ta\n1\tc d\n0\tb\n1\td\n0\ta\n1\tc\n",
    );
    write("no-tab.tsv", b"0\tgood\n1\tbad\n\n1 none\n");
    write("no-label.tsv", b"0\tgood\n \tbad\n");
    write("third.tsv", b"yes\ta\nno\tb\nyes\tc\nmay\x07be\td\n");
    write("latin.tsv", b"0\tgood\n1\tcr\xe8me\n");
    write("empty.tsv", b"\n \r\n");
    write("one.tsv", b"0\ta\n0\tb\n");
    write("two.tsv", b"0\ta\n1\tb\n");
    write("signs.tsv", b"0\t?\n1\t!\n");
    write("other.tsv", b"0\ta\n1\tb\n2\tc\n");
    dir
}

#[test]
fn bad_input_exits_with_2_and_names_file_and_line() {
    let dir = folder();
    let cases = [
        (
            "none.tsv",
            "none.tsv: No such file or directory (os error 2)",
        ),
        ("no-tab.tsv", "no-tab.tsv:4: no tab between label and text"),
        ("no-label.tsv", "no-label.tsv:2: empty label"),
        (
            "third.tsv",
            "third.tsv:4: a third label, \"may\\u{7}be\", beside \"yes\" and \"no\"",
        ),
        ("latin.tsv", "latin.tsv:2: byte 5 of the line is not UTF-8"),
        ("empty.tsv", "empty.tsv: no texts"),
        (
            "one.tsv",
            "one.tsv: all texts have the label \"0\" (two labels are needed)",
        ),
        (
            "two.tsv",
            "two.tsv: no text with the label \"0\" is among the 1 to train on",
        ),
        (
            "signs.tsv --test-data signs.tsv",
            "signs.tsv: no training text has a word",
        ),
        (
            "good.tsv --test-data other.tsv",
            "other.tsv:3: no training text has the label \"2\"",
        ),
        ("good.tsv --test-data empty.tsv", "empty.tsv: no texts"),
        (
            "good.tsv --min-count 7",
            "good.tsv: no token is in 7 of the training texts",
        ),
        ("a\nb", "a\\nb: No such file or directory (os error 2)"),
    ];
    for (files, message) in cases {
        let arguments = format!("--data {files}");
        assert_refused(
            dir.path(),
            &arguments.split(' ').collect::<Vec<_>>(),
            message,
        );
    }
}

#[test]
fn bad_options_exit_with_2() {
    let dir = folder();
    let cases = [
        (
            "--epochs 0",
            "invalid value '0' for '--epochs <N>': it must be at least 1",
        ),
        (
            "--features 10000001",
            "invalid value '10000001' for '--features <N>': 10000001 is not in 1..=10000000",
        ),
        (
            "--ngrams 6",
            "invalid value '6' for '--ngrams <N>': 6 is not in 1..=5",
        ),
        (
            "--lr -0.5",
            "invalid value '-0.5' for '--lr <X>': it must be finite and above 0",
        ),
        (
            "--features 10 --vocabulary",
            "the argument '--features <N>' cannot be used with '--vocabulary'",
        ),
        (
            "--features 10 --min-count 2",
            "the argument '--features <N>' cannot be used with '--min-count <N>'",
        ),
        (
            "--test-data good.tsv",
            "the following required arguments were not provided: --data <FILE>",
        ),
        (
            "--features 10000000 --hidden 101",
            "10000000 features times --hidden 101 are too many weights (at most 1000000000)",
        ),
    ];
    for (arguments, message) in cases {
        assert_refused(
            dir.path(),
            &arguments.split(' ').collect::<Vec<_>>(),
            message,
        );
    }
}

#[track_caller]
fn assert_refused(dir: &Path, arguments: &[&str], message: &str) {
    let output = run(dir, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, format!("error: {message}\n"), "{arguments:?}");
}
