//! What the generated code of all macros has in common: its names, its checks of lists, and the size of its parts.

pub(crate) mod lists;
pub(crate) mod names;
pub(crate) mod runtime;

/// The number of fields that are read by one generated function, copied in one block, or found by one `match`. The
/// time in which the compiler checks each of these grows with the square of their number: a `?` drops what was read
/// before, and a borrow and an arm are compared with all before them.
pub(crate) const FIELDS_AT_ONCE: usize = 32;
