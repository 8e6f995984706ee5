//! Weight decay of rows, put off until a row is needed.

/// The decay of each row of a table that is still pending.
///
/// Decay multiplies every weight at every step by the step's factor. Only the rows of the step are
/// multiplied; for the others the table remembers the step up to which they are decayed. The product of
/// the factors since then is what they are multiplied by when they are next read or stepped.
#[derive(Clone, Debug)]
pub struct RowDecay {
    /// Entry `t`: the logarithms of the factors of the first `t` steps, summed. In f64, a product of a
    /// million factors taken from it is right to 1e-10.
    log_factors: Vec<f64>,
    /// The step up to which each row is decayed.
    decayed_to: Vec<u32>,
}

impl RowDecay {
    /// A table of `n_rows` rows, none of which has pending decay.
    pub fn new(n_rows: usize) -> Self {
        Self {
            log_factors: vec![0.0],
            decayed_to: vec![0; n_rows],
        }
    }

    /// Another step, which decays every row by `factor`, from 0 to 1.
    pub fn advance(&mut self, factor: f64) {
        let last = self.log_factors[self.n_steps()];
        self.log_factors
            .push(last + factor.max(f64::MIN_POSITIVE).ln());
    }

    /// The pending decay of a row: a factor from 0 to 1.
    pub fn factor(&self, row: u32) -> f64 {
        let (now, from) = (self.n_steps(), self.decayed_to[row as usize] as usize);
        if from == now {
            1.0
        } else {
            (self.log_factors[now] - self.log_factors[from]).exp()
        }
    }

    /// The pending decay of these rows, which are then up to date.
    pub fn settle(&mut self, rows: &[u32]) -> Vec<f64> {
        let factors = rows.iter().map(|&row| self.factor(row)).collect();
        let now = self.n_steps() as u32;
        for &row in rows {
            self.decayed_to[row as usize] = now;
        }
        factors
    }

    /// The pending decay of each row, if any row has some.
    pub fn factors(&self) -> Option<Vec<f64>> {
        let now = self.n_steps() as u32;
        let behind = self.decayed_to.iter().any(|&step| step != now);
        behind.then(|| {
            (0..self.decayed_to.len() as u32)
                .map(|row| self.factor(row))
                .collect()
        })
    }

    /// The number of steps so far.
    pub fn n_steps(&self) -> usize {
        self.log_factors.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against products taken factor by factor; and a factor of 0, which has no logarithm.
    #[test]
    fn a_row_gets_the_product_of_the_factors_that_it_missed() {
        let factors: Vec<f64> = (0..500)
            .map(|t| 1.0 - 1e-3 / (1.0 + f64::from(t)))
            .collect();
        let mut decay = RowDecay::new(3);
        for (t, &factor) in factors.iter().enumerate() {
            decay.advance(factor);
            if t % 100 == 7 {
                decay.settle(&[1]);
            }
        }
        let product = |factors: &[f64]| factors.iter().product::<f64>();
        let got = decay.factors().unwrap();
        assert!((got[0] - product(&factors)).abs() < 1e-12);
        assert!((got[1] - product(&factors[408..])).abs() < 1e-12);
        decay.settle(&[0, 1, 2]);
        assert_eq!(decay.factors(), None);
        decay.advance(0.0);
        decay.advance(0.5);
        assert!(decay.factor(2) < 1e-300);
    }
}
