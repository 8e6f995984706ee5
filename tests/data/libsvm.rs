//! Reading and writing the LIBSVM text format through the public API.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use burn_adagrad::data::{
    IndexBase, LabelKind, LibsvmError, LibsvmErrorKind, LibsvmOptions, SparseDataset, read_libsvm,
    write_libsvm,
};
use proptest::prelude::*;

/// A row as a test writes it down: the label and the stored entries, with 0-based indices.
type Row = (f32, Vec<(u32, f32)>);

fn rows(data: &SparseDataset) -> Vec<Row> {
    let row = |i| {
        let row = data.row(i).unwrap();
        let entries = row.indices().iter().copied();
        (
            row.label(),
            entries.zip(row.values().iter().copied()).collect(),
        )
    };
    (0..data.len()).map(row).collect()
}

fn options() -> LibsvmOptions {
    LibsvmOptions::default()
}

fn base(base: IndexBase) -> LibsvmOptions {
    options().with_index_base(base)
}

fn limit(n_features: usize) -> LibsvmOptions {
    options().with_n_features(Some(n_features))
}

fn any_label() -> LibsvmOptions {
    options().with_labels(LabelKind::Any)
}

fn message(result: Result<SparseDataset, LibsvmError>) -> String {
    result.expect_err("the text should be refused").to_string()
}

