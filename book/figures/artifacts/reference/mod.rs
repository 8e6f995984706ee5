//! The tables of the reference: options, their defaults and ranges, the size of states, and the defaults of
//! other frameworks.

mod frameworks;
mod options;

use std::fmt::Write;

use burn::tensor::DType;
use burn_adagrad::optim::StateMemory;

use super::Artifact;
use crate::listings::presets::first_steps;
use options::Described;

pub fn artifacts() -> Vec<Artifact> {
    vec![
        Artifact::text("defaults.md", defaults),
        Artifact::text("options.md", options),
        Artifact::text("state.md", state),
        Artifact::text("epsilon.md", frameworks::epsilon),
        Artifact::text("presets.txt", first_steps),
    ]
}

/// Every optimizer, with the name of its section in `options.md`.
fn optimizers() -> anyhow::Result<Vec<(&'static str, Described)>> {
    let mut described = Vec::new();
    macro_rules! describe {
        ([] $($name:ident: $config:ty, $trains:ident;)*) => {$(
            let sparse = describe!(@$trains $config);
            let options = Described::of(<$config>::new(), <$config>::validate, sparse)?;
            described.push((stringify!($name), options));
        )*};
        (@rows $config:ty) => {
            Some(<$config>::validate_sparse as options::Check<$config>)
        };
        (@whole $config:ty) => {
            None
        };
    }
    burn_adagrad::optimizers!(families => describe []);
    Ok(described)
}

/// Option × default.
fn defaults() -> anyhow::Result<String> {
    let optimizers = optimizers()?;
    let mut names: Vec<&str> = Vec::new();
    for option in optimizers.iter().flat_map(|(_, described)| &described.0) {
        if !names.contains(&option.name.as_str()) {
            names.push(&option.name);
        }
    }
    let mut table = String::from("| option |");
    let mut rule = String::from("| --- |");
    for (optimizer, _) in &optimizers {
        write!(table, " `{optimizer}` |")?;
        rule.push_str(" --- |");
    }
    writeln!(table, "\n{rule}")?;
    for name in names {
        write!(table, "| `{name}` |")?;
        for (_, Described(options)) in &optimizers {
            let default = options
                .iter()
                .find(|option| option.name == name)
                .map_or("–", |option| option.default.as_str());
            write!(table, " {default} |")?;
        }
        table.push('\n');
    }
    Ok(table)
}

/// A table of each optimizer's options, between marks by which the page includes it.
fn options() -> anyhow::Result<String> {
    let mut text = String::new();
    for (optimizer, Described(options)) in optimizers()? {
        let by_rows = options.iter().any(|option| option.rows.is_some());
        writeln!(text, "ANCHOR: {optimizer}")?;
        let (title, rule) = if by_rows {
            (" with `init_sparse` |", " --- |")
        } else {
            ("", "")
        };
        writeln!(text, "| option | default | allowed |{title}")?;
        writeln!(text, "| --- | --- | --- |{rule}")?;
        for option in options {
            write!(text, "| `{}` | {} |", option.name, option.default)?;
            write!(text, " {} |", option.allowed)?;
            if let Some(rows) = option.rows {
                write!(text, " {rows} |")?;
            }
            text.push('\n');
        }
        writeln!(text, "ANCHOR_END: {optimizer}\n")?;
    }
    Ok(text)
}

/// A table of a million rows of 50 numbers, as an embedding might be.
const SHAPE: [usize; 2] = [1_000_000, 50];

/// How large states are.
fn state() -> anyhow::Result<String> {
    let mut configs: Vec<(&str, Box<dyn StateMemory>)> = Vec::new();
    macro_rules! push {
        ([] $($name:literal => $config:expr,)*) => {
            $(configs.push(($name, Box::new($config)));)*
        };
    }
    burn_adagrad::optimizers!(memory => push []);
    let mut table = String::from(
        "| optimizer | f32, f16 or bf16 | f64 | bytes a weight (f32) |\n| --- | ---: | ---: | ---: |\n",
    );
    for (name, config) in configs {
        let (optimizer, option) = match name.split_once(',') {
            Some((optimizer, option)) => (optimizer, format!(",{option}")),
            None => (name, String::new()),
        };
        let bytes = config.state_bytes(&SHAPE, DType::F32);
        let weights: usize = SHAPE.iter().product();
        writeln!(
            table,
            "| `{optimizer}`{option} | {} | {} | {:.2} |",
            thousands(bytes),
            thousands(config.state_bytes(&SHAPE, DType::F64)),
            bytes as f64 / weights as f64
        )?;
    }
    Ok(table)
}

/// A number with commas.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
