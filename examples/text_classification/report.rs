//! The tables about tokens.

use std::io::{self, Write};

use crate::corpus::Labels;
use crate::insight::Insight;

/// Tokens of a kind that a table shows.
const SHOWN: usize = 10;

/// The tokens that say most about the class.
pub fn print_changes(
    out: &mut impl Write,
    insights: &[Insight],
    labels: &Labels,
) -> io::Result<()> {
    let mut sorted: Vec<&Insight> = insights.iter().collect();
    sorted.sort_by(|a, b| a.change.total_cmp(&b.change));
    let down = sorted.iter().take_while(|token| token.change < 0.0);
    let up = sorted.iter().rev().take_while(|token| token.change > 0.0);
    let classes: [Vec<_>; 2] = [down.take(SHOWN).collect(), up.take(SHOWN).collect()];

    let width = width(classes.iter().flatten().map(|token| token.name));
    for (class, tokens) in classes.iter().enumerate() {
        let label = labels.name(class);
        writeln!(
            out,
            "\nChange of the logit by a token alone, toward {label:?}:"
        )?;
        for token in tokens {
            let (name, change) = (token.name, token.change);
            let texts = in_texts(token.texts);
            writeln!(out, "  {name:width$}  {change:+7.3}  {texts}")?;
        }
    }
    Ok(())
}

/// Adagrad's rates for the most frequent and for the rarest tokens.
pub fn print_rates(out: &mut impl Write, insights: &[Insight]) -> io::Result<()> {
    let (frequent, others) = insights.split_at(insights.len().min(SHOWN / 2));
    let fewest = others.last().map_or(0, |token| token.texts);
    let rare = others.iter().filter(|token| token.texts == fewest);
    let tokens: Vec<&Insight> = frequent.iter().chain(rare.take(SHOWN / 2)).collect();

    let width = width(tokens.iter().map(|token| token.name));
    writeln!(
        out,
        "\nAdagrad's rate lr / (sqrt(G) + epsilon), mean over a token's weights:"
    )?;
    for token in tokens {
        let rate = token.rate.map(|rate| format!("{rate:.3}"));
        let (name, rate) = (token.name, rate.as_deref().unwrap_or("none"));
        writeln!(out, "  {name:width$}  {rate:>8}  {}", in_texts(token.texts))?;
    }
    Ok(())
}

/// The mean of the rates of all tokens that are about equally frequent.
pub fn print_rates_by_frequency(out: &mut impl Write, insights: &[Insight]) -> io::Result<()> {
    let most = insights.first().map_or(0, |token| token.texts);
    let powers = std::iter::successors(Some(1), |low| Some(2 * low));
    writeln!(out, "\nMean rate of the tokens in so many texts:")?;
    for low in powers.take_while(|low| *low <= most) {
        let texts = low..2 * low;
        let tokens = insights.iter().filter(|token| texts.contains(&token.texts));
        let rates: Vec<f64> = tokens.filter_map(|token| token.rate).collect();
        if !rates.is_empty() {
            let mean = rates.iter().sum::<f64>() / rates.len() as f64;
            let texts = format!("{low} to {}", 2 * low - 1);
            writeln!(out, "  {texts:>15}  {mean:8.3}  {} tokens", rates.len())?;
        }
    }
    Ok(())
}

fn in_texts(texts: usize) -> String {
    let noun = if texts == 1 { "text" } else { "texts" };
    format!("in {texts} {noun}")
}

/// Of the longest of some words, in characters.
fn width<'a>(words: impl Iterator<Item = &'a str>) -> usize {
    words.map(|word| word.chars().count()).max().unwrap_or(0)
}
