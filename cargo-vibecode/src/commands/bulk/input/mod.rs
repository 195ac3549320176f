//! The file with the rows. It is read twice, and never held in memory as a whole.

pub(crate) mod columns;
pub(crate) mod fingerprints;
pub(crate) mod row_jobs;
pub(crate) mod rows;
pub(crate) mod tally;

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use sha2::{Digest as _, Sha256};

use self::rows::{CsvRows, JsonRows, Rows};
use crate::failure::Failure;

/// The path that means standard input.
const STDIN: &str = "-";
const BUFFER: usize = 64 * 1024;
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF_16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// The rows, hashed as they are read.
pub(crate) type HashedRows = Rows<BufReader<Hashed>>;

/// A file of rows. It stays open, so that both passes read the same file even if its path is
/// replaced.
#[derive(Debug)]
pub(crate) struct Input {
    file: File,
    pub(crate) path: PathBuf,
    pub(crate) format: FileFormat,
    /// The length of the byte order mark at the start, in bytes.
    mark: u64,
    /// Whether this is a temporary copy of standard input.
    pub(crate) is_copy: bool,
}

/// The form of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileFormat {
    Csv { delimiter: u8 },
    JsonLines,
}

impl Input {
    /// Opens a file, or copies standard input to one if the path is `-`.
    ///
    /// # Errors
    /// If it cannot be read, or if its encoding is not UTF-8.
    pub(crate) fn open(path: &Path, delimiter: Option<u8>) -> Result<Self, Failure> {
        let is_copy = is_stdin(path);
        let path = if is_copy {
            copy_stdin()?
        } else {
            path.to_owned()
        };
        let opened = Self::read_start(&path, delimiter, is_copy);
        if opened.is_err() && is_copy {
            let _ = fs::remove_file(&path);
        }
        opened
    }

    fn read_start(path: &Path, delimiter: Option<u8>, is_copy: bool) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::of_file(path, &error);
        let mut file = File::open(path).map_err(failed)?;
        let mut start = Vec::new();
        let start_of_file = u64::try_from(BUFFER).unwrap_or_default();
        let mut reader = (&mut file).take(start_of_file);
        reader.read_to_end(&mut start).map_err(failed)?;
        if UTF_16_MARKS.iter().any(|mark| start.starts_with(mark)) {
            let problem = "the file is UTF-16: save it as UTF-8";
            return Err(Failure::in_file(path, problem));
        }
        let text = start.strip_prefix(UTF_8_MARK);
        let mark = text.map_or(0, |_| UTF_8_MARK.len());
        let format = detect_format(path, text.unwrap_or(&start), delimiter);
        Ok(Self {
            file,
            path: path.to_owned(),
            format,
            mark: u64::try_from(mark).unwrap_or_default(),
            is_copy,
        })
    }

    /// Returns the rows, starting with the first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn rows(&self) -> Result<HashedRows, Failure> {
        let reader = || -> io::Result<BufReader<Hashed>> {
            let mut file = self.file.try_clone()?;
            file.seek(SeekFrom::Start(0))?;
            let mut reader = BufReader::with_capacity(BUFFER, Hashed::new(file));
            io::copy(&mut (&mut reader).take(self.mark), &mut io::sink())?;
            Ok(reader)
        };
        let reader = reader().map_err(|error| self.failure(&error))?;
        Ok(match self.format {
            FileFormat::Csv { delimiter } => Rows::Csv(CsvRows::new(reader, delimiter, self.mark)),
            FileFormat::JsonLines => Rows::Json(JsonRows::new(reader, self.mark)),
        })
    }

    pub(crate) fn failure(&self, error: &io::Error) -> Failure {
        Failure::of_file(&self.path, error)
    }

    /// Returns the byte order mark, if there is one.
    pub(crate) fn mark(&self) -> &'static [u8] {
        match self.mark {
            0 => b"",
            _ => UTF_8_MARK,
        }
    }

    /// Returns the path of the file's journal.
    pub(crate) fn journal(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".journal");
        name.into()
    }

    /// Returns the path for the failed rows.
    pub(crate) fn failed(&self) -> PathBuf {
        let extension = match self.format {
            FileFormat::Csv { .. } => "failed.csv",
            FileFormat::JsonLines => "failed.jsonl",
        };
        self.path.with_extension(extension)
    }

    /// Removes the temporary copy of standard input.
    pub(crate) fn remove_copy(&self) {
        if self.is_copy {
            let _ = fs::remove_file(&self.path);
        }
    }
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

/// Copies standard input to a file in the current folder, since it is read twice.
fn copy_stdin() -> Result<PathBuf, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let moment = now.unwrap_or_default().as_millis();
    let path = PathBuf::from(format!("stdin-{moment}-{}.rows", std::process::id()));
    let kept = || -> io::Result<()> {
        let mut file = private().create_new(true).open(&path)?;
        io::copy(&mut io::stdin().lock(), &mut file)?;
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

/// Options for a file that only its owner can read: it contains personal data.
pub(crate) fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

/// A file that is hashed as it is read.
#[derive(Debug)]
pub(crate) struct Hashed {
    file: File,
    hash: Sha256,
}

impl Hashed {
    fn new(file: File) -> Self {
        Self {
            file,
            hash: Sha256::new(),
        }
    }

    /// Returns the hash of the bytes read so far, in hexadecimal digits.
    pub(crate) fn digest(&self) -> String {
        let digest = self.hash.clone().finalize();
        let mut text = String::with_capacity(2 * digest.len());
        for byte in digest {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
