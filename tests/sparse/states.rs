//! States that do not belong to the parameters are refused with the parameter, both shapes and the way out.

use burn::backend::{Autodiff, NdArray};
use burn::module::{Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, Optimizer};
use burn::record::{
    BinFileRecorder, FullPrecisionSettings, NamedMpkBytesRecorder, NamedMpkFileRecorder, Record,
    Recorder,
};
use burn::tensor::backend::Backend;
use burn_adagrad::error::StepError;
use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
use burn_adagrad::optim::{RowOptimizer, SparseAdaptor};
use burn_adagrad::{
    Adagrad, AdagradConfig, AdagradNormConfig, FtrlProximal, FtrlProximalConfig,
    ProximalAdagradConfig, RowWiseAdagradConfig,
};

type A = Autodiff<NdArray>;

#[derive(Module, Debug)]
struct Net<B: Backend> {
    table: SparseEmbedding<B>,
    fc: Linear<B>,
}

fn net(rows: usize) -> Net<A> {
    let device = Default::default();
    Net {
        table: SparseEmbeddingConfig::new(rows, 2).init(&device),
        fc: LinearConfig::new(2, 1).init(&device),
    }
}

/// The net with the ids of another.
fn with_ids_of(other: &Net<A>, rows: usize) -> Net<A> {
    let mut record = net(rows).into_record();
    let ids = other.clone().into_record();
    let tensor = record.table.weight.val();
    record.table.weight = Param::initialized(ids.table.weight.id, tensor);
    record.fc = ids.fc;
    net(rows).load_record(record)
}

fn gradients(net: &Net<A>) -> GradientsParams {
    let vectors = net.table.forward(&[0, 2]).unwrap();
    let loss = net.fc.forward(vectors).sum();
    GradientsParams::from_grads(loss.backward(), net)
}

fn stepped<O: RowOptimizer<NdArray>>(
    optim: &mut SparseAdaptor<O, Net<A>, A>,
    net: Net<A>,
) -> Result<Net<A>, StepError> {
    let grads = gradients(&net);
    optim.try_step(0.1, net, grads)
}

fn adagrad() -> SparseAdaptor<Adagrad, Net<A>, A> {
    AdagradConfig::new().init_sparse()
}

/// What was written by one optimizer, read as if it were another's.
fn reread<R: Record<A>, S: Record<A>>(record: R) -> S {
    let recorder = NamedMpkBytesRecorder::<FullPrecisionSettings>::default();
    let bytes = Recorder::<A>::record(&recorder, record, ()).unwrap();
    Recorder::<A>::load(&recorder, bytes, &Default::default()).unwrap()
}

fn shape_error(parameter: &str, expected: &[usize], found: &[usize]) -> StepError {
    StepError::StateShape {
        parameter: parameter.into(),
        expected: expected.into(),
        found: found.into(),
    }
}

