//! The committed outputs and figures against those that the code gives now.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::artifacts::pictures::narrow;
use super::artifacts::{self, Artifact, GENERATED, Make};
use super::common;
use super::numbers::difference;

/// How to make them anew.
const REMEDY: &str = "cargo run --release -p burn-adagrad-book";

fn committed(name: &str) -> String {
    let path = Path::new(GENERATED).join(name);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `{REMEDY}`", path.display()))
}

fn assert_agree(name: &str, fresh: &str) {
    if let Some(difference) = difference(&committed(name), fresh) {
        panic!("generated/{name}: {difference}; run `{REMEDY} -- --only {name}`");
    }
}

fn csv(name: &str) -> String {
    name.replace(".svg", ".csv")
}

#[test]
fn listings_print_and_figures_show_what_the_code_does() {
    let folder = tempfile::tempdir().unwrap();
    for artifact in artifacts::all() {
        let file = match artifact.make {
            Make::Text(_) | Make::Drawing(_) => artifact.name.to_owned(),
            Make::Figure(_) => csv(artifact.name),
            Make::Example(_) | Make::Measured(_) | Make::Redrawn(_) => continue,
        };
        artifact.make_in(folder.path()).unwrap();
        let fresh = fs::read_to_string(folder.path().join(&file)).unwrap();
        assert_agree(&file, &fresh);
    }
}

/// Drawing does not depend on the machine: the committed pictures are those that the code draws.
#[test]
fn redrawn_figures_are_the_committed_ones() {
    let folder = tempfile::tempdir().unwrap();
    for artifact in artifacts::all() {
        if !matches!(artifact.make, Make::Redrawn(_)) {
            continue;
        }
        artifact.make_in(folder.path()).unwrap();
        for path in [
            folder.path().join(artifact.name),
            narrow(&folder.path().join(artifact.name)),
        ] {
            let name = path.file_name().unwrap().to_str().unwrap();
            let fresh = fs::read_to_string(&path).unwrap();
            assert!(
                committed(name) == fresh,
                "generated/{name} is another; run `{REMEDY} -- --only {}`",
                artifact.name
            );
        }
    }
}

#[cfg(feature = "any-backend")]
#[test]
fn quick_examples_print_what_the_book_says() {
    if !common::example::backend_is_available() {
        return;
    }
    if !common::example::program("simple_nn").exists() {
        // The tests of the library build them; these alone do not.
        let mut cargo = Command::new(env!("CARGO"));
        let cargo = cargo.args(["build", "--examples", "--features", "flex"]);
        assert!(cargo.current_dir("..").status().unwrap().success());
    }
    for Artifact { name, make } in artifacts::all() {
        if let Make::Example(run) = make
            && run.quick
        {
            let output = common::example::example(run.example)
                .args(run.args)
                // So that pictures land in the `target` of the whole project.
                .current_dir("..")
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            // The last digits are the backend's; the listing's output was made on the CPU.
            assert_agree(name, &text);
        }
    }
}

#[test]
fn every_artifact_is_committed_and_nothing_else_is() {
    let mut expected: Vec<String> = Vec::new();
    for Artifact { name, make } in artifacts::all() {
        expected.push(name.into());
        match make {
            Make::Figure(_) | Make::Redrawn(_) => {
                let narrow = narrow(Path::new(name));
                expected.extend([csv(name), narrow.to_str().unwrap().to_owned()]);
            }
            Make::Example(run) => {
                expected.extend(run.tables.iter().map(|(_, table)| (*table).to_owned()));
            }
            Make::Text(_) | Make::Drawing(_) | Make::Measured(_) => {}
        }
    }
    for name in &expected {
        let found = Path::new(GENERATED).join(name).exists();
        assert!(found, "generated/{name} is missing; run `{REMEDY}`");
    }
    for entry in fs::read_dir(GENERATED).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // What is measured is a text, and the numbers of the picture of the same name.
        assert!(
            expected.contains(&name),
            "generated/{name} is made by nothing"
        );
    }
}
