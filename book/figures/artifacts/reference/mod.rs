//! The tables of the reference: options, their defaults and ranges, the size of states, and the defaults of
//! other frameworks.

mod frameworks;
mod options;

use std::fmt::Write;

use burn::tensor::DType;
use burn_adagrad::optim::StateMemory;
use burn_adagrad::{
    AdadeltaConfig, AdagradConfig, AdagradMomentum, AdagradNormConfig, FtrlProximalConfig,
    ProximalAdagradConfig, RowWiseAdagradConfig, Sm3Config,
};

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
    macro_rules! describe {
        ($config:ident) => {
            Described::of(
                $config::new(),
                $config::validate,
                Some($config::validate_sparse),
            )?
        };
        ($config:ident, whole) => {
            Described::of($config::new(), $config::validate, None)?
        };
    }
    Ok(vec![
        ("Adagrad", describe!(AdagradConfig)),
        ("RowWiseAdagrad", describe!(RowWiseAdagradConfig)),
        ("AdagradNorm", describe!(AdagradNormConfig)),
        ("Sm3", describe!(Sm3Config, whole)),
        ("Adadelta", describe!(AdadeltaConfig, whole)),
        ("ProximalAdagrad", describe!(ProximalAdagradConfig)),
        ("FtrlProximal", describe!(FtrlProximalConfig)),
    ])
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
    let momentum = Some(AdagradMomentum::HeavyBall(0.9));
    let configs: [(&str, &dyn StateMemory); 9] = [
        ("`Adagrad`", &AdagradConfig::new()),
        (
            "`Adagrad`, momentum",
            &AdagradConfig::new().with_momentum(momentum),
        ),
        ("`RowWiseAdagrad`", &RowWiseAdagradConfig::new()),
        ("`AdagradNorm`", &AdagradNormConfig::new()),
        ("`Sm3`", &Sm3Config::new()),
        ("`Sm3`, momentum", &Sm3Config::new().with_momentum(0.9)),
        ("`Adadelta`", &AdadeltaConfig::new()),
        ("`ProximalAdagrad`", &ProximalAdagradConfig::new()),
        ("`FtrlProximal`", &FtrlProximalConfig::new()),
    ];
    let mut table = String::from(
        "| optimizer | f32, f16 or bf16 | f64 | bytes a weight (f32) |\n| --- | ---: | ---: | ---: |\n",
    );
    for (name, config) in configs {
        let bytes = config.state_bytes(&SHAPE, DType::F32);
        let weights: usize = SHAPE.iter().product();
        writeln!(
            table,
            "| {name} | {} | {} | {:.2} |",
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