/// States of a smaller and of a larger table.
#[test]
fn a_record_with_another_number_of_rows_is_refused() {
    for (saved, loaded) in [(4, 6), (6, 4)] {
        let mut optim = adagrad();
        let before = stepped(&mut optim, net(saved)).unwrap();
        let other = with_ids_of(&before, loaded);
        let mut optim = adagrad().load_record(reread(optim.to_record()));
        let error = stepped(&mut optim, other).unwrap_err();
        assert_eq!(
            error,
            shape_error("table.weight", &[loaded, 2], &[saved, 2])
        );
    }
    let message = shape_error("table.weight", &[6, 2], &[4, 2]).to_string();
    for part in [
        "`table.weight`",
        "[6, 2]",
        "[4, 2]",
        "load the record",
        "call `grow`",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

/// A smaller module's record is loaded in the middle of a run: the states tell.
#[test]
fn a_module_that_shrinks_under_its_states_is_noticed() {
    let mut optim = adagrad();
    let model = stepped(&mut optim, net(6)).unwrap();
    let model = with_ids_of(&model, 4);
    let error = stepped(&mut optim, model).unwrap_err();
    assert_eq!(error, shape_error("table.weight", &[4, 2], &[6, 2]));
}

/// The file of one optimizer given to another: its kind of state has a name, which two formats keep.
#[test]
fn a_record_of_another_kind_of_state_is_refused() {
    type RecordOf<O> = <SparseAdaptor<O, Net<A>, A> as Optimizer<Net<A>, A>>::Record;

    fn refused<R: Record<A> + Clone, S: Record<A>>(record: R, names: [&str; 2]) {
        let device = Default::default();
        // burn's recorders to memory panic at any error of a format; those to files tell it.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("optim");
        let named = NamedMpkFileRecorder::<FullPrecisionSettings>::default();
        Recorder::<A>::record(&named, record.clone(), path.clone()).unwrap();
        let from_named = Recorder::<A>::load::<S>(&named, path.clone(), &device).err();
        let bin = BinFileRecorder::<FullPrecisionSettings>::default();
        Recorder::<A>::record(&bin, record, path.clone()).unwrap();
        let from_bin = Recorder::<A>::load::<S>(&bin, path, &device).err();
        for error in [from_named, from_bin] {
            let error = error.expect("the record was taken").to_string();
            for name in names {
                assert!(error.contains(name), "{error}");
            }
        }
    }

    let names = ["AdagradState", "FtrlProximalState"];
    let mut full = adagrad();
    stepped(&mut full, net(5)).unwrap();
    refused::<_, RecordOf<FtrlProximal>>(full.to_record(), names);
    let mut ftrl = FtrlProximalConfig::new().init_sparse();
    stepped(&mut ftrl, net(5)).unwrap();
    refused::<_, RecordOf<Adagrad>>(ftrl.to_record(), names);
}

/// Adagrad, RowWiseAdagrad and AdagradNorm share a kind of state, but not its shape.
#[test]
fn a_record_of_another_adagrad_is_refused() {
    let start = net(5);
    let mut row_wise = RowWiseAdagradConfig::new().init_sparse();
    let mut norm = AdagradNormConfig::new().init_sparse();
    let mut full = adagrad();
    let model = stepped(&mut row_wise, start).unwrap();
    let model = stepped(&mut norm, model).unwrap();
    let model = stepped(&mut full, model).unwrap();
    let (row_wise, norm, full) = (row_wise.to_record(), norm.to_record(), full.to_record());

    fn refused<O: RowOptimizer<NdArray>>(optim: SparseAdaptor<O, Net<A>, A>, model: &Net<A>) {
        let mut optim = optim;
        let error = stepped(&mut optim, model.clone()).unwrap_err();
        let StepError::StateShape {
            parameter,
            expected,
            found,
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!(parameter, "table.weight");
        assert_ne!(expected, found);
    }
    refused(adagrad().load_record(reread(row_wise.clone())), &model);
    refused(adagrad().load_record(reread(norm.clone())), &model);
    let optim = || RowWiseAdagradConfig::new().init_sparse();
    refused(optim().load_record(reread(full.clone())), &model);
    refused(optim().load_record(reread(norm)), &model);
    let optim = || AdagradNormConfig::new().init_sparse();
    refused(optim().load_record(reread(full)), &model);
    refused(optim().load_record(reread(row_wise)), &model);
}

/// As the record of an optimizer that was built by hand may be: right in name, wrong in shape.
#[test]
fn a_state_of_another_shape_is_refused() {
    let model = net(5);
    let mut optim = adagrad();
    let model = stepped(&mut optim, model).unwrap();
    let mut record = optim.to_record();
    let fc = record.remove(&model.fc.weight.id).unwrap();
    record.insert(model.table.weight.id, fc);
    let mut optim = adagrad().load_record(record);
    let error = stepped(&mut optim, model).unwrap_err();
    assert_eq!(error, shape_error("table.weight", &[5, 2], &[2, 1]));
}

/// A model that was made anew has new ids, and burn's optimizers would begin without a state.
#[test]
fn states_of_another_model_are_refused() {
    let mut optim = adagrad();
    let _ = stepped(&mut optim, net(5)).unwrap();
    let mut loaded = adagrad().load_record(reread(optim.to_record()));
    let error = stepped(&mut loaded, net(5)).unwrap_err();
    assert_eq!(error, StepError::ForeignStates { states: 3 });
    assert!(error.to_string().contains("load the module's record"));

    // With the model's ids they fit; and no states at all fit any model.
    let model = net(5);
    let mut fresh = adagrad().load_record(reread(adagrad().to_record()));
    let model = stepped(&mut fresh, model).unwrap();
    let mut loaded = adagrad().load_record(reread(fresh.to_record()));
    let again = net(5).load_record(model.into_record());
    stepped(&mut loaded, again).unwrap();
}

/// The dense form, of which burn asks without names, tells both shapes.
#[test]
fn the_dense_form_refuses_the_same() {
    fn dense_gradients(model: &Net<A>) -> GradientsParams {
        let weight = model.table.weight.val();
        let loss = model.fc.forward(weight).sum();
        GradientsParams::from_grads(loss.backward(), model)
    }
    macro_rules! check {
        ($($config:expr),+ $(,)?) => {$(
            let config = $config;
            // States of a model with other shapes, under the ids of this one.
            let model = net(6);
            let mut optim = config.init();
            let grads = dense_gradients(&model);
            let _ = optim.step(0.1, model.clone(), grads);
            let grads = dense_gradients(&with_ids_of(&model, 4));
            let step = || optim.step(0.1, with_ids_of(&model, 4), grads);
            let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(step)).unwrap_err();
            let text = panic.downcast::<String>().unwrap();
            for part in ["the optimizer's state has the shape [6", "needs [4", "load the record"] {
                assert!(text.contains(part), "{}: {text}", stringify!($config));
            }
        )+};
    }
    check!(
        AdagradConfig::new(),
        RowWiseAdagradConfig::new(),
        FtrlProximalConfig::new(),
        ProximalAdagradConfig::new(),
    );
}
