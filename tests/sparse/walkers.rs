//! The walks in which burn carries gradients, which a table tells by the names of their types
//! (`src/sparse/walk.rs`). If this fails after an update of burn, the names there are to be changed.

use std::any::type_name;
use std::sync::{Arc, Mutex};

use burn::backend::{Autodiff, NdArray};
use burn::module::{
    AutodiffModule, Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper,
    ModuleVisitor, Param,
};
use burn::optim::{AdamConfig, GradientsAccumulator, GradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};

type A = Autodiff<NdArray>;

/// A parameter that writes down what walks over it.
#[derive(Clone, Debug)]
struct Probe<B: Backend> {
    param: Param<Tensor<B, 1>>,
    walkers: Arc<Mutex<Vec<String>>>,
}

impl<B: Backend> Probe<B> {
    fn note<V>(&self) {
        let path = type_name::<V>().split('<').next().unwrap();
        let (first, last) = (path.split("::").next(), path.rsplit("::").next());
        let name = format!("{}::{}", first.unwrap(), last.unwrap());
        self.walkers.lock().unwrap().push(name);
    }
}

impl<B: Backend> Module<B> for Probe<B> {
    type Record = Param<Tensor<B, 1>>;

    fn visit<V: ModuleVisitor<B>>(&self, visitor: &mut V) {
        self.note::<V>();
        self.param.visit(visitor);
    }

    fn map<M: ModuleMapper<B>>(self, mapper: &mut M) -> Self {
        self.note::<M>();
        let param = Module::map(self.param, mapper);
        Self { param, ..self }
    }

    fn collect_devices(&self, devices: Devices<B>) -> Devices<B> {
        devices
    }

    fn fork(self, _: &B::Device) -> Self {
        self
    }

    fn to_device(self, _: &B::Device) -> Self {
        self
    }

    fn load_record(self, record: Self::Record) -> Self {
        let param = self.param.load_record(record);
        Self { param, ..self }
    }

    fn into_record(self) -> Self::Record {
        self.param.into_record()
    }
}

impl<B: AutodiffBackend> AutodiffModule<B> for Probe<B> {
    type InnerModule = Probe<B::InnerBackend>;

    fn valid(&self) -> Self::InnerModule {
        Probe {
            param: self.param.valid(),
            walkers: self.walkers.clone(),
        }
    }

    fn from_inner(module: Self::InnerModule) -> Self {
        Self {
            param: Param::from_inner(module.param),
            walkers: module.walkers,
        }
    }
}

impl<B: Backend> ModuleDisplayDefault for Probe<B> {
    fn content(&self, content: Content) -> Option<Content> {
        Some(content)
    }
}

impl<B: Backend> ModuleDisplay for Probe<B> {}

#[test]
fn burn_carries_gradients_in_these_walks() {
    let device = Default::default();
    let probe = Probe::<A> {
        param: Param::from_tensor(Tensor::ones([2], &device)),
        walkers: Arc::default(),
    };
    let walkers = probe.walkers.clone();
    let seen = |what: &str, expected: &str| {
        let names = std::mem::take(&mut *walkers.lock().unwrap());
        assert!(!names.is_empty(), "{what}: no walk");
        assert!(
            names.iter().all(|name| name == expected),
            "{what}: {names:?}"
        );
    };
    let backward = || probe.param.val().sum().backward();

    let grads = GradientsParams::from_grads(backward(), &probe);
    seen("from_grads", "burn_optim::GradientsParamsConverter");
    GradientsParams::from_module(&mut backward(), &probe);
    seen("from_module", "burn_optim::GradientsParamsConverter");
    GradientsParams::from_params(&mut backward(), &probe, &[probe.param.id]);
    seen("from_params", "burn_optim::GradientsParamsConverter");

    let grads = grads.to_device(&device, &probe);
    seen("to_device", "burn_optim::GradientsParamsChangeDevice");
    let mut accumulator = GradientsAccumulator::new();
    accumulator.accumulate(&probe, grads);
    seen("accumulate", "burn_optim::ModuleGradsAccumulator");

    let grads = accumulator.grads();
    let mut optim = AdamConfig::new().init::<A, Probe<A>>();
    let _ = optim.step(0.1, probe.clone(), grads);
    seen("step", "burn_optim::SimpleOptimizerMapper");
}
