//! What was looked up in a table, until its gradient has been stepped.

use std::any::Any;
use std::collections::{HashSet, VecDeque};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::module::ParamId;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::CsrBatch;
use crate::error::StepError;

/// Bytes that the lookups of a table may take before the oldest are forgotten: those of forward passes
/// whose gradient never comes.
const ROOM: usize = 3 << 20;

/// Of these bytes, what outputs may take. Further lookups do without ([`Ledger::zeros`]).
const ROOM_FOR_OUTPUTS: usize = 1 << 20;

/// What the graph and the ledger need for a lookup, whatever its size.
const OVERHEAD: usize = 2048;

/// So many lookups are kept whatever their size: of those whose gradient nobody has collected yet, and
/// of those whose gradient somebody may have.
const NEW_KEPT: usize = 64;
const COLLECTED_KEPT: usize = 1024;

/// Steps without its gradient after which a lookup is forgotten, at the least.
const STEPS_TO_WAIT: usize = 32;

/// So many lookups that were forgotten, and so many of the last ones that were made, are known by their
/// ids, so that a gradient of theirs is an error.
const FORGOTTEN_KNOWN: u64 = 1 << 17;
const LAST_KNOWN: u64 = 1 << 12;

/// So many of the last times that decay was applied to the table are remembered.
const RENAMED_KNOWN: usize = 32;

/// How far the gradient of a lookup has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody has asked for it.
    New,
    /// Somebody has collected the gradients of a backward pass, its own among them if it was there.
    Collected,
    /// The same, under the id of the table.
    CollectedAsTable,
    /// It has been stepped. Another loss of the same output may bring another.
    Stepped,
}

/// A sum of rows that was looked up.
pub(crate) struct Lookup {
    /// Under which the gradient of the output is kept.
    pub(crate) id: ParamId,
    /// The table's parameter.
    pub(crate) table: ParamId,
    /// What was looked up.
    pub(crate) batch: CsrBatch,
    /// The norm to which rows were shortened.
    pub(crate) max_norm: Option<f32>,
    /// How far its gradient has come.
    pub(crate) stage: Stage,
    number: u64,
    /// The tracked leaf, a `Tensor<B, 2>`: tables with and without autodiff share a ledger.
    leaf: Box<dyn Any + Send>,
    /// The graph's number of the weights that were read, where it is known.
    node: Option<u64>,
    bytes: usize,
    /// Of which the output.
    output_bytes: usize,
    steps_missed: usize,
    steps_to_wait: usize,
}

/// The lookups of a table, from the oldest on. Clones of a table share it, as clones of a burn module share
/// the ids of their parameters: a gradient that one gave rise to can be stepped on another.
pub(crate) struct Ledger(Mutex<Entries>);

struct Entries {
    lookups: VecDeque<Lookup>,
    /// What the lookups take.
    bytes: usize,
    output_bytes: usize,
    /// Where [`make_room`](Self::make_room) begins.
    limit: usize,
    /// Ids are those that follow on this one.
    first_id: u64,
    next_number: u64,
    /// Numbers of lookups that are gone without a step.
    forgotten: VecDeque<Range<u64>>,
    /// Numbers in the graph of weights before and after decay was applied to them.
    renamed: VecDeque<(u64, u64)>,
    /// The first lookup of the weights that were looked up last: further ones join its graph.
    root: Option<Root>,
    /// A tensor of zeros, for the last shape that needed one.
    zeros: Option<Box<dyn Any + Send>>,
    /// Why the table's gradients cannot be stepped; told when it is next used.
    error: Option<StepError>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self(Mutex::new(Entries {
            lookups: VecDeque::new(),
            bytes: 0,
            output_bytes: 0,
            limit: ROOM,
            first_id: ParamId::new().val(),
            next_number: 0,
            forgotten: VecDeque::new(),
            renamed: VecDeque::new(),
            root: None,
            zeros: None,
            error: None,
        }))
    }
}

/// A lookup whose graph others join.
struct Root {
    id: ParamId,
    /// The number of the weights in the graph.
    node: u64,
    /// A `Tensor<B, 2>`.
    leaf: Box<dyn Any + Send>,
    /// Whether a backward pass has been through it, after which the graph forgets it by itself.
    is_used: bool,
}

/// The tracked leaf of a lookup, and an id.
type Leaf<B> = (ParamId, Tensor<B, 2>);

/// What [`Ledger::add`] is told of a lookup.
pub(super) struct NewLookup<B: Backend> {
    pub(super) table: ParamId,
    pub(super) batch: CsrBatch,
    pub(super) max_norm: Option<f32>,
    pub(super) leaf: Tensor<B, 2>,
    /// Whether the leaf is the output itself, and not zeros that were added to it.
    pub(super) is_output: bool,
    pub(super) node: Option<u64>,
}

