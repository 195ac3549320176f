//! The run: reads a part of the table, reads the same contacts, and sends the differences.

use std::collections::BTreeMap;

use vibecode_runtime::{Client, ErrorKind, Mismatch, Patch as _, Result, field};

use crate::{
    AnyError,
    customer::{Customer, CustomerPatch, Wanted},
    report::Report,
    table::{Line, Table},
};

/// The number of rows in memory at a time, and of contacts read with one search. With batches of
/// reads it would be ten requests instead of one.
const PART: u32 = 500;

/// # Errors
/// If the table or the portal cannot be read. What was sent before that is applied; starting again
/// sends the rest.
pub(crate) async fn run(
    client: &Client,
    table: &Table,
    report: &mut Report<'_>,
) -> Result<(), AnyError> {
    let mut last = i64::MIN;
    loop {
        let lines = table.after(last, PART)?;
        let Some(line) = lines.last() else {
            return Ok(());
        };
        last = line.id;
        let wanted = usable(lines, report);
        let changes = differing(client, wanted, report).await?;
        send(client, changes, report).await;
    }
}

/// Returns the valid rows, by contact.
fn usable(lines: Vec<Line>, report: &mut Report<'_>) -> BTreeMap<u64, Wanted> {
    let mut usable = BTreeMap::new();
    for Line { id, wanted } in lines {
        match (u64::try_from(id), wanted) {
            (Ok(id), Ok(wanted)) => {
                usable.insert(id, wanted);
            }
            (Err(_), _) => report.skipped(id, "this is no id of a contact"),
            (_, Err(problem)) => report.skipped(id, problem),
        }
    }
    usable
}

/// Returns the contacts that differ from the table, with their changes.
async fn differing(
    client: &Client,
    mut wanted: BTreeMap<u64, Wanted>,
    report: &mut Report<'_>,
) -> Result<Vec<(u64, CustomerPatch)>> {
    let mut changes = Vec::new();
    if wanted.is_empty() {
        return Ok(changes);
    }
    let ids: Vec<u64> = wanted.keys().copied().collect();
    let contacts = client.list().limit(ids.len() as u64);
    let mut contacts = contacts.filter(field!(Customer, id).any_of(ids)).stream();
    while let Some(before) = contacts.next().await {
        let before: Customer = match before {
            Err(error) if error.kind() == ErrorKind::Unreadable => continue,
            before => before?,
        };
        let id = before.id.get();
        let Some(wanted) = wanted.remove(&id) else {
            continue;
        };
        let diff = before.diff(&wanted.instead_of(&before));
        if !diff.not_removable.is_empty() {
            report.left_over(id, diff.not_removable.len());
        }
        if diff.patch.is_empty() {
            report.unchanged += 1;
        } else {
            changes.push((id, diff.patch));
        }
    }
    for id in wanted.keys() {
        report.skipped(
            id,
            "the portal has no such contact, or shows it otherwise than `Customer` is",
        );
    }
    Ok(changes)
}

/// Sends with `ensure_many`: a lost answer is recovered, and a phone that is already there is not
/// added again.
async fn send(client: &Client, changes: Vec<(u64, CustomerPatch)>, report: &mut Report<'_>) {
    let mut outcomes = client.ensure_many(changes.clone());
    for (id, patch) in &changes {
        let Some(outcome) = outcomes.next().await else {
            return;
        };
        match outcome.result {
            Err(error) => report.failed(*id, &error),
            Ok(ensured) => match ensured.mismatches(patch).as_slice() {
                [] => report.changed += 1,
                mismatches => {
                    let fields: Vec<_> = mismatches.iter().map(Mismatch::field).collect();
                    report.not_taken(*id, &fields);
                }
            },
        }
    }
}
