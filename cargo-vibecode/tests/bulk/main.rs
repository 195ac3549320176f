//! What `cargo vibecode bulk` promises, against a sandbox.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod before_sending;
mod columns;
mod dry_run;
mod estimate;
mod failed_rows;
mod front;
mod incomplete_backup;
mod input;
mod interrupted;
mod journal;
mod kills;
mod next_commands;
mod odd_cells;
mod old_values;
mod progress;
mod real_files;
mod replaced;
mod resumed;
mod secrets;
mod sending;
mod support;
mod twice;
mod unanswered;
mod verified;
