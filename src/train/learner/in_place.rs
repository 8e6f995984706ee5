//! A module that burn-train steps without a copy.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::module::{
    AutodiffModule, Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper,
    ModuleVisitor,
};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::train::{InferenceStep, TrainOutput, TrainStep};

/// A module whose clones are the module itself, so that the `Learner`, which keeps a clone while it
/// steps, steps in place.
///
/// A clone is no snapshot: what is done to one (a step, a mapper, a record that is loaded) is done to
/// all. So do not keep the best model so far as a clone, and do not make a teacher or a target network of
/// one: [`snapshot`](Self::snapshot) gives a module of its own, and so do `fork`, `valid` and records.
/// `fork` and `to_device` give an `InPlace` with a model of its own.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn::optim::{GradientsParams, Optimizer};
/// use burn_adagrad::learner::InPlace;
/// use burn_adagrad::nn::{SparseEmbedding, SparseEmbeddingConfig};
/// use burn_adagrad::AdagradConfig;
///
/// type B = Autodiff<NdArray>;
/// let layer: SparseEmbedding<B> = SparseEmbeddingConfig::new(10, 1).init(&Default::default());
/// let model = InPlace::new(layer);
/// let (clone, before) = (model.clone(), model.snapshot());
///
/// let mut optim = AdagradConfig::new().init_sparse::<B, InPlace<SparseEmbedding<B>>>();
/// let grads = model.with(|layer| layer.forward(&[3]).map(|vectors| vectors.sum().backward()))?;
/// let grads = GradientsParams::from_grads(grads, &model);
/// let model = optim.step(0.1, model, grads);
///
/// let weights = |layer: &SparseEmbedding<B>| layer.weight.val().into_data();
/// assert_eq!(model.with(weights), clone.with(weights));
/// assert_ne!(model.with(weights), weights(&before));
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
pub struct InPlace<M>(Arc<Mutex<Option<M>>>);

const LOST: &str = "the model was lost when a step of it failed";

impl<M> InPlace<M> {
    /// A module around a module.
    pub fn new(module: M) -> Self {
        Self(Arc::new(Mutex::new(Some(module))))
    }

    /// Does something with the module inside. Other clones wait meanwhile, on other threads; on this one,
    /// to use a clone within `f` is to wait for ever.
    ///
    /// # Panics
    ///
    /// If a step or a mapper failed before, and the module was lost with it.
    pub fn with<T>(&self, f: impl FnOnce(&M) -> T) -> T {
        f(self.lock().as_ref().expect(LOST))
    }

    /// A clone of the module inside, which is its own from then on.
    ///
    /// It shares the tensors until the next step, which copies them. (burn draws weights that have not been
    /// used yet anew for each clone.)
    ///
    /// # Panics
    ///
    /// As [`with`](Self::with).
    pub fn snapshot(&self) -> M
    where
        M: Clone,
    {
        self.with(M::clone)
    }

    /// Puts another module in the place of the one inside.
    fn update(self, f: impl FnOnce(M) -> M) -> Self {
        {
            let mut module = self.lock();
            *module = Some(f(module.take().expect(LOST)));
        }
        self
    }

    fn lock(&self) -> MutexGuard<'_, Option<M>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M> From<M> for InPlace<M> {
    fn from(module: M) -> Self {
        Self::new(module)
    }
}

impl<M> Clone for InPlace<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: fmt::Debug> fmt::Debug for InPlace<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|module| module.fmt(f))
    }
}

impl<M: fmt::Display> fmt::Display for InPlace<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|module| module.fmt(f))
    }
}

impl<B: Backend, M: Module<B>> Module<B> for InPlace<M> {
    type Record = M::Record;

    fn collect_devices(&self, devices: Devices<B>) -> Devices<B> {
        self.with(|module| module.collect_devices(devices))
    }

    fn fork(self, device: &B::Device) -> Self {
        Self::new(self.snapshot().fork(device))
    }

    fn to_device(self, device: &B::Device) -> Self {
        Self::new(self.snapshot().to_device(device))
    }

    fn num_params(&self) -> usize {
        self.with(|module| module.num_params())
    }

    fn visit<V: ModuleVisitor<B>>(&self, visitor: &mut V) {
        self.with(|module| module.visit(visitor));
    }

    fn map<P: ModuleMapper<B>>(self, mapper: &mut P) -> Self {
        self.update(|module| module.map(mapper))
    }

    fn load_record(self, record: Self::Record) -> Self {
        self.update(|module| module.load_record(record))
    }

    fn into_record(self) -> Self::Record {
        self.snapshot().into_record()
    }
}

impl<B: AutodiffBackend, M: AutodiffModule<B>> AutodiffModule<B> for InPlace<M> {
    type InnerModule = M::InnerModule;

    fn valid(&self) -> M::InnerModule {
        self.with(|module| module.valid())
    }

    fn from_inner(module: M::InnerModule) -> Self {
        Self::new(M::from_inner(module))
    }
}

impl<M: ModuleDisplay> ModuleDisplayDefault for InPlace<M> {
    fn content(&self, content: Content) -> Option<Content> {
        self.with(|module| module.content(content))
    }
}

impl<M: ModuleDisplay> ModuleDisplay for InPlace<M> {}

impl<M: TrainStep> TrainStep for InPlace<M> {
    type Input = M::Input;
    type Output = M::Output;

    fn step(&self, item: Self::Input) -> TrainOutput<Self::Output> {
        self.with(|module| module.step(item))
    }
}

impl<M: InferenceStep> InferenceStep for InPlace<M> {
    type Input = M::Input;
    type Output = M::Output;

    fn step(&self, item: Self::Input) -> Self::Output {
        self.with(|module| module.step(item))
    }
}
