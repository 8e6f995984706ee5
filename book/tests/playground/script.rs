//! The part of the playground that needs no page.

use std::fs;
use std::path::Path;

use rquickjs::{Context, FromJs, Runtime};

use super::rust::RustOptimizer;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/playground");

/// What the tests ask of the page's code.
const QUESTIONS: &str = r#"
    const named = (list, name) => lossWalks[list].find((one) => one.name === name);

    // PyTorch's values, as they are after burn has taken them as f32.
    const inSingle = (options) =>
        Object.fromEntries(Object.entries(options).map(([name, value]) => [name, Math.fround(value)]));

    function walk(surface, optimizer, rate, steps, single) {
        [surface, optimizer] = [named("surfaces", surface), named("optimizers", optimizer)];
        const options = single ? inSingle(optimizer.options) : optimizer.options;
        const walk = new lossWalks.Walk(surface, optimizer, rate, surface.start, options);
        const rows = [];
        for (let step = 0; step <= steps; step++) {
            const { place, accumulator } = walk;
            const gradient = surface.gradient(step, place);
            walk.advance();
            const change = walk.effective.map((rate, weight) => rate * gradient[weight]);
            rows.push([place, accumulator ?? [], change]);
        }
        return rows;
    }
"#;

/// The page's code, ready to answer.
pub struct Script(Context);

/// Where a walk is.
pub struct Place {
    pub place: Vec<f64>,
    /// Of each weight; empty without one.
    pub accumulator: Vec<f64>,
    /// The effective rate of the next step times the gradient that it sees.
    pub change: Vec<f64>,
}

impl Script {
    pub fn new() -> Self {
        let context = Context::full(&Runtime::new().unwrap()).unwrap();
        let this = Self(context);
        for file in [
            "surfaces.js",
            "optimizers.js",
            "picture.js",
            "controls.js",
            "state.js",
        ] {
            let code = fs::read_to_string(Path::new(FOLDER).join(file)).unwrap();
            this.ask::<()>(&format!("{code}; undefined"));
        }
        this.ask::<()>(QUESTIONS);
        this
    }

    /// The value of an expression.
    pub fn ask<T: for<'js> FromJs<'js>>(&self, question: &str) -> T {
        self.0.with(|context| {
            let answer = context.eval(question);
            answer.unwrap_or_else(|_| panic!("{question}: {:?}", context.catch()))
        })
    }

    pub fn names(&self, list: &str) -> Vec<String> {
        self.ask(&format!("lossWalks.{list}.map((one) => one.name)"))
    }

    /// The rate that the page proposes.
    pub fn usual_rate(&self, optimizer: &str, surface: &str) -> f64 {
        self.ask(&format!(
            "named('optimizers', '{optimizer}').rates['{surface}']"
        ))
    }

    /// The places of a walk: `steps + 1` of them.
    pub fn walk(
        &self,
        surface: &str,
        optimizer: &RustOptimizer,
        rate: f64,
        steps: usize,
    ) -> Vec<Place> {
        let RustOptimizer { name, single, .. } = optimizer;
        let question = format!("walk('{surface}', '{name}', {rate}, {steps}, {single})");
        let rows: Vec<Vec<Vec<f64>>> = self.ask(&question);
        let place = |row: Vec<Vec<f64>>| {
            let [place, accumulator, change] = row.try_into().expect("three parts");
            Place {
                place,
                accumulator,
                change,
            }
        };
        rows.into_iter().map(place).collect()
    }
}
