//! Whether two texts say the same, numbers to some digits.

/// How far two numbers may be apart: by this share of the larger, or by [`ABSOLUTE`].
const RELATIVE: f64 = 2e-3;
/// Half a unit of the fourth decimal, at which most numbers of the book are rounded, and some more.
const ABSOLUTE: f64 = 1.1e-4;

/// Where the second text says something else than the first, as a line for a reader; numbers may be a little
/// apart.
pub fn difference(committed: &str, fresh: &str) -> Option<String> {
    let (old, new) = (tokens(committed), tokens(fresh));
    let pairs = old.iter().zip(&new);
    let apart = pairs.clone().find(|(old, new)| !agree(old, new));
    if let Some((old, new)) = apart {
        return Some(format!("`{old}` is committed, `{new}` comes out now"));
    }
    (old.len() != new.len())
        .then(|| format!("{} words are committed, {} come out", old.len(), new.len()))
}

/// Words; and numbers by themselves, whatever stands around them.
fn tokens(text: &str) -> Vec<String> {
    let part_of_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut tokens: Vec<String> = Vec::new();
    let mut before = None;
    for c in text.chars() {
        let kind = if c.is_whitespace() {
            None
        } else {
            Some(part_of_number(c))
        };
        match (kind, tokens.last_mut()) {
            (None, _) => {}
            (Some(_), Some(last)) if before == Some(kind) => last.push(c),
            _ => tokens.push(c.to_string()),
        }
        before = Some(kind);
    }
    tokens
}

fn agree(old: &str, new: &str) -> bool {
    if old == new {
        // NaN, too.
        return true;
    }
    match (old.parse::<f64>(), new.parse::<f64>()) {
        (Ok(old), Ok(new)) => {
            (old - new).abs() <= ABSOLUTE.max(RELATIVE * old.abs().max(new.abs()))
        }
        _ => false,
    }
}

#[test]
fn a_number_that_changed_is_found_and_rounding_is_not() {
    let committed = "Epoch 1, Loss: 0.7312\nEpoch 2, Loss: 12.5 ± 3.1e-7";
    assert_eq!(
        difference(
            committed,
            "Epoch 1, Loss: 0.7313 Epoch 2, Loss: 12.51 ± 3.1e-7"
        ),
        None
    );
    for other in [
        "Epoch 1, Loss: 0.7342\nEpoch 2, Loss: 12.5 ± 3.1e-7",
        "Epoch 1, Loss: 0.7312\nEpoch 2, Loss: 12.6 ± 3.1e-7",
        "Epoch 1, Loss: 0.7312\nEpoch 2, Loss: -12.5 ± 3.1e-7",
        "Epoch 1, Loss: 0.7312\nEpoch 2, Loss: 12.5 ± 3.1e-8",
        "Epoch 1, Gain: 0.7312\nEpoch 2, Loss: 12.5 ± 3.1e-7",
        "Epoch 1, Loss: 0.7312",
    ] {
        assert!(difference(committed, other).is_some(), "{other}");
    }
}