#[test]
fn malformed_text_is_refused_with_its_place() {
    use IndexBase::{One, Zero};
    let long = format!("1 1:{}", "7".repeat(60) + "x");
    let exactly_40 = format!("1 1:{}x", "7".repeat(39));
    #[rustfmt::skip]
    let cases: &[(LibsvmOptions, &[u8], &str)] = &[
        // Labels.
        (options(), b"2 1:1", "line 1, column 1: label \"2\" is neither 0 nor 1, nor -1 nor +1"),
        (options(), b"  no 1:1", "line 1, column 3: label \"no\" is neither 0 nor 1, nor -1 nor +1"),
        (options(), b"1:1 2:1", "line 1, column 1: label \"1:1\" is neither 0 nor 1, nor -1 nor +1"),
        (options(), b"nan 1:1", "line 1, column 1: label \"nan\" is neither 0 nor 1, nor -1 nor +1"),
        (options(), b"1e-50 1:1", "line 1, column 1: label \"1e-50\" is neither 0 nor 1, nor -1 nor +1"),
        (options(), b"1.00000001 1:1", "line 1, column 1: label \"1.00000001\" is neither 0 nor 1, nor -1 nor +1"),
        (options(), b"0 1:1\n1 1:1\n-1.0 1:1\n", "line 3, column 1: label \"-1.0\" conflicts with the label 0 at line 1"),
        (options(), b"-1 1:1\n\n0e9 1:1\n", "line 3, column 1: label \"0e9\" conflicts with the label -1 at line 1"),
        (any_label(), b"no 1:1", "line 1, column 1: label \"no\" is not a finite 32-bit number"),
        (any_label(), b"0 1:1\nNaN 1:1", "line 2, column 1: label \"NaN\" is not a finite 32-bit number"),
        (any_label(), b"-1e39 1:1", "line 1, column 1: label \"-1e39\" is not a finite 32-bit number"),
        (any_label(), b"1,2 1:1", "line 1, column 1: label \"1,2\" is not a finite 32-bit number"),
        // Values.
        (options(), b"1 1:x", "line 1, column 5: value \"x\" is not a finite 32-bit number"),
        (options(), b"1 1:", "line 1, column 5: value \"\" is not a finite 32-bit number"),
        (options(), b"1 1: 2", "line 1, column 5: value \"\" is not a finite 32-bit number"),
        (options(), b"1 1:2:3", "line 1, column 5: value \"2:3\" is not a finite 32-bit number"),
        (options(), b"1 1:1 10:nan", "line 1, column 10: value \"nan\" is not a finite 32-bit number"),
        (options(), b"1 1:-inf", "line 1, column 5: value \"-inf\" is not a finite 32-bit number"),
        (options(), b"1 1:1e39", "line 1, column 5: value \"1e39\" is not a finite 32-bit number"),
        (options(), b"1 1:1\rx", "line 1, column 5: value \"1\\rx\" is not a finite 32-bit number"),
        (options(), b"1 1:\x1b[31m\0", "line 1, column 5: value \"\\u{1b}[31m\\0\" is not a finite 32-bit number"),
        (options(), "1 1:½".as_bytes(), "line 1, column 5: value \"½\" is not a finite 32-bit number"),
        (options(), long.as_bytes(), "line 1, column 5: value \"7777777777777777777777777777777777777777…\" is not a finite 32-bit number"),
        (options(), exactly_40.as_bytes(), "line 1, column 5: value \"777777777777777777777777777777777777777x\" is not a finite 32-bit number"),
        // Indices.
        (options(), b"1 a:1", "line 1, column 3: feature index \"a\" is not an integer from 0 to 4294967294"),
        (options(), b"1 :1", "line 1, column 3: feature index \"\" is not an integer from 0 to 4294967294"),
        (options(), b"1 1.0:1", "line 1, column 3: feature index \"1.0\" is not an integer from 0 to 4294967294"),
        (options(), b"1 -3:1", "line 1, column 3: feature index \"-3\" is not an integer from 0 to 4294967294"),
        (options(), b"1 4294967295:1", "line 1, column 3: feature index \"4294967295\" is not an integer from 0 to 4294967294"),
        (options(), b"1 99999999999999999999:1", "line 1, column 3: feature index \"99999999999999999999\" is not an integer from 0 to 4294967294"),
        (options(), b"1 1:1\t\t 7", "line 1, column 9: \"7\" has no colon, expected index:value"),
        (options(), b"1 1:1\n0 7:1 5:1", "line 2, column 7: feature index 5 is not above the one before it, 7"),
        (options(), b"1 3:1 3:1", "line 1, column 7: feature index 3 is not above the one before it, 3"),
        (options(), b"1 3:0 2:1", "line 1, column 7: feature index 2 is not above the one before it, 3"),
        (base(One), b"1 1:1\n1 0:1", "line 2, column 3: feature index 0 in one-based data"),
        // The number of features; with an open base, an index 0 after the fact is what shows that
        // the last index does not fit.
        (limit(3), b"1 1:1 5:1", "line 1, column 7: feature index 5 is beyond the 3 features counted from 1"),
        (limit(3), b"1 0:1 3:1", "line 1, column 7: feature index 3 is beyond the 3 features counted from 0"),
        (limit(3), b"1 1:1 3:1\n1 3:1\n1 0:1 9:1", "line 1, column 7: feature index 3 is beyond the 3 features counted from 0"),
        (limit(3).with_index_base(One), b"1 4:0", "line 1, column 3: feature index 4 is beyond the 3 features counted from 1"),
        (limit(3).with_index_base(Zero), b"1 3:1", "line 1, column 3: feature index 3 is beyond the 3 features counted from 0"),
        (limit(0), b"1 0:1", "line 1, column 3: feature index 0 is beyond the 0 features counted from 0"),
        // Query ids.
        (options(), b"1 qid:x 1:1", "line 1, column 7: query id \"x\" is not an unsigned integer"),
        (options(), b"1 qid:-1 1:1", "line 1, column 7: query id \"-1\" is not an unsigned integer"),
        (options(), b"1 qid: 1:1", "line 1, column 7: query id \"\" is not an unsigned integer"),
        (options(), b"1 1:1 qid:2", "line 1, column 7: a query id may only follow the label"),
        (options(), b"1 qid:2 qid:2", "line 1, column 9: a query id may only follow the label"),
        (options(), b"qid:2 1 1:1", "line 1, column 1: label \"qid:2\" is neither 0 nor 1, nor -1 nor +1"),
        // Encoding.
        (options(), b"1 1:1\n1 2:\xff1", "line 2, column 5: text outside a comment is not UTF-8"),
        (options(), b"\xff\xfe1\0", "line 1, column 1: text outside a comment is not UTF-8"),
        (options(), b"1 1:1\n\xef\xbb\xbf1 1:1", "line 2, column 1: label \"\\u{feff}1\" is neither 0 nor 1, nor -1 nor +1"),
        (options(), b"\xef\xbb\xbf1 1:x", "line 1, column 5: value \"x\" is not a finite 32-bit number"),
        // The file as a whole.
        (options(), b"", "no rows"),
        (options(), b"\xef\xbb\xbf", "no rows"),
        (options(), b"\n \t\r\n# 1 1:1\n", "no rows"),
        (options(), b"1\n0 # 1:1\n", "no row holds a feature, so the number of features has to be given"),
    ];
    for (options, text, expected) in cases {
        let shown = String::from_utf8_lossy(text);
        let found = options
            .parse(*text)
            .map(|data| rows(&data))
            .map_err(|e| e.to_string());
        assert_eq!(found, Err((*expected).to_string()), "{shown:?}");
    }
}

