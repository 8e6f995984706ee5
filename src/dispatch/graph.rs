//! What autodiff's graph knows of a tensor. burn's interface for any backend does not tell; the graph's
//! own tensor type does, and is reached by type, as the numbers of a tensor are.

use std::any::Any;
use std::sync::{Arc, Weak};

use burn::backend::Autodiff;
use burn::tensor::backend::{Backend, BackendTypes};
use burn::tensor::{Tensor, TensorPrimitive};

/// The graph's own tensor over a backend.
type Tracked<I> = <Autodiff<I> as BackendTypes>::FloatTensorPrimitive;

/// Repeats a block with `$backend` as each of the backends that are known here.
macro_rules! for_each_backend {
    ($backend:ident => $body:block) => {
        for_each_backend!(@one $backend, $body, "ndarray", burn::backend::NdArray);
        for_each_backend!(@one $backend, $body, "ndarray", burn::backend::NdArray<f64>);
        for_each_backend!(@one $backend, $body, "flex", burn::backend::Flex);
        for_each_backend!(@one $backend, $body, "wgpu", burn::backend::Wgpu);
        for_each_backend!(@one $backend, $body, "wgpu", burn::backend::Wgpu<burn::tensor::f16>);
        for_each_backend!(@one $backend, $body, "vulkan", burn::backend::Vulkan);
        for_each_backend!(@one $backend, $body, "cuda", burn::backend::Cuda);
        for_each_backend!(@one $backend, $body, "cuda", burn::backend::Cuda<burn::tensor::f16>);
        for_each_backend!(@one $backend, $body, "cuda", burn::backend::Cuda<burn::tensor::bf16>);
    };
    (@one $backend:ident, $body:block, $feature:literal, $type:ty) => {
        #[cfg(feature = $feature)]
        {
            type $backend = $type;
            $body
        }
    };
}

/// How a tensor stands in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A leaf that gets a gradient; with the number of its node, if the backend is known here.
    Leaf(Option<u64>),
    /// Computed from a leaf that gets a gradient. Where the backend is not known, a tensor without any
    /// is taken for one: to record operations on it does no harm.
    Computed,
    /// Neither: no gradient comes.
    Untracked,
}

/// How a tensor stands in the graph.
pub(crate) fn standing<B: Backend, const D: usize>(tensor: &Tensor<B, D>) -> Standing {
    if !B::ad_enabled(&tensor.device()) {
        return Standing::Untracked;
    }
    let is_leaf = tensor.is_require_grad();
    let TensorPrimitive::Float(primitive) = tensor.clone().into_primitive() else {
        return Standing::Untracked;
    };
    let primitive: &dyn Any = &primitive;
    for_each_backend!(I => {
        if let Some(tracked) = primitive.downcast_ref::<Tracked<I>>() {
            return match (is_leaf, tracked.is_tracked()) {
                (true, _) => Standing::Leaf(Some(tracked.node.id.value)),
                (false, true) => Standing::Computed,
                (false, false) => Standing::Untracked,
            };
        }
    });
    let _ = primitive;
    if is_leaf {
        Standing::Leaf(None)
    } else {
        Standing::Computed
    }
}

/// A leaf that gets a gradient, over `values`, in the graph of `root`, which is such a leaf.
///
/// burn begins a new graph with each new leaf, and merges it with others where they meet. burn 0.21 loses
/// track of a parameter whose graph was merged into new ones twice, and with it of all but one of several
/// passes that are pending. So the leaf takes the place of a node that an operation on `root` has made, and
/// no graph begins.
///
/// Where the backend is not known, one does.
pub(crate) fn leaf_beside<B: Backend>(values: Tensor<B, 2>, root: &Tensor<B, 2>) -> Tensor<B, 2> {
    // No numbers are moved for it.
    let place = root.clone().swap_dims(0, 1).into_primitive();
    let values = values.into_primitive();
    let (TensorPrimitive::Float(place), TensorPrimitive::Float(values)) = (place, values) else {
        unreachable!("sums, and the weights that they are taken of, are not quantized");
    };
    let leaf = {
        let (values, place): (&dyn Any, &dyn Any) = (&values, &place);
        #[cfg_attr(
            not(feature = "any-backend"),
            expect(unused_mut, reason = "no backend is known")
        )]
        let mut leaf: Option<B::FloatTensorPrimitive> = None;
        for_each_backend!(I => {
            if let Some(values) = values.downcast_ref::<Tracked<I>>()
                && let Some(place) = place.downcast_ref::<Tracked<I>>()
            {
                let made = in_place_of::<I>(values, place);
                leaf = made.and_then(|leaf| (&leaf as &dyn Any).downcast_ref().cloned());
            }
        });
        let _ = (values, place);
        leaf
    };
    match leaf {
        Some(leaf) => Tensor::from_primitive(TensorPrimitive::Float(leaf)),
        None => Tensor::from_primitive(TensorPrimitive::Float(values)).require_grad(),
    }
}

