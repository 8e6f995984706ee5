//! Gradients that come late, in other ways, or never.

use burn::backend::{Autodiff, NdArray};
use burn::module::{AutodiffModule, Module, ModuleMapper, Param, ParamId};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsAccumulator, GradientsParams, Optimizer, SgdConfig};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_adagrad::AdagradConfig;
use burn_adagrad::error::StepError;
use burn_adagrad::nn::{SparseLinear, SparseLinearConfig};
use burn_adagrad::optim::SparseAdaptor;
use burn_adagrad::sparse::CsrBatch;

use crate::common::{
    assert_close, feature_is_on, is_cpu, matrix, on_each_backend, to_dense, values,
};

on_each_backend!(
    gradients_of_many_passes_are_stepped_later,
    a_long_sequence_of_lookups_is_stepped,
    two_losses_of_one_output_are_both_stepped,
    gradients_by_the_id_of_the_table_are_stepped,
    another_optimizer_may_come_first,
    a_moved_module_hands_its_gradient_back,
);

const ROWS: usize = 30;

/// A table and a dense layer.
#[derive(Module, Debug)]
struct Net<B: Backend> {
    table: SparseLinear<B>,
    fc: Linear<B>,
}

type Optim<B> = SparseAdaptor<burn_adagrad::Adagrad, Net<B>, B>;

fn net<B: AutodiffBackend>(device: &B::Device) -> Net<B> {
    let mut table = SparseLinearConfig::new(ROWS, 2)
        .with_bias(false)
        .init(device);
    let numbers: Vec<f32> = (0..2 * ROWS).map(|i| (i as f32).cos()).collect();
    table.weight = Param::from_tensor(matrix(&numbers, 2, device)).into();
    let mut fc = LinearConfig::new(2, 1).with_bias(false).init(device);
    fc.weight = Param::from_tensor(matrix(&[0.7, -0.4], 1, device));
    Net { table, fc }
}

fn optim<B: AutodiffBackend>() -> Optim<B> {
    AdagradConfig::new().init_sparse()
}

fn batch(pass: usize) -> CsrBatch {
    let at = |k: usize| ((pass * 7 + k * 5) % ROWS) as u32;
    CsrBatch::from_bags(ROWS, &[vec![at(0), at(1)], vec![at(2)], vec![at(0)]]).unwrap()
}

/// By rows, or over the whole table: the twin.
fn loss<B: AutodiffBackend>(net: &Net<B>, batch: &CsrBatch, by_rows: bool) -> Tensor<B, 1> {
    let hidden = if by_rows {
        net.table.forward_csr(batch)
    } else {
        let device = net.fc.devices().remove(0);
        net.table.forward(to_dense(batch, &device))
    };
    (net.fc.forward(hidden) - 1.0).powi_scalar(2).sum()
}

fn weights<B: AutodiffBackend>(net: &Net<B>) -> Vec<f32> {
    let net = net.valid();
    [
        values(&net.table.weight.val()),
        values(&net.fc.weight.val()),
    ]
    .concat()
}

#[track_caller]
fn assert_same<B: AutodiffBackend>(what: &str, sparse: &Net<B>, dense: &Net<B>) {
    assert_close(what, &weights(sparse), &weights(dense), 1e-5, 1e-5);
}

/// All gradients first and then a step for each: collected after each pass, and all passes before the first
/// backward pass, the last one first.
fn gradients_of_many_passes_are_stepped_later<B: Backend>(device: &B::Device) {
    let passes = if is_cpu::<B>(device) { 100 } else { 12 };
    // burn 0.21 can do the second where this crate knows the backend's graph.
    let all_passes_first = [false, true]
        .into_iter()
        .take(match feature_is_on::<B>(device) {
            true => 2,
            false => 1,
        });
    for all_passes_first in all_passes_first {
        let run = |by_rows: bool| {
            let (mut net, mut optim) = (net::<Autodiff<B>>(device), optim());
            let loss = |net: &Net<_>, pass: usize| loss(net, &batch(pass), by_rows);
            let grads: Vec<GradientsParams> = if all_passes_first {
                let losses: Vec<_> = (0..passes).map(|pass| loss(&net, pass)).collect();
                let losses = losses.into_iter().rev();
                losses
                    .map(|loss| GradientsParams::from_grads(loss.backward(), &net))
                    .collect()
            } else {
                (0..passes)
                    .map(|pass| GradientsParams::from_grads(loss(&net, pass).backward(), &net))
                    .collect()
            };
            for grads in grads {
                net = optim.step(0.1, net, grads);
            }
            net
        };
        assert_same("stepped later", &run(true), &run(false));
    }
}