#[test]
fn odd_but_valid_text_is_read_exactly() {
    use IndexBase::{One, Zero};
    type Case<'a> = (LibsvmOptions, &'a [u8], usize, Vec<Row>);
    #[rustfmt::skip]
    let cases: Vec<Case> = vec![
        (options(), b"1 1:2 3:4\n0 2:1\n", 3, vec![(1.0, vec![(0, 2.0), (2, 4.0)]), (0.0, vec![(1, 1.0)])]),
        // Both spellings of binary labels.
        (options(), b"+1 1:1\n-1 1:1\n1.0 1:1\n-1e0 1:1\n.1e1 1:1", 1, [1.0, 0.0, 1.0, 0.0, 1.0].map(|y| (y, vec![(0, 1.0)])).into()),
        (options(), b"-0.0 1:1\n+0 1:1\n001 1:1", 1, [0.0, 0.0, 1.0].map(|y| (y, vec![(0, 1.0)])).into()),
        (any_label(), b"-2.5 1:1\n0 1:1\n-1 1:1", 1, [-2.5, 0.0, -1.0].map(|y| (y, vec![(0, 1.0)])).into()),
        // Spellings of numbers.
        (options(), b"1 01:1. 2:-.5 3:+2e1 4:3E-2", 4, vec![(1.0, vec![(0, 1.0), (1, -0.5), (2, 20.0), (3, 0.03)])]),
        // Query ids, comments, blanks and line ends.
        (options(), b"1 qid:18446744073709551615 1:1", 1, vec![(1.0, vec![(0, 1.0)])]),
        (options(), b"1 qid:3#1:1\n1 \t qid:0\t1:1", 1, vec![(1.0, vec![]), (1.0, vec![(0, 1.0)])]),
        (options(), b"# head\n1 1:1 # 2:x\n1 1:1#\xff\xfe\n", 1, vec![(1.0, vec![(0, 1.0)]); 2]),
        (options(), b"1 1:1\r\n\r\n1 1:1 # c\r\n1 1:1\r", 1, vec![(1.0, vec![(0, 1.0)]); 3]),
        (options(), b"\n  \t\n\t1\t1:1  \t2:1 \n\n", 2, vec![(1.0, vec![(0, 1.0), (1, 1.0)])]),
        (options(), b"\xef\xbb\xbf1 1:1", 1, vec![(1.0, vec![(0, 1.0)])]),
        // A row may hold nothing; zeros are not stored but count.
        (options(), b"1\n0 2:1\n1", 2, vec![(1.0, vec![]), (0.0, vec![(1, 1.0)]), (1.0, vec![])]),
        (options(), b"1 1:0 2:1 5:0.0 6:-0 7:1e-60", 7, vec![(1.0, vec![(1, 1.0)])]),
        (limit(4), b"1\n0", 4, vec![(1.0, vec![]), (0.0, vec![])]),
        // The index base.
        (options(), b"1 2:1\n1 0:1", 3, vec![(1.0, vec![(2, 1.0)]), (1.0, vec![(0, 1.0)])]),
        (options(), b"1 2:1\n1 0:0", 3, vec![(1.0, vec![(2, 1.0)]), (1.0, vec![])]),
        (base(Zero), b"1 2:1", 3, vec![(1.0, vec![(2, 1.0)])]),
        (base(One), b"1 2:1", 2, vec![(1.0, vec![(1, 1.0)])]),
        (limit(3), b"1 3:1", 3, vec![(1.0, vec![(2, 1.0)])]),
        (limit(3), b"1 2:1\n1 0:1", 3, vec![(1.0, vec![(2, 1.0)]), (1.0, vec![(0, 1.0)])]),
        (options(), b"1 4294967294:1", 4_294_967_294, vec![(1.0, vec![(4_294_967_293, 1.0)])]),
        (base(Zero), b"1 4294967294:1", 4_294_967_295, vec![(1.0, vec![(4_294_967_294, 1.0)])]),
    ];
    for (options, text, n_features, expected) in cases {
        let shown = String::from_utf8_lossy(text);
        let data = options
            .parse(text)
            .unwrap_or_else(|e| panic!("{shown:?}: {e}"));
        assert_eq!(
            (data.n_features(), rows(&data)),
            (n_features, expected),
            "{shown:?}"
        );
        assert_eq!(
            data.nnz(),
            rows(&data).iter().map(|row| row.1.len()).sum::<usize>()
        );
    }
}

