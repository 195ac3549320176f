//! The derive from inside: what it writes, and that no input makes it panic.

mod expansion;
mod fuzz;
mod malformed;
mod schemas;
mod tokens;
