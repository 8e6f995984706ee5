//! The step sizes that a run has come to.

use std::fmt;

use burn::config::Config;
use burn::module::{AutodiffModule, Param};
use burn::optim::Optimizer;
use burn::optim::adaptor::OptimizerAdaptor;
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use serde::{Deserialize, Serialize};

use crate::optim::{EffectiveRate, Records};
use crate::parameters::{Visit, visit};

/// What a [`RateReport`] is made for.
#[derive(Config, Copy, Debug)]
#[non_exhaustive]
pub struct RateReportConfig {
    /// The present learning rate η of the run.
    pub learning_rate: f64,
    /// A weight counts as dead if its effective rate is below this share of η: for the default, 1e-3, it
    /// takes a gradient of a thousand to move such a weight as far as η.
    #[config(default = 1e-3)]
    pub dead_below: f64,
}

/// The effective step sizes of a module's weights: what a gradient of 1 is multiplied by, η/(√G + ε) under
/// Adagrad.
///
/// ```
/// use burn::backend::{Autodiff, NdArray};
/// use burn::optim::{GradientsParams, Optimizer};
/// use burn_adagrad::AdagradConfig;
/// use burn_adagrad::inspect::RateReportConfig;
/// use burn_adagrad::nn::{SparseLinear, SparseLinearConfig};
/// use burn_adagrad::sparse::CsrBatch;
///
/// type B = Autodiff<NdArray>;
/// let mut layer: SparseLinear<B> = SparseLinearConfig::new(4, 1).init(&Default::default());
/// let config = AdagradConfig::new();
/// let mut optim = config.init_sparse::<B, SparseLinear<B>>();
/// let batch = CsrBatch::new(4, vec![0, 2], vec![0, 3], vec![1.0, 5000.0])?;
/// let grads = layer.forward_csr(&batch).sum().backward();
/// let grads = GradientsParams::from_grads(grads, &layer);
/// layer = optim.step(0.1, layer, grads);
///
/// let report = RateReportConfig::new(0.1).report(&config.build(), &layer, &optim.to_record());
/// let weight = &report.parameters[0];
/// assert_eq!((weight.rows, weight.rows_never_touched), (4, 2));
/// // Gradients of 1 and of 5000: the rates are 0.1 and 0.00002.
/// assert_eq!(weight.dead, 1);
/// assert!((weight.rates.unwrap().max - 0.1).abs() < 1e-6);
/// println!("{report}");
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateReport {
    /// The learning rate η.
    pub learning_rate: f64,
    /// The share of η below which a rate counts as dead.
    pub dead_below: f64,
    /// The parameters, in the order of the module's fields.
    pub parameters: Vec<ParameterRates>,
    /// What the optimizer asks of its learning rate, if it asks something
    /// ([`EffectiveRate::caution`]): that of [`FtrlProximal`](crate::FtrlProximal) must not be restarted.
    #[serde(default)]
    pub caution: Option<String>,
}

/// The step sizes of one parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterRates {
    /// Path of the parameter in the module, as `fc1.weight`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Number of steps it has taken; 0 if there is no state of it.
    pub steps: usize,
    /// Number of rows: slices of the first dimension.
    pub rows: usize,
    /// Rows of which no weight has seen a gradient (or all that was seen has been decayed away).
    pub rows_never_touched: usize,
    /// Quantiles of the effective rates of the weights that have seen a gradient; none if none has.
    pub rates: Option<Quantiles>,
    /// How many of these weights have a rate that is as good as dead.
    pub dead: usize,
}

/// Quantiles of some numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// The least.
    pub min: f64,
    /// 5 % are below.
    pub p05: f64,
    /// 25 % are below.
    pub p25: f64,
    /// Half are below.
    pub median: f64,
    /// 75 % are below.
    pub p75: f64,
    /// 95 % are below.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}

impl Quantiles {
    /// Of some numbers, interpolated linearly between two of them; none of no numbers.
    pub fn of(mut numbers: Vec<f64>) -> Option<Self> {
        if numbers.is_empty() {
            return None;
        }
        numbers.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = share * (numbers.len() - 1) as f64;
            let (below, above) = (
                numbers[place.floor() as usize],
                numbers[place.ceil() as usize],
            );
            if below == above {
                return below;
            }
            below + (above - below) * place.fract()
        };
        Some(Self {
            min: at(0.0),
            p05: at(0.05),
            p25: at(0.25),
            median: at(0.5),
            p75: at(0.75),
            p95: at(0.95),
            max: at(1.0),
        })
    }
}