/// More lookups than would fit if each kept its output.
fn a_long_sequence_of_lookups_is_stepped<B: Backend>(device: &B::Device) {
    let steps = if is_cpu::<B>(device) { 400 } else { 70 };
    let run = |by_rows: bool| {
        let (net, mut optim) = (net::<Autodiff<B>>(device), optim());
        let losses = (0..steps).map(|step| {
            let bags: Vec<Vec<u32>> = (0..64)
                .map(|bag| vec![((step * 3 + bag) % ROWS) as u32])
                .collect();
            loss(&net, &CsrBatch::from_bags(ROWS, &bags).unwrap(), by_rows)
        });
        let total = losses.reduce(|a, b| a + b).unwrap().div_scalar(1e3);
        let grads = GradientsParams::from_grads(total.backward(), &net);
        optim.step(0.1, net, grads)
    };
    assert_same("a sequence", &run(true), &run(false));
}

/// Each loss with a step of its own, although the first step has the lookup behind it.
fn two_losses_of_one_output_are_both_stepped<B: Backend>(device: &B::Device) {
    let (net, mut optim) = (net::<Autodiff<B>>(device), optim());
    let before = weights(&net);
    let output = net.table.forward_csr(&batch(1));
    let grads = |loss: Tensor<Autodiff<B>, 1>| GradientsParams::from_grads(loss.backward(), &net);
    let (first, second) = (
        grads(output.clone().sum()),
        grads(output.powi_scalar(2).sum()),
    );
    let net = optim.step(0.1, net, first);
    let between = weights(&net);
    let net = optim.step(0.1, net, second);
    assert_ne!(before, between);
    assert_ne!(between, weights(&net));
}

/// `from_params` with ids from `list_param_ids`, or with those of the table or of the rest.
fn gradients_by_the_id_of_the_table_are_stepped<B: Backend>(device: &B::Device) {
    let run = |by_rows: bool, ids: fn(&Net<Autodiff<B>>) -> Vec<ParamId>| {
        let (mut net, mut optim) = (net::<Autodiff<B>>(device), optim());
        for pass in 0..8 {
            let mut grads = loss(&net, &batch(pass), by_rows).backward();
            let grads = GradientsParams::from_params(&mut grads, &net, &ids(&net));
            net = optim.step(0.1, net, grads);
        }
        net
    };
    let all = |net: &Net<Autodiff<B>>| burn::module::list_param_ids(net);
    let table = |net: &Net<Autodiff<B>>| vec![net.table.weight.id];
    let rest = |net: &Net<Autodiff<B>>| vec![net.fc.weight.id];
    assert_same("all", &run(true, all), &run(false, all));
    assert_same("the table", &run(true, table), &run(false, table));
    assert_same("the rest", &run(true, rest), &run(false, rest));
}

/// An optimizer of one's own.
struct Descent<'a>(&'a mut GradientsParams);

impl<B: AutodiffBackend> ModuleMapper<B> for Descent<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let (id, tensor, mapper) = param.consume();
        let tensor = match self.0.remove::<B::InnerBackend, D>(id) {
            Some(grad) => Tensor::from_inner(tensor.inner() - grad * 0.1).require_grad(),
            None => tensor,
        };
        Param::from_mapped_value(id, tensor, mapper)
    }
}

/// The dense parameters by one optimizer, the rows by ours, in either order: burn's and one of one's own.
fn another_optimizer_may_come_first<B: Backend>(device: &B::Device) {
    let run = |by_rows: bool, dense_first: bool, own: bool| {
        let (mut net, mut optim) = (net::<Autodiff<B>>(device), optim());
        let mut sgd = SgdConfig::new().init::<Autodiff<B>, Net<Autodiff<B>>>();
        for pass in 0..6 {
            let mut grads = loss(&net, &batch(pass), by_rows).backward();
            let ids = [net.fc.weight.id];
            let mut dense = GradientsParams::from_params(&mut grads, &net, &ids);
            let rows = GradientsParams::from_grads(grads, &net);
            let mut step = |net: Net<_>| {
                if own {
                    net.map(&mut Descent(&mut dense))
                } else {
                    sgd.step(0.1, net, std::mem::take(&mut dense))
                }
            };
            if dense_first {
                net = step(net);
                net = optim.step(0.1, net, rows);
            } else {
                net = optim.step(0.1, net, rows);
                net = step(net);
            }
        }
        net
    };
    for dense_first in [true, false] {
        for own in [true, false] {
            let what = format!("dense first: {dense_first}, own: {own}");
            assert_same(
                &what,
                &run(true, dense_first, own),
                &run(false, dense_first, own),
            );
        }
    }
}

