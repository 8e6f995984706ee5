//! Writes texts whose words fall into classes, to learn word vectors from.
//!
//! `cargo run --release --example generate_sentences > examples/word_embeddings/data/sentences.txt` made the
//! text that `word_embeddings` reads by default: small sentences in which the words of a class, say the
//! animals, take each other's places. `--topics 300 --words 2000000` writes a text of a real one's size, in
//! 30,000 made-up words of which those of a topic begin with the same four letters.

use std::io::{self, BufWriter, Write};

use clap::Parser;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Zipf};

/// Writes a text whose words fall into classes.
#[derive(Parser)]
#[command(name = "generate_sentences")]
struct Options {
    /// The text ends with the line in which it reaches so many words
    #[arg(long, value_name = "N", default_value_t = 32_000)]
    words: usize,
    /// Made-up words instead of English sentences: the number of topics, of 100 words each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=400))]
    topics: Option<u32>,
    /// Seed of all that is drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

const ANIMALS: &[&str] = &[
    "horse", "cow", "sheep", "goat", "pig", "donkey", "dog", "cat", "goose", "rabbit",
];
const COLOURS: &[&str] = &[
    "red", "blue", "green", "yellow", "black", "white", "brown", "grey",
];
const FOODS: &[&str] = &[
    "bread", "cheese", "soup", "rice", "fish", "cake", "beans", "eggs", "apples", "honey",
];
const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine",
];
/// Women and men, each at the same place as their counterpart: parents, siblings, siblings of parents,
/// parents of parents.
const WOMEN: &[&str] = &["mother", "sister", "aunt", "grandmother"];
const MEN: &[&str] = &["father", "brother", "uncle", "grandfather"];

/// Capital, country, river and language belong together.
const PLACES: &[[&str; 4]] = &[
    ["Paris", "France", "Seine", "French"],
    ["Rome", "Italy", "Tiber", "Italian"],
    ["Lisbon", "Portugal", "Tagus", "Portuguese"],
    ["Berlin", "Germany", "Spree", "German"],
    ["Warsaw", "Poland", "Vistula", "Polish"],
    ["Prague", "Czechia", "Vltava", "Czech"],
    ["London", "England", "Thames", "English"],
    ["Budapest", "Hungary", "Danube", "Hungarian"],
];

/// Sentences by subject. A name in braces is a word of its class, drawn anew each time that it stands
/// there; city, country, river and language of a sentence are of one place.
const SENTENCES: &[&[&str]] = &[
    &[
        "the {animal} sleeps in the barn",
        "a hungry {animal} follows the farmer",
        "the {animal} drinks from the pond",
        "the {animal} eats grass near the fence",
        "the vet looked at the leg of the {animal}",
        "our {relative} washed the {colour} {animal}",
        "the {animal} has {number} young in the stable",
        "the {animal} and the {animal} ran across the field",
    ],
    &[
        "my {relative} painted the door {colour}",
        "he wears a {colour} coat and a {colour} hat",
        "the walls of the house are {colour}",
        "a {colour} curtain hangs at the window",
        "mix {colour} and {colour} paint with the brush",
        "her dress is {colour} with a {colour} ribbon",
        "the {colour} ink left a mark on the shirt",
    ],
    &[
        "we ate {food} for dinner",
        "the cook serves {food} with {food}",
        "my {relative} bought {food} at the market",
        "the {food} tastes good with salt",
        "a plate of warm {food} stood on the table",
        "the recipe says to add {food} and stir",
        "fresh {food} is in the kitchen",
    ],
    &[
        "{number} boys play in the garden",
        "his {relative} waited for {number} hours",
        "the ticket costs {number} coins",
        "the clock struck {number}",
        "count from {number} to {number}",
        "the meeting lasts {number} days and {number} nights",
        "the boat carries {number} sailors",
    ],
    &[
        "my {relative} wrote a long letter",
        "your {relative} told us an old story",
        "our {relative} sang a song at the wedding",
        "we visited my {relative} on Sunday",
        "his {relative} laughed at the joke",
        "her {relative} lives next door",
        "my {woman} lost her earring",
        "his {woman} says she wore the necklace herself",
        "my {man} lost his razor",
        "her {man} says he trimmed the beard himself",
        "the {parent} took the child to school",
        "the {sibling} shared the toys and the bedroom",
        "the {uncle} came from far for the holidays",
        "the {grandparent} walks slowly with a stick",
    ],
    &[
        "the streets of {city} are full of people",
        "the mayor of {city} opened the new station",
        "we walked across the square in {city}",
        "a tram crosses the centre of {city}",
        "the train to {city} leaves at {number}",
        "my {relative} lives in {city}",
        "the {river} flows past {city}",
        "in {city} they speak {language}",
        "a bridge over the {river} leads into {city}",
        "the {language} theatre of {city} sold every seat",
    ],
    &[
        "the army of {country} guards the border",
        "the villages of {country} lie between hills",
        "farmers in {country} sell wheat abroad",
        "the parliament of {country} passed a law",
        "the north of {country} is cold in winter",
        "my {relative} travelled through {country}",
        "the {river} flows through {country}",
        "in {country} they speak {language}",
        "the valley of the {river} is the garden of {country}",
        "the {language} laws hold in all of {country}",
        "{city} is the capital of {country}",
    ],
];

