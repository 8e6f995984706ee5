//! Everything that the book shows and that a program makes.

mod backends;
mod drawings;
pub mod examples;
mod experiment;
mod measure;
mod paths;
pub mod pictures;
mod project;
mod pytorch;
mod redrawn;
mod reference;
mod rows;
mod speed;
mod theory;

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::Context;

use examples::ExampleRun;
use redrawn::Redrawn;

/// The folder of the committed files.
pub const GENERATED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/generated");

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
    /// A drawing without numbers beside it. The tests draw it again and compare.
    Drawing(fn(&Path) -> anyhow::Result<()>),
    /// The output of an example, and the numbers of pictures that it draws.
    Example(ExampleRun),
    /// A picture of committed numbers, which lie beside it. The tests draw it again and compare the pictures.
    Redrawn(Redrawn),
    /// Times, and what takes long without optimisation: no test makes it again. The function is given the path
    /// of the file, and may write a `.csv` of the same stem.
    Measured(fn(&Path) -> anyhow::Result<()>),
}

impl fmt::Display for Make {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => write!(f, "a listing's output"),
            Self::Figure(_) => write!(f, "a figure"),
            Self::Example(run) if run.quick => write!(f, "{}, and by the tests", run.command()),
            Self::Example(run) => write!(f, "{}", run.command()),
            Self::Drawing(_) => write!(f, "a drawing"),
            Self::Redrawn(_) => write!(f, "a figure of committed numbers"),
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
            Make::Figure(make) | Make::Drawing(make) | Make::Measured(make) => make(&path),
            Make::Redrawn(redrawn) => {
                let table = Path::new(GENERATED).join(self.name).with_extension("csv");
                redrawn.draw(&table, &path)
            }
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
        drawings::artifacts(),
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
        // After all that their numbers come from.
        redrawn::artifacts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
