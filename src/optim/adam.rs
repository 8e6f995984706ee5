//! Adam for rows: moments that change only with a gradient.

use burn::config::Config;
use burn::grad_clipping::GradientClippingConfig;
use burn::optim::{LearningRate, SimpleOptimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::adagrad::decay_factor;
use super::build::{impl_build, impl_build_sparse, impl_try_build};
use super::clipping::{clip, clip_rows};
use super::row_optimizer::{check_size, grown};
use super::state::{optimizer_state, resumed};
use super::state_memory::weights;
use super::{EffectiveRate, RowOptimizer, StateMemory};
use crate::dispatch::rows;
use crate::dispatch::{self, Elements, Operands, working_dtype};
use crate::error::OptimizerConfigError;
use crate::kernel::adam::{AdamStep, step_size};
use crate::kernel::number::Number;
use crate::sparse::RowGradient;
use crate::validate::{CheckBurnOptions, Problems};

/// Options of [`Adam`]; see there for the formula. The defaults are PyTorch's.
#[derive(Config, Debug)]
#[non_exhaustive]
pub struct AdamConfig {
    /// How much of the average of the gradients is kept at each step, β₁: at least 0 and below 1. Default
    /// 0.9.
    #[config(default = 0.9)]
    pub beta_1: f64,
    /// How much of the average of the squared gradients is kept at each step, β₂: at least 0 and below 1.
    /// Default 0.999.
    #[config(default = 0.999)]
    pub beta_2: f64,
    /// ε, above 0, which keeps the denominator from zero. Default 1e-8.
    #[config(default = 1e-8)]
    pub epsilon: f64,
    /// Climb instead of descend. Default `false`.
    #[config(default = false)]
    pub maximize: bool,
    /// Decoupled weight decay λ, as AdamW's: at each step every weight is multiplied by 1 − ηλ (not below
    /// 0) before the gradient moves it. The averages do not see it. In row-sparse training, rows without
    /// gradient get it later, all at once and exactly. Default 0.
    #[config(default = 0.0)]
    pub decoupled_weight_decay: f64,
    /// Clipping of each parameter's gradient, before all else. Default none.
    pub grad_clipping: Option<GradientClippingConfig>,
}

impl AdamConfig {
    /// Checks every option.
    ///
    /// # Errors
    ///
    /// Names each field that cannot be used and its value: `beta_1` and `beta_2` must be at least 0 and
    /// below 1, `epsilon` finite and above 0, `decoupled_weight_decay` finite and at least 0, a clipping
    /// threshold finite and above 0.
    pub fn validate(&self) -> Result<(), OptimizerConfigError> {
        let mut problems = Problems::default();
        for (field, beta) in [("beta_1", self.beta_1), ("beta_2", self.beta_2)] {
            let ok = (0.0..1.0).contains(&beta);
            problems.require(field, beta, ok, "at least 0 and below 1");
        }
        // In f32, in which steps of most parameters are computed.
        let ok = self.epsilon.is_finite() && self.epsilon as f32 > 0.0;
        problems.require("epsilon", self.epsilon, ok, "finite and above 0");
        problems.require_non_negative("decoupled_weight_decay", self.decoupled_weight_decay);
        problems.require_clipping(self.grad_clipping.as_ref());
        problems.into_config_result("AdamConfig")
    }
}

impl_try_build!(AdamConfig => Adam);
impl_build!(AdamConfig => Adam);
impl_build_sparse!(AdamConfig => Adam, every option);

/// Adam for tables that are trained row by row: PyTorch's `SparseAdam`.
///
/// Build it with [`AdamConfig`]. Per element, at step t (from 1), with η the learning rate, m the average
/// of the gradients and v that of the squared gradients, both from 0:
///
/// ```text
/// g ← −g                                          if maximize
/// θ ← θ·(1 − ηλ)                                  λ = decoupled_weight_decay
/// m ← β₁m + (1 − β₁)g
/// v ← β₂v + (1 − β₂)g²
/// θ ← θ − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε)
/// ```
///
/// By rows ([`init_sparse`](AdamConfig::init_sparse)) Adam is lazy: only rows in the gradient change their
/// averages and their weights. The step t counts the steps of the table, not those of a row. A row that is
/// first touched late therefore takes short steps at first.
///
/// As a whole ([`init`](AdamConfig::init)) the same formula is applied to every weight, and m moves weights
/// without gradient too. So a step over rows is not the step over the whole table, unlike under this
/// crate's other optimizers. The two agree on the rows in the gradient.
///
/// ε stands where `SparseAdam` has it, beside √v. PyTorch's dense `Adam` and burn's correct the bias of v
/// first, which makes their ε weigh less from step to step: √v/√(1 − β₂ᵗ) + ε. The state is twice as large
/// as the parameter; parameters in half precision keep it, and are stepped, in f32.
///
/// Sources: D. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015,
/// <https://arxiv.org/abs/1412.6980>; PyTorch,
/// <https://docs.pytorch.org/docs/stable/generated/torch.optim.SparseAdam.html>; FBGEMM's `ADAM`,
/// <https://github.com/pytorch/FBGEMM>.
///
/// ```
/// use burn::backend::NdArray;
/// use burn::tensor::Tensor;
/// use burn_adagrad::AdamConfig;
/// use burn_adagrad::optim::RowOptimizer;
/// use burn_adagrad::sparse::RowGradient;
///
/// let optim = AdamConfig::new().build();
/// let device = Default::default();
/// let table = Tensor::<NdArray, 2>::ones([3, 1], &device);
/// let gradient = |row| RowGradient::new(3, &[row], Tensor::ones([1, 1], &device));
/// let (table, state) = optim.step_rows(0.1, table, gradient(0)?, None);
/// let (table, state) = optim.step_rows(0.1, table, gradient(1)?, state);
///
/// // Row 0 took the first step, as long as the rate. Row 1 took the second: 0.1·0.04471/0.19·0.1/0.03162.
/// let weights: Vec<f32> = table.into_data().to_vec().unwrap();
/// assert!((weights[0] - 0.9).abs() < 1e-6);
/// assert!((weights[1] - (1.0 - 0.0744137)).abs() < 1e-6);
/// assert_eq!(weights[2], 1.0);
/// assert_eq!(state.unwrap().step, 2);
/// # Ok::<(), burn_adagrad::error::CsrError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    config: AdamConfig,
}

