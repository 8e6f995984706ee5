//! Where ε stands in four frameworks and here, and what their defaults are.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, bail};
use burn::config::Config;
use burn::optim::{AdaGradConfig, AdamConfig, RmsPropConfig};
use burn_adagrad::{
    AdadeltaConfig, AdagradConfig, AdagradNormConfig, RowWiseAdagradConfig, Sm3Config,
};
use serde::Deserialize;
use serde_json::Value;

use crate::listings::epsilon::{EPSILON, Placement, Squares, placement};

/// What `tests/reference/defaults.py` found.
const REFERENCE: &str = include_str!("../../../../tests/reference/defaults.json");
/// Says which burn this is.
const LOCK: &str = include_str!("../../../../Cargo.lock");

#[derive(Deserialize)]
struct Framework {
    version: String,
    #[serde(flatten)]
    optimizers: BTreeMap<String, Entry>,
}

/// An optimizer of a framework.
#[derive(Deserialize)]
struct Entry {
    call: String,
    learning_rate: Option<f64>,
    epsilon: f64,
    initial_accumulator_value: Option<f64>,
    lr_decay: Option<f64>,
    rho: Option<f64>,
    beta_1: Option<f64>,
    beta_2: Option<f64>,
    momentum: Option<f64>,
    epsilon_placement: String,
}

/// A table of the four optimizers in each framework that has them.
pub fn epsilon() -> anyhow::Result<String> {
    let frameworks: BTreeMap<String, Framework> = serde_json::from_str(REFERENCE)?;
    let mut table = String::from(
        "| optimizer | in | its denominator | ε | learning rate | accumulator from | `lr_decay` | others |\n\
         | --- | --- | --- | ---: | ---: | ---: | ---: | --- |\n",
    );
    let mine = format!("burn-adagrad {}", env!("CARGO_PKG_VERSION"));
    let burn = format!("burn {}", burn_version()?);
    for name in ["adagrad", "adam", "rmsprop", "adadelta"] {
        for key in ["pytorch", "keras", "optax"] {
            let framework = &frameworks[key];
            let entry = &framework.optimizers[name];
            let title = match key {
                "pytorch" => "PyTorch",
                "keras" => "Keras",
                other => other,
            };
            row(&mut table, &format!("{title} {}", framework.version), entry)?;
        }
        if let Some(entry) = burns(name)? {
            row(&mut table, &burn, &entry)?;
        }
        for entry in ours(name)? {
            row(&mut table, &mine, &entry)?;
        }
    }
    Ok(table)
}

fn row(table: &mut String, framework: &str, entry: &Entry) -> anyhow::Result<()> {
    let number = |number: Option<f64>| number.map_or("–".to_owned(), short);
    let others = [
        ("β₁", entry.beta_1),
        ("β₂", entry.beta_2),
        ("ρ", entry.rho),
        ("momentum", entry.momentum),
    ];
    let others: Vec<String> = others
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", short(value?))))
        .collect();
    writeln!(
        table,
        "| `{}` | {framework} | {} | {} | {} | {} | {} | {} |",
        entry.call,
        denominator(&entry.call, &entry.epsilon_placement)?,
        short(entry.epsilon),
        number(entry.learning_rate),
        number(entry.initial_accumulator_value),
        number(entry.lr_decay),
        others.join(", "),
    )?;
    Ok(())
}

/// A number, as short as it can be.
fn short(number: f64) -> String {
    if number != 0.0 && number.abs() < 1e-3 {
        format!("{number:e}")
    } else {
        number.to_string()
    }
}

