//! Rows by one optimizer, everything else by another, in one step.

use burn::backend::{Autodiff, NdArray};
use burn::grad_clipping::GradientClippingConfig;
use burn::module::{AutodiffModule, Module, Param, ParamId};
use burn::nn::{Linear, LinearConfig};
use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::{
    Adam, AdamConfig, GradientsParams, LearningRate, MultiGradientsParams, Optimizer, SgdConfig,
};
use burn::record::{FullPrecisionSettings, NamedMpkBytesRecorder, Record, Recorder};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend, Device as _};
use burn_adagrad::nn::{SparseLinear, SparseLinearConfig};
use burn_adagrad::optim::MixedAdaptor;
use burn_adagrad::sparse::CsrBatch;
use burn_adagrad::{Adagrad, AdagradConfig};

use crate::common::{assert_close, bits, matrix, on_each_backend, to_dense, values, vector};

on_each_backend!(
    two_optimizers_in_one_are_two_optimizers,
    clipping_is_by_the_norm_of_both,
    a_table_that_is_used_whole_is_stepped_by_its_own_optimizer,
);

const ROWS: usize = 12;
const STEPS: usize = 6;

type A = Autodiff<NdArray>;

#[derive(Module, Debug)]
struct Net<B: Backend> {
    table: SparseLinear<B>,
    fc: Linear<B>,
}

type Mixed<B> = MixedAdaptor<Adagrad, OptimizerAdaptor<Adam, Net<B>, B>, Net<B>, B>;

fn net<B: Backend>(device: &B::Device) -> Net<B> {
    let mut table = SparseLinearConfig::new(ROWS, 2).init(device);
    let numbers: Vec<f32> = (0..2 * ROWS).map(|i| (i as f32).cos()).collect();
    table.weight = Param::from_tensor(matrix(&numbers, 2, device)).into();
    table.bias = Some(Param::from_tensor(vector(&[0.1, -0.2], device)));
    let mut fc = LinearConfig::new(2, 1).with_bias(false).init(device);
    fc.weight = Param::from_tensor(matrix(&[0.7, -0.4], 1, device));
    Net { table, fc }
}

fn batch(step: usize) -> CsrBatch {
    let at = |k: usize| ((step * 7 + k * 5) % ROWS) as u32;
    CsrBatch::from_bags(ROWS, &[vec![at(0), at(1)], vec![at(2)], vec![at(0)]]).unwrap()
}

/// By rows, or over the whole table.
fn gradients<B: AutodiffBackend>(net: &Net<B>, step: usize, by_rows: bool) -> GradientsParams {
    let batch = batch(step);
    let hidden = if by_rows {
        net.table.forward_csr(&batch)
    } else {
        let device = net.fc.devices().remove(0);
        net.table.forward(to_dense(&batch, &device))
    };
    let loss = (net.fc.forward(hidden) - 1.0).powi_scalar(2).sum();
    GradientsParams::from_grads(loss.backward(), net)
}

fn weights<B: AutodiffBackend>(net: &Net<B>) -> Vec<f32> {
    let net = net.valid();
    [
        values(&net.table.weight.val()),
        values(&net.table.bias.unwrap().val()),
        values(&net.fc.weight.val()),
    ]
    .concat()
}

/// The gradients of the table and those of all else, each in a container of its own.
fn split<B: AutodiffBackend>(
    net: &Net<B>,
    mut grads: GradientsParams,
) -> (GradientsParams, GradientsParams) {
    let mut table = GradientsParams::new();
    if let Some(gradient) = grads.remove::<B::InnerBackend, 2>(net.table.weight.id) {
        table.register(net.table.weight.id, gradient);
    }
    (table, grads)
}

/// Two of burn's optimizers over dense gradients, one after the other, each with its factor on the rate.
struct Two<B: AutodiffBackend> {
    table: OptimizerAdaptor<Adagrad, Net<B>, B>,
    rest: OptimizerAdaptor<Adam, Net<B>, B>,
    factors: [f64; 2],
}

impl<B: AutodiffBackend> Two<B> {
    fn step(&mut self, lr: LearningRate, net: Net<B>, grads: GradientsParams) -> Net<B> {
        let (table, rest) = split(&net, grads);
        let net = self.table.step(lr * self.factors[0], net, table);
        self.rest.step(lr * self.factors[1], net, rest)
    }
}

fn configs() -> (AdagradConfig, AdamConfig) {
    let adagrad = AdagradConfig::new().with_decoupled_weight_decay(0.05);
    (adagrad, AdamConfig::new())
}

fn mixed<B: AutodiffBackend>() -> Mixed<B> {
    let (adagrad, adam) = configs();
    let mixed = adagrad.init_sparse().with_dense(adam.init());
    mixed.with_row_rate(3.0).with_dense_rate(0.5)
}

