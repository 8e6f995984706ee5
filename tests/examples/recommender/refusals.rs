//! Bad input and bad options: exit code 2, and one line that names the file, the line and what is wrong.

use std::fs;
use std::path::Path;

use super::recommender;

#[test]
fn bad_options_and_bad_input_exit_with_2_and_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        ("few", "1\t2\t3\t4\n1\t2\n"),
        ("many", "1::2::3::4::5\n"),
        ("word", "userId,movieId,rating\n1,2,3\n\n1,3,good\n"),
        ("infinite", "1::2::3\n1::3::1e39\n"),
        ("nan", "1::2::NaN\n"),
        ("no_user", "1,2,3\n ,2,3\n"),
        ("no_item", "1,2,3\n1,,3\n"),
        ("no_rating", "1,2,3\n1,3,\n"),
        ("quoted", "userId,movieId,rating\n1,\"2,3\",4\n"),
        ("escape", "1,2,3\n1,3,\u{1b}[31m\n"),
        ("words", "the quick brown fox\n"),
        ("empty", ""),
        ("blank", "\n \n"),
        ("header", "userId,movieId,rating,timestamp\n"),
        ("one", "1\t2\t3\n1\t2\t4\n"),
        ("good", "1\t2\t3\n1\t3\t4\n"),
    ];
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    fs::write(dir.path().join("latin"), b"1\t2\t3\n1\t\xe9\t4\n").unwrap();
    let cases = [
        (
            "--epochs 0",
            "invalid value '0' for '--epochs <N>': must be at least 1",
        ),
        (
            "--epochs x",
            "invalid value 'x' for '--epochs <N>': invalid digit found in string",
        ),
        (
            "--batch-size 0",
            "invalid value '0' for '--batch-size <N>': must be at least 1",
        ),
        (
            "--top 0",
            "invalid value '0' for '--top <N>': must be at least 1",
        ),
        (
            "--dim 0",
            "invalid value '0' for '--dim <N>': 0 is not in 1..=1024",
        ),
        (
            "--lr -0.5",
            "invalid value '-0.5' for '--lr <X>': must be finite and above 0",
        ),
        (
            "--lr nan",
            "invalid value 'nan' for '--lr <X>': must be finite and above 0",
        ),
        (
            "--lr fast",
            "invalid value 'fast' for '--lr <X>': not a number",
        ),
        (
            "--weight-decay -1",
            "invalid value '-1' for '--weight-decay <X>': must be finite and at least 0",
        ),
        ("--colour", "unexpected argument '--colour' found"),
        (
            "--ratings none",
            "none: No such file or directory (os error 2)",
        ),
        (
            "--ratings few",
            "few:2: 2 fields instead of user, item, rating and perhaps a timestamp",
        ),
        (
            "--ratings many",
            "many:1: 5 fields instead of user, item, rating and perhaps a timestamp",
        ),
        (
            "--ratings word",
            "word:4: rating \"good\" is not a finite number",
        ),
        (
            "--ratings infinite",
            "infinite:2: rating \"1e39\" is not a finite number",
        ),
        (
            "--ratings nan",
            "nan:1: rating \"NaN\" is not a finite number",
        ),
        ("--ratings no_user", "no_user:2: the user is empty"),
        ("--ratings no_item", "no_item:2: the item is empty"),
        ("--ratings no_rating", "no_rating:2: the rating is empty"),
        (
            "--ratings quoted",
            "quoted:2: item \"2 is quoted, which is not supported",
        ),
        (
            "--ratings escape",
            "escape:2: rating \"\\u{1b}[31m\" is not a finite number",
        ),
        (
            "--ratings words",
            "words:1: neither a tab nor \"::\" nor a comma separates the fields",
        ),
        (
            "--ratings latin",
            "latin:2: stream did not contain valid UTF-8",
        ),
        ("--ratings empty", "empty: no ratings"),
        ("--ratings blank", "blank: no ratings"),
        ("--ratings header", "header: no ratings"),
        (
            "--ratings one",
            "one: 1 rating cannot be split into training and held-out ratings (at least 2 are needed)",
        ),
        ("--ratings good --user 7", "--user 7: there is no such user"),
        (
            "--ratings a\u{7}b",
            "a\\u{7}b: No such file or directory (os error 2)",
        ),
    ];
    for (arguments, message) in cases {
        let output = recommender(dir.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(stderr, format!("error: {message}\n"), "{arguments}");
        assert!(output.stdout.is_empty(), "{arguments}");
    }
}

#[test]
fn help_lists_every_option() {
    let output = recommender(Path::new("."), "--help");
    assert_eq!(output.status.code(), Some(0));
    let help = String::from_utf8(output.stdout).unwrap();
    let options = "ratings epochs batch-size lr weight-decay dim row-wise user top seed";
    for option in options.split(' ') {
        assert!(help.contains(&format!("--{option}")), "{option}");
    }
}
