//! The records and fields of one entity.

use std::collections::BTreeMap;

use super::{fields::Fields, record::Record};

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) fields: Fields,
    pub(crate) records: BTreeMap<u64, Record>,
    /// The highest id assigned so far: the id of a deleted record is not reused.
    pub(crate) last_id: u64,
}

impl Table {
    pub(crate) fn new(fields: Fields) -> Self {
        Self {
            fields,
            records: BTreeMap::new(),
            last_id: 0,
        }
    }

    /// Adds a record, or replaces the one with its id. Returns false if it replaced one.
    pub(crate) fn insert(&mut self, record: Record) -> bool {
        self.last_id = self.last_id.max(record.id);
        self.records.insert(record.id, record).is_none()
    }
}
