//! The defaults that the reference states: ours, burn's, and those of other frameworks.

use std::collections::BTreeMap;
use std::fs;

use burn::backend::NdArray;
use burn::optim::{AdaGradConfig, SimpleOptimizer};
use burn::tensor::Tensor;
use burn_adagrad::{AdadeltaConfig, AdagradConfig};
use serde_json::Value;

use super::artifacts::{self, Make};
use super::common::{assert_close, reference};
use super::listings::epsilon::{EPSILON, Placement, Squares, placement};
use super::listings::presets::{first_step, presets};

type Preset = fn() -> AdagradConfig;

/// The frameworks of `defaults.json`, with our settings for each.
const FRAMEWORKS: [(&str, &str, Preset); 3] = [
    ("pytorch", "PyTorch", AdagradConfig::pytorch),
    ("keras", "Keras", AdagradConfig::keras),
    ("optax", "optax", AdagradConfig::optax),
];

fn adagrad_of(framework: &str) -> Value {
    reference::<Value>("defaults.json")[framework]["adagrad"].clone()
}

fn our_placement(config: AdagradConfig) -> Placement {
    let probe = config
        .with_epsilon(EPSILON.into())
        .with_initial_accumulator_value(0.0);
    placement(&probe.build(), Squares::Whole).unwrap()
}

#[test]
fn tables_of_defaults_are_exact() {
    for artifact in artifacts::all() {
        if let ("defaults.md" | "options.md", Make::Text(make)) = (artifact.name, &artifact.make) {
            let path = format!(
                "{}/src/generated/{}",
                env!("CARGO_MANIFEST_DIR"),
                artifact.name
            );
            let committed = fs::read_to_string(path).unwrap();
            // The other test of outputs lets numbers be a little apart.
            assert_eq!(committed, make().unwrap(), "{}", artifact.name);
        }
    }
}

#[test]
fn presets_have_the_defaults_of_their_frameworks() {
    for (key, name, preset) in FRAMEWORKS {
        let theirs = adagrad_of(key);
        let ours = preset();
        let number = |option: &str| theirs[option].as_f64().unwrap_or(0.0);
        assert_eq!(ours.epsilon, number("epsilon"), "{name}");
        let initial = number("initial_accumulator_value") as f32;
        assert_eq!(ours.initial_accumulator_value, initial, "{name}");
        assert_eq!(ours.lr_decay, number("lr_decay"), "{name}");
        let found = our_placement(ours);
        assert_eq!(found.name(), theirs["epsilon_placement"], "{name}");
    }
    let theirs = reference::<Value>("defaults.json")["pytorch"]["adadelta"].clone();
    let ours = AdadeltaConfig::new();
    assert_eq!(theirs["rho"], ours.rho);
    assert_eq!(theirs["epsilon"], ours.epsilon);
    let probe = ours.clone().with_epsilon(EPSILON.into()).build();
    let found = placement(&probe, Squares::Adadelta { rho: ours.rho }).unwrap();
    assert_eq!(theirs["epsilon_placement"], found.name());
}

#[test]
fn burns_preset_has_the_defaults_of_burn() {
    let theirs = serde_json::to_string(&AdaGradConfig::new()).unwrap();
    let theirs: Value = serde_json::from_str(&theirs).unwrap();
    let ours = AdagradConfig::burn();
    assert_eq!(theirs["epsilon"].as_f64().unwrap(), ours.epsilon);
    assert_eq!(theirs["lr_decay"], ours.lr_decay);
    assert_eq!(ours.initial_accumulator_value, 0.0);
    let probe = AdaGradConfig::new().with_epsilon(EPSILON).build();
    let found = placement(&probe, Squares::Whole).unwrap();
    assert_eq!(found, our_placement(ours));
}

#[test]
fn a_first_step_is_that_of_the_framework() {
    let presets: BTreeMap<_, _> = presets().into_iter().collect();
    for (key, name, preset) in FRAMEWORKS {
        let step = &adagrad_of(key)["first_step"];
        let numbers = |name: &str| -> Vec<f32> {
            let numbers = step[name].as_array().unwrap().iter();
            numbers.map(|n| n.as_f64().unwrap() as f32).collect()
        };
        // What the listing steps, and how.
        assert_eq!(numbers("initial"), [1.0; 3]);
        assert_eq!(numbers("gradient"), [2.0, 0.01, 0.0001]);
        assert_eq!(step["learning_rate"], 0.1);
        let ours = first_step(&presets[name]);
        assert_close(name, &ours, &numbers("parameter"), 1e-6, 0.0);
        assert_eq!(presets[name].to_string(), preset().to_string());
    }
    let device = Default::default();
    let gradient = Tensor::from_floats([2.0, 0.01, 0.0001], &device);
    let weights = Tensor::<NdArray, 1>::ones([3], &device);
    let (theirs, _) = AdaGradConfig::new()
        .build()
        .step(0.1, weights, gradient, None);
    let theirs: Vec<f32> = theirs.into_data().iter().collect();
    assert_close("burn", &first_step(&presets["burn"]), &theirs, 1e-6, 0.0);
    assert_eq!(
        presets["burn"].to_string(),
        AdagradConfig::burn().to_string()
    );
}

#[test]
fn the_probe_tells_the_places_of_epsilon_apart() {
    for config in [AdagradConfig::pytorch(), AdagradConfig::keras()] {
        let inside = config.epsilon_placement == burn_adagrad::EpsilonPlacement::InsideSqrt;
        let found = our_placement(config.clone());
        assert_eq!(found == Placement::Inside, inside);
        // An ε that is not the one assumed is found by neither formula.
        let other = config.with_epsilon(0.4).with_initial_accumulator_value(0.0);
        assert!(placement(&other.build(), Squares::Whole).is_err());
    }
}
