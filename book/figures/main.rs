//! Writes the outputs, tables and figures of the book.
//!
//! `cargo run --release -p burn-adagrad-book` makes all of them;
//! `-- --only NAME` those whose name contains NAME, `-- --list` names them.

mod artifacts;
#[path = "../listings/mod.rs"]
mod listings;
mod write;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Parser;

use artifacts::{Artifact, Make};

/// Writes what the book shows: the outputs of its listings and of the examples, its tables and its figures.
#[derive(Parser)]
#[command(name = "book_figures")]
struct Options {
    /// Those whose name contains one of these only
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// The names, and how each is made
    #[arg(long)]
    list: bool,
    /// Folder
    #[arg(long, value_name = "DIR", default_value = "book/src/generated")]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let mut out = std::io::stdout().lock();
    let all = artifacts::all();
    let chosen = |artifact: &&Artifact| {
        let only = &options.only;
        only.is_empty()
            || only
                .iter()
                .any(|name| artifact.name.contains(name.as_str()))
    };
    let chosen: Vec<&Artifact> = all.iter().filter(chosen).collect();
    ensure!(
        !chosen.is_empty(),
        "--only {} names nothing",
        options.only.join(",")
    );
    if options.list {
        for artifact in chosen {
            writeln!(out, "{:<40} {}", artifact.name, artifact.make)?;
        }
        return Ok(());
    }
    if chosen
        .iter()
        .any(|artifact| matches!(artifact.make, Make::Example(_)))
    {
        write::build()?;
    }
    for artifact in chosen {
        writeln!(out, "{}", artifact.name)?;
        write::make(artifact, &options.out).with_context(|| artifact.name.to_owned())?;
    }
    Ok(())
}
