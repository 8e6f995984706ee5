//! What was looked up in a table, until its gradient has been stepped.

use std::any::Any;
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::module::ParamId;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::CsrBatch;
use super::forgotten::Forgotten;
use super::roots::{Roots, Sweep};
use crate::dispatch::graph::{Hold, Standing, hold, stub};
use crate::error::StepError;

/// Bytes that the lookups of a table may take. Beyond it, the ledger forgets those whose gradient can hardly
/// come: of forward passes without a backward pass, and of backward passes that nobody collected.
const ROOM: usize = 3 << 20;

/// Bytes of a lookup beside its batch, here and in the graph.
const OVERHEAD: usize = 256;
const GRAPH_OVERHEAD: usize = 2048;

/// Number of lookups that are kept, large or small, while a backward pass may have reached them and nobody has
/// collected their gradients. All lookups that the graph still holds are kept.
const NEW_KEPT: usize = 64;
/// The same when somebody may have collected their gradients.
const COLLECTED_KEPT: usize = 1024;

/// A lookup is kept for at least this many steps that have no gradient for it.
const STEPS_TO_WAIT: usize = 32;

/// The ids of this many lookups that are gone are remembered, so that a gradient of theirs is an error.
const LAST_KNOWN: u64 = 1 << 12;

/// The gradients of this many lookups can still be collected after they were forgotten.
const LOST_KNOWN: usize = 1 << 12;

/// No pass makes this many lookups in one table of weights that a backward pass has reached before.
const PENDING: usize = 1 << 12;

/// This many of the last applications of decay to the table are remembered.
const RENAMED_KNOWN: usize = 32;

/// How far the gradient of a lookup has got on its way to the optimizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody has asked for it.
    New,
    /// Somebody has collected the gradients of a backward pass, including this one if there was one.
    Collected,
    /// The same, under the id of the table.
    CollectedAsTable,
    /// It has been stepped. Another loss of the same output may bring another.
    Stepped,
}

/// A lookup: a weighted sum of rows.
pub(crate) struct Lookup {
    /// The id under which burn keeps the gradient of the output.
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
    leaf: Leaf,
    /// The graph's number of the weights that were read, where it is known.
    node: Option<u64>,
    bytes: usize,
    /// How many bytes of it are freed when the graph drops it.
    graph_bytes: usize,
    steps_missed: usize,
    steps_to_wait: usize,
}

impl Lookup {
    /// Whether the graph still holds the leaf: a backward pass can come through it.
    fn is_pending(&self) -> bool {
        matches!(&self.leaf, Leaf::Held(hold) if hold.is_in_graph())
    }

    /// Whether a backward pass may have come through it.
    fn has_been_passed(&self) -> bool {
        self.stage != Stage::New || !self.is_pending()
    }

    /// A tensor by which burn finds the gradient. Its numbers are those of `values` where the leaf's are not
    /// kept.
    fn leaf<B: Backend>(&self, values: impl FnOnce() -> Tensor<B, 2>) -> Option<Tensor<B, 2>> {
        match &self.leaf {
            Leaf::Held(hold) => stub(values(), hold),
            Leaf::Kept(leaf) => leaf.downcast_ref().cloned(),
        }
    }
}

/// The tracked leaf of a lookup.
enum Leaf {
    /// Where the backend is known: its place in the graph, which keeps neither the leaf there nor its numbers
    /// in memory.
    Held(Hold),
    /// Elsewhere: itself, a `Tensor<B, 2>`. Tables with and without autodiff share a ledger.
    Kept(Box<dyn Any + Send>),
}

/// The lookups of a table, from the oldest on. Clones of a table share it, as clones of a burn module share
/// the ids of their parameters: a gradient that one gave rise to can be stepped on another.
pub(crate) struct Ledger(Mutex<Entries>);

struct Entries {
    lookups: VecDeque<Lookup>,
    /// What the lookups take.
    bytes: usize,
    /// Where [`make_room`](Self::make_room) begins.
    limit: usize,
    /// The ids of lookups follow on this one.
    first_id: u64,
    next_number: u64,
    /// The numbers of lookups that are gone without a step.
    forgotten: Forgotten,
    /// Numbers in the graph of weights before and after decay was applied to them.
    renamed: VecDeque<(u64, u64)>,
    roots: Roots,
    /// Lookups that are gone before anybody has collected: their ids, the weights' numbers and their places.
    lost: VecDeque<(ParamId, Option<u64>, Hold)>,
    /// Why the table's gradients cannot be stepped; told when it is next used.
    error: Option<StepError>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self(Mutex::new(Entries {
            lookups: VecDeque::new(),
            bytes: 0,
            limit: ROOM,
            first_id: ParamId::new().val(),
            next_number: 0,
            forgotten: Forgotten::default(),
            renamed: VecDeque::new(),
            roots: Roots::default(),
            lost: VecDeque::new(),
            error: None,
        }))
    }
}

