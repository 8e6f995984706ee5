//! Progress on stderr.

use burn::train::LearnerSummary;
use burn::train::metric::MetricDefinition;
use burn::train::renderer::{
    EvaluationName, EvaluationProgress, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining, ProgressType, TrainingProgress,
};
use indicatif::ProgressBar;

/// Moves a bar from row to row.
pub struct Renderer {
    bar: ProgressBar,
    /// Rows of an epoch.
    rows: u64,
}

impl Renderer {
    pub fn new(bar: ProgressBar, rows: usize) -> Self {
        let rows = rows as u64;
        Self { bar, rows }
    }
}

impl MetricsRendererTraining for Renderer {
    fn update_train(&mut self, _: MetricState) {}

    fn update_valid(&mut self, _: MetricState) {}

    fn render_train(&mut self, item: TrainingProgress, _: Vec<ProgressType>) {
        let epoch = item.global_progress.items_processed as u64;
        let rows = item.progress.map_or(0, |rows| rows.items_processed as u64);
        self.bar
            .set_position(epoch.saturating_sub(1) * self.rows + rows);
        self.bar.set_message(format!("epoch {epoch}"));
    }

    fn render_valid(&mut self, _: TrainingProgress, _: Vec<ProgressType>) {}

    fn on_train_end(
        &mut self,
        _: Option<LearnerSummary>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        self.bar.finish_and_clear();
        Ok(())
    }
}

impl MetricsRendererEvaluation for Renderer {
    fn render_test(&mut self, _: EvaluationProgress, _: Vec<ProgressType>) {}

    fn update_test(&mut self, _: EvaluationName, _: MetricState) {}
}

impl MetricsRenderer for Renderer {
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, _: MetricDefinition) {}
}
