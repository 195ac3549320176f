//! What the generated code of all macros has in common: its names, and its checks of lists.

pub(crate) mod lists;
pub(crate) mod names;
pub(crate) mod runtime;
