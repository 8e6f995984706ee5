//! Forward passes whose gradients nobody steps cost a bounded amount of memory, and so do long runs.
//!
//! A program of its own, because it counts all memory that is in use.

use burn::backend::{Autodiff, NdArray};
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{AdagradConfig, SparseNN, SparseNNConfig};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

#[derive(Module, Debug)]
struct Net<B: Backend> {
    emb: SparseEmbedding<B>,
    fc: Linear<B>,
}

fn net<B: Backend>(dim: usize) -> Net<B> {
    let device = Default::default();
    let net = Net {
        emb: SparseEmbeddingConfig::new(1000, dim).init(&device),
        fc: LinearConfig::new(dim, 1).init(&device),
    };
    // burn draws lazy weights anew for each clone.
    net.emb.weight.val();
    net.fc.weight.val();
    net
}

/// Less than `most` MB more are in use after `pass` has run so often.
fn growth(what: &str, most: f64, passes: usize, mut pass: impl FnMut(u32)) {
    (0..200).for_each(&mut pass);
    let before = f64::from(MEMORY.current_usage_as_mb());
    (0..passes as u32).for_each(&mut pass);
    let grown = f64::from(MEMORY.current_usage_as_mb()) - before;
    assert!(grown < most, "{what}: {passes} passes take {grown:.2} MB");
}

fn ids(pass: u32, n: u32) -> Vec<u32> {
    (0..n).map(|i| (pass * 7 + i) % 1000).collect()
}

fn forward_passes_are_forgotten<B: AutodiffBackend>(passes: usize, n_ids: u32, dim: usize) {
    let net = net::<B>(dim);
    growth("lookups alone", 2.0, passes, |pass| {
        net.emb.forward(&ids(pass, n_ids)).unwrap();
    });
    growth("forward passes", 2.0, passes, |pass| {
        net.fc.forward(net.emb.forward(&ids(pass, n_ids)).unwrap());
    });
    growth("passes of clones", 2.0, passes / 4, |pass| {
        let net = net.clone();
        net.fc.forward(net.emb.forward(&ids(pass, n_ids)).unwrap());
    });
}

fn gradients_are_forgotten<B: AutodiffBackend>(passes: usize) {
    let net = net::<B>(4);
    let loss = |net: &Net<B>, pass| {
        let vectors = net.emb.forward(&ids(pass, 3)).unwrap();
        net.fc.forward(vectors).sum()
    };
    growth("passes forward and backward", 2.0, passes, |pass| {
        loss(&net, pass).backward();
    });
    growth("gradients that are collected", 2.0, passes, |pass| {
        GradientsParams::from_grads(loss(&net, pass).backward(), &net);
    });
    let mut optim = AdagradConfig::new().init_sparse::<B, Net<B>>();
    let mut trained = Some(net.clone());
    growth("training, with passes in between", 2.0, passes, |pass| {
        let net = trained.take().unwrap();
        let loss = loss(&net, pass);
        net.emb.forward(&ids(pass + 1, 3)).unwrap();
        let grads = GradientsParams::from_grads(loss.backward(), &net);
        trained = Some(optim.step(0.01, net, grads));
    });
}

/// Whatever the graph keeps of a step makes each later backward pass slower, as it is looked at there. The
/// layers behind the table have its graph merged more than once.
fn steps_leave_nothing_in_the_graph<B: AutodiffBackend>(steps: usize) {
    let model = || -> SparseNN<B> {
        let config = SparseNNConfig::new(1000).with_hidden_size(4);
        config.init(&Default::default())
    };
    let backward = |model: &SparseNN<B>, pass| {
        let batch = CsrBatch::from_bags(1000, &[ids(pass, 3)]).unwrap();
        model.forward_csr(&batch).sum().backward()
    };
    let mut optim = AdagradConfig::new().init_sparse::<B, SparseNN<B>>();
    let mut trained = Some(model());
    growth("training", 0.02, steps, |pass| {
        let model = trained.take().unwrap();
        let grads = GradientsParams::from_grads(backward(&model, pass), &model);
        trained = Some(optim.step(0.01, model, grads));
    });
    growth("models that are dropped", 0.02, steps, |pass| {
        backward(&model(), pass);
    });
}

/// One after the other: the memory is that of the process.
#[test]
fn memory_stays_bounded() {
    steps_leave_nothing_in_the_graph::<Autodiff<NdArray>>(2_000);
    forward_passes_are_forgotten::<Autodiff<NdArray>>(20_000, 3, 4);
    forward_passes_are_forgotten::<Autodiff<NdArray>>(300, 2_000, 64);
    gradients_are_forgotten::<Autodiff<NdArray>>(2_500);
    #[cfg(feature = "flex")]
    {
        use burn::backend::Flex;

        forward_passes_are_forgotten::<Autodiff<Flex>>(5_000, 40, 16);
        gradients_are_forgotten::<Autodiff<Flex>>(2_500);
    }
}
