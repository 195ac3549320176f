//! The command line of an export.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::{
    args::whole_number, failure::Failure, shell_word::quoted, text_file::is_named_as_spreadsheet,
};

/// The part of the help that does not belong to a single option.
pub(crate) const HELP: &str = "\
Examples:
  cargo vibecode export contacts --output contacts.csv
  cargo vibecode export contacts --fields post,phone \\
    --filter 'post=Director' > directors.csv
  cargo vibecode export deals --output deals.jsonl \\
    --filter 'amount>=1000' --filter 'amount<5000'

A phone or an email is written with its type, as `+79161112233:MOBILE`; several values of a field are separated by \
`;`. JSON Lines have lists instead. Types that the API does not write, such as FAX, become OTHER. An export that `cargo \
vibecode bulk` reads unchanged adds nothing twice.

The records are ordered by id, and each page is requested above the last id, so that records that are deleted or \
created meanwhile neither hide nor repeat others. An export ends with the record that was the last one when it began: \
it says how many were created since. If the ids of an answer do not rise, the export fails. A \
record with a value that is not understood is not written: it is reported, and the exit code is 1. A field that a record \
does not show is reported too, with exit code 1: its cell is `#N/A`, which `bulk` refuses, and JSON Lines lack the key. A field that no record shows has no column, \
unless --fields names it. Each row is checked as `bulk` would read it: cells that `bulk` refuses or would change are \
reported with their records.

Which portal the key is for is written to standard error. Fields, options and codes of --filter are compared with the \
portal, and labels with --labels: if one means something else now, nothing is exported.

Exit codes: 0 all records are written, 1 some are not, a field is not shown by some, or their number differs from what \
the API counted, 2 the command failed; then there is no file.";

/// The arguments of `export`.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
pub(crate) struct Args {
    /// The entity, such as `contacts`, `deals` or `tasks`, or a smart process such as `items/1040`.
    pub(super) entity: String,

    /// The fields to write after the id, by wire name or label [default: all that `bulk` can change].
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub(super) fields: Vec<String>,

    /// Write only records that match, such as `post=Director`, `amount>=1000` or `title~Ltd` (contains);
    /// further operators are `!=`, `>`, `<` and `<=`. With several filters a record must match all. The API
    /// compares times by the clock of the portal, and ignores their offset.
    #[arg(long, value_name = "CONDITION")]
    pub(super) filter: Vec<String>,

    /// Write to this file, which appears once it is complete. Without it the records go to standard
    /// output.
    #[arg(long, short, value_name = "FILE.csv|FILE.jsonl")]
    pub(super) output: Option<PathBuf>,

    /// Replace the file if it exists.
    #[arg(long, requires = "output")]
    pub(super) overwrite: bool,

    /// The form of the records [default: by the extension of the file, otherwise `csv`].
    #[arg(long = "as", value_name = "FORM", value_enum)]
    pub(super) form: Option<Form>,

    /// Use the labels of fields, options and codes instead of wire names, ids and codes, if `bulk` can
    /// read them back.
    #[arg(long)]
    pub(super) labels: bool,

    /// Begin the file with a byte order mark and separate cells by `;`, for Excel.
    #[arg(long)]
    pub(super) excel: bool,

    /// Write at most this many records.
    #[arg(long, value_name = "RECORDS", value_parser = whole_number::<u64>(0..=u64::MAX))]
    pub(super) limit: Option<u64>,

    /// Send at most this many requests a minute, for up to 500 records each [default: the limit of the API].
    #[arg(long, value_name = "REQUESTS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) per_minute: Option<u32>,

    /// Do not limit the requests a minute.
    #[arg(long, conflicts_with = "per_minute")]
    pub(super) no_throttle: bool,
}

/// The form of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// CSV with a header.
    Csv,
    /// JSON Lines: one object a line.
    Jsonl,
}

impl Args {
    /// Returns what separates the cells of CSV.
    pub(super) fn delimiter(&self) -> u8 {
        if self.excel { b';' } else { b',' }
    }

    /// Refuses the name of a spreadsheet for a file of text, which spreadsheets and `bulk` then refuse.
    ///
    /// # Errors
    /// If the file has such a name.
    pub(super) fn check_name(&self) -> Result<(), Failure> {
        let named = self.output.as_deref();
        let Some(path) = named.filter(|path| is_named_as_spreadsheet(path)) else {
            return Ok(());
        };
        let form = match self.form() {
            Form::Csv => ("CSV, which spreadsheets open with --excel", "csv"),
            Form::Jsonl => ("JSON Lines", "jsonl"),
        };
        let problem = format!(
            "the records are written as {}, and this is the name of a spreadsheet: use --output {}",
            form.0,
            quoted(path.with_extension(form.1).as_os_str())
        );
        Err(Failure::in_file(path, problem))
    }

    pub(super) fn form(&self) -> Form {
        let extension = self.output.as_ref().and_then(|path| path.extension());
        let extension = extension.unwrap_or_default().to_ascii_lowercase();
        self.form.unwrap_or(match extension.to_str() {
            Some("jsonl" | "ndjson") => Form::Jsonl,
            _ => Form::Csv,
        })
    }
}
