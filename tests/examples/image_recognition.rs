//! The example `image_recognition`: what it learns, what it reads and what it refuses.
//!
//! Not where the examples run on a GPU: on a software adapter so many runs take hours. There
//! `article.rs` has a short run of some.
#![cfg(all(feature = "any-backend", not(any(feature = "wgpu", feature = "cuda"))))]

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::example::{backend_is_available, example, lines};

/// Digit `d` is an image of 3 × 4 pixels of which pixel `d` is white.
const ROWS: u32 = 3;
const COLUMNS: u32 = 4;

/// The options that name the files of [`write_files`].
const FILES: [&str; 8] = [
    "--train-images",
    "train.images",
    "--train-labels",
    "train.labels",
    "--test-images",
    "test.images",
    "--test-labels",
    "test.labels",
];

fn recognize(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = example("image_recognition");
    command.current_dir(dir).args(arguments).output().unwrap()
}

/// An IDX file of unsigned bytes.
fn idx(dimensions: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
    bytes.extend(dimensions.iter().flat_map(|n| n.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn idx_images(digits: &[u8]) -> Vec<u8> {
    let pixels = (ROWS * COLUMNS) as u8;
    let image = |&digit: &u8| (0..pixels).map(move |i| if i == digit { 255 } else { 0 });
    let values: Vec<u8> = digits.iter().flat_map(image).collect();
    idx(&[digits.len() as u32, ROWS, COLUMNS], &values)
}

fn idx_labels(labels: &[u8]) -> Vec<u8> {
    idx(&[labels.len() as u32], labels)
}

/// 100 images to train on, one digit after the other. To test on, the digits 0 to 8 twice, and two
/// more threes that are labelled as fours.
fn write_files(dir: &Path) {
    let train: Vec<u8> = (0..100).map(|i| i / 10).collect();
    let mut test: Vec<u8> = (0..9).cycle().take(18).collect();
    let mut labels = test.clone();
    test.extend([3, 3]);
    labels.extend([4, 4]);
    fs::write(dir.join("train.images"), idx_images(&train)).unwrap();
    fs::write(dir.join("train.labels"), idx_labels(&train)).unwrap();
    fs::write(dir.join("test.images"), idx_images(&test)).unwrap();
    fs::write(dir.join("test.labels"), idx_labels(&labels)).unwrap();
}

#[test]
fn the_default_run_learns_to_read_digits() {
    if !backend_is_available() {
        return;
    }
    let output = recognize(Path::new("."), &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // No warning, and no progress bar where there is no terminal.
    assert!(output.stderr.is_empty(), "{output:?}");
    let lines = lines(&output.stdout);
    let sizes = "2000 images to train on, 500 to test on, 8 × 8 pixels";
    assert_eq!(lines[0], sizes);

    let losses: Vec<f64> = (1..=20)
        .map(|epoch| {
            let prefix = format!("Epoch {epoch}, Loss: ");
            lines[epoch].strip_prefix(&prefix).unwrap().parse().unwrap()
        })
        .collect();
    // Ten classes, all equally likely at first: ln 10 is 2.3.
    assert!(losses[0] > 0.5 && losses[0] < 2.3, "{losses:?}");
    assert!(losses[19] < losses[0] / 4.0, "{losses:?}");

    let mut right = 0;
    for digit in 0..10 {
        let (_, counts) = lines[21 + digit].split_once(" (").unwrap();
        let count = counts.strip_suffix(" of 50)").unwrap();
        right += count.parse::<u32>().unwrap();
    }
    let accuracy = f64::from(right) / 500.0;
    assert!(accuracy >= 0.93, "{accuracy}");
    let last = lines.last().unwrap();
    assert_eq!(*last, format!("Adagrad Accuracy: {accuracy:.4}"));
}

/// The images are the same to the pixel, the losses nearly: the gradient of the cross entropy takes
/// reciprocals, which burn-ndarray approximates for those elements that lie aligned in memory.
#[test]
fn a_run_depends_on_its_seed() {
    if !backend_is_available() {
        return;
    }
    let run = |seed| {
        let options = ["--epochs", "2", "--show", "1", "--seed", seed];
        let output = recognize(Path::new("."), &options);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let lines = lines(&output.stdout);
        let loss = lines[2].strip_prefix("Epoch 2, Loss: ").unwrap();
        (loss.parse::<f64>().unwrap(), lines[4..12].to_vec())
    };
    let (loss, image) = run("7");
    let (same_loss, same_image) = run("7");
    assert!((loss - same_loss).abs() < 1e-3, "{loss}, {same_loss}");
    assert_eq!(image, same_image);
    let (other_loss, other_image) = run("8");
    assert!((loss - other_loss).abs() > 1e-3, "{loss}, {other_loss}");
    assert_ne!(image, other_image);
}

/// Whatever the reader or the counts get wrong shows: the network reads these images without
/// fault, so the two false labels are all that it misses.
#[test]
fn idx_files_are_read_and_judged() {
    if !backend_is_available() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    write_files(dir.path());
    let options = "--epochs 30 --batch-size 7 --lr 0.1 --hidden 16 --show 6";
    let arguments: Vec<&str> = FILES.into_iter().chain(options.split(' ')).collect();
    let output = recognize(dir.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let lines = lines(&output.stdout);
    assert_eq!(
        lines[0],
        "100 images to train on, 20 to test on, 3 × 4 pixels"
    );
    // Below ln 10 already, as the batches mix the digits: batches of one digit each would pull the
    // network from one to the next.
    let loss = lines[1].strip_prefix("Epoch 1, Loss: ").unwrap();
    assert!(loss.parse::<f64>().unwrap() < 2.3, "{loss}");
    assert!(lines[30].starts_with("Epoch 30, Loss: "), "{lines:?}");
    // The sixth image, whose pixel is the second one of the second row.
    assert_eq!(
        lines[51..55],
        ["Test image 6: predicted 5, true 5", "", "  @@", ""]
    );
    assert_eq!(
        lines[55..],
        [
            "Digit 0: 1.0000 (2 of 2)",
            "Digit 1: 1.0000 (2 of 2)",
            "Digit 2: 1.0000 (2 of 2)",
            "Digit 3: 1.0000 (2 of 2)",
            "Digit 4: 0.5000 (2 of 4)",
            "Digit 5: 1.0000 (2 of 2)",
            "Digit 6: 1.0000 (2 of 2)",
            "Digit 7: 1.0000 (2 of 2)",
            "Digit 8: 1.0000 (2 of 2)",
            "Digit 9: no test images",
            "4 read as 3: 2",
            "Adagrad Accuracy: 0.9000",
        ]
    );
}

#[test]
fn losses_that_are_not_finite_are_reported() {
    if !backend_is_available() {
        return;
    }
    let output = recognize(Path::new("."), &["--lr", "1e30", "--epochs", "2"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let warning = "warning: the losses of 2 of 2 epochs are not finite";
    assert_eq!(lines(&output.stderr), [warning]);
    assert_eq!(lines(&output.stdout)[2], "Epoch 2, Loss: NaN");
}

/// Exit code 2, one line on stderr, nothing on stdout.
fn assert_refused(dir: &Path, arguments: &[&str], message: &str) {
    let output = recognize(dir, arguments);
    assert_eq!(output.status.code(), Some(2), "{message}: {output:?}");
    assert_eq!(lines(&output.stderr), [message]);
    assert!(output.stdout.is_empty(), "{message}: {output:?}");
}

#[test]
fn bad_options_are_refused() {
    let refuse = |option: &str, value: &str, message: &str| {
        assert_refused(
            Path::new("."),
            &[option, value],
            &format!("error: {message}"),
        );
    };
    let message = "invalid value '0' for '--epochs <N>': 0 is not in 1..=4294967295";
    refuse("--epochs", "0", message);
    let message = "invalid value 'x' for '--batch-size <N>': invalid digit found in string";
    refuse("--batch-size", "x", message);
    let message = "invalid value '5000' for '--hidden <N>': 5000 is not in 1..=4096";
    refuse("--hidden", "5000", message);
    refuse("--lr", "-0.5", "--lr -0.5 (must be finite and above 0)");
    refuse("--lr", "nan", "--lr NaN (must be finite and above 0)");
    refuse("--colour", "red", "unexpected argument '--colour' found");

    // All four files or none.
    let missing = "error: the following required arguments were not provided:";
    let message = format!("{missing} --test-labels <FILE>");
    assert_refused(Path::new("."), &FILES[..6], &message);
    let message =
        format!("{missing} --train-labels <FILE> --test-images <FILE> --train-images <FILE>");
    assert_refused(Path::new("."), &FILES[6..], &message);
}

#[test]
fn bad_files_are_refused() {
    // A good set of files but for one.
    let refuse = |file: &str, bytes: &[u8], message: &str| {
        let dir = tempfile::tempdir().unwrap();
        write_files(dir.path());
        fs::write(dir.path().join(file), bytes).unwrap();
        assert_refused(dir.path(), &FILES, &format!("error: {file}: {message}"));
    };
    let images = idx_images(&[0, 1, 2]);
    let followed_by_a_byte = |bytes: Vec<u8>| [bytes.as_slice(), &[0]].concat();

    let message = "byte 0: magic number is 0x00000801 (must be 0x00000803 for images)";
    refuse("train.images", &idx_labels(&[1]), message);
    let message = "byte 0: magic number is 0x00000803 (must be 0x00000801 for labels)";
    refuse("test.labels", &images, message);
    let message = "byte 0: the file is packed with gzip; unpack it first (gunzip)";
    refuse("test.images", &[0x1f, 0x8b, 8, 0, 0], message);

    let message = "byte 0: the file ends within the magic number";
    refuse("train.images", &[], message);
    let message = "byte 6: the file ends within the number of images";
    refuse("train.images", &images[..6], message);
    let message = "byte 15: the file ends within the number of columns";
    refuse("train.images", &images[..15], message);
    let message = "byte 16: the file ends before the end of image 1 of 3";
    refuse("train.images", &images[..16], message);
    let message = "byte 27: the file ends before the end of label 20 of 20";
    refuse("test.labels", &idx(&[20], &[1; 19]), message);

    let message = "byte 4: number of images is 0 (must be at least 1)";
    refuse("train.images", &idx(&[0, ROWS, COLUMNS], &[]), message);
    let message = "byte 8: number of rows is 0 (must be at least 1)";
    refuse("train.images", &idx(&[1, 0, COLUMNS], &[]), message);
    let message = "byte 12: number of columns is 0 (must be at least 1)";
    refuse("train.images", &idx(&[1, ROWS, 0], &[]), message);
    let message = "byte 8: images of 4294967295 × 4294967295 pixels are too large \
                   (at most 65536 pixels)";
    let bytes = idx(&[1, u32::MAX, u32::MAX], &[0; 100]);
    refuse("train.images", &bytes, message);
    // 281 terabytes, by the header.
    let message = "byte 65553: the file ends before the end of image 2 of 4294967295";
    let bytes = idx(&[u32::MAX, 256, 256], &[0; 65_537]);
    refuse("train.images", &bytes, message);

    let message = "byte 52: more bytes follow the last image";
    refuse("test.images", &followed_by_a_byte(images), message);
    let message = "byte 28: more bytes follow the last label";
    let bytes = followed_by_a_byte(idx_labels(&[1; 20]));
    refuse("test.labels", &bytes, message);

    let message = "byte 4: number of labels is 21, but test.images has 20 images";
    refuse("test.labels", &idx_labels(&[1; 21]), message);
    let message = "byte 107: label is 10 (must be from 0 to 9)";
    let labels = [[9; 99].as_slice(), &[10]].concat();
    refuse("train.labels", &idx_labels(&labels), message);
    let message = "byte 8: images are 4 × 3 pixels, but those of train.images are 3 × 4";
    let bytes = idx(&[20, COLUMNS, ROWS], &[0; 240]);
    refuse("test.images", &bytes, message);
}

#[test]
fn files_that_cannot_be_read_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    write_files(dir.path());
    let mut files = FILES;
    files[3] = "no\nfile";
    let message = "error: no\\nfile: No such file or directory (os error 2)";
    assert_refused(dir.path(), &files, message);
    files[3] = ".";
    let message = "error: .: Is a directory (os error 21)";
    assert_refused(dir.path(), &files, message);
}
