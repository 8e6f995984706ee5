//! Ratings of items by users.

use anyhow::Context;
use indexmap::{IndexMap, IndexSet};

/// A user and an item, as rows of the model's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    pub user: u32,
    pub item: u32,
}

#[derive(Clone, Copy, Debug)]
pub struct Rating {
    pub pair: Pair,
    pub value: f32,
}

/// Every rating, once for each user and item, in the order in which the pairs first came.
#[derive(Default)]
pub struct Ratings {
    users: IndexSet<String>,
    items: IndexSet<String>,
    values: IndexMap<Pair, f32>,
}

impl Ratings {
    /// Adds a rating. One of the same user and item that came before is replaced and returned.
    pub fn rate(&mut self, user: &str, item: &str, value: f32) -> anyhow::Result<Option<f32>> {
        let pair = Pair {
            user: row_of(&mut self.users, user)?,
            item: row_of(&mut self.items, item)?,
        };
        Ok(self.values.insert(pair, value))
    }

    pub fn iter(&self) -> impl Iterator<Item = Rating> {
        let rating = |(&pair, &value)| Rating { pair, value };
        self.values.iter().map(rating)
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn n_users(&self) -> usize {
        self.users.len()
    }

    pub fn n_items(&self) -> usize {
        self.items.len()
    }

    /// The row of the user with this id.
    pub fn user(&self, id: &str) -> Option<u32> {
        self.users.get_index_of(id).map(|row| row as u32)
    }

    pub fn user_id(&self, row: u32) -> &str {
        &self.users[row as usize]
    }

    pub fn item_id(&self, row: u32) -> &str {
        &self.items[row as usize]
    }

    /// A user with each item that the user has not rated.
    pub fn unrated(&self, user: u32) -> Vec<Pair> {
        let pairs = (0..self.n_items() as u32).map(|item| Pair { user, item });
        pairs
            .filter(|pair| !self.values.contains_key(pair))
            .collect()
    }
}

fn row_of(ids: &mut IndexSet<String>, id: &str) -> anyhow::Result<u32> {
    // Most ids are known: no string is made for these.
    let row = match ids.get_index_of(id) {
        Some(row) => row,
        None => ids.insert_full(id.to_owned()).0,
    };
    u32::try_from(row).context("more ids than a table can have rows")
}
