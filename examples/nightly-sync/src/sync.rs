//! The run: reads a part of the table, looks its contacts up by their keys, creates those that are missing,
//! and sends the differences.

use std::{collections::BTreeMap, time::Duration};

use vibecode_runtime::{Client, ContactId, Mismatch, Patch as _};

use crate::{
    AnyError,
    contacts::{Contacts, Found},
    creation::Creation,
    customer::{Customer, CustomerPatch, Wanted},
    report::Report,
    table::{Line, Table},
};

/// The number of rows in memory at a time, and of contacts read with one search. It is less than a page of a
/// list, so that contacts that share a key are in the same page too. With batches of reads it would be eight
/// requests instead of one.
const PART: u32 = 400;

/// A contact that differs from its row.
struct Change {
    key: u64,
    id: ContactId,
    patch: CustomerPatch,
    is_new: bool,
}

/// # Errors
/// If the table or the portal cannot be read. What was sent before that is applied; starting again
/// sends the rest.
pub(crate) async fn run(
    client: &Client,
    table: &Table,
    settle_time: Duration,
    report: &mut Report<'_>,
) -> Result<(), AnyError> {
    let mut creation = Creation::new(client, settle_time);
    let mut last = i64::MIN;
    loop {
        let lines = table.after(last, PART)?;
        let Some(line) = lines.last() else {
            return Ok(());
        };
        last = line.key;
        let rows = usable(lines, report);
        let mut contacts = Contacts::of(client, rows.keys()).await?;
        let (mut changes, mut missing) = (Vec::new(), BTreeMap::new());
        for (key, wanted) in rows {
            match contacts.take(key) {
                Found::One(before) => match difference(key, &wanted, &before, report) {
                    Some(change) => changes.push(change),
                    None => report.unchanged += 1,
                },
                Found::Several(ids) => report.several(key, &ids),
                Found::Unclear => report.unclear(key),
                Found::Missing => {
                    missing.insert(key, wanted);
                }
            }
        }
        for (key, wanted, contact) in creation.create(missing, report).await? {
            match difference(key, &wanted, &contact, report) {
                // The answer to a creation does not say what the portal dropped.
                Some(change) => changes.push(Change {
                    is_new: true,
                    ..change
                }),
                None => report.created += 1,
            }
        }
        send(client, changes, report).await;
    }
}

/// Returns the valid rows, by key.
fn usable(lines: Vec<Line>, report: &mut Report<'_>) -> BTreeMap<u64, Wanted> {
    let mut usable = BTreeMap::new();
    for Line { key, wanted } in lines {
        match (u64::try_from(key), wanted) {
            // The text "0" clears the field that would have the key.
            (Ok(0) | Err(_), _) => report.skipped(key, "its key must be more than 0"),
            (Ok(key), Ok(wanted)) => {
                usable.insert(key, wanted);
            }
            (_, Err(problem)) => report.skipped(key, problem),
        }
    }
    usable
}

/// Returns the change that makes the contact what its row requires, if it differs.
fn difference(
    key: u64,
    wanted: &Wanted,
    before: &Customer,
    report: &mut Report<'_>,
) -> Option<Change> {
    let diff = before.diff(&wanted.instead_of(before));
    if !diff.not_removable.is_empty() {
        report.left_over(key, diff.not_removable.len());
    }
    (!diff.patch.is_empty()).then_some(Change {
        key,
        id: before.id,
        patch: diff.patch,
        is_new: false,
    })
}

/// Sends with `ensure_many`: a lost answer is recovered, and a phone that is already there is not
/// added again.
async fn send(client: &Client, changes: Vec<Change>, report: &mut Report<'_>) {
    let items: Vec<_> = changes
        .iter()
        .map(|change| (change.id, change.patch.clone()))
        .collect();
    let mut outcomes = client.ensure_many(items);
    for change in &changes {
        let Some(outcome) = outcomes.next().await else {
            report.is_open = true;
            return;
        };
        match outcome.result {
            Err(error) => report.failed(change.key, &error),
            Ok(ensured) => match ensured.mismatches(&change.patch).as_slice() {
                [] if change.is_new => report.created += 1,
                [] => report.changed += 1,
                mismatches => {
                    let fields: Vec<_> = mismatches.iter().map(Mismatch::field).collect();
                    report.not_taken(change.key, &fields);
                }
            },
        }
    }
}
