//! The change as it is sent, and its result.

use std::{cell::Cell, time::Duration};

use serde_json::{Value, json};
use vibecode_runtime::{Client, Ensured, Error, PatchJob};
use vibecode_spec::one_line;

use super::{Args, Names, of_request};
use crate::{
    ExitStatus,
    clock::wait_in_words,
    failure::Failure,
    output::Output,
    plural::number_of,
    record_batch::NotRead,
    verify::{self, Answer, Difference, ReadBack, Shown, Unconfirmed},
};

/// A change that is being sent.
pub(super) struct Sending<'a> {
    pub(super) args: &'a Args,
    pub(super) client: &'a Client,
    pub(super) job: &'a PatchJob,
    pub(super) record: String,
}

/// A change that the API has accepted.
pub(super) struct Sent {
    /// How people are informed that all of it was taken.
    line: String,
    /// The numbers of phones and emails that were added and that were there before, if they are known.
    added: Option<usize>,
    present: Option<usize>,
    /// The answer of the API to a change that was sent as it is.
    answer: Option<Value>,
    differences: Vec<Difference>,
}

impl Sending<'_> {
    /// Sends the change, and compares the record with it.
    pub(super) async fn send(&self, is_accepted: &Cell<bool>) -> Result<Sent, Failure> {
        let Self { client, job, .. } = *self;
        let record = &self.record;
        let mut sent = Sent {
            line: format!("{record} has these values"),
            added: None,
            present: None,
            answer: None,
            differences: Vec::new(),
        };
        let mut not_shown = None;
        let shown = if self.args.is_ensured() {
            match client.ensure_job(job).await {
                Ok(ensured) => {
                    sent.line = self.ensured_in_words(&ensured);
                    let (added, present) = (ensured.added().len(), ensured.present().len());
                    (sent.added, sent.present) = (Some(added), Some(present));
                    ensured.shown(job)
                }
                Err(error)
                    if verify::has_to_be_read(&error, !self.args.no_verify, self.args.rules) =>
                {
                    not_shown = Some(error);
                    Shown::NotAll
                }
                Err(error) => return Err(self.failed(&error)),
            }
        } else {
            let updated = client
                .update_job(job)
                .await
                .map_err(|error| of_request(&error))?;
            sent.answer = Some(updated.raw().parse()?);
            updated.shown(job)
        };
        is_accepted.set(true);
        sent.differences = match shown {
            Shown::NotAll if not_shown.is_some() || !self.args.no_verify => {
                let read = self.read_back().await?;
                if read.has_another_form {
                    sent.line += "; it has a phone in another form, such as 8… instead of +7…: nothing has to be run again";
                }
                read.differences
            }
            Shown::NotAll => {
                sent.line = format!(
                    "{record}: the API reported a success, and not all values were compared"
                );
                Vec::new()
            }
            Shown::Everything => Vec::new(),
            Shown::Differences(differences) => differences,
        };
        match not_shown.filter(verify::is_similar_after_sending) {
            Some(similar) if !sent.differences.iter().all(|it| it.problem.is_repeated()) => {
                Err(self.failed(&similar))
            }
            Some(_) | None => Ok(sent),
        }
    }

    fn failed(&self, error: &Error) -> Failure {
        let advice = self.args.rules.advice_on(error);
        Failure::new(format!("{}{advice}", of_request(error)))
    }

    /// Says that the record has all values, and which phones and emails it had before.
    fn ensured_in_words(&self, ensured: &Ensured) -> String {
        let Self { args, record, .. } = self;
        let (added, present) = (ensured.added(), ensured.present());
        if args.add.is_empty() {
            return format!("{record} has these values");
        }
        if !added.is_empty() || present.is_empty() {
            return format!(
                "{record} has all values: {} added, {} already there",
                number_of(
                    added.len() as u64,
                    "phone or email was",
                    "phones and emails were"
                ),
                number_of(present.len() as u64, "was", "were"),
            );
        }
        let present: Vec<_> = present
            .iter()
            .map(|entry| one_line(entry.value()))
            .collect();
        let present = present.join(", ");
        if args.set.is_empty() && args.clear.is_empty() {
            format!("{record} has {present} already: nothing was added")
        } else {
            format!("{record} has these values. It has {present} already: nothing was added")
        }
    }

    async fn read_back(&self) -> Result<ReadBack, Failure> {
        let unconfirmed = Unconfirmed {
            job: self.job,
            is_ensured: self.args.is_ensured(),
            rules: self.args.rules,
        };
        let read = verify::read_back(self.client, &[unconfirmed], |_, _| false).await;
        let mut all = ReadBack::default();
        for of_record in read {
            let of_record = of_record.map_err(|not_read| {
                let why = match &not_read {
                    NotRead::Failed(error) => of_request(error).to_string(),
                    NotRead::NoResult => not_read.explanation().to_owned(),
                };
                Failure::new(format!(
                    "{}: the API reported a success, but the record could not be read to check it: {why}",
                    self.record
                ))
            })?;
            all.differences.extend(of_record.differences);
            all.has_another_form |= of_record.has_another_form;
        }
        Ok(all)
    }

    pub(super) fn interrupted(&self, is_accepted: bool) -> Failure {
        let Self { args, record, .. } = self;
        let state = if is_accepted {
            format!(
                "the API reported a success for the change of {record}, but it was not checked whether the record has all values"
            )
        } else {
            format!(
                "the change of {record} may have been applied, and may still be for {}",
                wait_in_words(Duration::from_secs(args.settle))
            )
        };
        // Another process does not know of the request.
        let next = if args.add.is_empty() || is_accepted {
            "look at the record, or run the command again: it adds nothing twice"
        } else {
            "run the command again after that: it adds nothing twice"
        };
        Failure::new(format!("interrupted: {state}: {next}"))
    }

    /// Prints the result.
    pub(super) fn show(&self, sent: &Sent, names: &Names<'_>, output: &Output) -> ExitStatus {
        let Self { args, record, .. } = self;
        let mut not_as_sent = Vec::new();
        for Difference { field, problem } in &sent.differences {
            let name = names.get(field.as_str()).copied().unwrap_or(field);
            let explanation = problem.explain(&args.entity);
            output.line(format!("{record}: {name}: {explanation}"));
            not_as_sent.push(json!({
                "name": name,
                "field": field,
                "problem": problem.name(),
                "message": explanation,
            }));
        }
        let is_done = not_as_sent.is_empty();
        if is_done {
            output.line(&sent.line);
        }
        output.json(&json!({
            "record": record,
            "added": sent.added,
            "present": sent.present,
            "not_as_sent": not_as_sent,
            "answer": sent.answer,
        }));
        if is_done {
            ExitStatus::Success
        } else {
            ExitStatus::Attention
        }
    }
}
