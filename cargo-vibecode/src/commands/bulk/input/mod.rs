//! The file with the rows. It is read twice, and never held in memory as a whole.

mod change_of_row;
pub(crate) mod changes_digest;
pub(crate) mod columns;
pub(crate) mod encoding;
pub(crate) mod fingerprints;
mod hashed;
pub(crate) mod headers;
pub(crate) mod mapping;
mod numbers_of_file;
pub(crate) mod origin;
mod replaced;
pub(crate) mod row_jobs;
mod row_numbers;
pub(crate) mod rows;
mod spreadsheet;
pub(crate) mod tally;
pub(crate) mod target;
mod unsupported;

use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use encoding_rs::{Encoding, UTF_8};

use self::{
    encoding::{Decoded, Recognized},
    hashed::Hashed,
    origin::Origin,
    replaced::FileIdentity,
    rows::{CsvRows, JsonRows, Rows},
    spreadsheet::{SheetInfo, copy_sheet},
};
use crate::{
    commands::bulk::{args::HiddenRows, backup::ListForm},
    failure::Failure,
    part_file::remove_if_ended_early,
    text_file::{UTF_8_MARK, private},
};

/// The path that means standard input.
const STDIN: &str = "-";
/// How the names of the copies of standard input and of pipes begin and end.
const STDIN_COPY: &str = "stdin";
const PIPE_COPY: &str = "pipe";
const COPY_ENDING: &str = ".rows";
const BUFFER: usize = 64 * 1024;

/// The rows, hashed as they are read.
pub(crate) type HashedRows = Rows<BufReader<Decoded>>;

/// A file of rows. It stays open, so that both passes read the same file even if its path is
/// replaced.
#[derive(Debug)]
pub(crate) struct Input {
    file: Arc<File>,
    /// The file that the path led to.
    identity: FileIdentity,
    pub(crate) path: PathBuf,
    pub(crate) format: FileFormat,
    /// The encoding of the file.
    pub(crate) encoding: &'static Encoding,
    /// The sheet of a spreadsheet.
    pub(crate) sheet: Option<SheetInfo>,
    /// What precedes the first row, as UTF-8: a byte order mark, Excel's line `sep=;`, and the first line of
    /// a backup.
    head: Head,
    /// Whose old values the rows are, if the file is a backup.
    pub(crate) origin: Option<Origin>,
    /// Whether this is a temporary copy of standard input or of a pipe.
    pub(crate) is_copy: bool,
}

/// What the user says about a file. What is not given is recognised.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FileOptions<'a> {
    pub(crate) delimiter: Option<u8>,
    pub(crate) encoding: Option<&'static Encoding>,
    pub(crate) sheet: Option<&'a str>,
    pub(crate) hidden_rows: Option<HiddenRows>,
}

impl FileOptions<'_> {
    /// Returns an option that was given and is for spreadsheets only.
    fn of_sheets(&self) -> Option<&'static str> {
        let sheet = self.sheet.map(|_| "--sheet");
        sheet.or_else(|| self.hidden_rows.map(|_| "--hidden-rows"))
    }
}

/// What precedes the first row.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    has_mark: bool,
    bytes: u64,
    lines: u64,
}

/// The form of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileFormat {
    Csv { delimiter: u8 },
    JsonLines,
}

impl Input {
    /// Opens a file. Standard input (`-`) and a pipe are copied to a file first.
    ///
    /// # Errors
    /// If it cannot be read, or if it contains no rows.
    pub(crate) fn open(path: &Path, options: &FileOptions<'_>) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::of_file(path, &error);
        let pipe = if is_stdin(path) {
            Some(copy(STDIN_COPY, io::stdin().lock())?)
        } else {
            let kind = fs::metadata(path).map_err(failed)?;
            if kind.is_dir() {
                let problem = "this is a directory: name the file in it";
                return Err(Failure::in_file(path, problem));
            }
            if kind.is_file() {
                None
            } else {
                Some(copy(PIPE_COPY, File::open(path).map_err(failed)?)?)
            }
        };
        let is_copy = pipe.is_some();
        let path = pipe.unwrap_or_else(|| path.to_owned());
        let opened = Self::read_start(&path, options, is_copy);
        if opened.is_err() && is_copy {
            let _ = fs::remove_file(&path);
        }
        opened
    }

