//! The command's options.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;

/// Learns word vectors from a text (GloVe, trained with Adagrad) and shows which words are near.
#[derive(Parser)]
#[command(name = "word_embeddings")]
pub struct Options {
    /// Text in UTF-8, a sentence or a document a line [default: small sentences of our own]
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
    /// Words that occur less often get no vector; the text is read as if they were not there
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub min_count: u64,
    /// Largest number of words that get a vector, the most frequent ones first [default: no limit]
    #[arg(long, value_name = "N", value_parser = at_least_1)]
    pub max_vocabulary: Option<usize>,
    /// Two words of a line are a pair if they are at most so far apart
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub window: u16,
    /// Pairs across the ends of lines, too
    #[arg(long)]
    pub across_lines: bool,
    /// Count from which on a pair has its full weight in the loss
    #[arg(
        long,
        value_name = "X",
        default_value_t = 100.0,
        value_parser = positive::<f32>,
        allow_negative_numbers = true
    )]
    pub x_max: f32,
    /// Numbers of a vector
    #[arg(
        long,
        value_name = "N",
        default_value_t = 50,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub dim: u16,
    /// Passes over the pairs
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = at_least_1)]
    pub epochs: usize,
    /// Pairs of a batch
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = at_least_1)]
    pub batch_size: usize,
    /// Learning rate
    #[arg(
        long,
        value_name = "X",
        default_value_t = 0.05,
        value_parser = positive::<f64>,
        allow_negative_numbers = true
    )]
    pub lr: f64,
    /// Seed of the first vectors and of the order of the pairs
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Words whose neighbours are shown, with commas between [default: some of our own sentences', none
    /// of a FILE's]
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub words: Option<Vec<String>>,
    /// Shows what is to C as B is to A; may be given several times
    #[arg(long, value_name = "A:B:C", value_parser = three_words)]
    pub analogy: Option<Vec<[String; 3]>>,
    /// Neighbours that are shown of a word
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_1)]
    pub neighbours: usize,
    /// File for the vectors, in GloVe's text format
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

fn at_least_1(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(n) => Ok(n),
        Err(error) => Err(format!("{error}")),
    }
}

fn positive<T: FromStr + Into<f64> + Copy>(text: &str) -> Result<T, &'static str> {
    let number = text
        .parse()
        .ok()
        .filter(|&x: &T| x.into().is_finite() && x.into() > 0.0);
    number.ok_or("must be a number, finite and above 0")
}

fn three_words(text: &str) -> Result<[String; 3], &'static str> {
    let words: Vec<String> = text.split(':').map(str::to_owned).collect();
    words
        .try_into()
        .map_err(|_| "must be three words with colons between")
}
