//! Unit tests of the derive macros: the code that they generate, their errors, and that no input makes
//! them panic.

mod code_forms;
mod expansion;
mod fuzz;
mod malformed;
mod schemas;
mod statuses;
mod tokens;