fn two<B: AutodiffBackend>() -> Two<B> {
    let (adagrad, adam) = configs();
    let (table, rest) = (adagrad.init(), adam.init());
    let factors = [3.0, 0.5];
    Two {
        table,
        rest,
        factors,
    }
}

fn two_optimizers_in_one_are_two_optimizers<B: Backend>(device: &B::Device) {
    let (mut by_rows, mut dense) = (net::<Autodiff<B>>(device), net::<Autodiff<B>>(device));
    let (mut mixed, mut two) = (mixed(), two());
    for step in 0..STEPS {
        let grads = gradients(&by_rows, step, true);
        by_rows = mixed.step(0.1, by_rows, grads);
        let grads = gradients(&dense, step, false);
        dense = two.step(0.1, dense, grads);
        let (by_rows, dense) = (weights(&by_rows), weights(&dense));
        assert_close("weights", &by_rows, &dense, 1e-5, 1e-5);
    }
    // Adagrad's states are those of the table, and Adam's of what is left.
    let (rows, rest) = mixed.to_record();
    assert_eq!((rows.len(), rest.len()), (1, 2));
}

fn clipping_is_by_the_norm_of_both<B: Backend>(device: &B::Device) {
    let max_norm = 0.5;
    let (mut by_rows, mut dense) = (net::<Autodiff<B>>(device), net::<Autodiff<B>>(device));
    let (adagrad, adam) = configs();
    let sparse = adagrad.init_sparse().with_max_grad_norm(max_norm);
    let mut mixed = sparse.with_dense(adam.init());
    let mut two = two();
    two.factors = [1.0, 1.0];
    for step in 0..STEPS {
        let grads = gradients(&by_rows, step, true);
        by_rows = mixed.step(0.1, by_rows, grads);
        let grads = gradients(&dense, step, false);
        let grads = clipped(&dense, grads, max_norm);
        dense = two.step(0.1, dense, grads);
        let (by_rows, dense) = (weights(&by_rows), weights(&dense));
        assert_close("weights", &by_rows, &dense, 1e-5, 1e-5);
    }
}

/// The formula of PyTorch's `clip_grad_norm_`, in f64.
fn clipped<B: AutodiffBackend>(
    net: &Net<B>,
    mut grads: GradientsParams,
    max_norm: f64,
) -> GradientsParams {
    let bias = net.table.bias.as_ref().unwrap().id;
    let matrices = [net.table.weight.id, net.fc.weight.id];
    let mut matrices = matrices.map(|id| (id, grads.remove::<B::InnerBackend, 2>(id).unwrap()));
    let mut vector = grads.remove::<B::InnerBackend, 1>(bias).unwrap();
    let mut numbers = values(&vector);
    for (_, gradient) in &matrices {
        numbers.extend(values(gradient));
    }
    let squares: f64 = numbers.iter().map(|&x| f64::from(x).powi(2)).sum();
    let factor = max_norm / (squares.sqrt() + 1e-6);
    if factor < 1.0 {
        vector = vector.mul_scalar(factor);
        matrices = matrices.map(|(id, gradient)| (id, gradient.mul_scalar(factor)));
    }
    grads.register(bias, vector);
    for (id, gradient) in matrices {
        grads.register(id, gradient);
    }
    grads
}

fn a_table_that_is_used_whole_is_stepped_by_its_own_optimizer<B: Backend>(device: &B::Device) {
    let (mut first, mut second) = (net::<Autodiff<B>>(device), net::<Autodiff<B>>(device));
    let (mut mixed, mut two) = (mixed(), two());
    for step in 0..2 {
        let grads = gradients(&first, step, false);
        first = mixed.step(0.1, first, grads);
        let grads = gradients(&second, step, false);
        second = two.step(0.1, second, grads);
    }
    assert_close("weights", &weights(&first), &weights(&second), 1e-5, 1e-5);
}

/// Each optimizer clips as its own configuration says.
#[test]
fn each_clips_as_it_was_told() {
    let device = Default::default();
    let clipping = |limit| Some(GradientClippingConfig::Value(limit));
    let (mut adagrad, adam) = configs();
    adagrad.grad_clipping = clipping(0.01);
    let adam = adam.with_grad_clipping(clipping(0.02));
    let (mut by_rows, mut dense) = (net::<A>(&device), net::<A>(&device));
    let mut mixed = adagrad.init_sparse().with_dense(adam.init());
    let mut two = Two {
        table: adagrad.init(),
        rest: adam.init(),
        factors: [1.0, 1.0],
    };
    for step in 0..STEPS {
        let grads = gradients(&by_rows, step, true);
        by_rows = mixed.step(0.1, by_rows, grads);
        let grads = gradients(&dense, step, false);
        dense = two.step(0.1, dense, grads);
    }
    assert_close("weights", &weights(&by_rows), &weights(&dense), 1e-5, 1e-5);
}

