//! The page's surfaces beside those of the listings.

use super::script::Script;
use super::{SURFACES, assert_close};
use crate::listings::surfaces::{RARE_EVERY, Surface};

/// Places all over a surface's view.
fn places(surface: &Surface) -> Vec<[f64; 2]> {
    let [low, high] = surface.view;
    let along = |axis: usize, i: usize| low[axis] + (high[axis] - low[axis]) * i as f64 / 7.0;
    let place = |i: usize| [along(0, i % 8), along(1, i / 8)];
    (0..64).map(place).collect()
}

#[test]
fn the_page_has_the_surfaces_of_the_listings() {
    let page = Script::new();
    assert_eq!(page.names("surfaces"), SURFACES.map(|surface| surface.name));
    for surface in SURFACES {
        let name = surface.name;
        let ask = |what: &str| -> Vec<f64> {
            page.ask(&format!("[named('surfaces', '{name}').{what}].flat()"))
        };
        assert_eq!(ask("start"), surface.start, "{name}: start");
        assert_eq!(ask("view.flat()"), surface.view.concat(), "{name}: view");
        for place in places(surface) {
            let what = format!("{name} at {place:?}");
            let value = ask(&format!("value({place:?})"));
            assert_close(&value, &[(surface.value)(place)], 1e-12, &what);
            for step in 0..2 * RARE_EVERY {
                let gradient = (surface.gradient)(step, place);
                let asked = ask(&format!("gradient({step}, {place:?})"));
                assert_close(
                    &asked,
                    &gradient,
                    1e-12,
                    &format!("gradient {step} of {what}"),
                );
            }
        }
        // The stars of the picture.
        for place in ask("minima.flat()").chunks(2) {
            let place = [place[0], place[1]];
            // Over two steps noise undoes itself.
            let gradients = [0, 1].map(|step| (surface.gradient)(step, place));
            let sum = [0, 1].map(|axis| gradients[0][axis] + gradients[1][axis]);
            assert_eq!(sum, [0.0, 0.0], "{name}: {place:?}");
            let lowest = (surface.value)(place);
            let is_lower = |other: &[f64; 2]| (surface.value)(*other) < lowest;
            let lower = places(surface).into_iter().find(is_lower);
            assert_eq!(lower, None, "{name}: {place:?} is not the lowest");
        }
    }
}

#[test]
fn gradients_are_those_of_the_values() {
    let small = 1e-5;
    for surface in SURFACES {
        for place in places(surface) {
            for axis in 0..2 {
                // Of the rare weight, on the average.
                let gradients = (0..RARE_EVERY).map(|step| (surface.gradient)(step, place)[axis]);
                let gradient = gradients.sum::<f64>() / RARE_EVERY as f64;
                let value = |by: f64| {
                    let mut place = place;
                    place[axis] += by;
                    (surface.value)(place)
                };
                let difference = (value(small) - value(-small)) / (2.0 * small);
                let what = format!("{} at {place:?}, weight {axis}", surface.name);
                assert_close(&[gradient], &[difference], 1e-7, &what);
            }
        }
    }
}
