//! Who walks over a module: what a table shows depends on it.
//!
//! burn's visitors and mappers see parameters, not the modules that hold them. To all of them a table is
//! one parameter like any other. Only two kinds of walk know more:
//!
//! - This crate's own. Its optimizer and a table exchange what they need here, by thread. A step may run on a
//!   thread of a pool. A thread that waits there does the work of others, even the step of another module.
//!   Therefore each walk puts back what it found here, also after a panic.
//! - Those with which burn-optim carries gradients from a backward pass to an optimizer. They are recognised
//!   by the names of their types, which Rust gives for any type; `tests/sparse/walkers.rs` fails if burn
//!   renames them.

use std::any::type_name;
use std::cell::RefCell;
use std::sync::Arc;

use burn::module::{Module, ModuleVisitor, ParamId};
use burn::tensor::backend::Backend;

use super::RowDecay;
use super::ledger::Ledger;

/// The kinds of walks over a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walker {
    /// Takes the gradients of parameters out of those of a backward pass (`GradientsParams::from_grads`
    /// and its like).
    Collector,
    /// Moves or adds up gradients that were collected, by the ids of parameters.
    Carrier,
    /// An optimizer that burn's `OptimizerAdaptor` makes of a `SimpleOptimizer`.
    Optimizer,
    /// Marks parameters for burn's distributed training.
    Sharder,
    /// Anything else: it sees what it would see of a dense parameter.
    Other,
}

impl Walker {
    /// By the type of a visitor or a mapper.
    pub(super) fn of<V: ?Sized>() -> Self {
        Self::named(type_name::<V>())
    }

    fn named(name: &str) -> Self {
        let path = name.split('<').next().unwrap_or(name);
        let krate = path.split("::").next();
        let name = path.rsplit("::").next();
        match (krate.unwrap_or(path), name.unwrap_or(path)) {
            ("burn_optim", "GradientsParamsConverter") => Self::Collector,
            ("burn_optim", "GradientsParamsChangeDevice" | "ModuleGradsAccumulator") => {
                Self::Carrier
            }
            ("burn_optim", "SimpleOptimizerMapper") => Self::Optimizer,
            ("burn_train", "ModuleSharder") => Self::Sharder,
            _ => Self::Other,
        }
    }
}

/// Why this crate walks over a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// To step it.
    Step,
    /// To make the tables apply their pending decay.
    Flush,
    /// To let another optimizer step what is not a table.
    PassBy,
    /// To look at ids and shapes: decay need not be applied for it.
    Look,
}

/// A table of a module, as its optimizer finds it.
pub(crate) struct Table {
    /// The table's parameter.
    pub(crate) id: ParamId,
    pub(crate) dims: [usize; 2],
    /// The row that never moves.
    pub(crate) padding: Option<u32>,
    pub(crate) ledger: Arc<Ledger>,
}

