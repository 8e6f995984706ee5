//! Adagrad with decoupled weight decay, and with momentum.

use super::dense::AdagradStep;
use super::element_wise::ElementStep;
use super::gradient::Direction;
use super::number::Number;

/// An Adagrad step from weights that are decayed first: θ ← θ·`factor`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecayedStep {
    /// The step.
    pub step: AdagradStep,
    /// By what the weights are multiplied.
    pub factor: f64,
}

impl ElementStep<1> for DecayedStep {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum]: [T; 1]) -> (T, [T; 1]) {
        let theta = theta.scale(self.factor);
        let (direction, sum) = direction(&self.step, &theta, gradient, sum);
        (theta - direction.scale(self.step.rate), [sum])
    }
}

/// An Adagrad step with momentum; its state is the accumulator and the momentum m.
///
/// ```text
/// θ ← θ·factor
/// d = g/(√G + ε)                  with G ← G + g² before
/// m ← μm + d
/// θ ← θ − η·m                     Nesterov: η·(d + μm)
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MomentumStep {
    /// The step without momentum.
    pub step: AdagradStep,
    /// By what the weights are multiplied first.
    pub factor: f64,
    /// How much of the momentum is kept, μ.
    pub momentum: f64,
    /// Whether to look ahead, as Nesterov.
    pub nesterov: bool,
}

impl ElementStep<2> for MomentumStep {
    #[inline(always)]
    fn step<T: Number>(&self, theta: T, gradient: T, [sum, momentum]: [T; 2]) -> (T, [T; 2]) {
        let theta = theta.scale(self.factor);
        let (direction, sum) = direction(&self.step, &theta, gradient, sum);
        let momentum = momentum.scale(self.momentum) + direction.clone();
        let movement = if self.nesterov {
            direction + momentum.clone().scale(self.momentum)
        } else {
            momentum.clone()
        };
        (theta - movement.scale(self.step.rate), [sum, momentum])
    }
}

/// The direction of an Adagrad step, and the accumulator.
#[inline(always)]
fn direction<T: Number>(step: &AdagradStep, theta: &T, gradient: T, sum: T) -> (T, T) {
    let options = Direction {
        maximize: step.maximize,
        weight_decay: step.weight_decay.into(),
    };
    let gradient = options.of(gradient, theta);
    let sum = sum + gradient.clone().square();
    let epsilon = f64::from(step.epsilon);
    // One of the two is zero, and adding it changes nothing: so one root is taken, not two.
    let (under, outside) = if step.epsilon_inside_sqrt {
        (epsilon, 0.0)
    } else {
        (0.0, epsilon)
    };
    let direction = gradient / sum.clone().offset(under).sqrt().offset(outside);
    let direction = if step.epsilon == 0.0 {
        direction.zero_where_zero(sum.clone())
    } else {
        direction
    };
    (direction, sum)
}
