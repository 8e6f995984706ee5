//! Synthetic images of digits, for a run without any file.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::images::{ImageSet, N_DIGITS, Size};

/// Height and width of an image, which leave a glyph room to move by a pixel.
const SIDE: usize = 8;
const GLYPH_ROWS: usize = 6;
/// Standard deviation of the noise, where a full stroke is 1: enough that some digits are misread.
const NOISE: f32 = 0.15;

/// The strokes of each digit, `#` for ink.
const GLYPHS: [[&str; GLYPH_ROWS]; N_DIGITS] = [
    [".###.", "#...#", "#...#", "#...#", "#...#", ".###."],
    ["..#..", ".##..", "..#..", "..#..", "..#..", ".###."],
    [".###.", "#...#", "...#.", "..#..", ".#...", "#####"],
    ["####.", "....#", "..##.", "....#", "#...#", ".###."],
    ["...#.", "..##.", ".#.#.", "#####", "...#.", "...#."],
    ["#####", "#....", "####.", "....#", "#...#", ".###."],
    ["..##.", ".#...", "####.", "#...#", "#...#", ".###."],
    ["#####", "....#", "...#.", "..#..", "..#..", "..#.."],
    [".###.", "#...#", ".###.", "#...#", "#...#", ".###."],
    [".###.", "#...#", "#...#", ".####", "...#.", ".##.."],
];

/// `n` images that depend on the generator alone; the digits 0 to 9 take turns.
///
/// Each glyph is moved by up to a pixel both ways and drawn with ink of a random strength, then
/// every pixel gets noise.
pub fn generate(n: usize, rng: &mut impl Rng) -> ImageSet {
    let size = Size {
        rows: SIDE,
        columns: SIDE,
    };
    let labels: Vec<u8> = (0..N_DIGITS as u8).cycle().take(n).collect();
    let pixels = labels.iter().flat_map(|&digit| draw(digit, rng)).collect();
    ImageSet::new(size, pixels, labels)
}

fn draw(digit: u8, rng: &mut impl Rng) -> [u8; SIDE * SIDE] {
    let (top, left) = (rng.random_range(0..=2), rng.random_range(0..=2));
    let ink: f32 = rng.random_range(0.4..=1.0);
    let mut image = [0.0; SIDE * SIDE];
    for (row, strokes) in GLYPHS[usize::from(digit)].iter().enumerate() {
        for (column, stroke) in strokes.bytes().enumerate() {
            if stroke == b'#' {
                image[(top + row) * SIDE + left + column] = ink;
            }
        }
    }
    image.map(|ink: f32| {
        let noise: f32 = rng.sample(StandardNormal);
        // The cast saturates, so that pixels stay between black and white.
        ((ink + NOISE * noise) * 255.0).round() as u8
    })
}