thread_local! {
    /// A walk of this crate's, and the tables that it is about.
    static WALK: RefCell<Option<(Walk, Vec<ParamId>)>> = const { RefCell::new(None) };
    /// While they are collected.
    static TABLES: RefCell<Option<Vec<Table>>> = const { RefCell::new(None) };
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

/// The module's tables.
pub(crate) fn tables<B: Backend, M: Module<B>>(module: &M) -> Vec<Table> {
    struct Nothing;

    impl<B: Backend> ModuleVisitor<B> for Nothing {}

    let mut before = TABLES.replace(Some(Vec::new()));
    let _restore = AtEnd(move || TABLES.set(before.take()));
    module.visit(&mut Nothing);
    TABLES.take().unwrap_or_default()
}

/// A table's answer to [`tables`]; false if nobody asks.
pub(super) fn answer(table: impl FnOnce() -> Table) -> bool {
    TABLES.with_borrow_mut(|tables| match tables {
        Some(tables) => {
            tables.push(table());
            true
        }
        None => false,
    })
}

/// Runs `f`. Meanwhile these tables know why the module is walked over.
pub(crate) fn walk<T>(walk: Walk, tables: &[Table], f: impl FnOnce() -> T) -> T {
    let ids = tables.iter().map(|table| table.id).collect();
    let mut before = WALK.replace(Some((walk, ids)));
    let _restore = AtEnd(move || WALK.set(before.take()));
    f()
}

/// Why this crate walks over the table with this parameter, if it does.
pub(super) fn current(table: ParamId) -> Option<Walk> {
    WALK.with_borrow(|walk| {
        let (walk, tables) = walk.as_ref()?;
        tables.contains(&table).then_some(*walk)
    })
}

/// Lends a table's decay to the optimizer for as long as `step` runs.
pub(super) fn lend<T>(decay: &mut Option<Arc<RowDecay>>, step: impl FnOnce() -> T) -> T {
    let mut before = DECAY.replace(decay.take());
    let _restore = AtEnd(move || DECAY.set(before.take()));
    let result = step();
    *decay = DECAY.take();
    result
}

/// Changes the decay of the table whose parameter is being stepped.
pub(crate) fn with_decay_of_current_table<T>(f: impl FnOnce(&mut Option<Arc<RowDecay>>) -> T) -> T {
    // Not borrowed while `f` runs, which may do the work of other threads.
    let mut decay = DECAY.take();
    let result = f(&mut decay);
    DECAY.set(decay);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// burn's walk for distributed training is built under a feature that breaks builds on the CPU, so that
    /// only its name is here. `tests/sparse/walkers.rs` meets the others in person.
    #[test]
    fn walkers_are_told_by_crate_and_name() {
        let sharder = "burn_train::learner::supervised::strategies::ddp::worker::ModuleSharder";
        let with_parameters =
            "burn_optim::optim::visitor::GradientsParamsConverter<a::B, b::M<c::D>>";
        for (name, walker) in [
            (sharder, Walker::Sharder),
            (with_parameters, Walker::Collector),
            ("my_app::ModuleSharder", Walker::Other),
            (
                "burn_train::Other<burn_train::ModuleSharder>",
                Walker::Other,
            ),
        ] {
            assert_eq!(Walker::named(name), walker, "{name}");
        }
    }

    /// A step within a step, as a thread pool may run it, and one that panics.
    #[test]
    fn what_is_kept_is_put_back() {
        let n_steps = |decay: &Option<Arc<RowDecay>>| decay.as_ref().map(|decay| decay.n_steps());
        let decay = |steps: usize| {
            let mut decay = RowDecay::new(1);
            (0..steps).for_each(|_| decay.advance(0.5));
            Some(Arc::new(decay))
        };
        let table = || Table {
            id: ParamId::new(),
            dims: [1, 1],
            padding: None,
            ledger: Arc::default(),
        };
        let (outside, inside) = ([table()], [table()]);
        let (mut outer, mut inner) = (decay(1), decay(2));
        walk(Walk::Step, &outside, || {
            lend(&mut outer, || {
                walk(Walk::Flush, &inside, || {
                    lend(&mut inner, || {
                        assert_eq!(with_decay_of_current_table(|decay| n_steps(decay)), Some(2));
                    });
                    assert_eq!(current(inside[0].id), Some(Walk::Flush));
                    assert_eq!(current(outside[0].id), None, "another module's table");
                });
                let panicked = std::panic::catch_unwind(|| {
                    walk(Walk::PassBy, &inside, || {
                        lend(&mut decay(3), || panic!("in a step"))
                    })
                });
                assert!(panicked.is_err());
                assert_eq!(current(outside[0].id), Some(Walk::Step));
                assert_eq!(with_decay_of_current_table(|decay| n_steps(decay)), Some(1));
            });
        });
        assert_eq!((n_steps(&outer), n_steps(&inner)), (Some(1), Some(2)));
        assert_eq!(current(outside[0].id), None);
    }
}
