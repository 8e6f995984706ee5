//! What the examples print and draw.

use super::{Artifact, Make};

/// A run of an example.
pub struct ExampleRun {
    pub example: &'static str,
    pub args: &'static [&'static str],
    /// Numbers of the pictures that it draws into its folder `--out`, and the names of the files in the book.
    pub tables: &'static [(&'static str, &'static str)],
    /// Whether it is done in a second or two without optimisation, so that the tests run it again.
    pub quick: bool,
}

impl ExampleRun {
    /// The command, as a reader types it.
    pub fn command(&self) -> String {
        let features = if self.example == "learner" {
            "flex,learner"
        } else {
            "flex"
        };
        let mut words = vec![
            "cargo run --release --features",
            features,
            "--example",
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
    let run = |name, example, args, tables, quick| Artifact {
        name,
        make: Make::Example(ExampleRun {
            example,
            args,
            tables,
            quick,
        }),
    };
    vec![
        run("simple_nn.txt", "simple_nn", &[], &[], true),
        run(
            "diminishing_rate.md",
            "diminishing_rate",
            &[],
            &[("diminishing_rate.csv", "diminishing_rate.csv")],
            false,
        ),
        run(
            "feature_frequency.md",
            "feature_frequency",
            &[],
            &[("feature_frequency.csv", "feature_frequency.csv")],
            false,
        ),
        run(
            "changing_targets.md",
            "changing_targets",
            &[],
            &[("changing_targets.csv", "changing_targets.csv")],
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
        run("learner.txt", "learner", &["--epochs", "10"], &[], false),
        run(
            "article_rates.md",
            "compare_optimizers",
            &["--seeds", "30"],
            &[("loss_bands.csv", "article_rates_bands.csv")],
            false,
        ),
        run(
            "tuned.md",
            "compare_optimizers",
            &["--tuned", "--seeds", "10"],
            &[
                ("loss_bands.csv", "tuned_bands.csv"),
                ("rates.csv", "tuned_rates.csv"),
            ],
            false,
        ),
        run(
            "tuned_all.md",
            "compare_optimizers",
            &["--tuned", "--seeds", "10", "--optimizers", "all"],
            &[
                ("memory.csv", "memory.csv"),
                ("rates.csv", "tuned_all_rates.csv"),
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
            &[("sparsities_less_adagrad.csv", "sparsities.csv")],
            false,
        ),
    ]
}
