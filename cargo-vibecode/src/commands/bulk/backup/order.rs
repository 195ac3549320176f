//! Whether a backup has to wait for newer ones of its job.
//!
//! The backups of a job have each field of a record once, so that their order does not matter, unless one of them could not
//! be read when the next one was begun: it was moved or changed. Then both may have a field of a record, the newer one with
//! a value that the job itself has written before. Undone last, it would restore that value.
//!
//! Any number of rows takes the same memory: which fields of which records the older backup has is noted in a table of
//! bits, and what the newer ones may share with it is looked up in a further pass.

use std::{
    collections::HashSet,
    fs::File,
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use super::kept_lines::id_and_fields;
use crate::{commands::bulk::input::origin::Origin, failure::Failure};

/// The number of bits of the table, which takes 8 MB.
const BITS: u64 = 1 << 26;
/// If more fields may be shared, they count as shared.
const MAX_CANDIDATES: usize = 100_000;

/// A field of a record.
type FieldOfRecord = (u64, String);

/// Returns those of these backups that have a field of a record which another backup has too. One with a row that is not
/// understood counts as one of them.
///
/// # Errors
/// If a backup cannot be read.
pub(super) fn sharing(backup: &Path, others: Vec<PathBuf>) -> Result<Vec<PathBuf>, Failure> {
    if others.is_empty() {
        return Ok(others);
    }
    let mut table = Table::new();
    for_each_field(backup, |field| {
        table.insert(field.as_ref());
        true
    })?;
    let mut sharing = Vec::new();
    for other in others {
        let mut candidates = HashSet::new();
        let are_few = for_each_field(&other, |field| {
            let is_candidate = table.contains(field.as_ref());
            if let Some(field) = field.filter(|_| is_candidate) {
                candidates.insert(field);
                return candidates.len() <= MAX_CANDIDATES;
            }
            !is_candidate
        })?;
        let is_other = |field: Option<FieldOfRecord>| match field {
            Some(field) => !candidates.contains(&field),
            None => candidates.is_empty(),
        };
        if !are_few || !for_each_field(backup, is_other)? {
            sharing.push(other);
        }
    }
    Ok(sharing)
}

/// Passes each field of each row to `goes_on`, and `None` for a row that is not understood, until it returns false. Returns
/// whether it never did.
fn for_each_field(
    backup: &Path,
    mut goes_on: impl FnMut(Option<FieldOfRecord>) -> bool,
) -> Result<bool, Failure> {
    let failed = |error: io::Error| Failure::of_file(backup, &error);
    let file = File::open(backup).map_err(failed)?;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(failed)?;
        if Origin::of_line(&line).is_some() {
            continue;
        }
        let Some((id, fields)) = id_and_fields(&line) else {
            if !goes_on(None) {
                return Ok(false);
            }
            continue;
        };
        for field in fields {
            if !goes_on(Some((id, field))) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Which fields of records there may be.
struct Table {
    words: Vec<u64>,
    /// Whether there are fields that are not known.
    has_unknown: bool,
}

impl Table {
    fn new() -> Self {
        let words = usize::try_from(BITS / 64).unwrap_or_default();
        Self {
            words: vec![0; words],
            has_unknown: false,
        }
    }

    fn insert(&mut self, field: Option<&FieldOfRecord>) {
        let Some((word, bit)) = field.map(word_and_bit) else {
            self.has_unknown = true;
            return;
        };
        if let Some(word) = self.words.get_mut(word) {
            *word |= bit;
        }
    }

    /// Returns whether there may be this field. One that is not known may be any.
    fn contains(&self, field: Option<&FieldOfRecord>) -> bool {
        let Some((word, bit)) = field.map(word_and_bit) else {
            return true;
        };
        self.has_unknown || self.words.get(word).is_none_or(|word| word & bit != 0)
    }
}

fn word_and_bit(field: &FieldOfRecord) -> (usize, u64) {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let bit = hasher.hash_one(field) % BITS;
    (
        usize::try_from(bit / 64).unwrap_or_default(),
        1 << (bit % 64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_backup_with_the_same_field_of_a_record_shares_something() {
        let folder = std::env::temp_dir().join(format!("vibecode-order-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, rows: &[&str]| {
            let path = folder.join(name);
            std::fs::write(&path, rows.concat()).unwrap();
            path
        };
        let row = |id: u64, field: &str| {
            format!(
                "{{\"id\":{id},\"wire:{field}\":\"a\",\"backup:written\":{{\"{field}\":[\"b\"]}}}}\n"
            )
        };
        let own = write("own", &[&row(1, "post"), &row(2, "name")]);
        let odd = write("odd", &["{\"id\":9}\n"]);
        let others = [
            write("field", &[&row(1, "name"), &row(2, "post")]),
            write("record", &[&row(3, "post")]),
            write("same", &[&row(3, "name"), &row(2, "name")]),
            odd.clone(),
        ];
        let shared = sharing(&own, others.to_vec()).unwrap();
        assert_eq!(shared, [others[2].clone(), odd.clone()]);
        assert_eq!(sharing(&odd, others.to_vec()).unwrap(), others);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