/// A leaf with the numbers of `values` and the node of `place`.
#[cfg_attr(
    not(feature = "any-backend"),
    expect(dead_code, reason = "no backend is known")
)]
fn in_place_of<I: Backend>(values: &Tracked<I>, place: &Tracked<I>) -> Option<Tracked<I>> {
    let mut leaf = Tracked::<I>::new(values.primitive.clone());
    Arc::get_mut(&mut leaf.node)?.id = place.node.id;
    leaf.rc = place.rc.clone();
    // The graph now takes the node for a leaf, and forgets the operation that has made it.
    Some(leaf.require_grad())
}

/// Lets the graph forget the root of [`leaf_beside`], which no further leaf will join.
///
/// burn forgets a node when a backward pass goes through it, or when the graph that the node began is of no
/// more use. No pass goes through a root. And where its graph was merged twice, burn looks for the root in
/// an empty graph, finds nothing there to forget, and keeps the entry; each backward pass then looks at it
/// again. So the root is put where burn looks.
pub(crate) fn forget_root<B: Backend>(root: &Tensor<B, 2>) {
    let TensorPrimitive::Float(root) = root.clone().into_primitive() else {
        return;
    };
    let root: &dyn Any = &root;
    for_each_backend!(I => {
        if let Some(root) = root.downcast_ref::<Tracked<I>>() {
            let mut again = Tracked::<I>::new(root.primitive.clone());
            if let Some(node) = Arc::get_mut(&mut again.node) {
                node.id = root.node.id;
                // A count of its own: the other may lie in a graph that lives on.
                again.rc = Arc::new(root.node.id);
                again.require_grad();
            }
            return;
        }
    });
    let _ = root;
}

/// The place of a leaf in the graph.
#[cfg_attr(
    not(feature = "any-backend"),
    expect(dead_code, reason = "no backend is known")
)]
pub(crate) struct Hold {
    /// The graph's own node.
    node: Arc<dyn Any + Send + Sync>,
    /// What the graph, and whoever has the leaf, hold on to.
    count: Weak<dyn Any + Send + Sync>,
}

impl Hold {
    /// Whether the graph still has the leaf: no backward pass has come through, and none has swept it away.
    pub(crate) fn is_in_graph(&self) -> bool {
        self.count.strong_count() > 0
    }
}

/// The place of a leaf in the graph; none where the backend is not known.
pub(crate) fn hold<B: Backend>(leaf: &Tensor<B, 2>) -> Option<Hold> {
    let TensorPrimitive::Float(leaf) = leaf.clone().into_primitive() else {
        return None;
    };
    let leaf: &dyn Any = &leaf;
    for_each_backend!(I => {
        if let Some(leaf) = leaf.downcast_ref::<Tracked<I>>() {
            let count = Arc::downgrade(&leaf.rc);
            return Some(Hold { node: leaf.node.clone(), count });
        }
    });
    let _ = leaf;
    None
}

/// A tensor in the place of a leaf, by which its gradient is found, over other numbers.
pub(crate) fn stub<B: Backend>(values: Tensor<B, 2>, hold: &Hold) -> Option<Tensor<B, 2>> {
    let TensorPrimitive::Float(values) = values.into_primitive() else {
        return None;
    };
    let values: &dyn Any = &values;
    for_each_backend!(I => {
        if let Some(values) = values.downcast_ref::<Tracked<I>>() {
            let mut stub = Tracked::<I>::new(values.primitive.clone());
            put(&mut stub.node, &hold.node)?;
            let stub: &dyn Any = &stub;
            let stub = stub.downcast_ref::<B::FloatTensorPrimitive>()?.clone();
            return Some(Tensor::from_primitive(TensorPrimitive::Float(stub)));
        }
    });
    let _ = (values, hold);
    None
}

/// Puts what is of the right type into a place.
#[cfg_attr(
    not(feature = "any-backend"),
    expect(dead_code, reason = "no backend is known")
)]
fn put<T: Any + Send + Sync>(place: &mut Arc<T>, value: &Arc<dyn Any + Send + Sync>) -> Option<()> {
    *place = value.clone().downcast().ok()?;
    Some(())
}

/// Has the graph of a leaf let go of what nobody can need any more. It does so by itself in each backward
/// pass, and at no other time: a run of forward passes alone grows. So this is a backward pass, from another
/// leaf in the same graph.
///
/// Where the backend is not known, nothing happens.
pub(crate) fn sweep<B: Backend>(root: &Tensor<B, 2>) {
    let nothing = Tensor::zeros([1, 1], &root.device());
    let TensorPrimitive::Float(sum) = leaf_beside(nothing, root).sum().into_primitive() else {
        return;
    };
    let sum: &dyn Any = &sum;
    for_each_backend!(I => {
        if let Some(tracked) = sum.downcast_ref::<Tracked<I>>() {
            tracked.clone().backward();
        }
    });
    let _ = sum;
}
