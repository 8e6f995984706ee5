//! What is here to check the article alone: its ranking, and what a comparison says about it.
//!
//! The README names the article. Its four optimizers are [`OptimizerKind::ARTICLE`], its way of running them is
//! [`Protocol::AsArticle`].

use std::fmt;

use serde::{Deserialize, Serialize};

use super::compare::{Comparison, Protocol};
use crate::optim::OptimizerKind;
use crate::statistics::{Interval, paired_difference};

/// The article's ranking with its accuracies, from the best.
pub const ARTICLE_RANKING: [(OptimizerKind, f64); 4] = [
    (OptimizerKind::Adagrad, 0.9350),
    (OptimizerKind::Adam, 0.9300),
    (OptimizerKind::Sgd, 0.8950),
    (OptimizerKind::RmsProp, 0.8600),
];

/// What the runs say about one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finding {
    /// The whole 95 % interval of the difference is above 0.
    Holds,
    /// All of it is below 0.
    Contradicted,
    /// The interval contains 0: the runs do not decide.
    Undecided,
}

impl Finding {
    fn of(difference: &Interval) -> Self {
        if difference.low > 0.0 {
            Self::Holds
        } else if difference.high < 0.0 {
            Self::Contradicted
        } else {
            Self::Undecided
        }
    }
}

/// A claim that one optimizer is more accurate than another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The optimizer that is said to be better.
    pub better: OptimizerKind,
    /// The other.
    pub worse: OptimizerKind,
    /// Accuracy of the first less that of the second, paired by seed.
    pub difference: Interval,
    /// What follows.
    pub finding: Finding,
}

/// The article's ranking, claim by claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Each optimizer of the ranking above the next.
    pub claims: Vec<Claim>,
    /// The optimizers with the best mean accuracy; several if they are equal.
    pub best: Vec<OptimizerKind>,
}

impl Verdict {
    /// Checks a comparison that holds the article's four under one protocol, over at least two seeds; else
    /// none.
    pub fn of(comparison: &Comparison) -> Option<Self> {
        if comparison.protocol != Protocol::SameStart {
            return None;
        }
        let mut runs = Vec::new();
        for (kind, _) in ARTICLE_RANKING {
            let of_kind = comparison
                .optimizers
                .iter()
                .find(|runs| runs.optimizer == kind);
            runs.push(of_kind?);
        }
        let claim = |pair: usize| {
            let (better, worse) = (runs[pair], runs[pair + 1]);
            let difference = paired_difference(&better.accuracies(), &worse.accuracies())?;
            Some(Claim {
                better: better.optimizer,
                worse: worse.optimizer,
                difference,
                finding: Finding::of(&difference),
            })
        };
        let claims = (0..runs.len() - 1).map(claim).collect::<Option<Vec<_>>>()?;
        let largest = runs
            .iter()
            .map(|runs| runs.accuracy_mean)
            .fold(f64::NAN, f64::max);
        let best = runs.iter().filter(|runs| runs.accuracy_mean == largest);
        let best = best.map(|runs| runs.optimizer).collect();
        Some(Self { claims, best })
    }

    /// Whether every claim holds.
    pub fn ranking_holds(&self) -> bool {
        self.claims
            .iter()
            .all(|claim| claim.finding == Finding::Holds)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranking = ARTICLE_RANKING.map(|(kind, _)| kind.name()).join(" > ");
        let count = |finding| {
            self.claims
                .iter()
                .filter(|claim| claim.finding == finding)
                .count()
        };
        let best: Vec<&str> = self.best.iter().map(|kind| kind.name()).collect();
        let holds = if self.ranking_holds() { "Yes" } else { "No" };
        writeln!(
            f,
            "Does the article's ranking hold ({ranking})? {holds} (of its {} steps: {} held up, {} \
             contradicted, {} undecided). Best mean: {}.",
            self.claims.len(),
            count(Finding::Holds),
            count(Finding::Contradicted),
            count(Finding::Undecided),
            best.join(", "),
        )?;
        for claim in &self.claims {
            let finding = match claim.finding {
                Finding::Holds => "held up",
                Finding::Contradicted => "contradicted",
                Finding::Undecided => "undecided",
            };
            let (better, worse) = (claim.better, claim.worse);
            writeln!(
                f,
                "- {better} above {worse}: {}: {finding}",
                claim.difference
            )?;
        }
        Ok(())
    }
}
