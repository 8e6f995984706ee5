//! Forward passes whose gradients nobody steps cost a bounded amount of memory, and so do long runs.
//!
//! A program of its own, because it looks at the memory of the process.
#![cfg(target_os = "linux")]

use burn::backend::{Autodiff, NdArray};
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_adagrad::AdagradConfig;
use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};

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

/// Memory of the process, in MB.
fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0 / 1e6
}

/// By how much the process grows while `pass` runs.
fn growth(what: &str, passes: usize, mut pass: impl FnMut(u32)) {
    (0..10).for_each(&mut pass);
    let before = resident();
    (0..passes as u32).for_each(&mut pass);
    let grown = resident() - before;
    assert!(grown < 10.0, "{what}: {passes} passes take {grown:.1} MB");
}

fn ids(pass: u32, n: u32) -> Vec<u32> {
    (0..n).map(|i| (pass * 7 + i) % 1000).collect()
}

fn forward_passes_are_forgotten<B: AutodiffBackend>(passes: usize, n_ids: u32, dim: usize) {
    let net = net::<B>(dim);
    growth("lookups alone", passes, |pass| {
        net.emb.forward(&ids(pass, n_ids)).unwrap();
    });
    growth("forward passes", passes, |pass| {
        net.fc.forward(net.emb.forward(&ids(pass, n_ids)).unwrap());
    });
    growth("passes of clones", passes / 4, |pass| {
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
    growth("passes forward and backward", passes, |pass| {
        loss(&net, pass).backward();
    });
    growth("gradients that are collected", passes, |pass| {
        GradientsParams::from_grads(loss(&net, pass).backward(), &net);
    });
    let mut optim = AdagradConfig::new().init_sparse::<B, Net<B>>();
    let mut trained = Some(net.clone());
    growth("training, with passes in between", passes, |pass| {
        let net = trained.take().unwrap();
        let loss = loss(&net, pass);
        net.emb.forward(&ids(pass + 1, 3)).unwrap();
        let grads = GradientsParams::from_grads(loss.backward(), &net);
        trained = Some(optim.step(0.01, net, grads));
    });
}

/// One after the other: the memory is that of the process.
#[test]
fn memory_stays_bounded() {
    forward_passes_are_forgotten::<Autodiff<NdArray>>(100_000, 3, 4);
    forward_passes_are_forgotten::<Autodiff<NdArray>>(300, 2_000, 64);
    gradients_are_forgotten::<Autodiff<NdArray>>(2_500);
    #[cfg(feature = "flex")]
    {
        use burn::backend::Flex;

        forward_passes_are_forgotten::<Autodiff<Flex>>(5_000, 40, 16);
        gradients_are_forgotten::<Autodiff<Flex>>(2_500);
    }
}
