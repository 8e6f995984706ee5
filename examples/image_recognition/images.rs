//! Grey images with a digit each, all of one size.

use std::fmt;

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};

/// The classes: the digits 0 to 9.
pub const N_DIGITS: usize = 10;

/// Height and width in pixels. Displays as `28 × 28`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub rows: usize,
    pub columns: usize,
}

impl Size {
    /// Pixels of an image.
    pub fn pixels(self) -> usize {
        self.rows * self.columns
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.rows, self.columns)
    }
}

/// Images with the digits that they show.
pub struct ImageSet {
    size: Size,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl ImageSet {
    /// `pixels` holds one image after the other, row by row, from 0 (background) to 255; `labels`
    /// the digit of each.
    ///
    /// # Panics
    ///
    /// If the number of pixels is not that of the labels' images, or a label is above 9.
    pub fn new(size: Size, pixels: Vec<u8>, labels: Vec<u8>) -> Self {
        assert_eq!(pixels.len(), labels.len() * size.pixels());
        assert!(labels.iter().all(|&label| usize::from(label) < N_DIGITS));
        Self {
            size,
            pixels,
            labels,
        }
    }

    /// Size of each image.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The digit of each image.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    fn image(&self, index: usize) -> &[u8] {
        let pixels = self.size.pixels();
        &self.pixels[index * pixels..][..pixels]
    }

    /// The images at `indices`, scaled to the range from 0 to 1, as `[batch, pixels]`.
    pub fn inputs<B: Backend>(&self, indices: &[usize], device: &B::Device) -> Tensor<B, 2> {
        let pixels = indices.iter().flat_map(|&index| self.image(index));
        let values: Vec<f32> = pixels.map(|&pixel| f32::from(pixel) / 255.0).collect();
        let shape = [indices.len(), self.size.pixels()];
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    /// The digits of the images at `indices`, as `[batch]`.
    pub fn targets<B: Backend>(&self, indices: &[usize], device: &B::Device) -> Tensor<B, 1, Int> {
        let labels = indices.iter().map(|&index| i64::from(self.labels[index]));
        let labels: Vec<i64> = labels.collect();
        Tensor::from_data(TensorData::new(labels, [indices.len()]), device)
    }

    /// An image as lines of text: the brighter a pixel, the denser its character.
    pub fn as_text(&self, index: usize) -> String {
        const SHADES: &[u8] = b" .:-=+*#%@";
        let mut text = String::new();
        for row in self.image(index).chunks(self.size.columns) {
            let shades = row.iter().map(|&pixel| {
                let level = usize::from(pixel) * SHADES.len() / 256;
                char::from(SHADES[level])
            });
            // A character is about twice as high as it is wide.
            let line: String = shades.flat_map(|shade| [shade, shade]).collect();
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}