optimizer_state! {
    /// The state of one parameter under [`Adam`], named as in PyTorch.
    AdamState, AdamStateItem {
        /// Number of steps taken.
        step: usize => usize,
        /// The average of the gradients; shape of the parameter, in f32 for parameters of f32 and below,
        /// in f64 for f64.
        exp_avg: Tensor<B, D> => TensorData,
        /// The average of the squared gradients; the same shape and type.
        exp_avg_sq: Tensor<B, D> => TensorData,
    }
}

impl<B: Backend, const D: usize> AdamState<B, D> {
    fn of(step: usize, [exp_avg, exp_avg_sq]: [Tensor<B, D>; 2]) -> Self {
        Self {
            step,
            exp_avg,
            exp_avg_sq,
        }
    }
}

impl Adam {
    /// The number of the coming step, and the averages before it.
    fn next<B: Backend, const D: usize>(
        parameter: &Tensor<B, D>,
        state: Option<AdamState<B, D>>,
    ) -> (usize, [Tensor<B, D>; 2]) {
        let dims = parameter.dims();
        match state {
            Some(state) => {
                let averages = [state.exp_avg, state.exp_avg_sq];
                (
                    state.step.saturating_add(1),
                    averages.map(|part| resumed(part, dims, parameter)),
                )
            }
            None => {
                let working = working_dtype(parameter.dtype());
                let zeros = Tensor::zeros(dims, (&parameter.device(), working));
                (1, [zeros.clone(), zeros])
            }
        }
    }

    /// The arithmetic of a step whose weights are multiplied by `factor` first.
    fn rule(&self, lr: LearningRate, step: usize, factor: f64) -> AdamStep {
        AdamStep {
            step_size: self.step_size(lr, step),
            beta_1: self.config.beta_1,
            beta_2: self.config.beta_2,
            epsilon: self.config.epsilon,
            factor,
            maximize: self.config.maximize,
        }
    }

    fn step_size(&self, lr: LearningRate, step: usize) -> f64 {
        step_size(lr, self.config.beta_1, self.config.beta_2, step)
    }
}

impl<B: Backend> SimpleOptimizer<B> for Adam {
    type State<const D: usize> = AdamState<B, D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let gradient = clip(self.config.grad_clipping.as_ref(), grad);
        let factor = decay_factor(lr, self.config.decoupled_weight_decay);
        let (step, state) = Self::next(&tensor, state);
        let operands = Operands {
            parameter: tensor,
            gradient,
            state,
        };
        let (tensor, state) = dispatch::step(&self.rule(lr, step, factor), operands);
        (tensor, Some(AdamState::of(step, state)))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &B::Device) -> Self::State<D> {
        state.to_device(device)
    }
}

