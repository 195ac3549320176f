//! Changes of many records by the rows of a file.
//!
//! A row of the file goes through `input`: `rows` reads it, `columns` finds the field of each cell,
//! `row_jobs` makes a job of it. This happens twice: `check` reads all rows and sends nothing; then
//! `send/plan` selects the rows of each batch, and `send` sends them; if there is a backup or a review, `preparation`
//! reads their records just before. `journal` records each batch before it is sent and after its outcomes are known.
//! `failed` writes the failed rows to a file.

mod another_job;
mod args;
mod backup;
mod backup_step;
mod bad;
mod bad_cells;
mod before_sending;
mod check;
mod commands_to_run;
mod earlier;
mod earlier_additions;
mod earlier_job;
mod ending;
mod estimate;
mod failed;
mod files_of_portal;
mod form;
mod input;
mod job;
mod job_settings;
mod journal;
mod old_values;
mod origin_check;
mod other_forms;
mod overtaken;
mod pipelines;
mod plan_totals;
mod preparation;
mod preview;
mod record_fields;
mod records;
mod refused_rows;
mod repeated;
mod reviewed;
mod reviewed_records;
mod row_name;
mod rows_to_correct;
mod send;
mod sent_to;
mod spreadsheet_cell;
mod start;

/// How the rows of a file are read, which `export` does with those that it writes.
pub(crate) use self::input::{
    columns::{ColumnOptions, Columns},
    rows,
    tally::Effect,
    target::Target,
};
pub(crate) use self::{
    args::{Args, HELP},
    job::run,
};
