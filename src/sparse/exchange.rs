//! How a table in a module and the optimizer that walks over the module pass things to each other.
//!
//! burn's visitors and mappers see parameters, not the modules that hold them. During a walk that this
//! crate's optimizer starts, tables therefore find the optimizer here, by thread.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

use burn::module::{Module, ModuleVisitor};
use burn::tensor::backend::Backend;

use super::decay::RowDecay;
use super::row_table::Lookup;

thread_local! {
    /// A `Vec<Lookup<B>>`, while lookups are collected.
    static COLLECTED: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
    /// Whether the optimizer walks over the module to step it.
    static STEPPING: Cell<bool> = const { Cell::new(false) };
    /// The decay of the table whose parameter the optimizer is about to step.
    static DECAY: RefCell<Option<Arc<RowDecay>>> = const { RefCell::new(None) };
}

struct Nothing;

impl<B: Backend> ModuleVisitor<B> for Nothing {}

/// Takes out of the module's tables what they have looked up since the last step.
pub(crate) fn collect<B: Backend, M: Module<B>>(module: &M) -> Vec<Lookup<B>> {
    COLLECTED.set(Some(Box::new(Vec::<Lookup<B>>::new())));
    module.visit(&mut Nothing);
    let collected = COLLECTED.take().and_then(|lookups| lookups.downcast().ok());
    collected.map_or_else(Vec::new, |lookups| *lookups)
}

/// A table's answer to [`collect`]; false if nobody is collecting.
pub(super) fn deliver<B: Backend>(take: impl FnOnce() -> Vec<Lookup<B>>) -> bool {
    COLLECTED.with_borrow_mut(|collected| {
        let lookups = collected
            .as_mut()
            .and_then(|any| any.downcast_mut::<Vec<Lookup<B>>>());
        let collecting = lookups.is_some();
        if let Some(lookups) = lookups {
            lookups.extend(take());
        }
        collecting
    })
}

/// Runs `walk`, during which tables know that it is this crate's optimizer that steps them.
pub(crate) fn stepping<T>(walk: impl FnOnce() -> T) -> T {
    /// Clears the mark when a step panics, too.
    struct Mark;

    impl Drop for Mark {
        fn drop(&mut self) {
            STEPPING.set(false);
        }
    }

    STEPPING.set(true);
    let _mark = Mark;
    walk()
}

/// Whether [`stepping`] is under way.
pub(super) fn is_stepping() -> bool {
    STEPPING.get()
}

/// Lends a table's decay to the optimizer for as long as `step` runs.
pub(super) fn lend<T>(decay: &mut Option<Arc<RowDecay>>, step: impl FnOnce() -> T) -> T {
    DECAY.set(decay.take());
    let result = step();
    *decay = DECAY.take();
    result
}

/// The decay of the table whose parameter is being stepped.
pub(crate) fn decay_of_current_table<T>(f: impl FnOnce(&mut Option<Arc<RowDecay>>) -> T) -> T {
    DECAY.with_borrow_mut(f)
}