    fn read_start(path: &Path, options: &FileOptions<'_>, is_copy: bool) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::of_file(path, &error);
        let mut file = File::open(path).map_err(failed)?;
        let identity = FileIdentity::of(&file.metadata().map_err(failed)?);
        let mut start = Vec::new();
        let start_of_file = u64::try_from(BUFFER).unwrap_or_default();
        let mut reader = (&mut file).take(start_of_file);
        reader.read_to_end(&mut start).map_err(failed)?;
        if let Some(problem) = unsupported::problem(path, &start) {
            return Err(Failure::in_file(path, problem));
        }
        if unsupported::is_archive(&start) {
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            let (copy, sheet) = copy_sheet(path, &file, options.sheet, options.hidden_rows)?;
            return Ok(Self {
                file: Arc::new(copy),
                identity,
                path: path.to_owned(),
                format: FileFormat::Csv { delimiter: b',' },
                encoding: UTF_8,
                sheet: Some(sheet),
                head: Head::default(),
                origin: None,
                is_copy,
            });
        }
        if let Some(option) = options.of_sheets() {
            let problem = format!("the file has no sheets: {option} is for .xlsx");
            return Err(Failure::in_file(path, problem));
        }
        let encoding = match options.encoding {
            Some(encoding) => encoding,
            None => match encoding::recognize(&mut file, path, &start).map_err(failed)? {
                Recognized::Encoding(encoding) => encoding,
                Recognized::Unclear(problem) => return Err(Failure::in_file(path, problem)),
            },
        };
        let (text, _) = encoding.decode_without_bom_handling(&start);
        let (head, separator, origin) = Head::of(&text);
        let skipped = usize::try_from(head.bytes).unwrap_or_default();
        let text = text.get(skipped..).unwrap_or_default();
        let delimiter = options.delimiter.or(separator);
        let format = detect_format(path, text.as_bytes(), delimiter);
        Ok(Self {
            file: Arc::new(file),
            identity,
            path: path.to_owned(),
            format,
            encoding,
            sheet: None,
            head,
            origin,
            is_copy,
        })
    }

    /// Returns the rows, starting with the first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn rows(&self) -> Result<HashedRows, Failure> {
        let Head { bytes, lines, .. } = self.head;
        let reader = || -> io::Result<BufReader<Decoded>> {
            let decoded = Decoded::new(Hashed::new(Arc::clone(&self.file)), self.encoding);
            let mut reader = BufReader::with_capacity(BUFFER, decoded);
            io::copy(&mut (&mut reader).take(bytes), &mut io::sink())?;
            Ok(reader)
        };
        let reader = reader().map_err(|error| self.failure(&error))?;
        Ok(match self.format {
            FileFormat::Csv { delimiter } => Rows::Csv(CsvRows::new(reader, delimiter, bytes)),
            FileFormat::JsonLines => Rows::Json(JsonRows::new(reader, bytes).after_lines(lines)),
        })
    }

    /// Checks that the path still leads to the file that is read.
    ///
    /// # Errors
    /// If it leads to another one, or to none.
    pub(crate) fn check_not_replaced(&self) -> Result<(), Failure> {
        let is_replaced = self.identity.is_replaced_at(&self.path);
        if !is_replaced.map_err(|error| self.failure(&error))? {
            return Ok(());
        }
        let problem = "the file was replaced or removed since its rows were checked: the next batch was not sent. Restore the file to resume. To send the new file, give it another name, not before the requests of this job have settled";
        Err(Failure::in_file(&self.path, problem))
    }

    /// Returns the hash of the file that the rows are read from.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn digest(&self) -> Result<String, Failure> {
        let mut hashed = Hashed::new(Arc::clone(&self.file));
        let read = io::copy(&mut hashed, &mut io::sink());
        read.map_err(|error| self.failure(&error))?;
        Ok(hashed.digest())
    }

    /// Returns the length of the file that the rows are read from; 0 if it is not known.
    pub(crate) fn bytes(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    /// Returns what was recognised about the file, if it is not the usual.
    pub(crate) fn describe(&self) -> Option<String> {
        if let Some(sheet) = &self.sheet {
            return Some(sheet.describe());
        }
        let name = self.encoding.name();
        (self.encoding != UTF_8)
            .then(|| format!("the file is read as {name}: if that is wrong, use --encoding"))
    }

    /// Returns the name of the encoding. A spreadsheet has none.
    pub(crate) fn encoding_name(&self) -> Option<&'static str> {
        self.sheet.is_none().then(|| self.encoding.name())
    }

    /// Returns the number of hidden rows of the sheet that have values.
    pub(crate) fn hidden_rows(&self) -> u64 {
        self.sheet.as_ref().map_or(0, SheetInfo::hidden_rows)
    }

    /// Returns the names of the hidden columns of the sheet that have values.
    pub(crate) fn hidden_columns(&self) -> Vec<&str> {
        let sheet = self.sheet.iter();
        sheet.flat_map(SheetInfo::hidden_columns).collect()
    }

    pub(crate) fn failure(&self, error: &io::Error) -> Failure {
        Failure::of_file(&self.path, error)
    }

    /// Returns how a list for people is written beside the file. A spreadsheet would take UTF-8 without a mark for the
    /// old encoding.
    pub(crate) fn list_form(&self) -> ListForm {
        let has_mark = self.head.has_mark || self.encoding != UTF_8 || self.sheet.is_some();
        match self.format {
            FileFormat::Csv { delimiter } => ListForm {
                delimiter,
                has_mark,
            },
            FileFormat::JsonLines => ListForm {
                delimiter: b',',
                has_mark: true,
            },
        }
    }

    /// Writes what precedes the rows in a file of some of them, which is UTF-8.
    pub(crate) fn write_head(&self, to: &mut impl io::Write) -> io::Result<()> {
        if self.list_form().has_mark && matches!(self.format, FileFormat::Csv { .. }) {
            to.write_all(UTF_8_MARK)?;
        }
        match &self.origin {
            Some(origin) => to.write_all(origin.to_line().as_bytes()),
            None => Ok(()),
        }
    }

    /// Returns the path of the file's journal.
    pub(crate) fn journal(&self) -> PathBuf {
        journal_of(&self.path)
    }

    /// Returns the path for the failed rows.
    pub(crate) fn failed(&self) -> PathBuf {
        self.beside("failed")
    }

    /// Returns the path for the bad rows.
    pub(crate) fn bad(&self) -> PathBuf {
        self.beside("bad")
    }

    /// Returns `customers.failed.csv` for `customers.csv`, and `customers.tsv.failed.csv` for
    /// `customers.tsv`: files of different forms do not share one.
    fn beside(&self, what: &str) -> PathBuf {
        let extension = match self.format {
            FileFormat::Csv { .. } => "csv",
            FileFormat::JsonLines => "jsonl",
        };
        let own = self.path.extension().unwrap_or_default().to_str();
        let ending = match own {
            Some(own) if own == extension => format!("{what}.{extension}"),
            Some("") | None => format!("rows.{what}.{extension}"),
            Some(own) => format!("{own}.{what}.{extension}"),
        };
        self.path.with_extension(ending)
    }

    /// Removes the temporary copy of standard input.
    pub(crate) fn remove_copy(&self) {
        if self.is_copy {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Returns the path of the journal of a file.
pub(crate) fn journal_of(path: &Path) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(".journal");
    name.into()
}

/// Returns the copies of standard input and of pipes that are in the current folder, in the order of their names.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn copies() -> io::Result<Vec<PathBuf>> {
    let mut copies = Vec::new();
    for file in fs::read_dir(".")? {
        let name = file?.file_name();
        let is_copy = name.to_str().is_some_and(|name| {
            let mut sources = [STDIN_COPY, PIPE_COPY].into_iter();
            let is_of = |source| name.starts_with(&format!("{source}-"));
            sources.any(is_of) && name.ends_with(COPY_ENDING)
        });
        if is_copy {
            copies.push(PathBuf::from(name));
        }
    }
    copies.sort_unstable();
    Ok(copies)
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new(STDIN)
}

