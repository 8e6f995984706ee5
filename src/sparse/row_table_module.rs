//! A table among the parameters of a burn module: one parameter to everybody, and more to those who
//! carry gradients.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::{
    AutodiffModule, Content, Devices, HasAutodiffModule, Module, ModuleDisplay,
    ModuleDisplayDefault, ModuleMapper, ModuleVisitor, Param, ParamId,
};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};

use super::ledger::{Lookup, Stage};
use super::row_table::RowTable;
use super::walk::{self, Table, Walk, Walker};
use crate::dispatch::graph::{Standing, standing};
use crate::error::StepError;

impl<B: Backend> RowTable<B> {
    /// Shows the leaves of lookups to something that takes gradients out of those of a backward pass, as
    /// if they were parameters with ids of their own.
    fn collect<V: ModuleVisitor<B>>(&self, visitor: &mut V) {
        let (param, _) = self.as_read();
        let nodes = self.nodes();
        // Gradients are found by a leaf's place in the graph; its numbers are not asked for.
        let nothing = Tensor::zeros([1, 1], &param.lazy_device());
        for (id, leaf) in self.ledger.lost_leaves_of(&nodes, &nothing) {
            // If it has a gradient, the step says that it comes too late.
            show(visitor, id, leaf);
        }
        let (mut asked_for, mut refused) = (HashSet::new(), Vec::new());
        for (id, leaf) in self.ledger.leaves_of(&nodes, &nothing) {
            if show(visitor, id, leaf.clone()) {
                asked_for.insert(id);
            } else {
                refused.push((id, leaf));
            }
        }
        if !asked_for.is_empty() {
            self.ledger.mark(&asked_for, Stage::Collected);
        }
        // `from_params` takes no ids but those that it was given. If the table's is among them, the
        // gradient of one lookup can go under that.
        match refused.len() {
            0 => (),
            1 if asked_for.is_empty() => {
                for (id, leaf) in refused {
                    if show(visitor, param.id, leaf) {
                        self.ledger
                            .mark(&HashSet::from([id]), Stage::CollectedAsTable);
                    }
                }
            }
            lookups => {
                if show(visitor, param.id, nothing) {
                    self.ledger.fail(StepError::FromParams { lookups });
                }
            }
        }
        // Last: a gradient of the whole table then replaces one of a lookup, and the step can tell.
        visitor.visit_float(param);
    }

    /// The numbers that the weights have in the graph, and had before decay was applied; none if they get
    /// no gradient.
    fn nodes(&self) -> Vec<Option<u64>> {
        let (param, _) = self.as_read();
        let Standing::Leaf(node) = standing(&**param) else {
            return Vec::new();
        };
        self.ledger.names_of(node)
    }

    /// Finds out whether an optimizer that knows no row gradients holds some: a leaf with its gradient is
    /// stepped, and comes back another.
    fn find_lost<M: ModuleMapper<B>>(&self, mapper: &mut M) {
        let mut lookups = 0;
        let (dim, device) = (self.dims()[1], self.weight.lazy_device());
        let like_the_output = |lookup: &Lookup| Tensor::zeros([lookup.batch.len(), dim], &device);
        for (id, leaf) in self.ledger.collected::<B>(self.weight.id, like_the_output) {
            let before = leaf.clone();
            let after = mapper.map_float(Param::initialized(id, leaf)).into_value();
            lookups += usize::from(!is_same(before, after));
        }
        if lookups > 0 {
            self.ledger.fail(StepError::PassedBy { lookups });
        }
    }
}

/// Shows a leaf to a visitor and says whether it was looked at.
fn show<B: Backend, V: ModuleVisitor<B>>(visitor: &mut V, id: ParamId, leaf: Tensor<B, 2>) -> bool {
    let (device, shape) = (leaf.device(), leaf.shape());
    let looked_at = Arc::new(AtomicBool::new(false));
    let look = {
        let looked_at = looked_at.clone();
        move |_: &B::Device, _| {
            looked_at.store(true, Ordering::Relaxed);
            leaf.clone()
        }
    };
    visitor.visit_float(&Param::uninitialized(id, look, device, true, shape));
    looked_at.load(Ordering::Relaxed)
}