impl RateReportConfig {
    /// Makes the report of a module from the records of its optimizer (`optim.to_record()`), which
    /// `optimizer` is the bare form of (the configuration's `build()`).
    pub fn report<B, O, M>(
        &self,
        optimizer: &O,
        module: &M,
        records: &<OptimizerAdaptor<O, M, B> as Optimizer<M, B>>::Record,
    ) -> RateReport
    where
        B: AutodiffBackend,
        O: EffectiveRate<B::InnerBackend>,
        M: AutodiffModule<B>,
    {
        let mut collector = Collector::<B, O, M> {
            config: *self,
            optimizer,
            records,
            parameters: Vec::new(),
        };
        visit::<B, M>(module, &mut collector);
        RateReport {
            learning_rate: self.learning_rate,
            dead_below: self.dead_below,
            parameters: collector.parameters,
            caution: optimizer.caution().map(str::to_owned),
        }
    }
}

struct Collector<'a, B, O, M>
where
    B: AutodiffBackend,
    O: EffectiveRate<B::InnerBackend>,
    M: AutodiffModule<B>,
{
    config: RateReportConfig,
    optimizer: &'a O,
    records: &'a Records<O, M, B>,
    parameters: Vec<ParameterRates>,
}

impl<B, O, M> Visit<B> for Collector<'_, B, O, M>
where
    B: AutodiffBackend,
    O: EffectiveRate<B::InnerBackend>,
    M: AutodiffModule<B>,
{
    fn parameter<const D: usize>(&mut self, name: String, param: &Param<Tensor<B, D>>) {
        let shape = param.dims();
        let mut parameter = ParameterRates {
            name,
            shape: shape.to_vec(),
            steps: 0,
            rows: shape[0],
            rows_never_touched: shape[0],
            rates: None,
            dead: 0,
        };
        if let Some(record) = self.records.get(&param.id) {
            let state = record.clone().into_state::<D>();
            let lr = self.config.learning_rate;
            let rates = self.optimizer.effective_rate(lr, shape, &state).into_data();
            let seen = self.optimizer.seen(shape, &state).into_data();
            // NaN has been seen, too.
            let unseen = |seen: f64| seen <= 0.0;
            let seen: Vec<bool> = seen.iter::<f64>().map(|seen| !unseen(seen)).collect();
            let rates = rates.iter::<f64>().zip(&seen);
            let rates: Vec<f64> = rates
                .filter(|(_, seen)| **seen)
                .map(|(rate, _)| rate)
                .collect();
            let width = shape[1..].iter().product::<usize>().max(1);
            let dead = self.config.dead_below * lr;

            parameter.steps = self.optimizer.steps(&state);
            let untouched = |row: &&[bool]| !row.contains(&true);
            parameter.rows_never_touched = seen.chunks(width).filter(untouched).count();
            parameter.dead = rates.iter().filter(|&&rate| rate < dead).count();
            parameter.rates = Quantiles::of(rates);
        }
        self.parameters.push(parameter);
    }
}

impl fmt::Display for RateReport {
    /// As a table in Markdown, with the caution below it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| parameter | steps | rows | never touched | min | 5 % | median | 95 % | max | dead |"
        )?;
        writeln!(f, "| --- {}|", "| ---: ".repeat(9))?;
        for part in &self.parameters {
            let (name, steps) = (&part.name, part.steps);
            write!(
                f,
                "| {name} | {steps} | {} | {} |",
                part.rows, part.rows_never_touched
            )?;
            match &part.rates {
                Some(rates) => {
                    for rate in [rates.min, rates.p05, rates.median, rates.p95, rates.max] {
                        write!(f, " {rate:.3e} |")?;
                    }
                }
                None => write!(f, "{}", " – |".repeat(5))?,
            }
            writeln!(f, " {} |", part.dead)?;
        }
        match &self.caution {
            Some(caution) => writeln!(f, "\n{caution}"),
            None => Ok(()),
        }
    }
}