/// A module that was moved is no leaf: its gradient is that of the module it was moved from.
fn a_moved_module_hands_its_gradient_back<B: Backend>(device: &B::Device) {
    let run = |by_rows: bool| {
        let (mut net, mut optim) = (net::<Autodiff<B>>(device), optim());
        for pass in 0..4 {
            let moved = net.clone().to_device(device);
            let grads = loss(&moved, &batch(pass), by_rows).backward();
            let grads = GradientsParams::from_grads(grads, &net);
            assert_eq!(grads.len(), 2);
            net = optim.step(0.1, net, grads);
        }
        net
    };
    assert_same("moved", &run(true), &run(false));
}

type A = Autodiff<NdArray>;

/// A pass over far more lookups than a table keeps otherwise, and passes of another copy of the module within each
/// pass, while gradients are accumulated: every gradient is there.
#[cfg(feature = "ndarray")]
#[test]
fn long_passes_lose_nothing() {
    let device = Default::default();
    let bags = |step: usize| -> CsrBatch {
        let bag = |bag: usize| vec![((step * 3 + bag) % ROWS) as u32];
        CsrBatch::from_bags(ROWS, &(0..1000).map(bag).collect::<Vec<_>>()).unwrap()
    };
    let run = |by_rows: bool| {
        let (mut net, mut optim) = (net::<A>(&device), optim());
        let mut teacher = net.clone();
        for _ in 0..2 {
            let mut accumulator = GradientsAccumulator::new();
            for pass in 0..3 {
                let losses = (0..150).map(|step| {
                    let target = teacher.table.forward_csr(&bags(step)).sum().detach();
                    (loss(&net, &bags(step + pass), by_rows) - target.mul_scalar(0.0)) / 1e5
                });
                let total = losses.reduce(|a, b| a + b).unwrap();
                let grads = GradientsParams::from_grads(total.backward(), &net);
                assert!(grads.get::<NdArray, 2>(net.fc.weight.id).is_some());
                accumulator.accumulate(&net, grads);
            }
            teacher = net.clone();
            net = optim.step(0.1, net, accumulator.grads());
        }
        net
    };
    assert_same("long passes", &run(true), &run(false));
}

/// Passes that nobody goes back through, in the middle of a run: those that somebody does keep everything.
#[cfg(feature = "ndarray")]
#[test]
fn passes_for_looking_take_nothing_away() {
    let device = Default::default();
    let run = |looks: usize| {
        let (mut net, mut optim) = (net::<A>(&device), optim());
        for step in 0..6 {
            let pending = loss(&net, &batch(step), true);
            for look in 0..looks {
                loss(&net, &batch(look), true);
            }
            let mut accumulator = GradientsAccumulator::new();
            let grads = GradientsParams::from_grads(pending.backward(), &net);
            assert_eq!(grads.len(), 2);
            accumulator.accumulate(&net, grads);
            let second = loss(&net, &batch(step + 1), true);
            for look in 0..looks / 2 {
                loss(&net, &batch(look), true);
            }
            let grads = GradientsParams::from_grads(second.backward(), &net);
            assert_eq!(grads.len(), 2);
            accumulator.accumulate(&net, grads);
            net = optim.step(0.1, net, accumulator.grads());
        }
        weights(&net)
    };
    assert_eq!(run(4000), run(0));
}

/// Gradients of lookups in a table to which rows are added before anybody collects, and in a clone of a table of
/// which decay is due.
#[cfg(feature = "ndarray")]
#[test]
fn lookups_follow_their_table() {
    let device = Default::default();
    let (mut net, mut optim) = (net::<A>(&device), optim());
    let before = weights(&net);
    let output = net.table.forward_csr(&batch(1)).sum();
    net.table.weight = net.table.weight.append(matrix(&[1.0, 2.0], 2, &device));
    let grads = GradientsParams::from_grads(output.backward(), &net);
    assert_eq!(grads.len(), 1);
    net = optim.step(0.1, net, grads);
    assert_ne!(weights(&net)[..2 * ROWS], before[..2 * ROWS]);

    let config = AdagradConfig::new().with_decoupled_weight_decay(0.5);
    let (mut net, mut optim) = (self::net::<A>(&device), config.init_sparse());
    for step in 0..2 {
        let grads = GradientsParams::from_grads(loss(&net, &batch(step), true).backward(), &net);
        net = optim.step(0.1, net, grads);
    }
    let worker = net.clone();
    let penalty = worker.table.weight.val().powi_scalar(2).sum();
    let loss = loss(&worker, &batch(3), true) + penalty;
    let grads = GradientsParams::from_grads(loss.backward(), &net);
    assert_eq!(
        grads.len(),
        3,
        "the table whole, its lookup, and the layer above"
    );
}

