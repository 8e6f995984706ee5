//! What the examples print and draw.

use super::{Artifact, Make};

/// A run of an example.
pub struct ExampleRun {
    pub example: &'static str,
    pub args: &'static [&'static str],
    /// Pictures that it draws into its folder `--out`, and the names that they get in the book; the `.csv`
    /// beside each comes along.
    pub pictures: &'static [(&'static str, &'static str)],
    /// Whether it is done in a second or two without optimisation, so that the tests run it again.
    pub quick: bool,
}

impl ExampleRun {
    /// The command, as a reader types it.
    pub fn command(&self) -> String {
        let mut words = vec![
            "cargo run --release --features flex --example",
            self.example,
        ];
        if !self.args.is_empty() {
            words.push("--");
            words.extend(self.args);
        }
        words.join(" ")
    }
}

pub fn artifacts() -> Vec<Artifact> {
    let run = |name, example, args, pictures, quick| Artifact {
        name,
        make: Make::Example(ExampleRun {
            example,
            args,
            pictures,
            quick,
        }),
    };
    vec![
        run("simple_nn.txt", "simple_nn", &[], &[], true),
        run(
            "diminishing_rate.md",
            "diminishing_rate",
            &[],
            &[("diminishing_rate.svg", "diminishing_rate.svg")],
            false,
        ),
        run(
            "feature_frequency.md",
            "feature_frequency",
            &[],
            &[("feature_frequency.svg", "feature_frequency.svg")],
            false,
        ),
        run(
            "changing_targets.md",
            "changing_targets",
            &[],
            &[("changing_targets.svg", "changing_targets.svg")],
            false,
        ),
        run(
            "text_classification.txt",
            "text_classification",
            &[],
            &[],
            false,
        ),
        run("recommender.txt", "recommender", &[], &[], false),
        run("word_embeddings.txt", "word_embeddings", &[], &[], false),
        run(
            "image_recognition.txt",
            "image_recognition",
            &["--show", "2"],
            &[],
            false,
        ),
        run("sparse_models.md", "sparse_models", &[], &[], false),
        run("sparse_nn.txt", "sparse_nn", &[], &[], false),
        run(
            "article_rates.md",
            "compare_optimizers",
            &["--seeds", "30"],
            &[("loss_bands.svg", "article_rates_bands.svg")],
            false,
        ),
        run(
            "tuned.md",
            "compare_optimizers",
            &["--tuned", "--seeds", "10"],
            &[
                ("loss_bands.svg", "tuned_bands.svg"),
                ("rates.svg", "tuned_rates.svg"),
            ],
            false,
        ),
        run(
            "tuned_all.md",
            "compare_optimizers",
            &["--tuned", "--seeds", "10", "--optimizers", "all"],
            &[
                ("memory.svg", "memory.svg"),
                ("rates.svg", "tuned_all_rates.svg"),
            ],
            false,
        ),
        run(
            "sparsities.md",
            "compare_optimizers",
            &[
                "--tuned",
                "--seeds",
                "10",
                "--sparsities",
                "0,0.5,0.8,0.9,0.95,0.98,0.99",
            ],
            &[("sparsities.svg", "sparsities.svg")],
            false,
        ),
    ]
}
