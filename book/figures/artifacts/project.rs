//! The optimizer in a project of the reader's.

use std::path::Path;

use burn_adagrad::plot::{Line, LinePlot, Point};

use super::{Artifact, pictures};
use crate::listings::in_your_project as listing;

pub fn artifacts() -> Vec<Artifact> {
    vec![
        Artifact::text("project_step.txt", listing::one_step),
        Artifact::text("project_resumed.txt", listing::resumed),
        Artifact::text("project_errors.txt", listing::bad_options),
        Artifact::text("project_rates.md", listing::rates),
        Artifact::text("project_memory.md", listing::memory),
        Artifact::figure("project_losses.svg", losses),
    ]
}

/// The three runs from shortly before the pause on.
fn losses(path: &Path) -> anyhow::Result<()> {
    let shown = listing::STEPS / 2 - 50..listing::STEPS / 2 + 100;
    let line = |label, losses: &[f32], colour, dashed| {
        let point = |step: usize| Point::new(step as f64 + 1.0, f64::from(losses[step]));
        Line::new(label, shown.clone().map(point).collect()).with_stroke(colour, dashed)
    };
    let [straight, resumed, forgotten] = listing::three_runs()?;
    let plot = LinePlot::new("A pause after step 200", "Step", "Loss").with_log_y(true);
    let lines = [
        line("Resumed without accumulators", &forgotten, 1, false),
        line("Never interrupted", &straight, 0, false),
        line("Saved, loaded, resumed", &resumed, 4, true),
    ];
    pictures::draw(&plot, &lines, path)
}
