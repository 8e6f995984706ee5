//! Steps over rows are the steps over the whole table; optimizers for which they would not be refuse.

use burn::backend::{Autodiff, Flex};
use burn::module::Module;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_adagrad::nn::{SparseLinear, SparseLinearConfig};
use burn_adagrad::optim::RowOptimizer;
use burn_adagrad::sparse::{CsrBatch, RowGradient};
use burn_adagrad::{
    AdadeltaConfig, AdagradConfig, FtrlProximalConfig, PenaltySchedule, ProximalAdagradConfig,
};

use crate::common::{assert_close, bits, is_cpu, matrix, on_each_backend, values};
use crate::optimizers::{numbers, stored};

on_each_backend!(
    steps_over_rows_are_steps_over_the_table,
    a_step_over_rows_is_the_dense_step_of_these_rows,
    training_by_rows_is_training_of_the_whole,
);

const ROWS: usize = 11;
const WIDTH: usize = 3;

/// Two rows at a time, one of them twice.
fn row_gradient<B: Backend>(step: usize, device: &B::Device) -> RowGradient<B> {
    let (a, b) = ((step * 5 % ROWS) as u32, ((step * 7 + 3) % ROWS) as u32);
    let slopes = matrix::<B>(&numbers(3 * WIDTH, step, false), WIDTH, device);
    RowGradient::new(ROWS, &[a, b, a], slopes).unwrap()
}

fn steps_over_rows_are_steps_over_the_table<B: Backend>(device: &B::Device) {
    fn equal<B: Backend, O: RowOptimizer<B>>(name: &str, optim: &O, device: &B::Device) {
        let start = || matrix::<B>(&numbers(ROWS * WIDTH, 9, false), WIDTH, device);
        let (mut by_rows, mut rows_state) = (start(), None);
        let (mut whole, mut whole_state) = (start(), None);
        for step in 0..25 {
            let gradient = row_gradient::<B>(step, device);
            let dense = gradient.to_dense();
            (by_rows, rows_state) = optim.step_rows(0.1, by_rows, gradient, rows_state);
            (whole, whole_state) = optim.step(0.1, whole, dense, whole_state);
            let what = format!("{name}, step {step}");
            let (a, b) = (values(&by_rows), values(&whole));
            if is_cpu::<B>(device) {
                assert_eq!(bits(&a), bits(&b), "{what}");
                let states = [&rows_state, &whole_state];
                let [a, b] = states.map(|state| stored::<B, O, 2>(state.as_ref().unwrap()));
                assert_eq!(a, b, "{what}: state");
            } else {
                assert_close(&what, &a, &b, 1e-5, 1e-6);
            }
        }
    }
    each_exact_row_optimizer!(equal, device);
}

/// From any state on: the touched rows step as a whole table does, and the others stay.
fn a_step_over_rows_is_the_dense_step_of_these_rows<B: Backend>(device: &B::Device) {
    fn equal<B: Backend, O: RowOptimizer<B>>(name: &str, optim: &O, device: &B::Device) {
        let (mut table, mut state) = (
            matrix::<B>(&numbers(ROWS * WIDTH, 9, false), WIDTH, device),
            None,
        );
        for step in 0..25 {
            let gradient = row_gradient::<B>(step, device);
            let (touched, dense) = (gradient.rows().to_vec(), gradient.to_dense());
            let before = values(&table);
            let (whole, _) = optim.step(0.1, table.clone(), dense, state.clone());
            (table, state) = optim.step_rows(0.1, table, gradient, state);
            let (whole, after) = (values(&whole), values(&table));
            for row in 0..ROWS {
                let what = format!("{name}, step {step}, row {row}");
                let of = |numbers: &[f32]| numbers[row * WIDTH..(row + 1) * WIDTH].to_vec();
                if !touched.contains(&(row as u32)) {
                    assert_eq!(bits(&of(&after)), bits(&of(&before)), "{what}");
                } else if is_cpu::<B>(device) {
                    assert_eq!(bits(&of(&after)), bits(&of(&whole)), "{what}");
                } else {
                    assert_close(&what, &of(&after), &of(&whole), 1e-5, 1e-6);
                }
            }
        }
    }
    each_row_optimizer!(equal, device);
}

