//! What `cargo vibecode bulk` promises, against a sandbox.

mod columns;
mod dry_run;
mod failed_rows;
mod input;
mod interrupted;
mod journal;
mod kills;
mod secrets;
mod sending;
mod support;
