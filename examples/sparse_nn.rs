//! The article's hands-on exercise: SparseNN on sparse data, trained with Adagrad.
//!
//! `cargo run --release --example sparse_nn`

use std::error::Error;
use std::io::Write;

use burn::backend::Autodiff;
use burn::module::AutodiffModule;
use burn_adagrad::data::dataloader;
use burn_adagrad::{
    AdagradConfig, DefaultBackend, SparseDataConfig, SparseNN, SparseNNConfig, evaluate_model,
    generate_sparse_data, train_model,
};

type B = Autodiff<DefaultBackend>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let device = Default::default();
    let data = generate_sparse_data(&SparseDataConfig::new())?;
    let input_size = data.n_features();
    let (train, test) = data.split_at(data.len() * 4 / 5);
    writeln!(
        out,
        "{} rows to train on, {} to test on, {input_size} features, {:.1} % of them zero",
        train.len(),
        test.len(),
        100.0 * data.sparsity()
    )?;
    let train = dataloader::<B>(train, 32, Some(1), &device);
    let test = dataloader::<DefaultBackend>(test, 32, None, &device);

    let model: SparseNN<B> = SparseNNConfig::new(input_size).init_seeded(2, &device);
    let mut optimizer = AdagradConfig::new().init::<B, SparseNN<B>>();
    let (model, losses) = train_model(model, &mut optimizer, 0.01, train.as_ref(), 100, |_| ());

    for (epoch, losses) in losses.chunks(25).enumerate().step_by(20) {
        let mean = losses.iter().sum::<f32>() / losses.len() as f32;
        writeln!(out, "Epoch {}, Loss: {mean:.4}", epoch + 1)?;
    }
    let accuracy = evaluate_model(&model.valid(), test.as_ref());
    writeln!(out, "Adagrad Accuracy: {accuracy:.4}")?;
    Ok(())
}