impl<B: Backend> RowOptimizer<B> for Adam {
    fn step_rows<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        gradient: RowGradient<B>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        check_size(&tensor, &gradient);
        let gradient = clip_rows(self.config.grad_clipping.as_ref(), gradient);
        let (step, state) = Self::next(&tensor, state);
        let operands = gradient.operands(tensor, state);
        let (tensor, state) = rows::element_wise(&self.rule(lr, step, 1.0), operands);
        (tensor, Some(AdamState::of(step, state)))
    }

    fn state_shape(&self, parameter: &[usize]) -> Option<Vec<usize>> {
        Some(parameter.to_vec())
    }

    fn shape_of<const D: usize>(state: &Self::State<D>) -> Option<Vec<usize>> {
        Some(state.exp_avg.dims().to_vec())
    }

    fn grow_state<const D: usize>(
        &self,
        _: LearningRate,
        state: Self::State<D>,
        parameter: Tensor<B, D>,
    ) -> Self::State<D> {
        let (_, [exp_avg, exp_avg_sq]) = Self::next(&parameter, None);
        AdamState {
            exp_avg: grown(state.exp_avg, exp_avg),
            exp_avg_sq: grown(state.exp_avg_sq, exp_avg_sq),
            ..state
        }
    }

    fn decay_factor<const D: usize>(&self, lr: LearningRate, _: Option<&Self::State<D>>) -> f64 {
        decay_factor(lr, self.config.decoupled_weight_decay)
    }
}

impl<B: Backend> EffectiveRate<B> for Adam {
    fn steps<const D: usize>(&self, state: &Self::State<D>) -> usize {
        state.step
    }

    /// η·√(1 − β₂ᵗ)/(1 − β₁ᵗ)/(√v + ε).
    fn effective_rate<const D: usize>(
        &self,
        lr: LearningRate,
        _: [usize; D],
        state: &Self::State<D>,
    ) -> Tensor<B, D> {
        let rate = self.step_size(lr, state.step.max(1));
        let root = Elements(state.exp_avg_sq.clone()).sqrt();
        root.offset(self.config.epsilon).reciprocal_times(rate).0
    }

    fn seen<const D: usize>(&self, _: [usize; D], state: &Self::State<D>) -> Tensor<B, D> {
        state.exp_avg_sq.clone()
    }
}

impl StateMemory for AdamConfig {
    /// Two a weight.
    fn state_numbers(&self, shape: &[usize]) -> usize {
        2 * weights(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sparse::{CsrBatch, RowTable};
    use burn::backend::{Autodiff, Flex};
    use burn::module::Param;
    use burn::optim::{GradientsParams, Optimizer};

    fn numbers<B: Backend, const D: usize>(tensor: &Tensor<B, D>) -> Vec<f32> {
        tensor.to_data().iter().collect()
    }

    fn rows(ids: &[u32], numbers: &[f32]) -> RowGradient<Flex> {
        let values = Tensor::<Flex, 1>::from_floats(numbers, &Default::default());
        RowGradient::new(3, ids, values.reshape([ids.len(), 2])).unwrap()
    }

    #[test]
    fn every_mistake_is_named() {
        let error = AdamConfig::new()
            .with_beta_1(1.0)
            .with_beta_2(-0.1)
            .with_epsilon(0.0)
            .with_decoupled_weight_decay(f64::NAN)
            .with_grad_clipping(Some(GradientClippingConfig::Norm(0.0)))
            .validate_sparse()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid AdamConfig: beta_1 = 1.0 (must be at least 0 and below 1); \
             beta_2 = -0.1 (must be at least 0 and below 1); epsilon = 0.0 (must be finite and above 0); \
             decoupled_weight_decay = NaN (must be finite and at least 0); \
             grad_clipping = 0.0 (must be finite and above 0)"
        );
    }

    #[test]
    fn only_rows_in_the_gradient_change_their_averages() {
        let optim = AdamConfig::new().build();
        let table = Tensor::<Flex, 2>::ones([3, 2], &Default::default());
        let gradient = rows(&[0, 2], &[1.0, 2.0, 3.0, 4.0]);
        let (table, state) = optim.step_rows(0.1, table, gradient, None);
        let before = state.clone().unwrap();
        // A zero gradient is one.
        let gradient = rows(&[1, 2, 1], &[1.0, 5.0, 0.0, 0.0, 1.0, 5.0]);
        let (stepped, state) = optim.step_rows(0.1, table.clone(), gradient, state);
        let after = state.unwrap();
        for (before, after) in [
            (&table, &stepped),
            (&before.exp_avg, &after.exp_avg),
            (&before.exp_avg_sq, &after.exp_avg_sq),
        ] {
            let (before, after) = (numbers(before), numbers(after));
            assert_eq!(before[..2], after[..2]);
            assert!((2..6).all(|i| before[i] != after[i]));
        }
        // Of row 1 the sum, of row 2 what is left.
        let expected = [0.2, 1.0, 0.27, 0.36];
        for (found, expected) in numbers(&after.exp_avg)[2..].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
        }
    }

