//! Everything that the book shows and that a program makes.

mod backends;
mod contours;
pub mod examples;
mod experiment;
mod measure;
mod paths;
mod project;
mod pytorch;
mod reference;
mod rows;
mod speed;
mod theory;

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::Context;

use examples::ExampleRun;

/// Files of one name in the folder `generated`.
pub struct Artifact {
    /// Name of the file, of a figure that of its `.svg`; the `.csv` lies beside it.
    pub name: &'static str,
    pub make: Make,
}

/// How a file is made.
pub enum Make {
    /// A text. The tests make it again and compare.
    Text(fn() -> anyhow::Result<String>),
    /// A picture, with its numbers in a file of the same name that ends in `.csv`. The tests make it again
    /// and compare the numbers.
    Figure(fn(&Path) -> anyhow::Result<()>),
    /// The output of an example, and pictures that it draws.
    Example(ExampleRun),
    /// Times, and what takes long without optimisation: no test makes it again. The function is given the path of the file, and may write others of the
    /// same stem.
    Measured(fn(&Path) -> anyhow::Result<()>),
}

impl fmt::Display for Make {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => write!(f, "a listing's output"),
            Self::Figure(_) => write!(f, "a figure"),
            Self::Example(run) if run.quick => write!(f, "{}, and by the tests", run.command()),
            Self::Example(run) => write!(f, "{}", run.command()),
            Self::Measured(_) => write!(f, "a listing's, measured or long"),
        }
    }
}

impl Artifact {
    /// What a listing prints, or a table.
    pub fn text(name: &'static str, make: fn() -> anyhow::Result<String>) -> Self {
        let make = Make::Text(make);
        Self { name, make }
    }

    /// A picture with its numbers.
    pub fn figure(name: &'static str, make: fn(&Path) -> anyhow::Result<()>) -> Self {
        let make = Make::Figure(make);
        Self { name, make }
    }

    /// What no test makes again.
    pub fn measured(name: &'static str, make: fn(&Path) -> anyhow::Result<()>) -> Self {
        let make = Make::Measured(make);
        Self { name, make }
    }

    /// Makes its files in a folder, but for those of examples, which are programs of their own.
    pub fn make_in(&self, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(self.name);
        match &self.make {
            Make::Text(make) => write(&path, &make()?),
            Make::Figure(make) | Make::Measured(make) => make(&path),
            Make::Example(_) => Ok(()),
        }
    }
}

/// Writes a text file; the error names it.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| path.display().to_string())
}

/// Every file, in the order of the chapters.
pub fn all() -> Vec<Artifact> {
    [
        paths::artifacts(),
        theory::artifacts(),
        examples::artifacts(),
        experiment::artifacts(),
        reference::artifacts(),
        backends::artifacts(),
        rows::artifacts(),
        speed::artifacts(),
        project::artifacts(),
        pytorch::artifacts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
