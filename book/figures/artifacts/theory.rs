//! Outputs and figures of the chapters on the algorithm and its limits, from their listings.

use std::path::Path;

use burn::backend::{Autodiff, NdArray};
use burn_adagrad::AdagradConfig;
use burn_adagrad::plot::{Line, LinePlot, Point, Spread};
use burn_adagrad::statistics::{mean, standard_deviation};

use super::{Artifact, pictures};
use crate::listings::{
    accumulation, by_hand, descent, escape, from_scratch, helped, one_step_size, own_optimizer,
    regret, simple_nn, spike,
};

pub fn artifacts() -> Vec<Artifact> {
    vec![
        Artifact::text("one_step_size.txt", one_step_size::output),
        Artifact::text("by_hand.md", by_hand::output),
        Artifact::figure("regret.svg", draw_regret),
        Artifact::text("from_scratch.txt", from_scratch::output),
        Artifact::figure("from_scratch.svg", draw_from_scratch),
        Artifact::text("own_optimizer.txt", own_optimizer::output),
        Artifact::figure("own_optimizer_losses.svg", draw_own_optimizer),
        Artifact::text("simple_nn_learns.txt", simple_nn::output),
        Artifact::figure("simple_nn.svg", draw_simple_nn),
        Artifact::text("escape.md", escape::output),
        Artifact::text("state_bytes.md", accumulation::output),
        Artifact::figure("spike.svg", draw_spike),
        Artifact::text("spike_helped.md", helped::output),
        Artifact::figure("spike_helped.svg", draw_spike_helped),
        Artifact::figure("constant_gradient.svg", draw_constant_gradient),
    ]
}

/// So many points of a course, evenly apart on a logarithmic axis.
fn thinned<T: Copy>(course: &[T], points: usize) -> Vec<(usize, T)> {
    let last = course.len() as f64;
    let place = |k: usize| last.powf(k as f64 / points as f64).round() as usize;
    let mut places: Vec<usize> = (0..=points).map(place).collect();
    places.dedup();
    places
        .into_iter()
        .map(|place| (place, course[place - 1]))
        .collect()
}

fn draw_regret(path: &Path) -> anyhow::Result<()> {
    let course = thinned(&regret::play(20_000, 0), 60);
    let line = |label: &str, colour, dashed, number: fn(&regret::Regret) -> f64| {
        let point = |(_, at): &(usize, regret::Regret)| Point::new(at.round as f64, number(at));
        Line::new(label, course.iter().map(point).collect()).with_stroke(colour, dashed)
    };
    let plot = LinePlot::new(
        "Regret and its bound",
        "Round",
        "Loss above that of the best fixed weights",
    )
    .with_log_x(true)
    .with_log_y(true);
    let lines = [
        line("Adagrad", 0, false, |at| at.adagrad),
        line("Adagrad's bound", 0, true, |at| at.adagrad_bound),
        line("one step size", 1, false, |at| at.descent),
        line("bound of one step size", 1, true, |at| at.descent_bound),
    ];
    pictures::draw(&plot, &lines, path)
}

fn draw_from_scratch(path: &Path) -> anyhow::Result<()> {
    const SEEDS: u64 = 20;
    let runs: Vec<_> = (0..SEEDS)
        .map(|seed| from_scratch::run(1000, [1.0, 0.1], seed))
        .collect();
    let line = |label: &str, which: usize| {
        let point = |step: usize| {
            let errors = runs
                .iter()
                .map(|run| from_scratch::error(&run[step][which]));
            let errors: Vec<f64> = errors.collect();
            let spread = standard_deviation(&errors).unwrap_or(0.0);
            Point::new(step as f64, mean(&errors)).with_spread(spread)
        };
        Line::new(label, (0..=1000).step_by(20).map(point).collect())
    };
    let plot = LinePlot::new(
        "Sparse regression, 20 seeds (mean ± 1 sd)",
        "Step",
        "Mean distance from the true weights",
    )
    .with_spread(Spread::Band);
    let lines = [line("Adagrad, rate 1", 0), line("SGD, rate 0.1", 1)];
    pictures::draw(&plot, &lines, path)
}

