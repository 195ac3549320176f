//! Whether a record has what was sent to it.
//!
//! The API answers 200 for a field that the portal does not have, and changes nothing. So an answer is
//! compared with what was sent, and a field that it does not show is read from the record, since an
//! answer need not show every field.
//!
//! A read that follows a write may be a little behind it. A record is therefore read once more, after a
//! pause, before one of its fields counts as not taken.

use std::{collections::HashMap, time::Duration};

use tokio::time::sleep;
use vibecode_runtime::{
    Batch, Client, Ensured, Error, ErrorKind, MismatchKind, MultifieldEntry, Multifields, Outcome,
    PatchJob, RawAnswer, Updated,
};
use vibecode_spec::Multifield;

use crate::{
    change::{entries::EntryRules, is_same_value},
    record_batch::{self, NotRead, ReadRecord},
};

/// The pause before a record that does not show everything is read once more.
const PAUSE: Duration = Duration::from_secs(1);

/// A field that a record does not have as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The wire name.
    pub(crate) field: String,
    pub(crate) problem: DifferenceProblem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DifferenceProblem {
    OtherValue,
    NotShown,
    /// A phone or an email was added, and the record has it in these entries.
    Repeated {
        entries: Vec<u64>,
    },
    /// A record has a phone or an email in these entries, and an earlier process was interrupted before the answer
    /// to the request that adds it.
    PerhapsRepeated {
        entries: Vec<u64>,
    },
}

impl DifferenceProblem {
    /// Returns what is wrong and the next step, without the field and without a value.
    pub(crate) fn explain(&self, entity: &str) -> String {
        let compare =
            format!("compare the schema with the portal: `cargo vibecode check {entity}`");
        match self {
            Self::OtherValue => format!(
                "the API reported a success, but the record has another value: look at the record, and {compare}"
            ),
            Self::NotShown => format!(
                "the API reported a success, but the record does not show this field: {compare}"
            ),
            Self::Repeated { entries } => format!(
                "the value was added, and the record has it more than once{}: the API cannot remove it, so remove one in Bitrix24",
                in_words(entries)
            ),
            Self::PerhapsRepeated { entries } => format!(
                "the record has the value more than once{}: the request that was interrupted has added it twice, unless it was there before. The API cannot remove it, so remove one in Bitrix24",
                in_words(entries)
            ),
        }
    }

    /// Returns the name of the problem in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::OtherValue => "other_value",
            Self::NotShown => "not_shown",
            Self::Repeated { .. } | Self::PerhapsRepeated { .. } => "repeated",
        }
    }

    pub(crate) fn is_repeated(&self) -> bool {
        matches!(self, Self::Repeated { .. } | Self::PerhapsRepeated { .. })
    }
}

/// Returns the ids of entries in parentheses.
fn in_words(entries: &[u64]) -> String {
    let ids: Vec<String> = entries.iter().map(u64::to_string).collect();
    match ids.len() {
        0 => String::new(),
        _ => format!(" (entries {})", ids.join(", ")),
    }
}

/// What an answer shows of the change that was sent.
#[derive(Debug)]
pub(crate) enum Shown {
    Everything,
    /// The record has to be read: the answer does not show every field, and none with another value.
    NotAll,
    Differences(Vec<Difference>),
}

/// An answer to a change that succeeded.
pub(crate) trait Answer {
    /// Compares the answer with what was sent.
    fn shown(&self, job: &PatchJob) -> Shown;
}

impl Answer for Updated {
    fn shown(&self, job: &PatchJob) -> Shown {
        let mut differences = differences(job, self.raw());
        let duplicates = job.duplicates(self.raw());
        let has_other_values = differences
            .iter()
            .any(|it| it.problem == DifferenceProblem::OtherValue);
        if has_other_values || !duplicates.is_empty() {
            differences.retain(|it| it.problem != DifferenceProblem::NotShown);
            differences.extend(duplicates.iter().map(repeated));
            return Shown::Differences(differences);
        }
        match differences[..] {
            [] => Shown::Everything,
            [..] => Shown::NotAll,
        }
    }
}

