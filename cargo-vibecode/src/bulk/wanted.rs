//! The command line of a bulk job.

use std::path::PathBuf;

use clap::ValueEnum;

/// The part of the help that does not belong to a single flag.
pub(crate) const HELP: &str = "\
Columns go to the fields that they name: by the wire name, by the label of the portal's schema, or as --map \
says. A column `phone:MOBILE` adds mobile phones, `phone` work phones; a cell may say `value:TYPE` itself. Cells \
of CSV hold several values with `;` between, where the field takes several. JSON Lines hold lists, and null is \
an empty cell. Columns error_code and error_message are left out, so that FILE.failed.csv can be run again.

Without --yes the rows are only checked. With it FILE.journal tells what has left, so that a job that is broken \
off goes on by --resume, and nothing is added twice; it stays when the job is done. Rows that failed are in \
FILE.failed.csv.

Exit codes: 0 every row is done, 1 rows are bad or failed, 2 it could not be done or was interrupted.";

/// What is to be done.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Wanted {
    /// `contacts`, `companies`, `leads`, `deals`, or a smart process such as `items/1040`.
    pub(super) entity: String,

    /// The rows, in UTF-8: CSV with a header, or JSON Lines; `-` reads standard input.
    #[arg(value_name = "FILE.csv|FILE.jsonl|-")]
    pub(super) file: PathBuf,

    /// Sends the changes. Without it the rows are only checked.
    #[arg(long)]
    pub(super) yes: bool,

    /// Goes on with a job that was broken off, by its journal. Needs the same flags as before.
    #[arg(long)]
    pub(super) resume: bool,

    /// Says where a column goes: the wire name or the label of a field, or `phone:MOBILE`.
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = pair)]
    pub(super) map: Vec<(String, String)>,

    /// Leaves a column out.
    #[arg(long, value_name = "COLUMN")]
    pub(super) ignore: Vec<String>,

    /// The column that holds the record's id [default: id].
    #[arg(long, value_name = "COLUMN")]
    pub(super) id_column: Option<String>,

    /// What parts the cells: `,`, `;` or `tab`. By default the one that the header shows.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub(super) delimiter: Option<u8>,

    /// What an empty cell does to its field. Phones and emails it leaves: the API only adds them.
    #[arg(long, value_enum, default_value_t)]
    pub(super) empty: Empty,

    /// Sends the good rows although there are bad ones.
    #[arg(long)]
    pub(super) skip_bad: bool,

    /// Reads every record first, and sends only what is missing. Always so where a row adds phones
    /// or emails.
    #[arg(long)]
    pub(super) ensure: bool,

    /// How long a request whose answer was lost may still be applied; a batch twice as long.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(super) settle: u64,

    /// How many requests may leave in a minute; each carries up to 50 rows.
    #[arg(long, value_name = "REQUESTS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) per_minute: u32,

    /// Lets requests leave as fast as they are answered.
    #[arg(long, conflicts_with = "per_minute")]
    pub(super) no_throttle: bool,
}

/// What an empty cell does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Empty {
    /// Nothing.
    #[default]
    Leave,
    /// It clears the field.
    Clear,
}

impl Empty {
    /// Returns the name in the journal.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Leave => "leave",
            Self::Clear => "clear",
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (column, field) = text
        .split_once('=')
        .ok_or("there is no `=` between the column and its field")?;
    Ok((column.to_owned(), field.to_owned()))
}

fn delimiter(text: &str) -> Result<u8, String> {
    match (text, text.as_bytes()) {
        ("tab" | "\\t", _) => Ok(b'\t'),
        (_, [byte]) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err("a delimiter is one character, such as `;`, or `tab`".to_owned()),
    }
}
