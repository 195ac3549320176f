//! What the client promises while requests and answers are lost, late, cut off and garbled: nothing is added
//! twice, nothing that was reported as done is lost, and every report is true.
//!
//! Client and sandbox share one runtime with a paused clock, so waiting takes no real time.
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
