//! Which fields the backups of a job restore, for the records that several rows are about.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use serde_json::value::RawValue;

use super::appended_file::is_backup_of;
use crate::{
    commands::bulk::{
        input::{origin::Origin, rows::WRITTEN},
        record_fields::RecordFields,
        repeated::RepeatedRecords,
    },
    failure::Failure,
};

/// The wire names of the fields, by the id of the record.
#[derive(Debug, Clone, Default)]
pub(in crate::commands::bulk) struct KeptFields(HashMap<u64, HashSet<String>>);

impl KeptFields {
    /// Reads them from those of these backups that are of the job with this journal and are there.
    ///
    /// # Errors
    /// If a backup cannot be read, or if a row of it is not understood.
    pub(in crate::commands::bulk) fn read(
        backups: &[PathBuf],
        journal: Option<&str>,
        repeated: &RepeatedRecords,
    ) -> Result<Self, Failure> {
        let mut kept = Self::default();
        for backup in backups {
            let added = kept.add(backup, journal, repeated);
            added.map_err(|error| Failure::of_file(backup, &error))?;
        }
        Ok(kept)
    }

    fn add(
        &mut self,
        backup: &Path,
        journal: Option<&str>,
        repeated: &RepeatedRecords,
    ) -> io::Result<()> {
        if !is_backup_of(backup, journal)? {
            return Ok(());
        }
        for line in BufReader::new(File::open(backup)?).lines() {
            let line = line?;
            if Origin::of_line(&line).is_some() {
                continue;
            }
            let row = id_and_fields(&line).ok_or_else(|| {
                let problem = "a row is not understood, so it is not known which old values it has: restore the backup";
                io::Error::new(io::ErrorKind::InvalidData, problem)
            });
            let (id, fields) = row?;
            if repeated.rows(id).is_some() {
                self.insert(id, fields);
            }
        }
        Ok(())
    }

    pub(super) fn insert(&mut self, id: u64, fields: impl IntoIterator<Item = String>) {
        self.0.entry(id).or_default().extend(fields);
    }

    pub(super) fn contains(&self, id: u64, field: &str) -> bool {
        self.0.get(&id).is_some_and(|fields| fields.contains(field))
    }
}

fn id_and_fields(line: &str) -> Option<(u64, Vec<String>)> {
    let cells = RecordFields::read(line)?;
    let id = cells.get("id")?.get().parse().ok()?;
    let written: BTreeMap<String, &RawValue> =
        serde_json::from_str(cells.get(WRITTEN)?.get()).ok()?;
    Some((id, written.into_keys().collect()))
}