/// The whole way, with a layer: its rows under `init_sparse`, and all of it under `init`.
fn training_by_rows_is_training_of_the_whole<B: Backend>(device: &B::Device) {
    fn train<B: AutodiffBackend>(
        mut layer: SparseLinear<B>,
        mut optim: impl Optimizer<SparseLinear<B>, B>,
        by_rows: bool,
    ) -> Vec<f32> {
        for step in 0..12_u32 {
            let ids = vec![step % 6, 6, (step * step + 1) % 6];
            let weights = [1.0, -2.0, 0.5];
            let mut inputs = [0.0; 14];
            for (row, (&id, weight)) in [0, 0, 7].into_iter().zip(ids.iter().zip(weights)) {
                inputs[row + id as usize] += weight;
            }
            let output = if by_rows {
                let batch = CsrBatch::new(7, vec![0, 2, 3], ids, weights.to_vec()).unwrap();
                layer.forward_csr(&batch)
            } else {
                let inputs = matrix::<B>(&inputs, 7, &layer.devices()[0]);
                let bias = layer.bias.as_ref().unwrap().val().unsqueeze();
                inputs.matmul(layer.weight.val()) + bias
            };
            let grads = (output - 1.0).powi_scalar(2).sum().backward();
            let grads = GradientsParams::from_grads(grads, &layer);
            layer = optim.step(0.1, layer, grads);
        }
        values(&layer.weight.val())
    }
    type A<B> = Autodiff<B>;
    let layer = SparseLinearConfig::new(7, 2).init::<A<B>>(device);
    // Weights that are not made yet are made anew for each clone.
    let _ = (layer.weight.val(), layer.bias.as_ref().unwrap().val());
    macro_rules! compare {
        ($config:expr) => {{
            let config = $config;
            let sparse = train(
                layer.clone(),
                config.init_sparse::<A<B>, SparseLinear<A<B>>>(),
                true,
            );
            let dense = train(
                layer.clone(),
                config.init::<A<B>, SparseLinear<A<B>>>(),
                false,
            );
            assert_close(stringify!($config), &sparse, &dense, 1e-4, 1e-5);
        }};
    }
    use burn_adagrad::{AdagradNormConfig, RowWiseAdagradConfig};
    compare!(AdagradNormConfig::new());
    compare!(RowWiseAdagradConfig::new());
    compare!(FtrlProximalConfig::new().with_l1(0.2));
    let schedule = PenaltySchedule::WithGradient;
    compare!(
        ProximalAdagradConfig::new()
            .with_l1(0.02)
            .with_penalty_schedule(schedule)
    );
}

#[test]
fn options_that_move_other_rows_are_refused() {
    type B = Autodiff<Flex>;
    type M = SparseLinear<B>;
    let refusal = |result: Result<_, burn_adagrad::OptimizerConfigError>| match result {
        Ok(()) => panic!("accepted"),
        Err(error) => error.to_string(),
    };
    let momentum = AdagradConfig::new().with_momentum(0.5).with_nesterov(true);
    assert_eq!(
        refusal(momentum.try_init_sparse::<B, M>().map(|_| ())),
        "invalid AdagradConfig: momentum = 0.5 (must be 0 for row-sparse \
         training: it moves rows that have no gradient)"
    );
    assert_eq!(
        refusal(
            ProximalAdagradConfig::new()
                .try_init_sparse::<B, M>()
                .map(|_| ())
        ),
        "invalid ProximalAdagradConfig: penalty_schedule = EveryStep (must be WithGradient for \
         row-sparse training: EveryStep moves rows that have no gradient)"
    );
    let shrinkage = FtrlProximalConfig::new().with_l2_shrinkage(0.1);
    assert_eq!(
        refusal(shrinkage.try_init_sparse::<B, M>().map(|_| ())),
        "invalid FtrlProximalConfig: l2_shrinkage = 0.1 (must be 0 for row-sparse training: it \
         moves rows that have no gradient; use l2)"
    );
}

/// Bare optimizers, which no configuration has been asked for rows.
#[test]
fn bare_steps_over_rows_refuse_the_same_options() {
    fn refuses<O: RowOptimizer<Flex>>(optim: O, expected: &str) {
        let device = Default::default();
        let step = || {
            let table = matrix::<Flex>(&numbers(ROWS * WIDTH, 9, false), WIDTH, &device);
            optim.step_rows(0.1, table, row_gradient(0, &device), None)
        };
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(step)).err();
        let panic = panic.expect("accepted");
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()));
        assert!(message.unwrap().contains(expected));
    }
    let momentum = 0.9;
    refuses(
        AdagradConfig::new().with_momentum(momentum).build(),
        "momentum = 0.9 (must be 0 for row-sparse training",
    );
    refuses(
        ProximalAdagradConfig::new().build(),
        "penalty_schedule = EveryStep (must be WithGradient",
    );
    let ftrl = FtrlProximalConfig::new().with_l2_shrinkage(0.1);
    refuses(ftrl.build(), "it moves rows that have no gradient; use l2");
}

/// An optimizer that knows no rows does not pass a table by in silence.
#[test]
#[should_panic(expected = "Adadelta, Sm3 and burn's own have none")]
fn adadelta_does_not_train_a_table() {
    type B = Autodiff<Flex>;
    let layer = SparseLinearConfig::new(7, 1).init::<B>(&Default::default());
    let mut optim = AdadeltaConfig::new().init::<B, SparseLinear<B>>();
    let batch = CsrBatch::new(7, vec![0, 1], vec![2], vec![1.0]).unwrap();
    let grads = layer.forward_csr(&batch).sum().backward();
    let grads = GradientsParams::from_grads(grads, &layer);
    let layer = optim.step(0.1, layer, grads);
    layer.forward_csr(&batch);
}
