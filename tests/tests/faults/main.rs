//! What the client promises while requests and answers are lost, late, cut off and garbled: nothing
//! is doubled, nothing is lost that was reported as done, and every report is true.
//!
//! Client and sandbox share one runtime with a paused clock: a minute of waiting costs nothing.
#![cfg(test)]

mod batches;
mod calls;
mod ensure_lost;
mod ensure_present;
mod every_fault;
mod matrix;
mod person;
mod portal;
mod queueing;
mod runs;
mod runs_input;
mod runs_stopped;
mod secrets;
mod shown;
mod storms;
mod timeline;
mod traced;