fn denominator(call: &str, placement: &str) -> anyhow::Result<String> {
    let root = match call {
        "burn_adagrad::AdagradNorm" => "b^2",
        "burn_adagrad::Sm3" => "\\nu",
        _ if call.to_lowercase().ends_with("adam") => "\\hat v",
        _ if call.to_lowercase().ends_with("adagrad") => "G",
        _ => "v",
    };
    Ok(match placement {
        "outside" => format!("$\\sqrt{{{root}}} + \\epsilon$"),
        "inside" => format!("$\\sqrt{{{root} + \\epsilon}}$"),
        "outside, before the correction of bias" => {
            format!("$\\sqrt{{{root}}} + \\epsilon/\\sqrt{{1 - \\beta_2^t}}$")
        }
        other => bail!("a place of ε that has no formula here: {other}"),
    })
}

/// burn's optimizers keep their options to themselves; what they serialise says them.
fn options(config: &impl Config) -> anyhow::Result<BTreeMap<String, Value>> {
    Ok(serde_json::from_str(&serde_json::to_string(config)?)?)
}

fn burns(name: &str) -> anyhow::Result<Option<Entry>> {
    let (call, options, placement) = match name {
        "adagrad" => {
            let probe = AdaGradConfig::new().with_epsilon(EPSILON).build();
            let options = options(&AdaGradConfig::new())?;
            ("AdaGrad", options, placement(&probe, Squares::Whole)?)
        }
        "adam" => {
            let probe = AdamConfig::new().with_epsilon(EPSILON).build();
            let options = options(&AdamConfig::new())?;
            ("Adam", options, placement(&probe, Squares::Whole)?)
        }
        "rmsprop" => {
            let probe = RmsPropConfig::new().with_epsilon(EPSILON).build();
            let options = options(&RmsPropConfig::new())?;
            let rho = options["alpha"].as_f64().context("a number")?;
            let placement = placement(&probe, Squares::Average { rho })?;
            ("RmsProp", options, placement)
        }
        _ => return Ok(None),
    };
    entry(format!("burn::optim::{call}"), &options, placement).map(Some)
}

/// Ours of this kind: under Adagrad, all that have an ε.
fn ours(name: &str) -> anyhow::Result<Vec<Entry>> {
    let adagrad = AdagradConfig::new();
    let row_wise = RowWiseAdagradConfig::new();
    let norm = AdagradNormConfig::new();
    let sm3 = Sm3Config::new();
    let adadelta = AdadeltaConfig::new();
    let squares = Squares::Adadelta { rho: adadelta.rho };
    macro_rules! found {
        ($name:literal, $config:ident, $squares:expr) => {{
            let probe = $config.clone().with_epsilon(EPSILON.into()).build();
            let placement = placement(&probe, $squares)?;
            entry(
                concat!("burn_adagrad::", $name).into(),
                &options(&$config)?,
                placement,
            )?
        }};
    }
    Ok(match name {
        "adagrad" => vec![
            found!("Adagrad", adagrad, Squares::Whole),
            found!("RowWiseAdagrad", row_wise, Squares::Whole),
            found!("AdagradNorm", norm, Squares::Whole),
            found!("Sm3", sm3, Squares::Whole),
        ],
        "adadelta" => vec![found!("Adadelta", adadelta, squares)],
        _ => Vec::new(),
    })
}

fn entry(
    call: String,
    options: &BTreeMap<String, Value>,
    placement: Placement,
) -> anyhow::Result<Entry> {
    let number = |name: &str| options.get(name).and_then(Value::as_f64);
    Ok(Entry {
        call,
        // burn passes it to each step.
        learning_rate: None,
        epsilon: number("epsilon").context("an ε")?,
        initial_accumulator_value: number("initial_accumulator_value"),
        lr_decay: number("lr_decay"),
        rho: number("rho").or_else(|| number("alpha")),
        beta_1: number("beta_1"),
        beta_2: number("beta_2"),
        momentum: number("momentum"),
        epsilon_placement: placement.name().into(),
    })
}

/// The version of burn that this is built with.
fn burn_version() -> anyhow::Result<&'static str> {
    let (_, after) = LOCK
        .split_once("name = \"burn\"\nversion = \"")
        .context("burn in Cargo.lock")?;
    let (version, _) = after.split_once('"').context("its version")?;
    Ok(version)
}