fn is_same<B: Backend>(before: Tensor<B, 2>, after: Tensor<B, 2>) -> bool {
    match (standing(&before), standing(&after)) {
        (Standing::Leaf(None), Standing::Leaf(None)) => {
            before.into_data().as_bytes() == after.into_data().as_bytes()
        }
        (before, after) => before == after,
    }
}

impl<B: Backend> Module<B> for RowTable<B> {
    type Record = Param<Tensor<B, 2>>;

    fn num_params(&self) -> usize {
        self.weight.lazy_shape().num_elements()
    }

    fn visit<V: ModuleVisitor<B>>(&self, visitor: &mut V) {
        let table = || Table {
            id: self.weight.id,
            dims: self.dims(),
            padding: self.options.padding,
            ledger: self.ledger.clone(),
        };
        if walk::answer(table) {
            return;
        }
        if walk::current(self.weight.id) == Some(Walk::Look) {
            return visitor.visit_float(self.as_read().0);
        }
        match Walker::of::<V>() {
            Walker::Collector => self.collect(visitor),
            Walker::Carrier => {
                let (param, _) = self.as_read();
                let nothing = Tensor::zeros([1, 1], &param.lazy_device());
                let leaves = self.ledger.collected::<B>(param.id, |_| nothing.clone());
                for (id, leaf) in leaves {
                    if id != param.id {
                        visitor.visit_float(&Param::initialized(id, leaf));
                    }
                }
                visitor.visit_float(param);
            }
            Walker::Optimizer | Walker::Sharder | Walker::Other => {
                visitor.visit_float(self.settled());
            }
        }
    }

    fn map<M: ModuleMapper<B>>(self, mapper: &mut M) -> Self {
        match walk::current(self.weight.id) {
            Some(Walk::Step) => {
                self.with_weight(|weight, decay| walk::lend(decay, || mapper.map_float(weight)))
            }
            Some(Walk::Flush) => self.flush(),
            Some(Walk::PassBy) => self,
            Some(Walk::Look) | None => {
                match Walker::of::<M>() {
                    Walker::Optimizer => self.find_lost(mapper),
                    Walker::Sharder => self.ledger.fail(StepError::Distributed),
                    _ => (),
                }
                // The parameter moves through the mapper: a second handle to it would make an optimizer
                // that steps in place copy the table.
                self.flush()
                    .with_weight(|weight, _| mapper.map_float(weight))
            }
        }
    }

    fn collect_devices(&self, devices: Devices<B>) -> Devices<B> {
        self.as_read().0.collect_devices(devices)
    }

    fn fork(self, device: &B::Device) -> Self {
        self.with_weight(|weight, _| weight.fork(device))
    }

    fn to_device(self, device: &B::Device) -> Self {
        self.with_weight(|weight, _| Module::to_device(weight, device))
    }

    fn load_record(self, record: Self::Record) -> Self {
        // What was to decay is gone.
        self.with_weight(|weight, decay| {
            *decay = None;
            weight.load_record(record)
        })
    }

    fn into_record(self) -> Self::Record {
        self.flush().weight.into_record()
    }
}

impl<B: AutodiffBackend> AutodiffModule<B> for RowTable<B> {
    type InnerModule = RowTable<B::InnerBackend>;

    fn valid(&self) -> Self::InnerModule {
        // Not by way of a clone: burn draws weights that are not initialized yet anew for each.
        let (weight, decay) = self.as_read();
        let due = self.due.as_ref().filter(|_| decay.is_some());
        RowTable {
            weight: weight.valid(),
            due: due.map(|due| due.decay.clone().into()),
            options: self.options,
            ledger: self.ledger.clone(),
        }
    }

    fn from_inner(module: Self::InnerModule) -> Self {
        module.with_weight(|weight, _| Param::from_inner(weight))
    }
}

impl<B: AutodiffBackend> HasAutodiffModule<B> for RowTable<B::InnerBackend> {
    type TrainModule = RowTable<B>;
}

impl<B: Backend> ModuleDisplayDefault for RowTable<B> {
    fn content(&self, content: Content) -> Option<Content> {
        self.weight.content(content)
    }
}

impl<B: Backend> ModuleDisplay for RowTable<B> {}
