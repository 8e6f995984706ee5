//! The linear model: what is measured of it, and its weights cut by size.

use burn::module::{Initializer, Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::data::{SparseDataset, sparse_dataloader};
use burn_adagrad::evaluate_model;
use burn_adagrad::inspect::ZeroReport;
use burn_adagrad::nn::{
    BinaryClassifier, SparseLinear, SparseLinearConfig, binary_cross_entropy_with_logits,
};
use burn_adagrad::sparse::CsrBatch;

/// A weight for each feature and a bias; their sum over a text is the logit.
#[derive(Module, Debug)]
pub struct Model<B: Backend> {
    linear: SparseLinear<B>,
}

/// How well a model does on some rows.
#[derive(Clone, Copy)]
pub struct Score {
    /// The share of rows whose class it gets right.
    pub accuracy: f64,
    /// Mean cross entropy.
    pub loss: f64,
}

impl<B: Backend> BinaryClassifier<B, CsrBatch> for Model<B> {
    fn forward_logits(&self, inputs: CsrBatch) -> Tensor<B, 2> {
        self.linear.forward_csr(&inputs)
    }
}

impl<B: Backend> Model<B> {
    /// A model of zeros: a weight that no penalty lets go then stays zero.
    pub fn zeros(n_features: usize, device: &B::Device) -> Self {
        let config = SparseLinearConfig::new(n_features, 1).with_initializer(Initializer::Zeros);
        Self {
            linear: config.init(device),
        }
    }

    pub fn score(&self, rows: &SparseDataset) -> Score {
        let device = self.linear.weight.device();
        let loader = sparse_dataloader::<B>(rows.clone(), rows.len(), None, &device);
        let logits = self.linear.forward_csr(&rows.to_batch());
        let targets = TensorData::new(rows.labels().to_vec(), [rows.len(), 1]);
        let targets = Tensor::from_data(targets, &device);
        let loss = binary_cross_entropy_with_logits(logits, targets).into_data();
        Score {
            accuracy: evaluate_model(self, loader.as_ref()),
            loss: loss.iter::<f64>().sum(),
        }
    }

    /// How many of all weights there are, and how many are not zero. The bias is one of them: the
    /// penalties do not spare it.
    pub fn weights_and_kept(&self) -> (usize, usize) {
        let report = ZeroReport::of::<B, _>(self);
        (report.weights(), report.weights() - report.zeros())
    }

    /// The model with the `keep` largest of its weights, by magnitude, and zeros for the others.
    pub fn cut_to(&self, keep: usize) -> Self {
        let device = self.linear.weight.device();
        let [n_features, _] = self.linear.weight.dims();
        let bias = self.linear.bias.as_ref().map(|bias| bias.val().into_data());
        let mut weights: Vec<f32> = self.linear.weight.val().into_data().iter().collect();
        weights.extend(bias.iter().flat_map(|bias| bias.iter::<f32>()));

        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by(|&a, &b| weights[b].abs().total_cmp(&weights[a].abs()));
        for &small in order.iter().skip(keep) {
            weights[small] = 0.0;
        }

        let biases = weights.split_off(n_features);
        let weight = TensorData::new(weights, [n_features, 1]);
        let bias = bias.map(|bias| {
            let biases = TensorData::new(biases, bias.shape);
            Param::from_tensor(Tensor::from_data(biases, &device))
        });
        let weight = Param::from_tensor(Tensor::from_data(weight, &device));
        Self {
            linear: SparseLinear {
                weight: weight.into(),
                bias,
            },
        }
    }
}
