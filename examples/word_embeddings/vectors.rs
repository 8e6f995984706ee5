//! Word vectors: which words are near, and the file format of GloVe.

use std::fs::File;
use std::io::{self, BufWriter, Write};

/// A vector for each word, by id.
pub struct Vectors {
    dim: usize,
    values: Vec<f32>,
    /// The same at length 1, so that a product of two is the cosine of their angle.
    directions: Vec<f32>,
}

impl Vectors {
    /// From the numbers of all vectors, one vector after the other.
    pub fn new(dim: usize, values: Vec<f32>) -> Self {
        let directions = values.chunks_exact(dim).flat_map(direction).collect();
        Self {
            dim,
            values,
            directions,
        }
    }

    /// The `n` words that are nearest to a word, with the cosines.
    pub fn neighbours(&self, word: u32, n: usize) -> Vec<(u32, f32)> {
        self.nearest(self.direction(word), &[word], n)
    }

    /// The `n` words that are nearest to b − a + c, other than a, b and c: what is to c as b is to a.
    pub fn analogy(&self, [a, b, c]: [u32; 3], n: usize) -> Vec<(u32, f32)> {
        let [a_to, b_to, c_to] = [a, b, c].map(|word| self.direction(word));
        let sought: Vec<f32> = (0..self.dim).map(|i| b_to[i] - a_to[i] + c_to[i]).collect();
        self.nearest(&sought, &[a, b, c], n)
    }

    fn direction(&self, word: u32) -> &[f32] {
        &self.directions[word as usize * self.dim..][..self.dim]
    }

    fn nearest(&self, sought: &[f32], except: &[u32], n: usize) -> Vec<(u32, f32)> {
        let sought: Vec<f32> = direction(sought).collect();
        let cosine = |other: &[f32]| sought.iter().zip(other).map(|(x, y)| x * y).sum();
        let others = (0..).zip(self.directions.chunks_exact(self.dim).map(cosine));
        let mut others: Vec<(u32, f32)> =
            others.filter(|(word, _)| !except.contains(word)).collect();
        others.sort_by(|(_, x), (_, y)| y.total_cmp(x));
        others.truncate(n);
        others
    }

    /// Writes a line for each word: the word and its numbers, with blanks between. Read back, the numbers
    /// are the same.
    pub fn write(&self, words: &[String], file: File) -> io::Result<()> {
        let mut out = BufWriter::new(file);
        for (word, vector) in words.iter().zip(self.values.chunks_exact(self.dim)) {
            write!(out, "{word}")?;
            for value in vector {
                write!(out, " {value}")?;
            }
            writeln!(out)?;
        }
        out.flush()
    }
}

/// The vector divided by its length; zeros stay zeros.
fn direction(vector: &[f32]) -> impl Iterator<Item = f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    vector.iter().map(move |x| x * scale)
}