/// A table's id can carry the gradient of one lookup.
#[test]
fn several_lookups_under_one_id_are_refused() {
    let (net, mut optim) = (net::<A>(&Default::default()), optim());
    let losses = loss(&net, &batch(0), true) + loss(&net, &batch(1), true);
    let ids = burn::module::list_param_ids(&net);
    let grads = GradientsParams::from_params(&mut losses.backward(), &net, &ids);
    let error = optim.try_step(0.1, net, grads).unwrap_err();
    assert_eq!(error, StepError::FromParams { lookups: 2 });
}

/// Gradients of passes so long ago that their lookups are forgotten, and gradients that were stepped.
#[test]
fn a_gradient_whose_lookup_is_gone_is_an_error() {
    let (start, mut optim) = (net::<A>(&Default::default()), optim());
    let late = GradientsParams::from_grads(loss(&start, &batch(0), true).backward(), &start);
    let long = CsrBatch::from_bags(ROWS, &vec![vec![1]; 500]).unwrap();
    for _ in 0..1500 {
        let loss = loss(&start, &long, true);
        drop(GradientsParams::from_grads(loss.backward(), &start));
    }
    let error = optim.try_step(0.1, start.clone(), late).unwrap_err();
    let expected = StepError::Forgotten {
        parameter: "table.weight".into(),
    };
    assert_eq!(error, expected);

    let mut accumulator = GradientsAccumulator::new();
    let mut net = start;
    let grads = || GradientsParams::from_grads(loss(&net, &batch(1), true).backward(), &net);
    accumulator.accumulate(&net, grads());
    let (first, other) = (grads(), grads());
    drop(first);
    net = optim.step(0.1, net, other);
    net = optim.step(0.1, net, accumulator.grads());
    assert!(weights(&net).iter().all(|weight| weight.is_finite()));
}

/// Gradients of other modules' tables and layers in the same container are nobody's business.
#[test]
fn gradients_of_other_modules_are_left_alone() {
    let device = Default::default();
    let (first, second) = (net::<A>(&device), net::<A>(&device));
    let mut optim = optim();
    let both = (first.clone(), second);
    let losses = loss(&both.0, &batch(0), true) + loss(&both.1, &batch(1), true);
    let grads = GradientsParams::from_grads(losses.backward(), &both);
    assert_eq!(grads.len(), 4);
    let stepped = optim.try_step(0.1, first, grads).unwrap();
    assert_ne!(weights(&stepped), weights(&both.0));
}

/// A table that burn's Adam passes by on purpose: its gradients are not collected, or it is frozen.
#[test]
fn a_table_may_be_left_untrained() {
    let mut net = net::<A>(&Default::default());
    let before = values(&net.table.weight.val());
    let mut adam = AdamConfig::new().init::<A, Net<A>>();
    for pass in 0..3 {
        let mut grads = loss(&net, &batch(pass), true).backward();
        let ids = [net.fc.weight.id];
        let grads = GradientsParams::from_params(&mut grads, &net, &ids);
        net = adam.step(0.1, net, grads);
    }
    net.table = net.table.no_grad();
    for pass in 0..3 {
        let grads = loss(&net, &batch(pass), true).backward();
        let grads = GradientsParams::from_grads(grads, &net);
        net = adam.step(0.1, net, grads);
    }
    assert_eq!(values(&net.table.weight.val()), before);
}

/// What was looked up and no part of the loss is not what an optimizer passes by.
#[test]
fn a_lookup_without_a_gradient_is_not_lost() {
    let mut net = net::<A>(&Default::default());
    let mut adam = AdamConfig::new().init::<A, Net<A>>();
    for pass in 0..3 {
        net.table.forward_csr(&batch(pass));
        let inputs = Tensor::<A, 2>::ones([1, 2], &Default::default());
        let loss = net.fc.forward(inputs).sum();
        let grads = GradientsParams::from_grads(loss.backward(), &net);
        net = adam.step(0.1, net, grads);
    }
}