impl Ledger {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The leaf whose graph a lookup of the weights with this number joins; none for the first.
    pub(super) fn root<B: Backend>(&self, node: Option<u64>) -> Option<Tensor<B, 2>> {
        let entries = self.entries();
        let root = entries
            .root
            .as_ref()
            .filter(|root| Some(root.node) == node)?;
        root.leaf.downcast_ref().cloned()
    }

    /// Remembers a lookup. Gives leaves that are needed no more and that the graph is to let go of.
    pub(super) fn add<B: Backend>(&self, lookup: NewLookup<B>) -> Vec<Tensor<B, 2>> {
        let output_bytes = if lookup.is_output {
            lookup.leaf.shape().num_elements() * lookup.leaf.dtype().size()
        } else {
            0
        };
        let bytes = OVERHEAD + lookup.batch.bytes() + output_bytes;
        let mut entries = self.entries();
        let number = entries.next_number;
        let id = entries.id(number);
        entries.next_number += 1;
        entries.bytes += bytes;
        entries.output_bytes += output_bytes;
        let mut leaves = Vec::new();
        if let Some(node) = lookup.node
            && entries.root.as_ref().is_none_or(|root| root.node != node)
        {
            let before = entries.root.replace(Root {
                id,
                node,
                leaf: Box::new(lookup.leaf.clone()),
                is_used: false,
            });
            leaves.extend(before.filter(|root| !root.is_used).map(|root| root.leaf));
        }
        entries.lookups.push_back(Lookup {
            id,
            table: lookup.table,
            batch: lookup.batch,
            max_norm: lookup.max_norm,
            stage: Stage::New,
            number,
            leaf: Box::new(lookup.leaf),
            node: lookup.node,
            bytes,
            output_bytes,
            steps_missed: 0,
            steps_to_wait: STEPS_TO_WAIT,
        });
        leaves.extend(entries.make_room());
        drop(entries);
        let leaves = leaves.into_iter();
        leaves
            .filter_map(|leaf| leaf.downcast().ok().map(|leaf| *leaf))
            .collect()
    }

    /// Zeros to add to an output, which is then no leaf and need not be kept, if the outputs that are kept
    /// take enough room already. Their gradient is that of the output.
    pub(super) fn zeros<B: Backend>(&self, like: &Tensor<B, 2>) -> Option<Tensor<B, 2>> {
        let mut entries = self.entries();
        if entries.output_bytes < ROOM_FOR_OUTPUTS {
            return None;
        }
        let fits = |zeros: &&Tensor<B, 2>| {
            zeros.dims() == like.dims()
                && zeros.dtype() == like.dtype()
                && zeros.device() == like.device()
        };
        let last = entries.zeros.as_ref().and_then(|last| last.downcast_ref());
        let zeros = match last.filter(fits) {
            Some(zeros) => zeros.clone(),
            None => {
                let zeros = like.zeros_like();
                entries.zeros = Some(Box::new(zeros.clone()));
                zeros
            }
        };
        // A node of its own over the same numbers.
        Some(zeros.detach())
    }

    /// The weights with the first number in the graph are the same parameter as those with the second.
    pub(super) fn rename(&self, before: u64, after: u64) {
        let mut entries = self.entries();
        entries.renamed.push_back((before, after));
        if entries.renamed.len() > RENAMED_KNOWN {
            entries.renamed.pop_front();
        }
    }

    /// The number that weights have in the graph, and those that they had before.
    pub(super) fn names_of(&self, node: Option<u64>) -> Vec<Option<u64>> {
        let mut names = vec![node];
        for &(before, after) in self.entries().renamed.iter().rev() {
            if names.contains(&Some(after)) {
                names.push(Some(before));
            }
        }
        names
    }

    /// The ids and leaves of the lookups of weights that have one of these numbers in the graph.
    pub(super) fn leaves_of<B: Backend>(&self, nodes: &[Option<u64>]) -> Vec<Leaf<B>> {
        self.leaves(|lookup| {
            // By the number, the weights of a step before are others. Without it, they may be.
            let may_be_stepped = lookup.stage != Stage::Stepped || lookup.node.is_some();
            (may_be_stepped && nodes.contains(&lookup.node)).then_some(lookup.id)
        })
    }

    /// The leaves of the lookups whose gradient was collected, with the ids under which it was.
    pub(super) fn collected<B: Backend>(&self, table: ParamId) -> Vec<Leaf<B>> {
        self.leaves(|lookup| match lookup.stage {
            Stage::New => None,
            Stage::CollectedAsTable => Some(table),
            Stage::Collected | Stage::Stepped => Some(lookup.id),
        })
    }

    /// The leaves of some lookups, under the ids that `under` gives them.
    fn leaves<B: Backend>(&self, under: impl Fn(&Lookup) -> Option<ParamId>) -> Vec<Leaf<B>> {
        let entries = self.entries();
        let leaves = entries.lookups.iter().filter_map(|lookup| {
            let leaf: &Tensor<B, 2> = lookup.leaf.downcast_ref()?;
            Some((under(lookup)?, leaf.clone()))
        });
        leaves.collect()
    }

