//! What optimizers remember of a parameter, and how it is stored.

use std::fmt;
use std::marker::PhantomData;

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor, TensorData};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::dispatch::{cast, working_dtype};

/// A part of an optimizer's state.
pub(super) trait StatePart<B: Backend> {
    /// Its serialized form.
    type Item;

    fn into_item(self) -> Self::Item;

    fn from_item(item: Self::Item, device: &B::Device) -> Self;

    fn move_to(self, device: &B::Device) -> Self;
}

impl<B: Backend> StatePart<B> for usize {
    type Item = Self;

    fn into_item(self) -> Self {
        self
    }

    fn from_item(item: Self, _: &B::Device) -> Self {
        item
    }

    fn move_to(self, _: &B::Device) -> Self {
        self
    }
}

// Not burn's record of a tensor, which passes through the backend's default float type on loading and
// through the recorder's on saving: an f32 accumulator would be rounded to f16, or overflow there.
impl<B: Backend, const D: usize> StatePart<B> for Tensor<B, D> {
    type Item = TensorData;

    fn into_item(self) -> TensorData {
        self.into_data()
    }

    fn from_item(mut data: TensorData, device: &B::Device) -> Self {
        let rank = data.shape.len();
        if rank != D {
            // The state of another optimizer, at which burn would panic. In this shape it can be held, and
            // the step says what is wrong with it.
            let mut shape = vec![1; D];
            if rank < D {
                shape[..rank].copy_from_slice(&data.shape);
            } else if let Some(first) = shape.first_mut() {
                *first = data.num_elements();
            }
            data.shape = shape.into();
        }
        let dtype = if B::supports_dtype(device, data.dtype) {
            data.dtype
        } else {
            DType::F32
        };
        Tensor::from_data(data, (device, dtype))
    }

    fn move_to(self, device: &B::Device) -> Self {
        self.to_device(device)
    }
}

impl<B: Backend, P: StatePart<B>> StatePart<B> for Option<P> {
    type Item = Option<P::Item>;

    fn into_item(self) -> Self::Item {
        self.map(P::into_item)
    }

    fn from_item(item: Self::Item, device: &B::Device) -> Self {
        item.map(|item| P::from_item(item, device))
    }

    fn move_to(self, device: &B::Device) -> Self {
        self.map(|part| part.move_to(device))
    }
}

impl<B: Backend, P: StatePart<B>> StatePart<B> for Vec<P> {
    type Item = Vec<P::Item>;

    fn into_item(self) -> Self::Item {
        self.into_iter().map(P::into_item).collect()
    }

    fn from_item(items: Self::Item, device: &B::Device) -> Self {
        let items = items.into_iter();
        items.map(|item| P::from_item(item, device)).collect()
    }

    fn move_to(self, device: &B::Device) -> Self {
        self.into_iter().map(|part| part.move_to(device)).collect()
    }
}

/// Checks that a part of a state has the shape that its parameter needs. burn hands a `SimpleOptimizer` a
/// state without a name, so the message has none; [`SparseAdaptor`](super::SparseAdaptor) names the
/// parameter before anything is stepped.
///
/// # Panics
///
/// If it has another.
fn check_state<B: Backend, const D: usize>(part: &Tensor<B, D>, expected: [usize; D]) {
    let found = part.dims();
    assert!(
        found == expected,
        "the optimizer's state has the shape {found:?} and its parameter needs {expected:?}: load the \
         record that was saved with this module by this optimizer"
    );
}

/// A part of a state as the coming step of `parameter` takes it: of this shape, and in the type in which the
/// parameter's steps are computed, since the record may be that of a run in another type.
///
/// # Panics
///
/// If it has another shape.
pub(super) fn resumed<B: Backend, const D: usize, const A: usize>(
    part: Tensor<B, A>,
    shape: [usize; A],
    parameter: &Tensor<B, D>,
) -> Tensor<B, A> {
    check_state(&part, shape);
    cast(part, working_dtype(parameter.dtype()))
}

/// The serialized form of a state.
pub trait StateItem {
    /// The name of the state.
    const NAME: &'static str;
}

/// The name of a state in its serialized form: a state that was written under another name is refused,
/// where its fields would fit.
pub struct StateName<I>(PhantomData<fn() -> I>);

impl<I> Default for StateName<I> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<I> Clone for StateName<I> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<I: StateItem> fmt::Debug for StateName<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        I::NAME.fmt(f)
    }
}

impl<I: StateItem> Serialize for StateName<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(I::NAME)
    }
}

impl<'de, I: StateItem> Deserialize<'de> for StateName<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name == I::NAME {
            return Ok(Self::default());
        }
        let expected = I::NAME;
        Err(D::Error::custom(format_args!(
            "the record holds a {name:?} where a {expected:?} is asked for: load it into the optimizer that \
             it was saved from"
        )))
    }
}

/// Defines a state over a backend `B` and a rank `D`, its serialized form, and burn's `Record` between
/// them. After each field's type stands that of its serialized form.
macro_rules! optimizer_state {
    (
        $(#[$docs:meta])*
        $state:ident, $item:ident {
            $($(#[$field_docs:meta])* $field:ident: $type:ty => $stored:ty,)+
        }
    ) => {
        $(#[$docs])*
        ///
        /// It is a burn [`Record`](burn::record::Record): `optim.to_record()` and
        /// `optim.load_record(…)` carry it through any of burn's recorders, always at its own
        /// precision: a recorder with half-precision settings does not round it, because the run that
        /// resumes from it would not be the run that was saved.
        #[derive(Clone, Debug)]
        pub struct $state<B: burn::tensor::backend::Backend, const D: usize> {
            $($(#[$field_docs])* pub $field: $type,)+
        }

        #[doc = concat!("The serialized form of [`", stringify!($state), "`].")]
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        pub struct $item {
            // Records that were written before the name existed are accepted.
            #[serde(default)]
            state: $crate::optim::state::StateName<$item>,
            $($field: $stored,)+
        }

        impl $crate::optim::state::StateItem for $item {
            const NAME: &'static str = stringify!($state);
        }

        impl<B: burn::tensor::backend::Backend, const D: usize> $state<B, D> {
            /// Moves it to a device.
            pub fn to_device(self, device: &B::Device) -> Self {
                Self {
                    $($field: $crate::optim::state::StatePart::<B>::move_to(self.$field, device),)+
                }
            }
        }

        impl<B: burn::tensor::backend::Backend, const D: usize> burn::record::Record<B>
            for $state<B, D>
        {
            type Item<S: burn::record::PrecisionSettings> = $item;

            fn into_item<S: burn::record::PrecisionSettings>(self) -> $item {
                $item {
                    state: Default::default(),
                    $($field: $crate::optim::state::StatePart::<B>::into_item(self.$field),)+
                }
            }

            fn from_item<S: burn::record::PrecisionSettings>(item: $item, device: &B::Device) -> Self {
                Self {
                    $($field: <$type as $crate::optim::state::StatePart<B>>::from_item(item.$field, device),)+
                }
            }
        }
    };
}
pub(super) use optimizer_state;
