//! Making files, and running examples for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::artifacts::examples::ExampleRun;
use crate::artifacts::{Artifact, Make, write};

/// Makes an artifact's files in a folder.
pub fn make(artifact: &Artifact, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    match &artifact.make {
        Make::Example(run) => run_example(run, &folder.join(artifact.name)),
        _ => artifact.make_in(folder),
    }
}

/// Features with which the examples are run: the CPU backends, and burn's training loop.
const FEATURES: [&str; 2] = ["--features", "flex,learner"];

/// Builds the examples.
pub fn build() -> anyhow::Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    let status = cargo
        .args(["build", "--release", "--examples"])
        .args(FEATURES)
        .status()
        .context("cargo build")?;
    ensure!(status.success(), "cargo build --examples: {status}");
    Ok(())
}

/// Runs a built example and writes what it prints, and the numbers of its pictures beside.
fn run_example(run: &ExampleRun, path: &Path) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let program = program(run.example)?;
    let mut command = Command::new(&program);
    // What it writes besides stays there.
    command.args(run.args).current_dir(folder.path());
    if !run.tables.is_empty() {
        command.arg("--out").arg(folder.path());
    }
    let output = command
        .output()
        .with_context(|| program.display().to_string())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {errors}", run.command());
    write(path, &String::from_utf8(output.stdout)?)?;
    for (drawn, name) in run.tables {
        let (from, to) = (folder.path().join(drawn), path.with_file_name(name));
        fs::copy(&from, &to).with_context(|| from.display().to_string())?;
    }
    Ok(())
}

/// A built example, which lies in a folder beside this program.
fn program(example: &str) -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().context("a program lies in a folder")?;
    let name = format!("{example}{}", std::env::consts::EXE_SUFFIX);
    Ok(folder.join("examples").join(name))
}