impl Answer for Ensured {
    /// The client has compared everything else. A phone that the record had twice before is not
    /// reported.
    fn shown(&self, job: &PatchJob) -> Shown {
        let is_new = |duplicate: &vibecode_runtime::Duplicate| {
            let mut entries = duplicate.entries().iter();
            entries.any(|entry| self.added().contains(entry))
        };
        let duplicates = job.duplicates(self.raw());
        let new: Vec<_> = duplicates.iter().filter(|it| is_new(it)).collect();
        match new[..] {
            [] => Shown::Everything,
            [..] => Shown::Differences(new.into_iter().map(repeated).collect()),
        }
    }
}

/// Returns the fields of a job that a record does not show as they were sent.
fn differences(job: &PatchJob, record: &RawAnswer) -> Vec<Difference> {
    let mismatches = job.mismatches(record);
    let mismatches = mismatches.iter().map(|mismatch| Difference {
        field: mismatch.field().to_owned(),
        problem: match mismatch.kind() {
            MismatchKind::NotShown => DifferenceProblem::NotShown,
            _ => DifferenceProblem::OtherValue,
        },
    });
    mismatches.collect()
}

/// Returns what the answer to a change shows that an interrupted process may have sent before. What is there more than
/// once may have been added by that process.
pub(crate) fn shown_of_interrupted(answer: &Ensured, job: &PatchJob) -> Shown {
    let duplicates = job.duplicates(answer.raw());
    if duplicates.is_empty() {
        return Shown::Everything;
    }
    let is_added = |duplicate: &vibecode_runtime::Duplicate| {
        let mut entries = duplicate.entries().iter();
        entries.any(|entry| answer.added().contains(entry))
    };
    let differences = duplicates.iter().map(|duplicate| {
        let Difference { field, problem } = repeated(duplicate);
        let problem = match problem {
            DifferenceProblem::Repeated { entries } if !is_added(duplicate) => {
                DifferenceProblem::PerhapsRepeated { entries }
            }
            other => other,
        };
        Difference { field, problem }
    });
    Shown::Differences(differences.collect())
}

fn repeated(duplicate: &vibecode_runtime::Duplicate) -> Difference {
    let mut multifields = Multifield::ALL.iter();
    let multifield = multifields.find(|it| it.kind_in_fm() == duplicate.kind());
    Difference {
        field: multifield
            .map_or(duplicate.kind(), |it| it.name())
            .to_owned(),
        problem: DifferenceProblem::Repeated {
            entries: duplicate.ids(),
        },
    }
}

/// Returns true if the record of a change with this error has to be read: the client has found that it does not show a
/// success as it was sent, and only reading it can show which fields are concerned, and whether it has a phone in another
/// form. If records are not to be verified, they are read only if the number is recognised in another form.
pub(crate) fn has_to_be_read(error: &Error, verify: bool, rules: EntryRules) -> bool {
    is_not_shown(error) && (verify || is_similar_after_sending(error) && rules.knows_forms())
}

/// Returns true if the API has reported a success, and the client has found that the record does not show it as it was
/// sent.
pub(crate) fn is_not_shown(error: &Error) -> bool {
    error.kind() == ErrorKind::NotTaken || is_similar_after_sending(error)
}

/// Returns true if the API has reported a success, and the record shows a new phone that is similar to one that was sent,
/// instead of that.
pub(crate) fn is_similar_after_sending(error: &Error) -> bool {
    error.kind() == ErrorKind::SimilarPhone && error.outcome() == Outcome::Unknown
}

/// Returns how the record of a change differs from it, also in phones and emails that it has more than once.
/// If `ensure` has sent the change, a phone of any type, and in another form of the same number, is the one that was sent.
fn differences_of_record(it: Unconfirmed<'_>, record: &RawAnswer) -> Vec<Difference> {
    let mut differences = differences(it.job, record);
    if it.is_ensured {
        differences.retain(|difference| match Multifield::of_field(&difference.field) {
            Some(multifield) => lacks_an_addition(it, multifield, record),
            None => true,
        });
    }
    let duplicates = it.job.duplicates(record);
    differences.extend(duplicates.iter().map(repeated));
    let forms = in_another_form(it, record);
    let repeated_forms = forms.into_iter().filter(|entries| entries.len() > 1);
    differences.extend(repeated_forms.map(|entries| Difference {
        field: Multifield::Phone.name().to_owned(),
        problem: DifferenceProblem::Repeated { entries },
    }));
    differences
}

