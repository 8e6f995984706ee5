//! What autodiff's graph knows of a tensor. burn's interface for any backend does not tell; the graph's
//! own tensor type does, and is reached by type, as the numbers of a tensor are.

use std::any::Any;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorPrimitive};

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

/// Runs `$body` with `$tensor` as the graph's own tensor, if `$any` is one over a known backend.
macro_rules! with_tracked {
    ($any:expr, $tensor:ident => $body:expr) => {{
        let any: &dyn Any = $any;
        with_tracked!(any, $tensor, $body, "ndarray", burn::backend::NdArray);
        with_tracked!(any, $tensor, $body, "ndarray", burn::backend::NdArray<f64>);
        with_tracked!(any, $tensor, $body, "flex", burn::backend::Flex);
        with_tracked!(any, $tensor, $body, "wgpu", burn::backend::Wgpu);
        with_tracked!(any, $tensor, $body, "vulkan", burn::backend::Vulkan);
        with_tracked!(any, $tensor, $body, "cuda", burn::backend::Cuda);
        let _ = any;
    }};
    ($any:ident, $tensor:ident, $body:expr, $feature:literal, $backend:ty) => {
        #[cfg(feature = $feature)]
        {
            type Tracked = <burn::backend::Autodiff<$backend> as
                burn::tensor::backend::BackendTypes>::FloatTensorPrimitive;
            if let Some($tensor) = $any.downcast_ref::<Tracked>() {
                $body
            }
        }
    };
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
    with_tracked!(&primitive, tracked => {
        return match (is_leaf, tracked.is_tracked()) {
            (true, _) => Standing::Leaf(Some(tracked.node.id.value)),
            (false, true) => Standing::Computed,
            (false, false) => Standing::Untracked,
        };
    });
    if is_leaf {
        Standing::Leaf(None)
    } else {
        Standing::Computed
    }
}

/// Has the graph let go of what nobody can need any more. It does so by itself in each backward pass,
/// and at no other time: a run of forward passes alone grows. So this is a backward pass, from a leaf
/// whose gradient nobody waits for.
///
/// Where the backend is not known, nothing happens.
pub(crate) fn sweep<B: Backend>(leaf: Tensor<B, 2>) {
    // The leaf's own entry in the graph may have been used up; that of its sum is new.
    let TensorPrimitive::Float(sum) = leaf.clone().sum().into_primitive() else {
        return;
    };
    with_tracked!(&sum, tracked => {
        tracked.clone().backward();
        return;
    });
}
