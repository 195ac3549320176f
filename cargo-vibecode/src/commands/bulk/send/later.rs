//! Rows about a record that an earlier row, which is still under way, is about too.
//!
//! A record is read after its row was sent. By then a later row may have changed the same field, and
//! the record rightly shows the later value. Example: row 5 sets the post of record 71 to A, row 60
//! sets it to B, and both are under way. A read for row 5 may show B. Row 5 is then done if row 60 is, and
//! has failed if row 60 has: in that case nothing shows that A was ever there.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use vibecode_runtime::PatchJob;
use vibecode_spec::Multifield;

use super::batch::RowError;
use crate::verify::{Difference, DifferenceProblem};

/// Rows with their numbers, by the id of the record.
type RowsById = HashMap<u64, Vec<(u64, Arc<PatchJob>)>>;

/// The rows of all batches that were started and not reported.
#[derive(Debug, Clone, Default)]
pub(super) struct StartedRows {
    by_id: Arc<Mutex<RowsById>>,
}

impl StartedRows {
    /// Adds the rows of a batch, before it is sent.
    pub(super) fn add(&self, numbers: &[u64], jobs: &[Arc<PatchJob>]) {
        let mut by_id = self.lock();
        for (number, job) in numbers.iter().zip(jobs) {
            let rows = by_id.entry(job.id()).or_default();
            rows.push((*number, Arc::clone(job)));
        }
    }

    /// Removes the rows of a batch, once it and all batches before it are reported.
    pub(super) fn remove(&self, numbers: &[u64], ids: &[u64]) {
        let mut by_id = self.lock();
        for (number, id) in numbers.iter().zip(ids) {
            if let Some(rows) = by_id.get_mut(id) {
                rows.retain(|(of_row, _)| of_row != number);
                if rows.is_empty() {
                    by_id.remove(id);
                }
            }
        }
    }

    /// Returns the rows after this one that change the same field of the record.
    pub(super) fn later(&self, id: u64, number: u64, field: &str) -> Vec<u64> {
        let by_id = self.lock();
        let later = by_id.get(&id).into_iter().flatten();
        let later = later.filter(|(of_row, _)| *of_row > number);
        let later = later.filter(|(_, job)| job.fields().any(|it| it.name() == field));
        later.map(|(of_row, _)| *of_row).collect()
    }

    fn lock(&self) -> MutexGuard<'_, RowsById> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns whether a later row can explain a difference. It may set another value, but it takes away nothing
/// that an earlier row adds.
pub(super) fn may_be_superseded(difference: &Difference) -> bool {
    difference.problem == DifferenceProblem::OtherValue
        && Multifield::of_field(&difference.field).is_none()
}

/// A row whose record has other values in some fields, which later rows change too.
#[derive(Debug, Clone)]
pub(crate) struct Superseded {
    /// The differences, each with the later rows that may explain it.
    differences: Vec<(Vec<u64>, Difference)>,
}

impl Superseded {
    pub(super) fn new(differences: Vec<(Vec<u64>, Difference)>) -> Self {
        Self { differences }
    }

    /// Returns the result of the row: a difference is explained if one of the later rows is done. Returns
    /// `None` if that is not known yet. `is_done` returns whether a row is done, if it is known.
    pub(super) fn decide(
        &self,
        is_done: &dyn Fn(u64) -> Option<bool>,
    ) -> Option<Result<(), RowError>> {
        let mut unexplained = Vec::new();
        for (later, difference) in &self.differences {
            let later: Vec<Option<bool>> = later.iter().map(|number| is_done(*number)).collect();
            if later.contains(&Some(true)) {
                continue;
            }
            if later.contains(&None) {
                return None;
            }
            unexplained.push(difference.clone());
        }
        Some(if unexplained.is_empty() {
            Ok(())
        } else {
            Err(RowError::NotAsSent(unexplained))
        })
    }

    /// Returns the differences, whoever explains them.
    pub(crate) fn differences(&self) -> Vec<Difference> {
        let differences = self.differences.iter();
        differences
            .map(|(_, difference)| difference.clone())
            .collect()
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
        assert_eq!(rows.later(71, 5, "post"), [60]);
        assert_eq!(rows.later(71, 5, "name"), [7]);
        for (id, number, field) in [
            (71, 60, "post"),
            (72, 6, "post"),
            (71, 7, "name"),
            (71, 5, "lastName"),
        ] {
            assert!(
                rows.later(id, number, field).is_empty(),
                "{id} {number} {field}"
            );
        }
        rows.remove(&[60], &[71]);
        assert!(rows.later(71, 5, "post").is_empty());
        rows.remove(&[5, 6, 7], &[71, 72, 71]);
        assert!(rows.lock().is_empty());
    }

    #[test]
    fn no_later_row_explains_why_an_added_phone_is_not_there() {
        for (field, problem, expected) in [
            ("post", DifferenceProblem::OtherValue, true),
            ("post", DifferenceProblem::NotShown, false),
            ("phone", DifferenceProblem::OtherValue, false),
            ("email", DifferenceProblem::OtherValue, false),
        ] {
            let field = field.to_owned();
            let difference = Difference { field, problem };
            assert_eq!(may_be_superseded(&difference), expected, "{difference:?}");
        }
    }

    #[test]
    fn a_row_is_not_excused_by_a_later_row_that_fails() {
        let difference = Difference {
            field: "post".to_owned(),
            problem: DifferenceProblem::OtherValue,
        };
        let row = Superseded::new(vec![(vec![60, 100], difference.clone())]);
        let decided = |of_60, of_100| {
            let is_done = |number| if number == 60 { of_60 } else { of_100 };
            row.decide(&is_done).map(|result| result.is_ok())
        };
        for (of_60, of_100, expected) in [
            (Some(true), Some(false), Some(true)),
            (Some(false), Some(true), Some(true)),
            (None, Some(true), Some(true)),
            (Some(false), None, None),
            (Some(false), Some(false), Some(false)),
        ] {
            assert_eq!(decided(of_60, of_100), expected, "{of_60:?} {of_100:?}");
        }
        let failed = row.decide(&|_| Some(false));
        assert!(
            matches!(failed, Some(Err(RowError::NotAsSent(differences))) if differences == [difference])
        );
    }
}
