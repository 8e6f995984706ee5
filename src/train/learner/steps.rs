//! Steps of classifiers, as burn-train takes them.

use burn::module::AutodiffModule;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Int, Tensor};
use burn::train::{ClassificationOutput, InferenceStep, TrainOutput, TrainStep};

use crate::data::{Batch, DenseBatch, SparseBatch};
use crate::nn::{BinaryClassifier, SimpleNN, SparseNN, binary_cross_entropy_with_logits};

/// A training step of a binary classifier: forward, binary cross entropy of the logits, backward. What a
/// `TrainStep` of your own module calls.
///
/// ```
/// use burn::module::Module;
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::Tensor;
/// use burn::tensor::activation::relu;
/// use burn::tensor::backend::{AutodiffBackend, Backend};
/// use burn::train::{ClassificationOutput, InferenceStep, TrainOutput, TrainStep};
/// use burn_adagrad::data::SparseBatch;
/// use burn_adagrad::learner::{inference_step, train_step};
/// use burn_adagrad::nn::{BinaryClassifier, SparseEmbeddingBag};
/// use burn_adagrad::sparse::CsrBatch;
///
/// #[derive(Module, Debug)]
/// struct Clicks<B: Backend> {
///     features: SparseEmbeddingBag<B>,
///     output: Linear<B>,
/// }
///
/// impl<B: Backend> BinaryClassifier<B, CsrBatch> for Clicks<B> {
///     fn forward_logits(&self, inputs: CsrBatch) -> Tensor<B, 2> {
///         self.output.forward(relu(self.features.forward(&inputs)))
///     }
/// }
///
/// impl<B: AutodiffBackend> TrainStep for Clicks<B> {
///     type Input = SparseBatch<B>;
///     type Output = ClassificationOutput<B>;
///
///     fn step(&self, batch: SparseBatch<B>) -> TrainOutput<ClassificationOutput<B>> {
///         train_step(self, batch)
///     }
/// }
///
/// impl<B: Backend> InferenceStep for Clicks<B> {
///     type Input = SparseBatch<B>;
///     type Output = ClassificationOutput<B>;
///
///     fn step(&self, batch: SparseBatch<B>) -> ClassificationOutput<B> {
///         inference_step(self, batch)
///     }
/// }
/// ```
pub fn train_step<B, M, I>(model: &M, batch: Batch<B, I>) -> TrainOutput<ClassificationOutput<B>>
where
    B: AutodiffBackend,
    M: AutodiffModule<B> + BinaryClassifier<B, I>,
{
    let output = inference_step(model, batch);
    TrainOutput::new(model, output.loss.backward(), output)
}

/// The outputs of a binary classifier for a batch, and their loss: what an `InferenceStep` of your own
/// module calls.
///
/// The two columns of the output are the logits of the classes 0 and 1, −x/2 and x/2 for the logit x of the
/// model: by their difference x, their softmax is the sigmoid of x. A label above one half is class 1.
pub fn inference_step<B, M, I>(model: &M, batch: Batch<B, I>) -> ClassificationOutput<B>
where
    B: Backend,
    M: BinaryClassifier<B, I>,
{
    let logits = model.forward_logits(batch.inputs);
    let classes = classes(&batch.targets);
    let loss = binary_cross_entropy_with_logits(logits.clone(), batch.targets);
    let half = logits.div_scalar(2.0);
    let output = Tensor::cat(vec![half.clone().neg(), half], 1);
    ClassificationOutput::new(loss, output, classes)
}

/// `[batch, 1]` of labels as `[batch]` of classes.
fn classes<B: Backend>(targets: &Tensor<B, 2>) -> Tensor<B, 1, Int> {
    targets.clone().greater_elem(0.5).int().squeeze_dim(1)
}

impl<B: AutodiffBackend> TrainStep for SparseNN<B> {
    type Input = SparseBatch<B>;
    type Output = ClassificationOutput<B>;

    fn step(&self, batch: SparseBatch<B>) -> TrainOutput<ClassificationOutput<B>> {
        train_step(self, batch)
    }
}

impl<B: Backend> InferenceStep for SparseNN<B> {
    type Input = SparseBatch<B>;
    type Output = ClassificationOutput<B>;

    fn step(&self, batch: SparseBatch<B>) -> ClassificationOutput<B> {
        inference_step(self, batch)
    }
}

/// The cross entropy of the logits of as many classes as there are.
fn classify<B: Backend>(model: &SimpleNN<B>, batch: DenseBatch<B>) -> ClassificationOutput<B> {
    let output = model.forward(batch.inputs);
    let classes = classes(&batch.targets);
    let loss = CrossEntropyLossConfig::new().init(&output.device());
    let loss = loss.forward(output.clone(), classes.clone());
    ClassificationOutput::new(loss, output, classes)
}

impl<B: AutodiffBackend> TrainStep for SimpleNN<B> {
    type Input = DenseBatch<B>;
    type Output = ClassificationOutput<B>;

    fn step(&self, batch: DenseBatch<B>) -> TrainOutput<ClassificationOutput<B>> {
        let output = classify(self, batch);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}

impl<B: Backend> InferenceStep for SimpleNN<B> {
    type Input = DenseBatch<B>;
    type Output = ClassificationOutput<B>;

    fn step(&self, batch: DenseBatch<B>) -> ClassificationOutput<B> {
        classify(self, batch)
    }
}
