//! Image recognition: a small network learns to read digits with Adagrad.
//!
//! `cargo run --release --example image_recognition -- --help` lists the options.

#[path = "../common/mod.rs"]
mod common;
mod confusion;
mod digits;
mod idx;
mod images;
mod training;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::ensure;
use burn::backend::Autodiff;
use burn::module::AutodiffModule;
use burn::tensor::Device;
use burn_adagrad::{DefaultBackend, SimpleNN, SimpleNNConfig};
use clap::{Args, Parser};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use confusion::{Confusion, Misreading};
use images::{ImageSet, N_DIGITS};
use training::{Training, classify};

type B = Autodiff<DefaultBackend>;

/// Images to train on and to test on, where no files are given.
const SYNTHETIC: (usize, usize) = (2000, 500);
/// Pairs of confused digits to print.
const MISREADINGS_SHOWN: usize = 5;

/// Trains a small network with Adagrad to read digits, on synthetic images or on files in IDX
/// format, as those of MNIST.
#[derive(Parser)]
#[command(name = "image_recognition")]
struct Options {
    #[command(flatten)]
    files: Option<Files>,
    /// Passes over the training images
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    epochs: u32,
    /// Images of a batch
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    batch_size: u32,
    /// Learning rate
    #[arg(
        long,
        value_name = "X",
        default_value_t = 0.05,
        allow_negative_numbers = true
    )]
    lr: f64,
    /// Neurons of the hidden layer
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    hidden: u16,
    /// Seed of the synthetic images, of the initial weights and of the order of the images
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Test images to print as text, with the predicted and the true digit
    #[arg(long, value_name = "N", default_value_t = 0)]
    show: usize,
}

/// Files in IDX format instead of the synthetic images; all four or none.
#[derive(Args)]
struct Files {
    /// Images to train on, in IDX format [default: synthetic images]
    #[arg(long, value_name = "FILE", required = false, requires_all = ["train_labels", "test_images", "test_labels"])]
    train_images: PathBuf,
    /// Their labels
    #[arg(long, value_name = "FILE", required = false, requires = "train_images")]
    train_labels: PathBuf,
    /// Images to test on, of the same size
    #[arg(long, value_name = "FILE", required = false, requires = "train_images")]
    test_images: PathBuf,
    /// Their labels
    #[arg(long, value_name = "FILE", required = false, requires = "train_images")]
    test_labels: PathBuf,
}

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(
        options.lr.is_finite() && options.lr > 0.0,
        "--lr {} (must be finite and above 0)",
        options.lr
    );
    let (train, test) = match &options.files {
        Some(files) => read_files(files)?,
        None => synthetic(&mut stream(options.seed, 0)),
    };
    let mut out = io::stdout();
    writeln!(
        out,
        "{} images to train on, {} to test on, {} pixels",
        train.len(),
        test.len(),
        train.size()
    )?;

    let device = Default::default();
    let model = train_network(options, &train, &mut out, &device)?;
    let batch_size = options.batch_size as usize;
    let predicted = classify(&model.valid(), &test, batch_size, &device);
    print_images(&mut out, &test, &predicted, options.show)?;
    print_accuracies(&mut out, &Confusion::new(test.labels(), &predicted))?;
    Ok(())
}

/// Prints the loss of every epoch as it comes.
fn train_network(
    options: &Options,
    images: &ImageSet,
    out: &mut impl Write,
    device: &Device<B>,
) -> io::Result<SimpleNN<B>> {
    let model = SimpleNNConfig::new()
        .with_input_size(images.size().pixels())
        .with_hidden_size(options.hidden.into())
        .with_output_size(N_DIGITS)
        .init_seeded(stream(options.seed, 1).next_u64(), device);
    let training = Training {
        epochs: options.epochs as usize,
        batch_size: options.batch_size as usize,
        lr: options.lr,
    };
    let bar = common::progress_bar(options.epochs.into(), "epochs");
    let mut lost = 0;
    let rng = &mut stream(options.seed, 2);
    let model = training.run(model, images, rng, device, |epoch, loss| {
        lost += usize::from(!loss.is_finite());
        bar.set_message(format!("loss {loss:.4}"));
        bar.inc(1);
        bar.suspend(|| writeln!(out, "Epoch {epoch}, Loss: {loss:.4}"))
    })?;
    bar.finish_and_clear();
    if lost > 0 {
        let epochs = options.epochs;
        eprintln!("warning: the losses of {lost} of {epochs} epochs are not finite");
    }
    Ok(model)
}

/// Independent generators for the uses of one seed.
fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    rng
}

fn synthetic(rng: &mut impl Rng) -> (ImageSet, ImageSet) {
    let (n_train, n_test) = SYNTHETIC;
    (
        digits::generate(n_train, rng),
        digits::generate(n_test, rng),
    )
}

fn read_files(files: &Files) -> anyhow::Result<(ImageSet, ImageSet)> {
    let train = idx::read(&files.train_images, &files.train_labels)?;
    let test = idx::read(&files.test_images, &files.test_labels)?;
    ensure!(
        test.size() == train.size(),
        "{}: byte {}: images are {} pixels, but those of {} are {}",
        files.test_images.display(),
        idx::SIZE_OFFSET,
        test.size(),
        files.train_images.display(),
        train.size()
    );
    Ok((train, test))
}

fn print_images(
    out: &mut impl Write,
    images: &ImageSet,
    predicted: &[usize],
    n: usize,
) -> io::Result<()> {
    for (i, (&label, predicted)) in images.labels().iter().zip(predicted).enumerate().take(n) {
        writeln!(
            out,
            "Test image {}: predicted {predicted}, true {label}",
            i + 1
        )?;
        write!(out, "{}", images.as_text(i))?;
    }
    Ok(())
}

fn print_accuracies(out: &mut impl Write, confusion: &Confusion) -> io::Result<()> {
    for digit in 0..N_DIGITS {
        match confusion.right_of(digit) {
            (_, 0) => writeln!(out, "Digit {digit}: no test images")?,
            (right, all) => {
                let accuracy = right as f64 / all as f64;
                writeln!(out, "Digit {digit}: {accuracy:.4} ({right} of {all})")?;
            }
        }
    }
    for misreading in confusion.misreadings().iter().take(MISREADINGS_SHOWN) {
        let Misreading {
            label,
            predicted,
            count,
        } = misreading;
        writeln!(out, "{label} read as {predicted}: {count}")?;
    }
    writeln!(out, "Adagrad Accuracy: {:.4}", confusion.accuracy())
}
