//! Writes made-up remarks about restaurants, a line each: label, tab, text.
//!
//! `cargo run --release --example generate_remarks > examples/text_classification/data/remarks.tsv`
//! made the remarks that `text_classification` reads by default; `--lines 50000` makes as many as a
//! real collection has.

#[path = "../../common/mod.rs"]
mod common;

use std::collections::{HashMap, HashSet};
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Zipf};

/// Writes made-up remarks about restaurants: label, tab, text.
#[derive(Parser)]
#[command(name = "generate_remarks")]
struct Options {
    /// Number of remarks, no two of them the same
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    lines: u32,
    /// Seed of all that is drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Share of the remarks under which stands the other label: people press the wrong button.
const MISTAKES: f64 = 0.02;

fn main() -> ExitCode {
    common::main(run)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let grammar = Grammar::parse(include_str!("grammar.txt"));
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut written = HashSet::new();
    while written.len() < options.lines as usize {
        let (kind, other) = if rng.random_bool(0.5) {
            ("positive", "negative")
        } else {
            ("negative", "positive")
        };
        let label = if rng.random_bool(MISTAKES) {
            other
        } else {
            kind
        };
        let mut remark = String::new();
        grammar.append(&mut remark, kind, &mut rng);
        let remark = with_capitals(&remark);
        if !written.contains(&remark) {
            writeln!(out, "{label}\t{remark}")?;
            written.insert(remark);
        }
    }
    out.flush()?;
    Ok(())
}

/// The alternatives of each rule; `grammar.txt` says how they are written and chosen. A mistake in the
/// file is a mistake in this program, and panics.
struct Grammar(HashMap<&'static str, Vec<&'static str>>);

impl Grammar {
    fn parse(text: &'static str) -> Self {
        let mut rules: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut rule = "";
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            match line.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
                Some(name) => rule = name,
                None => {
                    let alternatives = line.split('|').map(str::trim);
                    let alternatives = alternatives.filter(|text| !text.is_empty());
                    rules.entry(rule).or_default().extend(alternatives);
                }
            }
        }
        Self(rules)
    }

    /// Appends what a rule gives.
    fn append(&self, remark: &mut String, rule: &str, rng: &mut ChaCha8Rng) {
        let alternatives = &self.0[rule];
        let ranks = Zipf::new(alternatives.len() as f64, 1.0).expect("no rule is empty");
        let mut rest = alternatives[ranks.sample(rng) as usize - 1];
        while let Some((text, after)) = rest.split_once('{') {
            let (rule, after) = after.split_once('}').expect("braces come in pairs");
            remark.push_str(text);
            self.append(remark, rule, rng);
            rest = after;
        }
        remark.push_str(rest);
    }
}

/// A capital at the beginning and after each full stop.
fn with_capitals(remark: &str) -> String {
    let mut begins = true;
    let capital = |c: char| {
        let upper = begins && c.is_alphabetic();
        begins = c == '.' || begins && !c.is_alphabetic();
        if upper { c.to_ascii_uppercase() } else { c }
    };
    remark.chars().map(capital).collect()
}