/// The form is recognised by the extension of the file, else by its first byte.
fn detect_format(path: &Path, start: &[u8], delimiter: Option<u8>) -> FileFormat {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let is_json = match extension.to_str() {
        Some("jsonl" | "ndjson") => true,
        Some("csv" | "tsv") => false,
        _ => start.trim_ascii_start().starts_with(b"{"),
    };
    if is_json {
        return FileFormat::JsonLines;
    }
    let delimiter = delimiter.unwrap_or_else(|| rows::detect_delimiter(start));
    FileFormat::Csv { delimiter }
}

impl Head {
    /// Returns what precedes the rows of a text, the delimiter that Excel's first line `sep=;` names, and what
    /// the first line of a backup says.
    fn of(text: &str) -> (Self, Option<u8>, Option<Origin>) {
        let rows = text.strip_prefix('\u{feff}');
        let has_mark = rows.is_some();
        let rows = rows.unwrap_or(text);
        let line = rows.split_inclusive('\n').next().unwrap_or_default();
        let separator = match line.trim_end().as_bytes() {
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
            // The end of the line is trimmed, and a tab with it.
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] if line.contains('\t') => Some(b'\t'),
            _ => None,
        };
        let mark = if has_mark { UTF_8_MARK.len() } else { 0 };
        let origin = Origin::of_line(line);
        let is_skipped = separator.is_some() || origin.is_some();
        let bytes = mark + if is_skipped { line.len() } else { 0 };
        let head = Self {
            has_mark,
            bytes: u64::try_from(bytes).unwrap_or_default(),
            lines: u64::from(is_skipped),
        };
        (head, separator, origin)
    }
}

/// Copies standard input or a pipe to a file in the current folder, since it is read twice.
fn copy(name: &str, mut from: impl Read) -> Result<PathBuf, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let moment = now.unwrap_or_default().as_millis();
    let path = PathBuf::from(format!(
        "{name}-{moment}-{}{COPY_ENDING}",
        std::process::id()
    ));
    remove_if_ended_early(path.clone());
    let mut kept = || -> io::Result<()> {
        let mut file = private().create_new(true).open(&path)?;
        io::copy(&mut from, &mut file)?;
        file.flush()?;
        file.sync_all()
    };
    match kept() {
        Ok(()) => Ok(path),
        Err(error) => {
            let _ = fs::remove_file(&path);
            Err(Failure::of_file(&path, &error))
        }
    }
}
