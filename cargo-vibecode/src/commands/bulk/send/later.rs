//! Rows about a record that an earlier row, which is still under way, is about too.
//!
//! A record is read after its row was sent. By then a later row may have changed the same field, and
//! the record rightly shows the later value. Example: row 5 sets the post of record 71 to A, row 60
//! sets it to B, and both are under way. A read for row 5 may show B. The field is then judged by row 60
//! alone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use vibecode_runtime::PatchJob;

use crate::verify;

/// Rows with their lines, by the id of the record.
type RowsById = HashMap<u64, Vec<(u64, Arc<PatchJob>)>>;

/// The rows of all batches that were started and not reported.
#[derive(Debug, Clone, Default)]
pub(super) struct StartedRows {
    by_id: Arc<Mutex<RowsById>>,
}

impl StartedRows {
    /// Adds the rows of a batch, before it is sent.
    pub(super) fn add(&self, lines: &[u64], jobs: &[Arc<PatchJob>]) {
        let mut by_id = self.lock();
        for (line, job) in lines.iter().zip(jobs) {
            let rows = by_id.entry(job.id()).or_default();
            rows.push((*line, Arc::clone(job)));
        }
    }

    /// Removes the rows of a batch, once it and all batches before it are reported.
    pub(super) fn remove(&self, lines: &[u64], ids: &[u64]) {
        let mut by_id = self.lock();
        for (line, id) in lines.iter().zip(ids) {
            if let Some(rows) = by_id.get_mut(id) {
                rows.retain(|(of_row, _)| of_row != line);
                if rows.is_empty() {
                    by_id.remove(id);
                }
            }
        }
    }

    /// Returns true if a row after this line changes the same field of the record.
    pub(super) fn change_later(&self, id: u64, line: u64, field: &str) -> bool {
        let by_id = self.lock();
        let later = by_id.get(&id).into_iter().flatten();
        let mut later = later.filter(|(of_row, _)| *of_row > line);
        later.any(|(_, job)| {
            let fields = verify::of_no_record(job);
            fields.iter().any(|it| it.field == field)
        })
    }

    fn lock(&self) -> MutexGuard<'_, RowsById> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: u64, field: &str) -> Arc<PatchJob> {
        let patch = PatchJob::untyped("contacts", id).set(field, "a");
        Arc::new(patch.job().unwrap())
    }

    #[test]
    fn only_a_later_row_about_the_same_field_of_the_same_record_counts() {
        let rows = StartedRows::default();
        rows.add(
            &[5, 6, 7],
            &[job(71, "post"), job(72, "post"), job(71, "name")],
        );
        rows.add(&[60], &[job(71, "post")]);
        assert!(rows.change_later(71, 5, "post") && rows.change_later(71, 5, "name"));
        assert!(!rows.change_later(71, 60, "post") && !rows.change_later(72, 6, "post"));
        assert!(!rows.change_later(71, 7, "name") && !rows.change_later(71, 5, "lastName"));
        rows.remove(&[60], &[71]);
        assert!(!rows.change_later(71, 5, "post"));
        rows.remove(&[5, 6, 7], &[71, 72, 71]);
        assert!(rows.lock().is_empty());
    }
}