/// Returns true if a record lacks a phone or an email that a change adds, whatever its type and form, or if it is not
/// known.
fn lacks_an_addition(it: Unconfirmed<'_>, multifield: Multifield, record: &RawAnswer) -> bool {
    let Ok(present) = record.multifields() else {
        return true;
    };
    let mut fields = it.job.fields().filter(|it| it.name() == multifield.name());
    let has = |added: &MultifieldEntry| {
        has_entry(&present, multifield, added.value())
            || it
                .rules
                .other_form(multifield, added.value(), &present)
                .is_some()
    };
    fields.any(|field| !field.added().iter().all(has))
}

/// Returns for each phone of a change that a record has in another form only the ids of the entries with it.
fn in_another_form(it: Unconfirmed<'_>, record: &RawAnswer) -> Vec<Vec<u64>> {
    let present = record.multifields().ok().filter(|_| it.is_ensured);
    let Some(present) = present else {
        return Vec::new();
    };
    let phone = Multifield::Phone;
    let mut ids = Vec::new();
    for field in it.job.fields().filter(|it| it.name() == phone.name()) {
        for added in field.added() {
            let entries = it.rules.in_another_form(phone, added.value(), &present);
            if !entries.is_empty() {
                ids.push(entries.iter().filter_map(|it| it.id()).collect());
            }
        }
    }
    ids
}

/// Returns true if a phone or an email is among those of a record, whatever its type.
pub(crate) fn has_entry(present: &Multifields, multifield: Multifield, value: &str) -> bool {
    let mut entries = present.entries().iter();
    entries.any(|entry| {
        entry.kind() == multifield.kind_in_fm() && is_same_value(multifield, value, entry.value())
    })
}

/// A change whose record is to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unconfirmed<'j> {
    pub(crate) job: &'j PatchJob,
    /// Whether `ensure` has sent it.
    pub(crate) is_ensured: bool,
    /// Which forms of a phone are one number.
    pub(crate) rules: EntryRules,
}

/// How the record of a change differs from it.
#[derive(Debug, Default)]
pub(crate) struct ReadBack {
    pub(crate) differences: Vec<Difference>,
    /// Those that another change may explain.
    pub(crate) excused: Vec<Difference>,
    /// Whether the record has a phone that was sent in another form.
    pub(crate) has_another_form: bool,
}

