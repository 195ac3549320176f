//! The names of a backup and of the lists beside it, and what killed processes have left of them.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{
    kept_lines::EARLIER,
    undo_file::{RETURNED, ROWS},
};
use crate::{commands::bulk::earlier, failure::Failure, part_file::remove_leftovers};

const MAX_BACKUPS: usize = 10_000;

/// Returns the path that was given for a backup.
///
/// # Errors
/// If there is a backup of this name, or if `bulk` would not read it as JSON Lines.
pub(in crate::commands::bulk) fn given_path(path: &Path) -> Result<PathBuf, Failure> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    if extension == "csv" || extension == "tsv" {
        let problem = "a backup is JSON Lines: give it a name such as kept.jsonl";
        return Err(Failure::in_file(path, problem));
    }
    if path.exists() {
        let problem = "there is a file of this name: name another one for the backup";
        return Err(Failure::in_file(path, problem));
    }
    let list = removals(path);
    if list.exists() {
        let problem = format!(
            "this is the list of a backup that is not there: the backup was moved or deleted, or a run was killed before it was complete. Move or delete the list, or name another file than {} for the backup",
            path.display()
        );
        return Err(Failure::in_file(&list, problem));
    }
    Ok(path.to_owned())
}

/// Returns the path of the next backup of a job of the rows of `file`, which has these already, the newest first. An
/// earlier one is never overwritten, and the next one of a backup whose name was given is beside it.
///
/// # Errors
/// If there are too many.
pub(in crate::commands::bulk) fn next_path(
    file: &Path,
    of_job: &[PathBuf],
) -> Result<PathBuf, Failure> {
    let named = |number: usize| {
        let mut name = OsString::from(file);
        match number {
            1 => name.push(".backup.jsonl"),
            _ => name.push(format!(".backup-{number}.jsonl")),
        }
        PathBuf::from(name)
    };
    let is_free = |path: &PathBuf| !is_taken(path) && !of_job.contains(path);
    let mut by_default = (1..=MAX_BACKUPS).map(named);
    let given = of_job.last().filter(|first| !has_default_name(first, file));
    let free = match given {
        Some(given) => earlier::numbered(given).take(MAX_BACKUPS).find(is_free),
        None => by_default.find(is_free),
    };
    free.ok_or_else(|| {
        Failure::in_file(
            file,
            "there are too many backups of this file: delete those that are not needed",
        )
    })
}

/// Returns whether a backup has a name that [`next_path`] gives to those of a file, of whatever number.
fn has_default_name(backup: &Path, input: &Path) -> bool {
    let bytes = |path: &Path| path.file_name().map(|it| it.as_encoded_bytes().to_vec());
    let (Some(name), Some(file)) = (bytes(backup), bytes(input)) else {
        return false;
    };
    let number = || {
        let rest = name.strip_prefix(&*file)?.strip_prefix(b".backup")?;
        rest.strip_suffix(b".jsonl")
    };
    let is_number = match number() {
        Some([]) => true,
        Some([b'-', b'1'..=b'9', digits @ ..]) => digits.iter().all(u8::is_ascii_digit),
        Some(_) | None => false,
    };
    is_number && backup.parent() == input.parent()
}

/// Removes what runs that were killed have left of a backup of this name. Returns the warning of what is too young to be
/// removed.
pub(super) fn warning_of_leftovers(path: &Path) -> Option<String> {
    let lists = [removals(path), incomplete(path)];
    let parts = [(path, ROWS), (path, RETURNED), (path, EARLIER)].into_iter();
    let parts = parts.chain(lists.iter().map(|list| (list.as_path(), "")));
    let left = parts.flat_map(|(path, label)| remove_leftovers(path, label));
    let left: Vec<String> = left.map(|path| path.display().to_string()).collect();
    (!left.is_empty()).then(|| {
        format!(
            "a run that was killed has left parts of a backup: {}. They have old values of records, and are not needed: delete them, or a later run with this backup does",
            left.join(", ")
        )
    })
}

/// Returns true if there is a file with one of the two names of a backup.
pub(in crate::commands::bulk) fn is_taken(path: &Path) -> bool {
    path.exists() || removals(path).exists()
}

/// Returns the path of the list of phones and emails to remove.
pub(super) fn removals(path: &Path) -> PathBuf {
    path.with_extension("added.csv")
}

/// Returns the path of the list of changes that cannot be undone.
pub(super) fn incomplete(path: &Path) -> PathBuf {
    path.with_extension("incomplete.csv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_with_a_default_name_is_one_of_its_file_and_folder() {
        let is_default = |backup: &str| has_default_name(Path::new(backup), Path::new("in/a.csv"));
        for backup in ["backup", "backup-2", "backup-10000", "backup-123456"] {
            assert!(is_default(&format!("in/a.csv.{backup}.jsonl")), "{backup}");
        }
        for other in [
            "in/kept.jsonl",
            "a.csv.backup.jsonl",
            "in/b.csv.backup.jsonl",
            "in/a.csv.backup-x.jsonl",
            "in/a.csv.backup-.jsonl",
            "in/a.csv.backup-02.jsonl",
            "in/a.csv.backup.jsonl.1",
        ] {
            assert!(!is_default(other), "{other}");
        }
    }
}
