//! Clients of the API that nobody here wrote run against the sandbox. The curl and Node samples of
//! the API's documentation do so in `cargo-vibecode/tests/documented_examples/`.

#[cfg(test)]
mod python;
#[path = "../../../tests/src/skip.rs"]
pub mod skip;
