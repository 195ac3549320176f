//! Reads the lines of a journal, up to the first that is not as it was written.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Seek as _, SeekFrom},
    path::Path,
};

use super::{
    Line,
    checksum::{self, RunningChecksum},
    header::FIRST_WITH_CHECKSUMS,
    review::Review,
};
use crate::failure::Failure;

/// What was read of a journal.
#[derive(Debug, Default)]
pub(super) struct ReadLines {
    /// The length of the complete lines that are as they were written.
    pub(super) whole: u64,
    /// The checksum of these lines; `None` if the journal is of an earlier version.
    pub(super) checksum: Option<RunningChecksum>,
    pub(super) damage: Option<Damage>,
}

/// Lines that are not as they were written.
#[derive(Debug)]
pub(super) struct Damage {
    /// The number of the first, from 1.
    pub(super) line: u64,
    /// The last review that one of them records. Its digests are lost.
    pub(super) review: Option<Review>,
}

impl Damage {
    /// Adds a line that is not as it was written, or follows one.
    fn add(&mut self, line: &[u8]) {
        if let Some(Line::Review { review, .. }) = parse_damaged(line) {
            self.review = Some(review);
        }
    }
}

/// Passes every complete line to `visit`, up to the first that is not as it was written.
///
/// # Errors
/// If the journal cannot be read, if its first line is damaged, or if another line is and the journal is of an earlier
/// version.
pub(super) fn for_each_line(
    file: &mut File,
    path: &Path,
    mut visit: impl FnMut(Line),
) -> Result<ReadLines, Failure> {
    let failed = |error: io::Error| Failure::of_file(path, &error);
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut reader = BufReader::new(file);
    let mut lines = ReadLines::default();
    let mut bytes = Vec::new();
    for number in 1_u64.. {
        bytes.clear();
        let read = reader.read_until(b'\n', &mut bytes).map_err(failed)?;
        if bytes.pop() != Some(b'\n') {
            break;
        }
        if let Some(damage) = &mut lines.damage {
            damage.add(&bytes);
            continue;
        }
        let line = match &mut lines.checksum {
            _ if number == 1 => lines.read_first(&bytes),
            Some(checksum) => checksum
                .strip_checksum(&bytes)
                .and_then(|line| parse(&line)),
            None => parse(&bytes),
        };
        match line {
            Some(line) => {
                visit(line);
                lines.whole += u64::try_from(read).unwrap_or_default();
            }
            None if number > 1 && lines.checksum.is_some() => {
                let mut damage = Damage {
                    line: number,
                    review: None,
                };
                damage.add(&bytes);
                lines.damage = Some(damage);
            }
            None => return Err(damaged(path, number)),
        }
    }
    Ok(lines)
}

impl ReadLines {
    /// Reads the first line, which says whether the journal has checksums.
    fn read_first(&mut self, bytes: &[u8]) -> Option<Line> {
        let mut checksum = RunningChecksum::default();
        if let Some(line) = checksum.strip_checksum(bytes) {
            self.checksum = Some(checksum);
            return parse(&line);
        }
        parse(bytes)
            .filter(|line| !matches!(line, Line::Journal(it) if it.version >= FIRST_WITH_CHECKSUMS))
    }
}

fn parse(line: &[u8]) -> Option<Line> {
    serde_json::from_slice(line).ok()
}

/// Returns the moment that a possibly damaged line names; 0 if it names none.
pub(super) fn moment_of(line: &[u8]) -> u64 {
    parse_damaged(line)
        .and_then(|line| line.at())
        .unwrap_or_default()
}

/// Reads a line whose checksum may be wrong or missing.
fn parse_damaged(line: &[u8]) -> Option<Line> {
    let line = checksum::split(line).map_or_else(|| line.to_vec(), |(line, _)| line);
    parse(&line)
}

fn damaged(path: &Path, number: u64) -> Failure {
    let problem = format!(
        "line {number} is not a line of a journal: the file is damaged, and does not show reliably which rows were sent. Compare the records with the rows before sending any"
    );
    Failure::in_file(path, problem)
}
