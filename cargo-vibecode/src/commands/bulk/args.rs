//! The command line of a bulk job.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use vibecode_runtime::{Batch, Client};

use super::{input::encoding, reviewed};
use crate::{
    args::{name_and_value, whole_number},
    cells,
    change::entries::EntryRules,
    numbers,
    rate_limit::PER_MINUTE,
};

/// The part of the help that does not belong to a single option.
pub(crate) const HELP: &str = "\
Examples:
  cargo vibecode bulk contacts customers.csv
  cargo vibecode bulk contacts customers.csv --plan
  cargo vibecode bulk contacts customers.csv --yes
  cargo vibecode bulk contacts customers.csv --resume

A column belongs to the field with its name: the wire name in any spelling, a label in the portal's schema, a \
header of Bitrix24's own export, or the field given with --map or --mapping. A column `phone` adds work phones, \
`phone:MOBILE` adds mobile phones, and a cell may give the type itself, as `value:TYPE`. If a field takes several \
values, separate them with `;` in a CSV cell, or use a list in JSON Lines, where null is an empty cell. The columns \
error_code, error_message and error_sent_to are ignored, so that FILE.failed.csv and FILE.bad.csv can be run again; a \
row is refused for another portal or entity than error_sent_to names. A phone or an email that several rows add to one \
record is added once.

Labels of fields that cannot be written, and columns without a name and without values, are set aside. In an \
export, so are the names of users and companies, since the fields take ids.

Dates may be written as 2025-12-31, 31.12.2025 or a serial day, times without an offset need --timezone, and \
amounts without a currency need --currency. Decimal commas and separators of thousands are read if the numbers of \
the file agree on them; if none shows whether 1.234 has decimals or thousands, --decimal says it.

Give the option of a list by its label or its id, and a status, a stage or a currency by its code or its name in \
vibecode/statuses.json or vibecode/currencies.json. What is in neither file is refused, and so is a text that is \
the code or the id of one and the name of another. The folder vibecode is looked for in the current folder and in \
those above it, up to one with a Cargo.toml or the root of its workspace. A stage is looked up in the pipeline that the row sets \
(categoryId), or else in all of them: if several have the name, write the code, such as C5:WON. Before anything is \
sent, the deals are read, and nothing is sent if a stage is not one of the pipeline of its deal; a row of an undo fails \
alone then.

A phone or an email that is not plausible is refused, since the API can never remove it: see --phones and --country. A \
label that is the name of another field means neither: write wire:post for the field post.

Without --yes the rows are only checked, and --plan shows what would change in each record. It ends with the command \
that sends exactly this: --reviewed reads the records again, and sends nothing if rows or records differ. --resume does \
the same with the rows that are left. With --yes, \
FILE.journal records which rows were sent, so that --resume can continue an interrupted job, or one with --limit, \
without adding anything twice. The old values of more than 100 rows are kept in FILE.backup.jsonl, and \
`bulk ENTITY FILE.backup.jsonl` undoes the changes: review it with --plan first. An undo fails for a record that somebody \
else has changed since, unless --overwrite-newer is given. If an old value would not come back exactly, the job stops before the rows that were read with it. The journal is kept when the job is done. Failed rows are written to \
FILE.failed.csv, bad ones to FILE.bad.csv. A finished journal is set aside if the file has changed since.

Every answer is compared with its row. If an answer does not show all fields of a row, the record is read (one \
request for up to 50 records). A row fails if its record has another value or lacks a field.

Exit codes: 0 all rows are done, or as many as --limit allows, 1 some rows are bad or failed, the job was undone, or \
the API did not report at the end which portal the key is for, 2 the job failed or was interrupted, or its output could \
not be written.";

/// The arguments of `bulk`.
#[derive(Debug, clap::Args)]
#[group(id = "bulk")]
#[command(group(clap::ArgGroup::new("sending").args(["yes", "resume"]).multiple(true)))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
pub(crate) struct Args {
    /// The entity, such as `contacts`, `deals` or `tasks`, or a smart process such as `items/1040`.
    pub(super) entity: String,

    /// The file with the rows: CSV with a header, an .xlsx, or JSON Lines; `-` for standard input.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,

    /// Send the changes. Without this option the rows are only checked.
    #[arg(long)]
    pub(super) yes: bool,

    /// Resume an interrupted job from its journal. The other options must be the same as before, but for `--yes`, which is not needed, and the rows must request the same changes: the files in the folder `vibecode` may have changed only in what the rows do not use.
    #[arg(long)]
    pub(super) resume: bool,

