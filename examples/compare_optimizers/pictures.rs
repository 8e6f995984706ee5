//! The pictures of a comparison.

use burn::nn::LinearConfig;
use burn_adagrad::DefaultBackend;
use burn_adagrad::inspect::state_bytes;
use burn_adagrad::plot::{DotPlot, DotRow, Line, LinePlot, LossCurve, LossPlot, Point, Spread};
use burn_adagrad::train::{OptimizerKind, OptimizerRuns};

use crate::options::Options;
use crate::{Found, common};

/// Losses; of several seeds with their spread; accuracy against bytes of state; and, of tuned rates,
/// accuracy against rate.
pub fn draw(options: &Options, optimizers: &[OptimizerKind], found: &Found) -> anyhow::Result<()> {
    let runs = &found.comparison.optimizers;
    let curves: Vec<LossCurve> = runs
        .iter()
        .map(|runs| LossCurve {
            label: format!("{} (Accuracy: {})", runs.optimizer, runs.accuracy()),
            losses: runs.mean_losses(),
        })
        .collect();
    LossPlot::new(curves[0].losses.len() / options.epochs)
        .with_log_scale(options.log_scale)
        .draw(&curves, &options.out.join("losses.svg"))?;
    if runs[0].runs.len() > 1 {
        draw_bands(options, found)?;
    }
    draw_memory(options, found)?;
    if let Some(tuning) = &found.tuning {
        let names = optimizers.iter().map(|kind| kind.name().to_owned());
        let names: Vec<String> = names.collect();
        common::plot_rates(tuning, &names, &options.out)?;
    }
    Ok(())
}

/// The mean loss of each epoch, with one standard deviation over the seeds.
fn draw_bands(options: &Options, found: &Found) -> anyhow::Result<()> {
    let lines: Vec<Line> = found
        .comparison
        .optimizers
        .iter()
        .map(|runs| {
            let losses = (1..).zip(runs.epoch_losses(options.epochs));
            let point = |(epoch, (mean, std))| Point::new(f64::from(epoch), mean).with_spread(std);
            Line::new(runs.optimizer.label(), losses.map(point).collect())
        })
        .collect();
    let title = format!("Training loss, mean ± 1 sd over {} seeds", options.seeds);
    LinePlot::new(title, "Epoch", "Loss (binary cross-entropy)")
        .with_spread(Spread::Band)
        .with_log_y(options.log_scale)
        .draw(&lines, &options.out.join("loss_bands.svg"))?;
    Ok(())
}

/// Accuracy and bytes of state, a row an optimizer, from the least bytes to the most.
fn draw_memory(options: &Options, found: &Found) -> anyhow::Result<()> {
    // The article's first layer: where the state is.
    let layer = LinearConfig::new(100, 50).init::<DefaultBackend>(&Default::default());
    let bytes = |runs: &&OptimizerRuns| state_bytes(&layer, &runs.optimizer);
    let mut optimizers: Vec<&OptimizerRuns> = found.comparison.optimizers.iter().collect();
    optimizers.sort_by_key(bytes);
    let row = |runs: &&OptimizerRuns| {
        let (mean, spread) = (runs.accuracy_mean, runs.accuracy_std.unwrap_or(0.0));
        let label = format!("{}: {} bytes", runs.optimizer, bytes(runs));
        DotRow::new(label, mean, mean - spread, mean + spread)
    };
    let rows: Vec<DotRow> = optimizers.iter().map(row).collect();
    DotPlot::new(
        "Optimizer state of the first layer (100 × 50), and accuracy",
        "Test accuracy (mean ± 1 sd over seeds)",
    )
    .draw(&rows, &options.out.join("memory.svg"))?;
    Ok(())
}

/// Accuracy against the share of features that are not zero; and the accuracy less Adagrad's, if Adagrad is
/// among the optimizers and there are several seeds.
pub fn draw_sparsities(
    options: &Options,
    optimizers: &[OptimizerKind],
    all: &[(f64, Found)],
) -> anyhow::Result<()> {
    let accuracies = lines_by_sparsity(optimizers, all, |x, runs| {
        let spread = runs.accuracy_std.unwrap_or(0.0);
        Some(Point::new(x, runs.accuracy_mean).with_spread(spread))
    });
    let differences = lines_by_sparsity(optimizers, all, |x, runs| {
        let difference = runs.difference_to_adagrad?;
        Some(Point::new(x, difference.mean).with_interval(difference.low, difference.high))
    });
    let rates = match options.tuned {
        true => "tuned rates".into(),
        false => format!("rate {}", options.lr),
    };
    let draw = |title: String, y_name: &str, lines: &[Line], file: &str| {
        LinePlot::new(title, "Features that are not zero (%)", y_name)
            .with_log_x(true)
            .draw(lines, &options.out.join(file))
    };
    draw(
        format!("Accuracy and sparsity, {rates}"),
        "Test accuracy (mean ± 1 sd over seeds)",
        &accuracies,
        "sparsities.svg",
    )?;
    if !differences.is_empty() {
        draw(
            "Accuracy less Adagrad's".into(),
            "Test accuracy less Adagrad's (95 % interval)",
            &differences,
            "sparsities_less_adagrad.svg",
        )?;
    }
    Ok(())
}

/// A line for each optimizer that has a point at every sparsity.
fn lines_by_sparsity(
    optimizers: &[OptimizerKind],
    all: &[(f64, Found)],
    point: impl Fn(f64, &OptimizerRuns) -> Option<Point>,
) -> Vec<Line> {
    let line = |(i, kind): (usize, &OptimizerKind)| {
        let points = all.iter().map(|(sparsity, found)| {
            let share = 100.0 * (1.0 - sparsity);
            point(share, &found.comparison.optimizers[i])
        });
        let points = points.collect::<Option<Vec<Point>>>()?;
        Some(Line::new(kind.label(), points))
    };
    optimizers.iter().enumerate().filter_map(line).collect()
}
