//! What `cargo vibecode bulk` promises, against a sandbox.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod another_entity;
mod backup_parts;
mod before_sending;
mod between_rows;
mod booleans;
mod changed_while_open;
mod columns;
mod damaged_journal;
mod dry_run;
mod earlier_job;
mod earlier_row_numbers;
mod encodings;
mod estimate;
mod failed_rows;
mod front;
mod garbled;
mod incomplete_backup;
mod input;
mod interrupted;
mod journal;
mod kills;
mod late_reads;
mod named_rows;
mod next_commands;
mod odd_cells;
mod old_values;
mod other_files;
mod overtaken;
mod progress;
mod proxy;
mod put_back;
mod real_files;
mod replaced;
mod resumed;
mod reviewed;
mod rewritten_phones;
mod secrets;
mod sending;
mod set_clock;
mod spreadsheets;
mod stages;
mod support;
#[cfg(target_os = "linux")]
mod terminal;
mod twice;
mod unanswered;
mod undo;
mod undone_job;
mod unreadable;
mod verified;