fn draw_own_optimizer(path: &Path) -> anyhow::Result<()> {
    let [mine, ours] = own_optimizer::both(50);
    let line = |label: &str, losses: Vec<f32>| {
        let points = (1..)
            .zip(losses)
            .map(|(step, loss)| Point::new(f64::from(step), loss.into()));
        Line::new(label, points.collect())
    };
    let plot = LinePlot::new("Two optimizers, one run", "Step", "Loss").with_log_y(true);
    let lines = [
        line("MyAdagrad", mine).with_stroke(4, false),
        line("Adagrad", ours).dashed(),
    ];
    pictures::draw(&plot, &lines, path)
}

fn draw_simple_nn(path: &Path) -> anyhow::Result<()> {
    const SEEDS: u64 = 100;
    let runs: Vec<Vec<f64>> = (0..SEEDS)
        .map(|seed| simple_nn::train(seed, 10).1)
        .collect();
    let average = |step: usize| {
        let losses: Vec<f64> = runs.iter().map(|run| run[step]).collect();
        let spread = standard_deviation(&losses).unwrap_or(0.0);
        Point::new((step + 1) as f64, mean(&losses)).with_spread(spread)
    };
    let single = |step: usize| Point::new((step + 1) as f64, runs[0][step]);
    let plot = LinePlot::new(
        "SimpleNN on random rows (100 seeds, mean ± 1 sd)",
        "\"Epoch\" (one step each)",
        "Cross entropy",
    )
    .with_spread(Spread::Band);
    let lines = [
        Line::new("100 seeds", (0..10).map(average).collect()),
        Line::new("seed 0, the program", (0..10).map(single).collect()),
    ];
    pictures::draw(&plot, &lines, path)
}

type B = Autodiff<NdArray>;
type P = descent::Point<B>;

/// A line of losses, above what rounding leaves.
fn losses(label: &str, losses: &[f64]) -> Line {
    let point = |step: usize| Point::new(step as f64, losses[step].max(1e-12));
    Line::new(label, (0..losses.len()).step_by(10).map(point).collect())
}

fn draw_spike(path: &Path) -> anyhow::Result<()> {
    let lines: Vec<Line> = [1.0, 100.0, 10_000.0]
        .into_iter()
        .map(|spike| {
            let adagrad = AdagradConfig::new().init::<B, P>();
            let label = format!("gradient × {spike}");
            losses(&label, &spike::losses(adagrad, 0.5, spike))
        })
        .collect();
    let plot = LinePlot::new(
        "One gradient that is too large, under Adagrad",
        "Step",
        "Loss",
    )
    .with_log_y(true);
    pictures::draw(&plot, &lines, path)
}

fn draw_spike_helped(path: &Path) -> anyhow::Result<()> {
    let lines: Vec<Line> = helped::runs(10_000.0)?
        .iter()
        .map(|(label, _, run)| {
            let line = losses(label, run);
            // Plain Adagrad has the solid line.
            if label.contains("clipped") {
                line.dashed()
            } else {
                line
            }
        })
        .collect();
    let plot = LinePlot::new(
        "One gradient 10,000 times too large, and what helps",
        "Step",
        "Loss",
    )
    .with_log_y(true);
    pictures::draw(&plot, &lines, path)
}

fn draw_constant_gradient(path: &Path) -> anyhow::Result<()> {
    let lines: Vec<Line> = [0.1, 1.0, 10.0]
        .into_iter()
        .map(|g| {
            let rates: Vec<f64> = spike::constant_gradient(0.1, g, 10_000).collect();
            let points = thinned(&rates, 40).into_iter();
            let points = points
                .map(|(step, rate)| Point::new(step as f64, rate))
                .collect();
            Line::new(format!("gradient {g}"), points)
        })
        .collect();
    let plot = LinePlot::new(
        "The effective rate only falls",
        "Step",
        "Effective rate (η = 0.1)",
    )
    .with_log_x(true)
    .with_log_y(true);
    pictures::draw(&plot, &lines, path)
}
