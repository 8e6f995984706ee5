//! The examples as programs: their options, what they print, what they refuse.

#[path = "../common/mod.rs"]
mod common;

mod article;
mod image_recognition;
mod recommender;
mod sparse_models;
mod text_classification;
mod tune_learning_rate;
mod word_embeddings;
