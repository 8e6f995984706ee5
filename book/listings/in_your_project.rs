//! The optimizer in a project of one's own.

use std::fmt::Write;
use std::path::Path;

use burn::backend::{Autodiff, Flex};
use burn::grad_clipping::GradientClippingConfig;
use burn::lr_scheduler::LrScheduler;
use burn::lr_scheduler::cosine::{CosineAnnealingLrScheduler, CosineAnnealingLrSchedulerConfig};
use burn::module::{Module, ModuleMapper, Param};
use burn::nn::loss::{MseLoss, Reduction};
use burn::nn::{Linear, LinearConfig};
use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::{GradientsParams, Optimizer};
use burn::record::{FullPrecisionSettings, NamedMpkFileRecorder, Recorder};
use burn::tensor::activation::tanh;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_adagrad::inspect::{RateReportConfig, StateTable};
use burn_adagrad::{Adagrad, AdagradConfig};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

// ANCHOR: minimal
/// One step: any module of burn, any loss, burn's own loop.
pub fn one_step() -> anyhow::Result<String> {
    type B = Autodiff<Flex>;
    let device = Default::default();
    let mut model: Linear<B> = LinearConfig::new(3, 1).init(&device);
    let mut optim = AdagradConfig::new().init::<B, Linear<B>>();

    let before = model.weight.val();
    let loss = model.forward(Tensor::<B, 2>::ones([2, 3], &device)).mean();
    let grads = GradientsParams::from_grads(loss.backward(), &model);
    model = optim.step(0.01, model, grads);

    let moved: Vec<f32> = (model.weight.val() - before).into_data().iter().collect();
    Ok(format!("each weight has moved by {moved:.4?}\n"))
}
// ANCHOR_END: minimal

// ANCHOR: module
/// A function of one number, to be learned.
#[derive(Module, Debug)]
pub struct Curve<B: Backend> {
    hidden: Linear<B>,
    output: Linear<B>,
}

impl<B: Backend> Curve<B> {
    pub fn new(device: &B::Device) -> Self {
        Self {
            hidden: LinearConfig::new(1, 32).init(device),
            output: LinearConfig::new(32, 1).init(device),
        }
    }

    pub fn forward(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2> {
        self.output.forward(tanh(self.hidden.forward(inputs)))
    }
}
// ANCHOR_END: module

/// Numbers from a seed in the place of burn's, which are others each time.
struct Seeded(ChaCha8Rng);

impl<B: Backend> ModuleMapper<B> for Seeded {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        param.map(|tensor| {
            let numbers = (0..tensor.shape().num_elements()).map(|_| self.0.random::<f32>() - 0.5);
            let data = TensorData::new(numbers.collect::<Vec<_>>(), tensor.shape());
            Tensor::from_data(data, &tensor.device()).set_require_grad(tensor.is_require_grad())
        })
    }
}

type B = Autodiff<Flex>;
type Optim = OptimizerAdaptor<Adagrad, Curve<B>, B>;

pub const STEPS: usize = 400;

// ANCHOR: run
/// What a run consists of: all three parts have a memory.
pub struct Run {
    model: Curve<B>,
    optim: Optim,
    schedule: CosineAnnealingLrScheduler,
}

impl Run {
    pub fn start() -> Self {
        let clipping = GradientClippingConfig::Norm(1.0);
        Self {
            model: Curve::new(&Default::default()).map(&mut Seeded(ChaCha8Rng::seed_from_u64(0))),
            optim: AdagradConfig::new()
                .with_grad_clipping(Some(clipping))
                .init(),
            schedule: CosineAnnealingLrSchedulerConfig::new(0.1, STEPS)
                .init()
                .expect("a rate from 0 to 1"),
        }
    }

    /// Trains for some steps; their losses.
    pub fn train(mut self, steps: usize) -> (Self, Vec<f32>) {
        let x = Tensor::<B, 1>::from_floats(
            std::array::from_fn::<f32, 64, _>(|i| i as f32 / 16.0 - 2.0),
            &Default::default(),
        )
        .reshape([64, 1]);
        let y = (x.clone() * 2.5).sin() + x.clone() * 0.5;
        let mut losses = Vec::new();
        for _ in 0..steps {
            let loss =
                MseLoss::new().forward(self.model.forward(x.clone()), y.clone(), Reduction::Mean);
            let grads = GradientsParams::from_grads(loss.backward(), &self.model);
            let rate = self.schedule.step();
            self.model = self.optim.step(rate, self.model, grads);
            losses.push(loss.into_scalar());
        }
        (self, losses)
    }
}
// ANCHOR_END: run