#[test]
fn an_error_in_a_file_names_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("train.txt");
    fs::write(&path, "1 1:1\n\n0 2:1   7:1 5:1\n").unwrap();
    let error = read_libsvm(&path).unwrap_err();
    let expected = "feature index 5 is not above the one before it, 7";
    assert_eq!(
        error.to_string(),
        format!("{}:3:13: {expected}", path.display())
    );
    assert_eq!(
        (error.path(), error.position()),
        (Some(path.as_path()), Some((3, 13)))
    );
    assert!(matches!(
        error.kind(),
        LibsvmErrorKind::Order {
            index: 5,
            previous: 7
        }
    ));

    fs::write(&path, "# nothing\n").unwrap();
    assert_eq!(
        message(read_libsvm(&path)),
        format!("{}: no rows", path.display())
    );
}

#[test]
fn an_io_error_names_the_file_or_keeps_to_one_line() {
    let missing = Path::new("no such directory/train.txt");
    let error = read_libsvm(missing).unwrap_err();
    assert!(matches!(error.kind(), LibsvmErrorKind::Io(e) if e.kind() == io::ErrorKind::NotFound));
    assert!(
        error
            .to_string()
            .starts_with("no such directory/train.txt: "),
        "{error}"
    );

    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("cable\nunplugged"))
        }
    }
    let reader = BufReader::new(b"1 1:1\n".chain(Broken));
    assert_eq!(message(options().parse(reader)), "cable\\nunplugged");
}

#[test]
fn files_read_together_share_base_features_and_labels() {
    let dir = tempfile::tempdir().unwrap();
    let paths = ["train.txt", "test.txt"].map(|name| dir.path().join(name));
    let read = |train: &str, test: &str, options: LibsvmOptions| {
        fs::write(&paths[0], train).unwrap();
        fs::write(&paths[1], test).unwrap();
        let sets = options.read_all(&paths).map_err(|e| e.to_string())?;
        Ok(sets
            .iter()
            .map(|set| (set.n_features(), rows(set)))
            .collect::<Vec<_>>())
    };
    let at = |file: usize, rest: &str| Err(format!("{}{rest}", paths[file].display()));

    // The highest index of either file counts, also where the other holds no feature.
    let train = (7, vec![(1.0, vec![(4, 1.0)])]);
    let test = (7, vec![(0.0, vec![(6, 2.0)])]);
    assert_eq!(
        read("1 5:1", "0 7:2", options()),
        Ok(vec![train.clone(), test.clone()])
    );
    assert_eq!(
        read("0 7:2", "1 5:1", options()),
        Ok(vec![test, train.clone()])
    );
    assert_eq!(
        read("1 5:1 7:0", "1", options()),
        Ok(vec![train, (7, vec![(1.0, vec![])])])
    );

    // An index 0 in the test file makes the training file zero-based.
    let train = (6, vec![(1.0, vec![(5, 1.0)])]);
    let test = (6, vec![(0.0, vec![(0, 1.0)])]);
    assert_eq!(read("1 5:1", "0 0:1", options()), Ok(vec![train, test]));
    assert_eq!(
        read("1 1:1\n1 2:1 5:1", "0 0:1", limit(5)),
        at(
            0,
            ":2:7: feature index 5 is beyond the 5 features counted from 0"
        ),
    );

    let first = at(0, ":1").unwrap_err();
    let conflict = at(
        1,
        &format!(":2:2: label \"-1\" conflicts with the label 0 at {first}"),
    );
    assert_eq!(read("0 1:1\n1 1:1", "1 1:1\n -1 1:1", options()), conflict);
    let expected = "no row holds a feature, so the number of features has to be given";
    assert_eq!(read("1", "1", options()), at(0, &format!(": {expected}")));
    assert_eq!(read("1 1:1", "", options()), at(1, ": no rows"));
    assert!(options().read_all(&[] as &[&Path]).unwrap().is_empty());
}