/// Reads the records of changes, up to [`Batch::MAX_CALLS`] in one request, and returns for each
/// change how its record differs. `is_excused` says which differences another change may explain.
pub(crate) async fn read_back(
    client: &Client,
    unconfirmed: &[Unconfirmed<'_>],
    is_excused: impl Fn(usize, &Difference) -> bool,
) -> Vec<Result<ReadBack, NotRead>> {
    let unread = unconfirmed.iter().map(|_| Err(NotRead::NoResult));
    let mut results: Vec<Result<ReadBack, NotRead>> = unread.collect();
    let mut open: Vec<usize> = (0..unconfirmed.len()).collect();
    for is_last in [false, true] {
        if open.is_empty() {
            break;
        }
        let jobs = open.iter().filter_map(|index| unconfirmed.get(*index));
        let jobs: Vec<&PatchJob> = jobs.map(|it| it.job).collect();
        let records = read(client, &jobs).await;
        open.retain(|index| {
            let (Some(it), Some(result)) = (unconfirmed.get(*index), results.get_mut(*index))
            else {
                return false;
            };
            *result = match records.get(&it.job.id()) {
                Some(Ok(record)) => {
                    let all = differences_of_record(*it, record.raw()).into_iter();
                    let (excused, differences) = all.partition(|it| is_excused(*index, it));
                    Ok(ReadBack {
                        differences,
                        excused,
                        has_another_form: !in_another_form(*it, record.raw()).is_empty(),
                    })
                }
                Some(Err(error)) => Err(error.clone()),
                None => Err(NotRead::NoResult),
            };
            matches!(result, Ok(read) if !read.differences.is_empty())
        });
        if !is_last && !open.is_empty() {
            sleep(PAUSE).await;
        }
    }
    results
}

/// Reads each record of the jobs once.
pub(crate) async fn read(client: &Client, jobs: &[&PatchJob]) -> HashMap<u64, ReadRecord> {
    let mut by_id = HashMap::new();
    for job in jobs {
        by_id.entry(job.id()).or_insert(*job);
    }
    let jobs: Vec<&PatchJob> = by_id.into_values().collect();
    let mut records = HashMap::new();
    for jobs in jobs.chunks(Batch::MAX_CALLS) {
        let read = record_batch::read(client, jobs).await;
        records.extend(jobs.iter().map(|job| job.id()).zip(read));
    }
    records
}

#[cfg(test)]
mod tests {
    use vibecode_runtime::Contacts;

    use super::*;

    #[test]
    fn a_number_in_another_form_is_there_only_with_its_country_and_once() {
        use DifferenceProblem::{OtherValue, Repeated};
        let job = PatchJob::untyped("contacts", 71);
        let job = job.add("phone", "+79161112233", "WORK").job().unwrap();
        let differences = |country, is_ensured, phones: &[&str]| {
            let entries = phones.iter().zip(1..).map(|(phone, id)| {
                format!(r#"{{"id":{id},"typeId":"PHONE","valueType":"WORK","value":"{phone}"}}"#)
            });
            let entries: Vec<String> = entries.collect();
            let record = format!(r#"{{"id":71,"fm":[{}]}}"#, entries.join(","));
            let record = RawAnswer::from_json::<Contacts>(record).unwrap();
            let rules = EntryRules {
                country,
                ..EntryRules::default()
            };
            let unconfirmed = Unconfirmed {
                job: &job,
                is_ensured,
                rules,
            };
            let differences = differences_of_record(unconfirmed, &record).into_iter();
            differences.map(|it| it.problem).collect::<Vec<_>>()
        };
        let (form, other) = ("8 (916) 111-22-33", "+79161114455");
        assert_eq!(differences(Some(7), true, &[other, form]), []);
        assert_eq!(differences(None, true, &[form]), [OtherValue]);
        assert_eq!(differences(Some(375), true, &[form]), [OtherValue]);
        assert_eq!(differences(Some(7), true, &[other]), [OtherValue]);
        // Without a read before it is not known which phones are new.
        assert_eq!(differences(Some(7), false, &[form]), [OtherValue]);
        let entries = vec![1, 3];
        assert_eq!(
            differences(Some(7), true, &[form, other, "89161112233"]),
            [Repeated { entries }]
        );
    }

    #[test]
    fn a_phone_that_was_ensured_is_missing_whatever_else_is() {
        let job = PatchJob::untyped("contacts", 71).set("post", "A");
        let job = job.add("phone", "+79161112233", "HOME").job().unwrap();
        let phone = |value: &str, value_type: &str| {
            format!(r#"{{"id":1,"typeId":"PHONE","valueType":"{value_type}","value":"{value}"}}"#)
        };
        for (post, entry, expected) in [
            ("A", phone("+7 916 111-22-33", "HOME"), [].as_slice()),
            ("A", phone("+79161112233", "WORK"), &[]),
            ("B", phone("+79161112233", "WORK"), &["post"]),
            ("A", phone("+79161114455", "HOME"), &["phone"]),
            ("B", phone("+79161114455", "HOME"), &["post", "phone"]),
        ] {
            let record = format!(r#"{{"id":71,"post":"{post}","fm":[{entry}]}}"#);
            let record = RawAnswer::from_json::<Contacts>(record).unwrap();
            let is_ensured = true;
            let differences = differences_of_record(
                Unconfirmed {
                    job: &job,
                    is_ensured,
                    rules: EntryRules::default(),
                },
                &record,
            );
            let fields: Vec<_> = differences.iter().map(|it| it.field.as_str()).collect();
            assert_eq!(fields, expected, "{}", record.as_str());
        }
    }
}