// ANCHOR: checkpoint
/// burn's recorder of the precision that the numbers have: a coarser one would change them.
type Files = NamedMpkFileRecorder<FullPrecisionSettings>;

impl Run {
    pub fn save(&self, folder: &Path) -> anyhow::Result<()> {
        let files = Files::new();
        self.model.clone().save_file(folder.join("model"), &files)?;
        Recorder::<B>::record(&files, self.optim.to_record(), folder.join("optim"))?;
        let schedule = self.schedule.to_record::<B>();
        Recorder::<B>::record(&files, schedule, folder.join("schedule"))?;
        Ok(())
    }

    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let (files, device) = (Files::new(), Default::default());
        let Self {
            model,
            optim,
            schedule,
        } = Self::start();
        let record = Recorder::<B>::load(&files, folder.join("schedule"), &device)?;
        Ok(Self {
            model: model.load_file(folder.join("model"), &files, &device)?,
            optim: optim.load_record(files.load(folder.join("optim"), &device)?),
            schedule: schedule.load_record::<B>(record),
        })
    }
}
// ANCHOR_END: checkpoint

// ANCHOR: resume
/// The losses of a run in one go, of one that was saved and loaded half-way, and of one that
/// went on from the saved model with a new optimizer.
pub fn three_runs() -> anyhow::Result<[Vec<f32>; 3]> {
    let (_, straight) = Run::start().train(STEPS);

    let folder = tempfile::tempdir()?;
    let (run, first_half) = Run::start().train(STEPS / 2);
    run.save(folder.path())?;
    drop(run);

    let (_, resumed) = Run::load(folder.path())?.train(STEPS / 2);

    let mut forgetful = Run::load(folder.path())?;
    forgetful.optim = Run::start().optim;
    let (_, forgotten) = forgetful.train(STEPS / 2);

    let with = |second_half| [first_half.clone(), second_half].concat();
    Ok([straight, with(resumed), with(forgotten)])
}

/// Whether a pause leaves a trace.
pub fn resumed() -> anyhow::Result<String> {
    let mut out = String::new();
    let [straight, resumed, forgotten] = three_runs()?;
    writeln!(
        out,
        "losses of {} steps, the same to the bit: {}",
        STEPS,
        straight == resumed
    )?;
    let largest = |losses: &[f32]| losses[STEPS / 2..].iter().fold(0.0_f32, |a, &b| a.max(b));
    writeln!(
        out,
        "largest loss after the pause, resumed:     {:.4}",
        largest(&resumed)
    )?;
    writeln!(
        out,
        "largest loss after it, accumulators lost:  {:.4}",
        largest(&forgotten)
    )?;
    Ok(out)
}
// ANCHOR_END: resume

// ANCHOR: errors
/// Options that cannot be used.
pub fn bad_options() -> anyhow::Result<String> {
    let config = AdagradConfig::new()
        .with_lr_decay(-0.5)
        .with_epsilon(-1e-8)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(0.0)));
    let error = config.try_init::<B, Curve<B>>().err();
    Ok(format!("{}\n", error.expect("three mistakes")))
}
// ANCHOR_END: errors

// ANCHOR: inspect
/// The step sizes that the run has come to, as a table.
pub fn rates() -> anyhow::Result<String> {
    let (run, _) = Run::start().train(STEPS / 2);
    let (adagrad, records) = (AdagradConfig::new().build(), run.optim.to_record());
    let report = RateReportConfig::new(0.1).report(&adagrad, &run.model, &records);

    let mut out = String::from("| parameter | steps | least rate | median | largest | dead |\n");
    writeln!(out, "| --- |{}", " ---: |".repeat(5))?;
    for part in &report.parameters {
        let (name, steps, dead) = (&part.name, part.steps, part.dead);
        let rates = part.rates.expect("every parameter was stepped");
        let (min, median, max) = (rates.min, rates.median, rates.max);
        writeln!(
            out,
            "| {name} | {steps} | {min:.3} | {median:.3} | {max:.3} | {dead} |"
        )?;
    }
    Ok(out)
}

/// What each optimizer would remember of the module.
pub fn memory() -> anyhow::Result<String> {
    Ok(StateTable::of(&Run::start().model).to_string())
}
// ANCHOR_END: inspect
