//! What a step works on.

/// A parameter, its gradient and what its optimizer remembers of it, all of one shape.
pub(crate) struct Operands<T, const N: usize> {
    pub(crate) parameter: T,
    pub(crate) gradient: T,
    pub(crate) state: [T; N],
}
