//! The first line of a backup, which says whose old values its rows are.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

/// A longer first line, in bytes, is not that of a backup.
const LONGEST_LINE: u64 = 64 * 1024;

/// The records of a backup. Another portal has other records with the same ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Origin {
    pub(crate) entity: String,
    /// The portal's host, if the API reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) portal: Option<String>,
    /// Whether each row has the values that the job wrote. Backups of earlier versions have only the old values.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) has_written: bool,
    /// The journal of the job, relative to the folder of the backup. Backups of earlier versions do not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) journal: Option<String>,
    /// The same as an absolute path, by which the job is found if the backup is moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) journal_path: Option<String>,
    /// The id in that journal. Another job may have a journal of the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) journal_id: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
fn is_false(value: &bool) -> bool {
    !value
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    backup: Origin,
}

impl Origin {
    /// Reads the first line of a file. `None` if the file is not a backup.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn of_file(path: &Path) -> io::Result<Option<Self>> {
        let mut line = Vec::new();
        let start = File::open(path)?.take(LONGEST_LINE);
        BufReader::new(start).read_until(b'\n', &mut line)?;
        Ok(str::from_utf8(&line).ok().and_then(Self::of_line))
    }

    /// Parses the first line of a file. `None` if the file is not a backup.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        let line: Line = serde_json::from_str(line.trim()).ok()?;
        Some(line.backup)
    }

    pub(crate) fn to_line(&self) -> String {
        let backup = self.clone();
        // Texts are always JSON.
        let line = serde_json::to_string(&Line { backup }).unwrap_or_default();
        format!("{line}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_a_backup_is_not_a_row() {
        for portal in [None, Some("acme.bitrix24.ru".to_owned())] {
            let entity = "contacts".to_owned();
            let has_written = portal.is_some();
            let origin = Origin {
                entity,
                journal: portal.as_ref().map(|_| "../a.csv.journal".to_owned()),
                journal_path: portal.as_ref().map(|_| "/jobs/a.csv.journal".to_owned()),
                journal_id: portal.as_ref().map(|_| "1f09d2c4".to_owned()),
                portal,
                has_written,
            };
            assert_eq!(Origin::of_line(&origin.to_line()), Some(origin));
        }
        for row in [
            r#"{"id":71,"backup":{"entity":"contacts"}}"#,
            r#"{"backup":"contacts"}"#,
            r#"{"backup":{"entity":"contacts","post":"a"}}"#,
            "id,backup",
        ] {
            assert_eq!(Origin::of_line(row), None, "{row}");
        }
    }
}
