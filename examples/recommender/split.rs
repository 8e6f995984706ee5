//! Which ratings are held out, and what training sees of users and items.

use std::collections::HashSet;

use rand::Rng;
use rand::seq::SliceRandom;

use super::ratings::{Pair, Rating, Ratings};

/// Ratings to train on and ratings that training does not see.
pub struct Split {
    pub train: Vec<Rating>,
    pub held_out: Vec<Rating>,
    /// Where the held-out ratings stand among all.
    pub held_out_places: Vec<usize>,
}

impl Split {
    /// Holds out a tenth of the ratings, at least one, drawn by chance. Of two or more ratings, some
    /// remain to train on.
    pub fn new(ratings: &Ratings, rng: &mut impl Rng) -> Self {
        let all: Vec<Rating> = ratings.iter().collect();
        let mut places: Vec<usize> = (0..all.len()).collect();
        places.shuffle(rng);
        let train = places.split_off((all.len() / 10).max(1));
        Self {
            train: train.iter().map(|&place| all[place]).collect(),
            held_out: places.iter().map(|&place| all[place]).collect(),
            held_out_places: places,
        }
    }

    /// The mean of the training ratings.
    pub fn mean(&self) -> f32 {
        let sum: f64 = self.train.iter().map(|r| f64::from(r.value)).sum();
        (sum / self.train.len() as f64) as f32
    }

    /// The users and items that have training ratings.
    pub fn seen(&self) -> Seen {
        Seen {
            users: self.train.iter().map(|rating| rating.pair.user).collect(),
            items: self.train.iter().map(|rating| rating.pair.item).collect(),
        }
    }
}

/// The users and items that have training ratings.
pub struct Seen {
    pub users: HashSet<u32>,
    pub items: HashSet<u32>,
}

impl Seen {
    /// Whether both have training ratings.
    pub fn contains(&self, pair: Pair) -> bool {
        self.users.contains(&pair.user) && self.items.contains(&pair.item)
    }
}
