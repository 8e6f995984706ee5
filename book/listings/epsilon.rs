//! Where an optimizer's ε stands, found out from outside.

use anyhow::{Context, ensure};
use burn::backend::NdArray;
use burn::optim::SimpleOptimizer;
use burn::tensor::{DType, Tensor};

// ANCHOR: placement
/// Where ε stands beside the root of the squared gradients. The names are those of
/// `tests/reference/defaults.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    Outside,
    Inside,
}

impl Placement {
    pub fn name(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Inside => "inside",
        }
    }
}

/// How the squares of the gradients become what is under the root, at a first step.
#[derive(Clone, Copy)]
pub enum Squares {
    /// Their sum, or an average whose bias is corrected: g².
    Whole,
    /// An average that keeps ρ of the past, here of nothing: (1 − ρ)g².
    Average { rho: f64 },
    /// The same, and the step is as long as the root of ε (Adadelta).
    Adadelta { rho: f64 },
}

/// Which ε an optimizer is given for this, and the gradients that it then sees one of.
pub const EPSILON: f32 = 0.5;
const GRADIENTS: [f64; 3] = [2.0, 0.3, -0.1];

/// Finds out where ε stands by first steps with an ε as large as the gradients.
pub fn placement<O>(optimizer: &O, squares: Squares) -> anyhow::Result<Placement>
where
    O: SimpleOptimizer<NdArray<f64>>,
{
    let fits = |placement: &Placement| {
        let near = |g: f64| {
            let expected = expected(*placement, squares, g);
            (moved(optimizer, g) - expected).abs() < 1e-4 * expected.abs()
        };
        GRADIENTS.into_iter().all(near)
    };
    let mut fitting = [Placement::Outside, Placement::Inside]
        .into_iter()
        .filter(fits);
    let found = fitting.next().context("neither formula fits the step")?;
    ensure!(fitting.next().is_none(), "both formulas fit the step");
    Ok(found)
}

/// How far the first step at a learning rate of 1 takes a weight down.
fn moved<O: SimpleOptimizer<NdArray<f64>>>(optimizer: &O, g: f64) -> f64 {
    let device = Default::default();
    let number = |x: f64| Tensor::<NdArray<f64>, 1>::from_data([x], (&device, DType::F64));
    let (weight, _) = optimizer.step(1.0, number(0.0), number(g), None);
    -weight.into_scalar()
}

/// How far it should.
fn expected(placement: Placement, squares: Squares, g: f64) -> f64 {
    let epsilon = f64::from(EPSILON);
    let v = match squares {
        Squares::Whole => g * g,
        Squares::Average { rho } | Squares::Adadelta { rho } => (1.0 - rho) * g * g,
    };
    let root = |v: f64| match placement {
        Placement::Outside => v.sqrt() + epsilon,
        Placement::Inside => (v + epsilon).sqrt(),
    };
    match squares {
        Squares::Adadelta { .. } => root(0.0) / root(v) * g,
        Squares::Whole | Squares::Average { .. } => g / root(v),
    }
}
// ANCHOR_END: placement