/// A tensor by which burn finds the gradient of a lookup, and an id.
type ShownLeaf<B> = (ParamId, Tensor<B, 2>);

/// What [`Ledger::add`] is told of a lookup.
pub(super) struct NewLookup<B: Backend> {
    pub(super) table: ParamId,
    pub(super) batch: CsrBatch,
    pub(super) max_norm: Option<f32>,
    pub(super) leaf: Tensor<B, 2>,
    pub(super) node: Option<u64>,
}

impl Ledger {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The leaf whose graph the lookups of the weights with this number join; made anew for the first. For it
    /// the leaf of other weights may be forgotten, whose graph is then to be swept.
    pub(super) fn root<B: Backend>(
        &self,
        node: u64,
        make: impl FnOnce() -> Tensor<B, 2>,
    ) -> (Tensor<B, 2>, Option<Sweep<B>>) {
        let mut entries = self.entries();
        if let Some(root) = entries.roots.get(node) {
            return (root, None);
        }
        entries.use_up_roots();
        let root = make();
        let sweep = entries.roots.add(node, root.clone());
        (root, sweep)
    }

    /// Remembers a lookup. Returns whether the graph should be swept of what nobody can need any more, after which
    /// [`swept`](Self::swept) is to be called.
    pub(super) fn add<B: Backend>(&self, lookup: NewLookup<B>) -> Option<Sweep<B>> {
        // The graph may keep the output for what was computed of it.
        let output_bytes = lookup.leaf.shape().num_elements() * lookup.leaf.dtype().size();
        let graph_bytes = GRAPH_OVERHEAD + output_bytes;
        let bytes = OVERHEAD + lookup.batch.bytes() + graph_bytes;
        let (leaf, graph_bytes) = match hold(&lookup.leaf) {
            Some(hold) => (Leaf::Held(hold), graph_bytes),
            None => (Leaf::Kept(Box::new(lookup.leaf)), 0),
        };
        let mut entries = self.entries();
        let number = entries.next_number;
        let id = entries.id(number);
        entries.next_number += 1;
        entries.bytes += bytes;
        entries.lookups.push_back(Lookup {
            id,
            table: lookup.table,
            batch: lookup.batch,
            max_norm: lookup.max_norm,
            stage: Stage::New,
            number,
            leaf,
            node: lookup.node,
            bytes,
            graph_bytes,
            steps_missed: 0,
            steps_to_wait: STEPS_TO_WAIT,
        });
        entries.make_room(lookup.node)
    }

    /// Forgets the lookups that a sweep removed from the graph.
    pub(super) fn swept<B: Backend>(&self, sweep: &Sweep<B>) {
        let mut entries = self.entries();
        let lost = entries.lost.len();
        entries.forget(|lookup| {
            lookup.stage == Stage::New && lookup.node == Some(sweep.node) && !lookup.is_pending()
        });
        if sweep.is_first {
            // No backward pass but the sweep has come through them: they have no gradients.
            entries.lost.truncate(lost);
        }
        entries.set_limit();
    }

