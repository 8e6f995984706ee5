//! The chapter "The algorithm in four steps": three steps by hand.

use std::fmt::Write;

use burn::backend::NdArray;
use burn::optim::SimpleOptimizer;
use burn::tensor::{DType, Tensor};
use burn_adagrad::AdagradConfig;

/// The gradients of a frequent weight and of a rare one.
pub const GRADIENTS: [[f64; 2]; 3] = [[3.0, 0.0], [4.0, 0.0], [12.0, 0.5]];

// ANCHOR: by_hand
/// The weights after each step as the page computes them by hand, from 1, with the rate 0.1.
pub fn by_hand() -> [[f64; 2]; 3] {
    let step = |g: f64, sum: f64| 0.1 * g / sum.sqrt();
    let first = 1.0 - step(3.0, 9.0);
    let second = first - step(4.0, 9.0 + 16.0);
    let third = second - step(12.0, 9.0 + 16.0 + 144.0);
    [[first, 1.0], [second, 1.0], [third, 1.0 - step(0.5, 0.25)]]
}
// ANCHOR_END: by_hand

// ANCHOR: steps
/// The weights and their accumulators after each step of the crate's optimizer.
pub fn steps() -> Vec<([f64; 2], [f64; 2])> {
    let device = Default::default();
    let optimizer = AdagradConfig::new().build();
    let mut weights = Tensor::<NdArray, 1>::ones([2], (&device, DType::F64));
    let mut state = None;
    let mut after = Vec::new();
    for gradient in GRADIENTS {
        let gradient = Tensor::from_data(gradient, (&device, DType::F64));
        (weights, state) = optimizer.step(0.1, weights, gradient, state);
        let accumulator = state.as_ref().map(|state| state.accumulator.clone());
        after.push((pair(Some(weights.clone())), pair(accumulator)));
    }
    after
}
// ANCHOR_END: steps

/// The numbers of a tensor of two.
fn pair(tensor: Option<Tensor<NdArray, 1>>) -> [f64; 2] {
    let numbers = tensor.map(|tensor| tensor.into_data().iter().collect::<Vec<f64>>());
    numbers.map_or([0.0; 2], |numbers| [numbers[0], numbers[1]])
}

/// The steps as a table.
pub fn output() -> anyhow::Result<String> {
    let mut text = String::from(
        "| step | gradient | accumulator $G$ | effective rate $\\eta/\\sqrt{G}$ | weights | by hand |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let all = steps().into_iter().zip(GRADIENTS).zip(by_hand());
    for (step, (((weights, accumulator), gradient), by_hand)) in all.enumerate() {
        let both = |numbers: [String; 2]| numbers.join(", ");
        let rate = |g: f64| {
            if g > 0.0 {
                format!("{:.4}", 0.1 / g.sqrt())
            } else {
                "–".into()
            }
        };
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            step + 1,
            both(gradient.map(|g| g.to_string())),
            both(accumulator.map(|g| g.to_string())),
            both(accumulator.map(rate)),
            both(weights.map(|w| format!("{w:.6}"))),
            both(by_hand.map(|w| format!("{w:.6}"))),
        )?;
    }
    Ok(text)
}

#[test]
fn the_optimizer_steps_as_the_hand_does() {
    for ((weights, _), by_hand) in steps().iter().zip(by_hand()) {
        for (weight, by_hand) in weights.iter().zip(by_hand) {
            // ε = 1e-10 is the only difference, at the rare weight divided by 0.5.
            assert!((weight - by_hand).abs() < 1e-9, "{weight} {by_hand}");
        }
    }
}
