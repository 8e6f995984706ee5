//! How a table in a module and the optimizer that walks over the module pass things to each other.
//!
//! burn's visitors and mappers see parameters, not the modules that hold them. During a walk that this
//! crate starts, tables therefore find it here, by thread.
//!
//! A step may run on a thread of a pool, where waiting for other threads means doing their work: another
//! module's step, even. What is kept here is therefore put back as it was found, after a panic, too.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

use burn::module::{Module, ModuleVisitor};
use burn::tensor::backend::Backend;

use super::decay::RowDecay;
use super::row_table::Lookups;

/// Who maps a module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Something that knows nothing of rows.
    Foreign,
    /// This crate's optimizer, to step it.
    Step,
    /// Nobody but the tables themselves, which apply their decay.
    Flush,
    /// Something that puts other weights in the place of all.
    #[cfg(feature = "safetensors")]
    Load,
}

thread_local! {
    /// A `Vec<Lookups<B>>`, while these are collected.
    static COLLECTED: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
    static WALK: Cell<Walk> = const { Cell::new(Walk::Foreign) };
    /// The decay of the table whose parameter the optimizer is about to step.
    static DECAY: RefCell<Option<Arc<RowDecay>>> = const { RefCell::new(None) };
}

/// Does something when it goes out of scope.
struct AtEnd<F: FnMut()>(F);

impl<F: FnMut()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// What the module's tables have looked up.
pub(crate) fn collect<B: Backend, M: Module<B>>(module: &M) -> Vec<Lookups<B>> {
    struct Nothing;

    impl<B: Backend> ModuleVisitor<B> for Nothing {}

    let mut before = COLLECTED.replace(Some(Box::new(Vec::<Lookups<B>>::new())));
    let _restore = AtEnd(move || COLLECTED.set(before.take()));
    module.visit(&mut Nothing);
    let collected = COLLECTED.take().and_then(|lookups| lookups.downcast().ok());
    collected.map_or_else(Vec::new, |lookups| *lookups)
}

/// A table's answer to [`collect`]; false if nobody is collecting.
pub(super) fn deliver<B: Backend>(lookups: &Lookups<B>) -> bool {
    COLLECTED.with_borrow_mut(|collected| {
        let all = collected
            .as_mut()
            .and_then(|any| any.downcast_mut::<Vec<Lookups<B>>>());
        let collecting = all.is_some();
        if let Some(all) = all {
            all.push(lookups.clone());
        }
        collecting
    })
}

/// Runs `f`, during which tables know who walks over them.
pub(crate) fn walk<T>(walk: Walk, f: impl FnOnce() -> T) -> T {
    let before = WALK.replace(walk);
    let _restore = AtEnd(move || WALK.set(before));
    f()
}

/// Who walks.
pub(super) fn walker() -> Walk {
    WALK.get()
}

/// Lends a table's decay to the optimizer for as long as `step` runs.
pub(super) fn lend<T>(decay: &mut Option<Arc<RowDecay>>, step: impl FnOnce() -> T) -> T {
    let mut before = DECAY.replace(decay.take());
    let _restore = AtEnd(move || DECAY.set(before.take()));
    let result = step();
    *decay = DECAY.take();
    result
}

/// The decay of the table whose parameter is being stepped.
pub(crate) fn decay_of_current_table<T>(f: impl FnOnce(&mut Option<Arc<RowDecay>>) -> T) -> T {
    DECAY.with_borrow_mut(f)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step within a step, as a thread pool may run it, and one that panics.
    #[test]
    fn what_is_kept_is_put_back() {
        let n_steps = |decay: &Option<Arc<RowDecay>>| decay.as_ref().map(|decay| decay.n_steps());
        let decay = |steps: usize| {
            let mut decay = RowDecay::new(1);
            (0..steps).for_each(|_| decay.advance(0.5));
            Some(Arc::new(decay))
        };
        let (mut outer, mut inner) = (decay(1), decay(2));
        walk(Walk::Step, || {
            lend(&mut outer, || {
                walk(Walk::Flush, || {
                    lend(&mut inner, || {
                        assert_eq!(decay_of_current_table(|decay| n_steps(decay)), Some(2));
                    });
                });
                let panicked = std::panic::catch_unwind(|| {
                    walk(Walk::Foreign, || {
                        lend(&mut decay(3), || panic!("in a step"))
                    })
                });
                assert!(panicked.is_err());
                assert!(walker() == Walk::Step);
                assert_eq!(decay_of_current_table(|decay| n_steps(decay)), Some(1));
            });
        });
        assert_eq!((n_steps(&outer), n_steps(&inner)), (Some(1), Some(2)));
        assert!(walker() == Walk::Foreign);
    }
}
