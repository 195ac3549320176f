//! The commands, one module each: its arguments, and a function `run`.

pub(crate) mod bulk;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod export;
pub(crate) mod me;
pub(crate) mod new;
pub(crate) mod probe;
pub(crate) mod pull;
pub(crate) mod sandbox;
pub(crate) mod update;