fn save_and_load<T: Record<A>>(record: T) -> T {
    let recorder = NamedMpkBytesRecorder::<FullPrecisionSettings>::default();
    let bytes = Recorder::<A>::record(&recorder, record, ()).unwrap();
    Recorder::<A>::load(&recorder, bytes, &Default::default()).unwrap()
}

/// Saved with both states, loaded into a new net and a new pair, and no bit is another one.
#[test]
fn a_run_that_resumes_is_the_run_that_was_never_interrupted() {
    let device = Default::default();
    let run = |is_saved: bool| {
        let (mut model, mut optim) = (net::<A>(&device), mixed::<A>());
        for step in 0..STEPS {
            if step == 3 {
                // A run that is saved is flushed.
                model = optim.flush(model);
                if is_saved {
                    let record = save_and_load(model.into_record());
                    model = net::<A>(&device).load_record(record);
                    optim = mixed().load_record(save_and_load(optim.to_record()));
                }
            }
            let grads = gradients(&model, step, true);
            model = optim.step(0.1, model, grads);
        }
        bits(&weights(&model))
    };
    assert_eq!(run(true), run(false));
}

/// Gradients of two devices, as burn's Learner hands them over.
#[test]
fn gradients_of_several_devices_are_added_up() {
    let device = burn::backend::ndarray::NdArrayDevice::Cpu;
    let (mut multi, mut one) = (net::<A>(&device), net::<A>(&device));
    let (mut multi_optim, mut one_optim) = (mixed::<A>(), mixed::<A>());
    let mut accumulated = burn::optim::GradientsAccumulator::new();
    for step in 0..STEPS {
        let grads = [0, 1].map(|part| (gradients(&multi, 2 * step + part, true), device.to_id()));
        let grads = MultiGradientsParams {
            grads: grads.into(),
        };
        multi = multi_optim.step_multi(0.1, multi, grads);
        for part in [0, 1] {
            let grads = gradients(&one, 2 * step + part, true);
            accumulated.accumulate(&one, grads);
        }
        one = one_optim.step(0.1, one, accumulated.grads());
    }
    assert_close("weights", &weights(&multi), &weights(&one), 1e-6, 1e-6);
}

/// Any optimizer can be the partner: one of burn's without a state, and one that hides what it is.
#[test]
fn the_partner_may_be_anybodys() {
    /// Moves nothing, and says which parameters it was asked for.
    #[derive(Clone)]
    struct Nobody(std::sync::Arc<std::sync::Mutex<Vec<ParamId>>>);

    impl Optimizer<Net<A>, A> for Nobody {
        type Record = ();

        fn step(&mut self, _: LearningRate, net: Net<A>, grads: GradientsParams) -> Net<A> {
            let fc = grads
                .get::<NdArray, 2>(net.fc.weight.id)
                .map(|_| net.fc.weight.id);
            let table = grads
                .get::<NdArray, 2>(net.table.weight.id)
                .map(|_| net.table.weight.id);
            self.0.lock().unwrap().extend(fc.into_iter().chain(table));
            net
        }

        fn step_multi(&mut self, _: LearningRate, net: Net<A>, _: MultiGradientsParams) -> Net<A> {
            net
        }

        fn to_record(&self) {}

        fn load_record(self, (): ()) -> Self {
            self
        }
    }

    let device = Default::default();
    let before = net::<A>(&device);
    let asked = Nobody(Default::default());
    let mut optim = AdagradConfig::new().init_sparse().with_dense(asked.clone());
    let grads = gradients(&before, 0, true);
    let after = optim.step(0.1, before.clone(), grads);
    assert_eq!(*asked.0.lock().unwrap(), [before.fc.weight.id]);
    let table = |net: &Net<A>| values(&net.table.weight.val());
    assert_ne!(table(&after), table(&before));

    let sgd = SgdConfig::new().init::<A, Net<A>>();
    let mut optim = AdagradConfig::new().init_sparse().with_dense(sgd);
    let grads = gradients(&before, 0, true);
    let slope = grads.get::<NdArray, 2>(before.fc.weight.id).unwrap();
    let expected = before.valid().fc.weight.val() - slope * 0.1;
    let after = optim.step(0.1, before, grads);
    let weight: Tensor<A, 2> = after.fc.weight.val();
    assert_close("SGD", &values(&weight), &values(&expected), 1e-6, 1e-7);
}

#[test]
#[should_panic(expected = "dense_rate = -1 (must be finite and at least 0)")]
fn a_rate_below_zero_is_refused() {
    let _ = mixed::<A>().with_dense_rate(-1.0);
}