    /// Records that weights with this number in the graph are the same parameter as those before.
    pub(super) fn rename(&self, before: Standing, after: Standing) {
        let (Standing::Leaf(Some(before)), Standing::Leaf(Some(after))) = (before, after) else {
            return;
        };
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
    pub(super) fn leaves_of<B: Backend>(
        &self,
        nodes: &[Option<u64>],
        values: &Tensor<B, 2>,
    ) -> Vec<ShownLeaf<B>> {
        let entries = self.entries();
        let lookups = entries.lookups.iter().filter(|lookup| {
            // By the number, the weights of a step before are others. Without it, they may be.
            let may_be_stepped = lookup.stage != Stage::Stepped || lookup.node.is_some();
            may_be_stepped && nodes.contains(&lookup.node)
        });
        lookups
            .filter_map(|lookup| Some((lookup.id, lookup.leaf(|| values.clone())?)))
            .collect()
    }

    /// The same for lookups that were forgotten before anybody collected their gradients.
    pub(super) fn lost_leaves_of<B: Backend>(
        &self,
        nodes: &[Option<u64>],
        values: &Tensor<B, 2>,
    ) -> Vec<ShownLeaf<B>> {
        let entries = self.entries();
        let lost = entries.lost.iter();
        lost.filter(|(_, node, _)| nodes.contains(node))
            .filter_map(|(id, _, hold)| Some((*id, stub(values.clone(), hold)?)))
            .collect()
    }

    /// The leaves of the lookups whose gradient was collected, with the ids under which it was; with numbers
    /// that `values` gives for a lookup.
    pub(super) fn collected<B: Backend>(
        &self,
        table: ParamId,
        values: impl Fn(&Lookup) -> Tensor<B, 2>,
    ) -> Vec<ShownLeaf<B>> {
        let entries = self.entries();
        let leaves = entries.lookups.iter().filter_map(|lookup| {
            let id = match lookup.stage {
                Stage::New => return None,
                Stage::CollectedAsTable => table,
                Stage::Collected | Stage::Stepped => lookup.id,
            };
            Some((id, lookup.leaf(|| values(lookup))?))
        });
        leaves.collect()
    }

    /// Records that the gradients of these lookups have been collected, if there were any.
    pub(super) fn mark(&self, ids: &HashSet<ParamId>, stage: Stage) {
        let mut entries = self.entries();
        // Each lookup that waits may have a step of its own before this one.
        let steps_to_wait = STEPS_TO_WAIT.max(2 * entries.lookups.len());
        for lookup in &mut entries.lookups {
            lookup.steps_to_wait = lookup.steps_to_wait.max(steps_to_wait);
            if ids.contains(&lookup.id) {
                lookup.stage = stage;
            }
        }
    }

    /// Hands every lookup to `step`, from the oldest on. `step` returns whether the lookup had its gradient.
    pub(crate) fn step(&self, mut step: impl FnMut(&Lookup) -> bool) {
        let mut entries = self.entries();
        entries.use_up_roots();
        entries.forget(|lookup| {
            if step(lookup) {
                lookup.stage = Stage::Stepped;
                lookup.steps_missed = 0;
                return false;
            }
            lookup.steps_missed += 1;
            lookup.stage == Stage::Stepped || lookup.steps_missed >= lookup.steps_to_wait
        });
        // The step has made other weights. Nobody collects gradients of the old ones.
        entries.lost.clear();
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
        let numbers = last.chain(entries.forgotten.numbers());
        numbers.map(|number| entries.id(number)).any(is_such)
    }

    /// Remembers why gradients cannot be stepped.
    pub(super) fn fail(&self, error: StepError) {
        self.entries().error.get_or_insert(error);
    }

    /// Why gradients cannot be stepped. It is returned once.
    pub(crate) fn take_error(&self) -> Option<StepError> {
        self.entries().error.take()
    }
}

impl Entries {
    fn id(&self, number: u64) -> ParamId {
        self.first_id.wrapping_add(number).into()
    }

    /// Notes which graphs a backward pass may have reached.
    fn use_up_roots(&mut self) {
        for lookup in &self.lookups {
            if lookup.has_been_passed() {
                self.roots.use_up(lookup.node);
            }
        }
    }

    /// Forgets old lookups if all of them take too much room. Returns whether the graph of the weights should be
    /// swept, to find out which of their lookups nobody can need any more.
    fn make_room<B: Backend>(&mut self, node: Option<u64>) -> Option<Sweep<B>> {
        if self.bytes <= self.limit {
            return None;
        }
        let (mut pending, mut pending_bytes) = (0, 0);
        for lookup in &mut self.lookups {
            if lookup.is_pending() {
                pending += 1;
                pending_bytes += lookup.bytes;
            } else {
                let freed = std::mem::take(&mut lookup.graph_bytes);
                lookup.bytes -= freed;
                self.bytes -= freed;
            }
        }
        if self.bytes <= self.limit {
            return None;
        }
        self.use_up_roots();
        let sweep = node.and_then(|node| self.roots.sweep(node));
        let sweep = sweep.filter(|sweep| sweep.is_first || pending > PENDING);
        let gone = self.lookups.iter().filter(|lookup| !lookup.is_pending());
        let (mut new, mut collected) =
            gone.fold((0, 0), |(new, collected), lookup| match lookup.stage {
                Stage::New => (new + 1, collected),
                _ => (new, collected + 1),
            });
        // Several at a time, because each time costs work.
        let bytes = self.bytes - pending_bytes;
        let mut excess = bytes.saturating_sub(ROOM / 16 * 15);
        self.forget(|lookup| {
            if lookup.is_pending() {
                return false;
            }
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
        self.set_limit();
        sweep
    }

    /// The more is pending, the less often it is looked at.
    fn set_limit(&mut self) {
        let pending = self.lookups.iter().filter(|lookup| lookup.is_pending());
        let pending: usize = pending.map(|lookup| lookup.bytes).sum();
        self.limit = ROOM.max(self.bytes + self.bytes / 16).max(2 * pending);
    }

    /// Forgets the lookups for which `goes` returns true.
    fn forget(&mut self, mut goes: impl FnMut(&mut Lookup) -> bool) {
        for mut lookup in std::mem::take(&mut self.lookups) {
            if !goes(&mut lookup) {
                self.lookups.push_back(lookup);
                continue;
            }
            self.bytes -= lookup.bytes;
            if lookup.stage != Stage::Stepped {
                self.forgotten.push(lookup.number);
            }
            if let (Stage::New, Leaf::Held(hold)) = (lookup.stage, lookup.leaf) {
                self.lost.push_back((lookup.id, lookup.node, hold));
            }
        }
        while self.lost.len() > LOST_KNOWN {
            self.lost.pop_front();
        }
    }
}