    /// Assign a column to a field, given by its wire name or label, or as `phone:MOBILE`.
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = name_and_value)]
    pub(super) map: Vec<(String, String)>,

    /// Ignore a column.
    #[arg(long, value_name = "COLUMN")]
    pub(super) ignore: Vec<String>,

    /// Ignore all columns that belong to no field.
    #[arg(long)]
    pub(super) ignore_unknown: bool,

    /// Take the fields of the columns from this file: a JSON object with a field, or null to ignore the column. If the file does not exist, a check writes it, to start from.
    #[arg(long, value_name = "FILE.json")]
    pub(super) mapping: Option<PathBuf>,

    /// The column with the id of the record [default: id].
    #[arg(long, value_name = "COLUMN")]
    pub(super) id_column: Option<String>,

    /// The delimiter of the cells: `,`, `;` or `tab` [default: detected in the header].
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub(super) delimiter: Option<u8>,

    /// The encoding of the file, such as `cp1251`, `utf-16` or `cp866` [default: recognised].
    #[arg(long, value_name = "ENCODING", value_parser = encoding::by_name)]
    pub(super) encoding: Option<&'static encoding_rs::Encoding>,

    /// The sheet of an .xlsx file [default: the first that is not hidden].
    #[arg(long, value_name = "NAME")]
    pub(super) sheet: Option<String>,

    /// Read the rows that are hidden in the sheet, as by a filter, or skip them. Required if a hidden row has values.
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(super) hidden_rows: Option<HiddenRows>,

    /// The time zone of times without an offset, such as `+03:00` or `Europe/Moscow`.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub(super) timezone: Option<String>,

    /// What separates decimals, `.` or `,`, so that `1.234` is no guess [default: as the numbers of the file show].
    #[arg(long, value_name = "CHARACTER", value_parser = numbers::decimal)]
    pub(super) decimal: Option<numbers::Numbers>,

    /// The currency of amounts without one, such as `RUB`.
    #[arg(long, value_name = "CODE")]
    pub(super) currency: Option<String>,

    /// The effect of an empty cell on its field. Phones and emails never change: the API can only
    /// add them.
    #[arg(long, value_enum, default_value_t)]
    pub(super) empty: Empty,

    #[command(flatten)]
    pub(super) rules: EntryRules,

    /// Send texts that look garbled by a wrong encoding, such as `????` or `Ð˜Ð²Ð°Ð½`, and invisible
    /// characters at their ends. Without this option the former are bad cells, and the latter are left out.
    #[arg(long)]
    pub(super) allow_garbled: bool,

    /// Send the valid rows even if others are bad.
    #[arg(long)]
    pub(super) skip_bad: bool,

    /// Read the records and show what would change in each, and send nothing.
    #[arg(long, conflicts_with_all = ["yes", "resume"])]
    pub(super) plan: bool,

    /// Send only if rows and records are as `--plan` has shown them, which prints this digest.
    #[arg(
        long,
        value_name = "DIGEST",
        requires = "sending",
        conflicts_with = "plan",
        value_parser = reviewed::given
    )]
    pub(super) reviewed: Option<String>,

    /// Keep the old values of everything that is changed in this file; `bulk ENTITY FILE` undoes the changes [default: FILE.backup.jsonl if the file has more than 100 rows to send].
    #[arg(long, value_name = "FILE.jsonl")]
    pub(super) backup: Option<PathBuf>,

    /// Send also if the backup cannot restore everything. What it cannot restore is listed in FILE.incomplete.csv.
    #[arg(long, conflicts_with = "no_backup")]
    pub(super) backup_incomplete: bool,

    /// Keep no old values.
    #[arg(long, conflicts_with = "backup")]
    pub(super) no_backup: bool,

    /// Undo also what somebody else has changed since the backup was made. Without this option such a row fails.
    #[arg(long)]
    pub(super) overwrite_newer: bool,

    /// Send only this many rows, to try them first. `--resume` without this option sends the others.
    #[arg(long, value_name = "ROWS", value_parser = whole_number::<u64>(1..=u64::MAX))]
    pub(super) limit: Option<u64>,

    /// Stop when more rows than this have failed, once the batches under way have ended [default: stop if no row of the first batch is done].
    #[arg(long, value_name = "ROWS", value_parser = whole_number::<u64>(0..=u64::MAX))]
    pub(super) max_failed: Option<u64>,

    /// Read every record first, and send only what is missing. Always on if a row adds phones or
    /// emails.
    #[arg(long)]
    pub(super) ensure: bool,

    /// Do not read the records of which an answer shows only some of the fields that were sent.
    #[arg(long)]
    pub(super) no_verify: bool,

    /// How long a request without an answer may still be applied; twice as long for a batch.
    #[arg(long, value_name = "SECONDS", help = settle_help(), value_parser = whole_number::<u64>(0..=u64::MAX))]
    pub(super) settle: Option<u64>,

    /// Send at most this many requests a minute.
    #[arg(long, value_name = "REQUESTS", help = per_minute_help(), value_parser = whole_number::<u32>(1..=u32::MAX.into()))]
    pub(super) per_minute: Option<u32>,

    /// Do not limit the requests a minute.
    #[arg(long, conflicts_with = "per_minute")]
    pub(super) no_throttle: bool,
}

/// The effect of an empty cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Empty {
    /// Do not change the field.
    #[default]
    Leave,
    /// Clear the field.
    Clear,
}

/// What happens to the hidden rows of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HiddenRows {
    /// Read them like the others.
    Read,
    /// Leave them out.
    Skip,
}

impl Args {
    /// Returns how many requests may be sent a minute; `None`: any number.
    pub(super) fn requests_per_minute(&self) -> Option<u32> {
        (!self.no_throttle).then(|| self.per_minute.unwrap_or(PER_MINUTE))
    }
}

fn settle_help() -> String {
    format!(
        "How long a request without an answer may still be applied; twice as long for a batch [default: {}]",
        Client::SETTLE_TIME.as_secs()
    )
}

fn per_minute_help() -> String {
    format!(
        "Send at most this many requests a minute, with up to {} rows each [default: {PER_MINUTE}, the limit of the API]",
        Batch::MAX_CALLS
    )
}

fn zone(text: &str) -> Result<String, String> {
    cells::timezone(text).map(|_| text.to_owned())
}

fn delimiter(text: &str) -> Result<u8, String> {
    match (text, text.as_bytes()) {
        ("tab" | "\\t", _) => Ok(b'\t'),
        (_, [byte]) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err("use one ASCII character, such as `;`, or `tab`".to_owned()),
    }
}
