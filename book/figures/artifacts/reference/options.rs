//! Options as the configurations themselves tell them: defaults from what is serialised, ranges from what is
//! refused.

use anyhow::{Context, ensure};
use burn::config::Config;
use burn_adagrad::OptimizerConfigError;
use serde_json::{Map, Value};

/// An option, in words for a table.
pub struct OptionRow {
    pub name: String,
    pub default: String,
    pub allowed: String,
    /// What it must be for rows to be stepped; none where they cannot be.
    pub rows: Option<String>,
}

/// The options of a configuration, in its order.
pub struct Described(pub Vec<OptionRow>);

/// A check of all options of a configuration.
pub type Check<C> = fn(&C) -> Result<(), OptimizerConfigError>;

impl Described {
    pub fn of<C: Config>(
        config: C,
        validate: Check<C>,
        validate_sparse: Option<Check<C>>,
    ) -> anyhow::Result<Self> {
        let json = serde_json::to_string_pretty(&config)?;
        let fields: Map<String, Value> = serde_json::from_str(&json)?;
        // The map is sorted; the text has the fields in the order of the configuration, one a line.
        let names = json
            .lines()
            .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\": "));
        let mut rows = Vec::new();
        for (name, default) in names {
            let field = Field {
                name,
                fields: &fields,
            };
            rows.push(OptionRow {
                name: name.to_owned(),
                default: spoken(default.trim_end_matches(',')),
                allowed: field
                    .allowed(validate)
                    .with_context(|| format!("what `{name}` may be"))?,
                rows: validate_sparse.map(|sparse| field.for_rows(validate, sparse)),
            });
        }
        ensure!(rows.len() == fields.len(), "a line for each option");
        Ok(Self(rows))
    }
}

/// A default as the table has it.
fn spoken(json: &str) -> String {
    match json {
        "null" => "none".into(),
        _ => match json
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(variant) => format!("`{variant}`"),
            None => json.strip_suffix(".0").unwrap_or(json).to_owned(),
        },
    }
}

/// Values that an option of some kind cannot have.
const REFUSED: [&str; 4] = [
    "-1.0",
    "2.0",
    r#"{"every":0,"factor":2.0}"#,
    r#"{"Norm":-1.0}"#,
];

/// Values that an option of some kind can have.
const GOOD: [&str; 4] = [
    "0.5",
    r#"{"every":2,"factor":0.5}"#,
    r#"{"Norm":0.5}"#,
    r#""EveryStep""#,
];

struct Field<'a> {
    name: &'a str,
    fields: &'a Map<String, Value>,
}

impl Field<'_> {
    /// The configuration with another value here.
    fn with<C: Config>(&self, value: &str) -> Result<C, String> {
        let mut fields = self.fields.clone();
        let value = serde_json::from_str(value).expect("JSON");
        fields.insert(self.name.into(), value);
        let text = Value::Object(fields).to_string();
        C::load_binary(text.as_bytes()).map_err(|error| error.to_string())
    }

    /// What a check demands of this field, if it refuses it.
    fn demands(&self, check: Result<(), OptimizerConfigError>) -> Option<String> {
        let fields = check.err()?.fields.into_iter();
        let demand = |field: burn_adagrad::error::InvalidField| {
            let inner = field.field.strip_prefix(self.name)?;
            Some(match inner.strip_prefix('.') {
                Some(inner) => format!("`{inner}` {}", field.requirement),
                // The column says this already.
                None => field.requirement.replace(" for row-sparse training", ""),
            })
        };
        let demands: Vec<String> = fields.filter_map(demand).collect();
        (!demands.is_empty()).then(|| demands.join(", "))
    }

    fn allowed<C: Config>(&self, validate: Check<C>) -> Option<String> {
        let values = REFUSED.iter();
        let demand = values
            .filter_map(|value| self.with::<C>(value).ok())
            .find_map(|config| self.demands(validate(&config)));
        let error = self.with::<C>(r#"{"?":0.0}"#).err()?;
        let variants = error
            .split_once("unknown variant `?`, expected ")
            .and_then(|(_, rest)| rest.split_once(" at line"))
            .map(|(variants, _)| variants.replace("one of ", ""));
        match (variants, demand) {
            (Some(variants), Some(demand)) => Some(format!("{variants}: {demand}")),
            (Some(one), None) | (None, Some(one)) => Some(one),
            (None, None) => error
                .contains("expected a boolean")
                .then(|| "`false` or `true`".into()),
        }
    }

    fn for_rows<C: Config>(&self, validate: Check<C>, validate_sparse: Check<C>) -> String {
        let values = GOOD.iter();
        values
            .filter_map(|value| self.with::<C>(value).ok())
            .filter(|config| validate(config).is_ok())
            .find_map(|config| self.demands(validate_sparse(&config)))
            .unwrap_or_else(|| "the same".into())
    }
}
