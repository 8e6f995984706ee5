//! Bad input and bad options: exit code 2, and one line that names the file, the line and what is wrong.

use std::fs;

use super::run;
use crate::common::example::lines;

#[test]
fn bad_options_and_bad_input_exit_with_2_and_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("one.tsv", "0\ta\n0\tb\n");
    write("no-tab.tsv", "0\tgood\n1\tbad\n\n1 none\n");
    write("signs.tsv", "0\t?\n1\t!\n");
    write("file", "");
    for (options, message) in [
        (
            "--l1 0.1,-1",
            "invalid value '-1' for '--l1 <X,…>': it must be finite and above 0",
        ),
        (
            "--proximal-l1 x",
            "invalid value 'x' for '--proximal-l1 <X,…>': it must be a number",
        ),
        (
            "--lr inf",
            "invalid value 'inf' for '--lr <X,…>': it must be finite and above 0",
        ),
        (
            "--initial-accumulator 0",
            "invalid value '0' for '--initial-accumulator <X>': it must be finite and above 0",
        ),
        (
            "--epochs 0",
            "invalid value '0' for '--epochs <N>': it must be at least 1",
        ),
        (
            "--seeds 0",
            "invalid value '0' for '--seeds <N>': 0 is not in 1..=100000",
        ),
        (
            "--seed 18446744073709551615",
            "--seed plus --seeds is larger than the largest seed",
        ),
        (
            "--test-data one.tsv",
            "the following required arguments were not provided: --data <FILE>",
        ),
        (
            "--data none.tsv",
            "none.tsv: No such file or directory (os error 2)",
        ),
        (
            "--data no-tab.tsv",
            "no-tab.tsv:4: no tab between label and text",
        ),
        (
            "--data one.tsv",
            "one.tsv: all texts have the label \"0\" (two labels are needed)",
        ),
        (
            "--data signs.tsv --test-data signs.tsv",
            "signs.tsv: no training text has a word",
        ),
        ("--out file/out", "file/out: Not a directory (os error 20)"),
    ] {
        let output = run(dir.path(), options);
        assert_eq!(output.status.code(), Some(2), "{options}");
        let stderr = lines(&output.stderr);
        assert_eq!(stderr, [format!("error: {message}")], "{options}");
        assert!(output.stdout.is_empty(), "{options}");
    }
}
