//! The fields that a job changes.

use std::fmt;

use super::PatchJob;
use crate::{MultifieldEntry, patch::body::FieldChange, value::multifield::kind_of};

impl PatchJob {
    /// Returns the fields that the job changes, in the order in which they are sent.
    pub fn fields(&self) -> impl Iterator<Item = JobField<'_>> {
        let changes = self.body.changes();
        changes.map(|(name, change)| match change {
            FieldChange::Set(json, _) | FieldChange::Clear(json, _) => JobField {
                name,
                json: Some(json),
                added: Vec::new(),
            },
            FieldChange::Add(added) => JobField {
                name,
                json: None,
                added: added
                    .iter()
                    .map(|it| MultifieldEntry::new(kind_of(name), it.value_type, it.text()))
                    .collect(),
            },
        })
    }
}

/// A field that a job sets or clears, or to which it adds values. From [`PatchJob::fields`]. `Debug` hides
/// the values.
///
/// ```
/// use vibecode_runtime::PatchJob;
///
/// let patch = PatchJob::untyped("contacts", 71).set("post", "Director");
/// let job = patch.add("phone", "+79161112233", "WORK").job()?;
/// let fields: Vec<_> = job.fields().collect();
/// assert_eq!((fields[0].name(), fields[0].json()), ("post", Some(r#""Director""#)));
/// assert_eq!((fields[1].name(), fields[1].json()), ("phone", None));
/// let phone = &fields[1].added()[0];
/// assert_eq!((phone.value(), phone.value_type()), ("+79161112233", "WORK"));
/// # Ok::<(), vibecode_runtime::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct JobField<'a> {
    name: &'a str,
    json: Option<&'a str>,
    added: Vec<MultifieldEntry>,
}

impl<'a> JobField<'a> {
    /// Returns the wire name of the field.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Returns the JSON that sets or clears the field; `None` if values are added.
    #[must_use]
    pub fn json(&self) -> Option<&'a str> {
        self.json
    }

    /// Returns the phones or emails that are added. They have no ids yet.
    #[must_use]
    pub fn added(&self) -> &[MultifieldEntry] {
        &self.added
    }
}

impl fmt::Debug for JobField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobField")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_name_of_a_field_and_no_value() {
        let patch = PatchJob::untyped("contacts", 71).set("post", "Director");
        let job = patch.clear("companyId", 0).job().unwrap();
        let shown = format!("{:?}", job.fields().collect::<Vec<_>>());
        assert!(
            shown.contains("post") && !shown.contains("Director"),
            "{shown}"
        );
        let cleared = job.fields().find(|field| field.name() == "companyId");
        assert_eq!(cleared.unwrap().json(), Some("0"));
    }
}