#[test]
fn numbers_are_written_in_the_fewest_digits() {
    let text = "0.1 1:1 2:-2.50 3:16777216 4:1e-5 5:0.0001 6:3.4028235e38 7:1e-45 8:9999999";
    let data = any_label().parse(text.as_bytes()).unwrap();
    let written = |base| {
        let mut out = Vec::new();
        write_libsvm(&data, &mut out, base).unwrap();
        String::from_utf8(out).unwrap()
    };
    let expected =
        "0.1 1:1 2:-2.5 3:1.6777216e7 4:1e-5 5:0.0001 6:3.4028235e38 7:1e-45 8:9999999\n";
    assert_eq!(written(IndexBase::One), expected);
    assert_eq!(written(IndexBase::Auto), expected);
    let expected =
        "0.1 0:1 1:-2.5 2:1.6777216e7 3:1e-5 4:0.0001 5:3.4028235e38 6:1e-45 7:9999999\n";
    assert_eq!(written(IndexBase::Zero), expected);
}

#[test]
fn zero_labels_are_written_and_write_errors_reported() {
    let data = options().parse(&b"-1 2:1\n+1\n"[..]).unwrap();
    let mut text = Vec::new();
    write_libsvm(&data, &mut text, IndexBase::One).unwrap();
    assert_eq!(text, b"0 2:1\n1\n");

    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    // The buffer takes all of the text, so only a flush meets the error.
    let error = write_libsvm(&data, BufWriter::new(Full), IndexBase::One).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

#[test]
fn agaricus_is_read_in_full() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/agaricus.txt.train");
    if !path.exists() {
        crate::common::print_skip(&format!("{} is absent", path.display()));
        return;
    }
    let data = read_libsvm(&path).unwrap();
    assert_eq!(
        (data.len(), data.n_features(), data.nnz()),
        (6_513, 126, 143_286)
    );
    let rows = rows(&data);
    assert!(
        rows.iter()
            .all(|(_, row)| row.len() == 22 && row.iter().all(|entry| entry.1 == 1.0))
    );
    assert_eq!(rows.iter().filter(|row| row.0 == 1.0).count(), 3_140);
    assert_eq!(rows.iter().filter(|row| row.0 == 0.0).count(), 3_373);
    let first = [
        3, 10, 11, 21, 30, 34, 36, 40, 41, 53, 58, 65, 69, 77, 86, 88, 92, 95, 102, 105, 117, 124,
    ];
    assert_eq!(rows[0], (1.0, first.map(|index| (index - 1, 1.0)).into()));
}

/// Finite and not zero, of any magnitude.
fn value() -> impl Strategy<Value = f32> {
    use prop::num::f32::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL};
    prop_oneof![
        (1..4_u8).prop_map(f32::from),
        POSITIVE | NEGATIVE | NORMAL | SUBNORMAL
    ]
}

/// The number of features and the rows of a data set with labels from `label`.
fn dataset(label: BoxedStrategy<f32>) -> impl Strategy<Value = (usize, Vec<Row>)> {
    (1..30_u32).prop_flat_map(move |n_features| {
        let entries = prop::collection::btree_map(0..n_features, value(), 0..8)
            .prop_map(|map: BTreeMap<u32, f32>| map.into_iter().collect());
        let rows = prop::collection::vec((label.clone(), entries), 1..12);
        (Just(n_features as usize), rows)
    })
}

fn written(n_features: usize, rows: &[Row], base: IndexBase) -> String {
    let entries = || rows.iter().flat_map(|row| &row.1);
    let mut offsets = vec![0];
    offsets.extend(rows.iter().scan(0, |end, row| {
        *end += row.1.len();
        Some(*end)
    }));
    let indices = entries().map(|entry| entry.0).collect();
    let values = entries().map(|entry| entry.1).collect();
    let labels = rows.iter().map(|row| row.0).collect();
    let data = SparseDataset::new(n_features, offsets, indices, values, labels).unwrap();
    let mut text = Vec::new();
    write_libsvm(&data, &mut text, base).unwrap();
    String::from_utf8(text).unwrap()
}

/// Adds to each line what has no meaning, as the bits of `noise` say, in turn.
fn decorated(text: &str, noise: &[u8]) -> String {
    let mut out = String::new();
    for (line, noise) in text.lines().zip(noise.iter().cycle()) {
        let on = |bit: u32| noise >> bit & 1 == 1;
        if on(0) && out.is_empty() {
            out.push('\u{feff}');
        }
        let end = if on(1) { "\r\n" } else { "\n" };
        if on(2) {
            out.extend(["# 9 0:x é", end, " \t", end]);
        }
        let (label, rest) = line.split_once(' ').unwrap_or((line, ""));
        out.extend([if on(3) { "\t " } else { "" }, label]);
        out.push_str(if on(4) { " qid:7" } else { "" });
        for entry in rest.split_terminator(' ') {
            out.extend([if on(5) { " \t" } else { " " }, entry]);
        }
        out.extend([if on(6) { " # 1:x # y" } else { "" }, end]);
    }
    if noise[0] >> 7 == 1 {
        out.truncate(out.trim_end_matches(['\r', '\n']).len());
    }
    out
}

