//! Reader of the three formats in which MovieLens' ratings come.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, anyhow, bail, ensure};

use super::ratings::Ratings;

/// What a file held.
#[derive(Default)]
pub struct Reader {
    pub ratings: Ratings,
    /// How many ratings took the place of one of the same user and item.
    pub repeated: usize,
    separator: Option<&'static str>,
}

impl Reader {
    /// Reads a user, an item, a rating and, if there is one, a timestamp from each line, separated by
    /// tabs (MovieLens 100K), by `::` (1M and 10M) or by commas (the later ones, which have a header).
    /// The first line tells which. Ids are any text without the separator; blank lines are skipped.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let file = File::open(path).with_context(|| name.to_string())?;
        let mut reader = Self::default();
        for (number, line) in (1..).zip(BufReader::new(file).lines()) {
            let line = line.with_context(|| format!("{name}:{number}"))?;
            // A byte-order mark may open a file.
            let line = if number == 1 {
                line.trim_start_matches('\u{feff}')
            } else {
                &line
            };
            if !line.trim().is_empty() {
                let read = reader.line(line.trim_end_matches('\r'));
                read.map_err(|error| anyhow!("{name}:{number}: {error}"))?;
            }
        }
        match reader.ratings.len() {
            0 => bail!("{name}: no ratings"),
            1 => bail!(
                "{name}: 1 rating cannot be split into training and held-out ratings \
                 (at least 2 are needed)"
            ),
            _ => Ok(reader),
        }
    }

    fn line(&mut self, line: &str) -> anyhow::Result<()> {
        let (separator, first) = match self.separator {
            Some(separator) => (separator, false),
            None => (separator_of(line)?, true),
        };
        self.separator = Some(separator);
        let [user, item, rating] = fields(line, separator)?;
        if first && rating.eq_ignore_ascii_case("rating") {
            return Ok(());
        }
        let value = rating.parse().ok().filter(|value: &f32| value.is_finite());
        let value = value.with_context(|| format!("rating {rating:?} is not a finite number"))?;
        let replaced = self.ratings.rate(user, item, value)?;
        self.repeated += usize::from(replaced.is_some());
        Ok(())
    }
}

fn separator_of(line: &str) -> anyhow::Result<&'static str> {
    let mut separators = ["\t", "::", ","].into_iter();
    let found = separators.find(|separator| line.contains(separator));
    found.context("neither a tab nor \"::\" nor a comma separates the fields")
}

/// The user, the item and the rating.
fn fields<'a>(line: &'a str, separator: &str) -> anyhow::Result<[&'a str; 3]> {
    let fields: Vec<&str> = line.split(separator).map(str::trim).collect();
    let (&[user, item, rating] | &[user, item, rating, _]) = &fields[..] else {
        bail!(
            "{} fields instead of user, item, rating and perhaps a timestamp",
            fields.len()
        );
    };
    for (field, value) in [("user", user), ("item", item), ("rating", rating)] {
        ensure!(!value.is_empty(), "the {field} is empty");
        // What is quoted may hold the separator, and would be split there.
        ensure!(
            separator != "," || !value.starts_with('"'),
            "{field} {value} is quoted, which is not supported"
        );
    }
    Ok([user, item, rating])
}
