//! What is refused, and how it is said.

use std::fs;

use super::run;
use crate::common::example::backend_is_available;

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