fn main() -> io::Result<()> {
    let options = Options::parse();
    let rng = &mut ChaCha8Rng::seed_from_u64(options.seed);
    let out = &mut BufWriter::new(io::stdout().lock());
    match options.topics {
        None => write_sentences(options.words, rng, out)?,
        Some(topics) => write_topics(options.words, topics, rng, out)?,
    }
    out.flush()
}

/// Lines of four sentences.
fn write_sentences(words: usize, rng: &mut ChaCha8Rng, out: &mut impl Write) -> io::Result<()> {
    let mut written = 0;
    while written < words {
        let sentences = [(); 4].map(|()| {
            let subject = draw(rng, SENTENCES);
            let place = draw(rng, PLACES);
            let sentence = filled(draw(rng, subject), place, rng);
            written += sentence.len();
            let sentence = sentence.join(" ");
            let (first, rest) = sentence.split_at(1);
            format!("{}{rest}.", first.to_uppercase())
        });
        writeln!(out, "{}", sentences.join(" "))?;
    }
    Ok(())
}

/// The words of a sentence; no word of a class stands in it twice.
fn filled(
    sentence: &'static str,
    place: [&'static str; 4],
    rng: &mut ChaCha8Rng,
) -> Vec<&'static str> {
    let [city, country, river, language] = place;
    let mut words = Vec::new();
    for word in sentence.split(' ') {
        let class = match word {
            "{animal}" => ANIMALS,
            "{colour}" => COLOURS,
            "{food}" => FOODS,
            "{number}" => NUMBERS,
            "{woman}" => WOMEN,
            "{man}" => MEN,
            "{relative}" => &[draw(rng, WOMEN), draw(rng, MEN)],
            "{parent}" => &[WOMEN[0], MEN[0]],
            "{sibling}" => &[WOMEN[1], MEN[1]],
            "{uncle}" => &[WOMEN[2], MEN[2]],
            "{grandparent}" => &[WOMEN[3], MEN[3]],
            "{city}" => &[city],
            "{country}" => &[country],
            "{river}" => &[river],
            "{language}" => &[language],
            word => {
                words.push(word);
                continue;
            }
        };
        let mut word = draw(rng, class);
        while words.contains(&word) {
            word = draw(rng, class);
        }
        words.push(word);
    }
    words
}

/// Lines of 20 words. Two words in three are of the line's topic, few of them often and most of them
/// seldom, as in every language (Zipf's law); the others come from all topics in the same manner.
fn write_topics(
    words: usize,
    topics: u32,
    rng: &mut ChaCha8Rng,
    out: &mut impl Write,
) -> io::Result<()> {
    let zipf = |n: u32| Zipf::new(f64::from(n), 1.0).expect("there is a word");
    let (of_topic, of_all) = (zipf(TOPIC), zipf(topics * TOPIC));
    for _ in 0..words.div_ceil(LINE) {
        let line_topic = rng.random_range(0..topics);
        for place in 0..LINE {
            let (topic, member) = if rng.random_range(0..3) < 2 {
                (line_topic, of_topic.sample(rng) as u32 - 1)
            } else {
                let rank = of_all.sample(rng) as u32 - 1;
                (rank % topics, rank / topics)
            };
            let end = if place + 1 == LINE { '\n' } else { ' ' };
            write!(out, "{}{end}", invented_word(topic, member))?;
        }
    }
    Ok(())
}

/// Words of a made-up text's line.
const LINE: usize = 20;

/// Words of a topic.
const TOPIC: u32 = 100;

/// Two syllables for the topic and two for the word in it.
fn invented_word(topic: u32, member: u32) -> String {
    let syllables = |n: u32| [n / 20, n % 20].map(|n| SYLLABLES[n as usize]);
    [syllables(topic), syllables(member)].concat().concat()
}

const SYLLABLES: [&str; 20] = [
    "ba", "be", "bi", "bo", "da", "de", "di", "do", "ka", "ke", "ki", "ko", "la", "le", "li", "lo",
    "ma", "me", "mi", "mo",
];

fn draw<T: Copy>(rng: &mut ChaCha8Rng, items: &[T]) -> T {
    items[rng.random_range(0..items.len())]
}