    /// The gradients of these lookups have been collected, if there were any.
    pub(super) fn mark(&self, ids: &HashSet<ParamId>, stage: Stage) {
        let mut entries = self.entries();
        // As many steps may come first as there are lookups that wait.
        let steps_to_wait = STEPS_TO_WAIT.max(2 * entries.lookups.len());
        for lookup in &mut entries.lookups {
            lookup.steps_to_wait = lookup.steps_to_wait.max(steps_to_wait);
            if ids.contains(&lookup.id) {
                lookup.stage = stage;
            }
        }
    }

    /// Hands every lookup to `step`, from the oldest on, which says whether it had its gradient.
    pub(crate) fn step(&self, mut step: impl FnMut(&Lookup) -> bool) {
        let mut entries = self.entries();
        let root = entries.root.as_ref().map(|root| root.id);
        let mut root_is_used = false;
        entries.forget(|lookup| {
            if step(lookup) {
                lookup.stage = Stage::Stepped;
                lookup.steps_missed = 0;
                root_is_used |= root == Some(lookup.id);
                return false;
            }
            lookup.steps_missed += 1;
            lookup.stage == Stage::Stepped || lookup.steps_missed >= lookup.steps_to_wait
        });
        if let Some(root) = &mut entries.root {
            root.is_used |= root_is_used;
        }
    }

    /// Shows every lookup, from the oldest on.
    pub(crate) fn each(&self, f: impl FnMut(&Lookup)) {
        self.entries().lookups.iter().for_each(f);
    }

    /// The ids of all lookups.
    pub(crate) fn ids(&self) -> Vec<ParamId> {
        self.entries()
            .lookups
            .iter()
            .map(|lookup| lookup.id)
            .collect()
    }

    /// Whether one of the lookups that are no longer here is such.
    pub(crate) fn any_forgotten(&self, is_such: impl FnMut(ParamId) -> bool) -> bool {
        let entries = self.entries();
        let last = entries.next_number.saturating_sub(LAST_KNOWN)..entries.next_number;
        let numbers = last.chain(entries.forgotten.iter().cloned().flatten());
        numbers.map(|number| entries.id(number)).any(is_such)
    }

    /// Remembers why gradients cannot be stepped.
    pub(super) fn fail(&self, error: StepError) {
        self.entries().error.get_or_insert(error);
    }

    /// Why gradients cannot be stepped. It is told once.
    pub(crate) fn take_error(&self) -> Option<StepError> {
        self.entries().error.take()
    }
}

impl Entries {
    fn id(&self, number: u64) -> ParamId {
        self.first_id.wrapping_add(number).into()
    }

    /// Forgets old lookups if all of them take too much room. Gives the leaf of one of them.
    fn make_room(&mut self) -> Option<Box<dyn Any + Send>> {
        if self.bytes <= self.limit {
            return None;
        }
        let new = self.lookups.iter();
        let mut new = new.filter(|lookup| lookup.stage == Stage::New).count();
        let mut collected = self.lookups.len() - new;
        // Some at a time: there is work to do each time.
        let mut excess = self.bytes.saturating_sub(ROOM / 16 * 15);
        let leaf = self.forget(|lookup| {
            let (kind, kept) = match lookup.stage {
                Stage::New => (&mut new, NEW_KEPT),
                _ => (&mut collected, COLLECTED_KEPT),
            };
            let goes = excess > 0 && *kind > kept;
            if goes {
                *kind -= 1;
                excess = excess.saturating_sub(lookup.bytes);
            }
            goes
        });
        self.limit = ROOM.max(self.bytes + self.bytes / 16);
        leaf
    }

    /// Forgets the lookups of which `goes` says so. Gives the leaf of one of them.
    fn forget(&mut self, mut goes: impl FnMut(&mut Lookup) -> bool) -> Option<Box<dyn Any + Send>> {
        let mut leaf = None;
        for mut lookup in std::mem::take(&mut self.lookups) {
            if !goes(&mut lookup) {
                self.lookups.push_back(lookup);
                continue;
            }
            self.bytes -= lookup.bytes;
            self.output_bytes -= lookup.output_bytes;
            if lookup.stage != Stage::Stepped {
                let number = lookup.number;
                match self.forgotten.back_mut() {
                    Some(last) if last.end == number => last.end += 1,
                    _ => self.forgotten.push_back(number..number + 1),
                }
            }
            leaf = Some(lookup.leaf);
        }
        let mut known: u64 = self
            .forgotten
            .iter()
            .map(|range| range.end - range.start)
            .sum();
        while known > FORGOTTEN_KNOWN
            && let Some(first) = self.forgotten.front_mut()
        {
            let goes = (known - FORGOTTEN_KNOWN).min(first.end - first.start);
            first.start += goes;
            known -= goes;
            if first.is_empty() {
                self.forgotten.pop_front();
            }
        }
        leaf
    }
}
