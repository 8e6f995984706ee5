//! The playground's own code, run beside the Rust optimizers and surfaces.

mod experiments;
mod page_surfaces;
mod rust;
mod script;
mod surfaces;

use crate::listings::surfaces::{RARE, SADDLE, Surface, VALLEY};
use page_surfaces::{NOISY, ROTATED};
use rust::optimizers;
use script::Script;

/// In the page's order.
const SURFACES: [&Surface; 5] = [&VALLEY, &SADDLE, &RARE, &ROTATED, &NOISY];
/// How far each walk goes.
const STEPS: usize = 150;

/// Numbers of the page and of Rust: apart by no more than a share of their size, or of 1.
#[track_caller]
fn assert_close(page: &[f64], rust: &[f64], tolerance: f64, what: &str) {
    let close = |(&a, &b): (&f64, &f64)| (a - b).abs() <= tolerance * b.abs().max(1.0);
    let agree = page.len() == rust.len() && page.iter().zip(rust).all(close);
    assert!(agree, "{what}: {page:?} on the page, {rust:?} in Rust");
}

// ANCHOR: agreement
#[test]
fn the_page_steps_as_the_rust_optimizers_do() {
    let page = Script::new();
    for surface in SURFACES {
        for optimizer in optimizers() {
            let usual = page.usual_rate(optimizer.name, surface.name);
            for rate in [0.5 * usual, usual, 2.0 * usual] {
                let on_page = page.walk(surface.name, &optimizer, rate, STEPS);
                let in_rust = (optimizer.walk)(rate, surface, STEPS);
                for (step, (page, rust)) in on_page.iter().zip(&in_rust).enumerate() {
                    let what = format!("{} at {rate}, step {step}", optimizer.name);
                    let near = optimizer.tolerance;
                    assert_close(&page.place, &rust.place, near, &what);
                    assert_close(&page.accumulator, &rust.accumulator, near, &what);
                    if optimizer.along_gradient {
                        assert_close(&page.change, &rust.change, near, &what);
                    }
                }
            }
        }
    }
}
// ANCHOR_END: agreement

#[test]
fn every_optimizer_of_the_page_is_checked() {
    let names: Vec<&str> = optimizers()
        .iter()
        .map(|optimizer| optimizer.name)
        .collect();
    assert_eq!(Script::new().names("optimizers"), names);
}

/// What the address says is what was set, whatever order it is in; what cannot be used is named.
#[test]
fn addresses_lead_back() {
    let page = Script::new();
    let back: String = page.ask(
        r#"(() => {
            const text = "surface=rare&start=-1,0.5&steps=30&adagrad=0.5;epsilon=0.001&sgd=0.1";
            const { surface, start, steps, chosen, wrong } = lossWalks.fromText(text);
            return wrong.length ? wrong.join() : lossWalks.toText({ surface, start, steps, chosen });
        })()"#,
    );
    assert_eq!(
        back,
        "surface=rare&start=-1,0.5&steps=30&adagrad=0.5;epsilon=0.001&sgd=0.1"
    );
    let wrong: Vec<String> = page.ask(
        r#"lossWalks.fromText(
            "surface=hill&start=1&steps=-1&adagrad=-1&adam=1;beta1=2&sgd=0.1;epsilon=1&cat=1"
        ).wrong"#,
    );
    assert_eq!(wrong.len(), 7, "{wrong:?}");
}
