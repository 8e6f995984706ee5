//! Leaves whose graphs the lookups of a table join.
//!
//! burn 0.21 loses parameters whose graph is merged twice. Therefore all lookups of the same weights share one
//! graph. burn drops dead passes only during a backward pass, so that the graph grows with every forward pass.
//! A backward pass through the root alone, a sweep, removes the dead passes.

use std::any::Any;
use std::collections::VecDeque;
use std::thread::{self, ThreadId};

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::dispatch::graph::forget_root;

/// The roots of this many weights are kept: those that were looked up last.
const KEPT: usize = 4;

/// The roots of the weights that were looked up last.
#[derive(Default)]
pub(super) struct Roots(VecDeque<Root>);

struct Root {
    /// The number of the weights in the graph.
    node: u64,
    /// A `Tensor<B, 2>`: tables with and without autodiff share a ledger.
    leaf: Box<dyn Any + Send>,
    /// Makes the graph forget the leaf.
    forget: fn(&dyn Any),
    /// The thread that made it, until another thread has joined.
    thread: Option<ThreadId>,
    /// Whether a backward pass may have reached its graph. In the next pass, burn then drops what depends on
    /// parameters that the earlier pass has used up.
    is_used: bool,
}

impl Drop for Root {
    fn drop(&mut self) {
        (self.forget)(&*self.leaf);
    }
}

/// A graph that is to be swept, with the leaf that is its root.
pub(super) struct Sweep<B: Backend> {
    pub(super) node: u64,
    /// Whether no backward pass has been there before.
    pub(super) is_first: bool,
    pub(super) root: Tensor<B, 2>,
}

impl Roots {
    /// The root of these weights.
    pub(super) fn get<B: Backend>(&mut self, node: u64) -> Option<Tensor<B, 2>> {
        let root = self.0.iter_mut().find(|root| root.node == node)?;
        let here = thread::current().id();
        root.thread = root.thread.filter(|thread| *thread == here);
        root.leaf.downcast_ref().cloned()
    }

    /// Keeps the root of other weights. The oldest may be forgotten for it, whose graph is then to be swept.
    pub(super) fn add<B: Backend>(&mut self, node: u64, leaf: Tensor<B, 2>) -> Option<Sweep<B>> {
        let mut sweep = None;
        if self.0.len() >= KEPT
            && let Some(oldest) = self.0.front().map(|root| root.node)
        {
            sweep = self.sweep(oldest).filter(|sweep| sweep.is_first);
            self.0.pop_front();
        }
        self.0.push_back(Root {
            node,
            leaf: Box::new(leaf),
            forget: |leaf| {
                if let Some(leaf) = leaf.downcast_ref::<Tensor<B, 2>>() {
                    forget_root(leaf);
                }
            },
            thread: Some(thread::current().id()),
            is_used: false,
        });
        sweep
    }

    /// Records that a backward pass may have reached the graph of these weights.
    pub(super) fn use_up(&mut self, node: Option<u64>) {
        if let Some(root) = self.0.iter_mut().find(|root| Some(root.node) == node) {
            root.is_used = true;
        }
    }

    /// What a sweep of the graph of these weights needs. Nobody may sweep while another thread uses the graph. The
    /// [first](Sweep::is_first) sweep takes nothing from a pending pass.
    pub(super) fn sweep<B: Backend>(&self, node: u64) -> Option<Sweep<B>> {
        let root = self.0.iter().find(|root| root.node == node)?;
        if root.thread != Some(thread::current().id()) {
            return None;
        }
        Some(Sweep {
            node,
            is_first: !root.is_used,
            root: root.leaf.downcast_ref::<Tensor<B, 2>>()?.clone(),
        })
    }
}