    #[test]
    fn a_step_is_the_effective_rate_times_the_average() {
        let optim = AdamConfig::new().with_epsilon(0.01).build();
        let (mut table, mut state) = (Tensor::ones([3, 2], &Default::default()), None);
        for ids in [[0, 1], [1, 2], [0, 2]] {
            let before = numbers(&table);
            let gradient = rows(&ids, &[0.3, -0.01, 2.0, 0.5]);
            (table, state) = optim.step_rows(0.1, table, gradient, state);
            let state = state.as_ref().unwrap();
            let rates = numbers(&optim.effective_rate(0.1, [3, 2], state));
            let (after, averages) = (numbers(&table), numbers(&state.exp_avg));
            for i in ids.iter().flat_map(|&row| [2 * row, 2 * row + 1]) {
                let i = i as usize;
                let moved = before[i] - after[i];
                assert!((moved - rates[i] * averages[i]).abs() < 1e-6);
            }
        }
        let seen = numbers(&optim.seen([3, 2], &state.unwrap()));
        assert!(seen.iter().all(|&seen| seen > 0.0));
    }

    /// Every row gets the decay of every step, whenever it is touched.
    #[test]
    fn decay_of_rows_is_lazy_and_exact() {
        type B = Autodiff<Flex>;
        let start = [[0.5, -1.0], [2.0, 1.5], [-0.7, 3.0]];
        let start = Tensor::<Flex, 2>::from_floats(start, &Default::default());
        let table = Tensor::from_inner(start.clone()).require_grad();
        let mut table = RowTable::<B>::from(Param::from_tensor(table));
        let config = AdamConfig::new().with_decoupled_weight_decay(0.5);
        let mut optim = config.init_sparse::<B, RowTable<B>>();
        let bare = config.build();
        let (mut whole, mut state) = (start.clone(), None);
        for step in 0..6_u32 {
            // Row 0 always, row 1 at the last step, row 2 never.
            let ids: &[u32] = if step == 5 { &[0, 1] } else { &[0] };
            let bags: Vec<Vec<u32>> = ids.iter().map(|&id| vec![id]).collect();
            let batch = CsrBatch::from_bags(3, &bags).unwrap();
            let grads = table.weighted_sum(&batch).sum().backward();
            let grads = GradientsParams::from_grads(grads, &table);
            table = optim.step(0.1, table, grads);
            let dense = rows(ids, &vec![1.0; 2 * ids.len()]).to_dense();
            (whole, state) = bare.step(0.1, whole, dense, state);
        }
        // Row 0 had a gradient at every step and row 1 at the last alone: as in dense training.
        let (table, whole) = (numbers(&table.current()), numbers(&whole));
        for (i, (found, expected)) in table.iter().zip(whole).enumerate() {
            assert!(
                (found - expected).abs() < 1e-6,
                "{i}: {found} for {expected}"
            );
        }
        let expected = 0.95_f32.powi(6) * numbers(&start)[4];
        assert!((table[4] - expected).abs() < 1e-6);
    }

    #[test]
    fn rows_that_are_added_begin_without_a_past() {
        let optim = AdamConfig::new().build();
        let table = Tensor::<Flex, 2>::ones([3, 2], &Default::default());
        let (_, state) = optim.step_rows(0.1, table, rows(&[2], &[1.0, 1.0]), None);
        let larger = Tensor::<Flex, 2>::ones([4, 2], &Default::default());
        let state = optim.grow_state(0.1, state.unwrap(), larger);
        assert_eq!(state.step, 1);
        for part in [&state.exp_avg, &state.exp_avg_sq] {
            let part = numbers(part);
            assert!(part[4] > 0.0);
            assert_eq!(part[6..], [0.0, 0.0]);
        }
    }
}