proptest! {
    #[test]
    fn written_rows_are_read_back(
        (n_features, expected) in dataset(prop::sample::select(vec![0.0, 1.0]).boxed()),
        zero: bool,
        noise in prop::collection::vec(any::<u8>(), 1..12),
    ) {
        let written_base = if zero { IndexBase::Zero } else { IndexBase::One };
        let text = decorated(&written(n_features, &expected, written_base), &noise);
        let known = limit(n_features).with_index_base(written_base);
        let data = known.parse(text.as_bytes()).unwrap();
        prop_assert_eq!(data.n_features(), n_features);
        prop_assert_eq!(&rows(&data), &expected);

        // With no number of features, the highest index read gives it.
        let entries = || expected.iter().flat_map(|row| &row.1);
        let counted = entries().map(|entry| entry.0 as usize + 1).max();
        let counting = known.with_n_features(None).parse(text.as_bytes());
        match counting {
            Ok(data) => {
                prop_assert_eq!(Some(data.n_features()), counted);
                prop_assert_eq!(&rows(&data), &expected);
            }
            Err(error) => {
                prop_assert!(matches!(error.kind(), LibsvmErrorKind::NoFeatures));
                prop_assert_eq!(counted, None);
            }
        }

        // With an open base, zero-based text without an index 0 is one-based by definition.
        let mut auto = expected.clone();
        if zero && entries().all(|entry| entry.0 > 0) {
            auto.iter_mut().flat_map(|row| &mut row.1).for_each(|entry| entry.0 -= 1);
        }
        let data = known.with_index_base(IndexBase::Auto).parse(text.as_bytes()).unwrap();
        prop_assert_eq!(&rows(&data), &auto);
    }

    #[test]
    fn any_finite_labels_are_read_back((n_features, expected) in dataset(value().boxed())) {
        let text = written(n_features, &expected, IndexBase::One);
        let options = limit(n_features).with_labels(LabelKind::Any);
        prop_assert_eq!(rows(&options.parse(text.as_bytes()).unwrap()), expected);
    }

    #[test]
    fn bytes_are_read_soundly_or_refused_in_one_line(
        text in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            // Pieces of the format, so as to get past the label.
            prop::collection::vec(prop::sample::select(vec![
                "0", "1", "-1", "+1", " ", " ", " ", "\t", "\n", "\n", "\r\n", "\r", ":", ":1",
                "1:1", "2:0", "3:-.5", "0:1", "4294967294:1", "4294967295:1", "9:1e39", "qid:1",
                "qid:", "#", "e", "nan", ".", "é", "\u{feff}", "\u{85}", "\u{2028}",
            ]), 0..40).prop_map(|pieces| pieces.concat().into_bytes()),
        ],
        index_base in prop::sample::select(vec![IndexBase::Auto, IndexBase::Zero, IndexBase::One]),
        labels in prop::sample::select(vec![LabelKind::Binary, LabelKind::Any]),
        n_features in prop::option::of(prop::sample::select(vec![0, 1, 2, 3, 9, usize::MAX])),
    ) {
        let options = options()
            .with_index_base(index_base)
            .with_labels(labels)
            .with_n_features(n_features);
        match options.parse(text.as_slice()) {
            Ok(data) => {
                prop_assert!(!rows(&data).is_empty());
                for (label, entries) in rows(&data) {
                    prop_assert!(label.is_finite());
                    prop_assert!(labels == LabelKind::Any || label == 0.0 || label == 1.0);
                    prop_assert!(entries.windows(2).all(|pair| pair[0].0 < pair[1].0));
                    for (index, value) in entries {
                        prop_assert!((index as usize) < data.n_features());
                        prop_assert!(value.is_finite() && value != 0.0);
                    }
                }
            }
            Err(error) => {
                let message = error.to_string();
                let breaks = message.contains(|c: char| c.is_control() || c == '\u{2028}');
                prop_assert!(!breaks, "{:?}", message);
                if let Some((line, column)) = error.position() {
                    // The place lies in the text, at most one past the end of a line.
                    let line = text.split(|&b| b == b'\n').nth(line - 1).unwrap();
                    prop_assert!(column >= 1 && column <= line.len() + 1);
                }
            }
        }
    }
}
