//! The complete programs of the guide, with the tests that they contain: `tests/guide/programs.rs` checks
//! that the pages show these files.
#![cfg(test)]

#[expect(dead_code, reason = "the tests of a program do not run its `main`")]
mod agents;
#[expect(dead_code, reason = "the tests of a program do not run its `main`")]
mod from_curl;
#[expect(dead_code, reason = "the tests of a program do not run its `main`")]
mod own_key;
mod retry;
#[expect(dead_code, reason = "only compiled")]
mod surface;
