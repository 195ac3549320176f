//! A list has every row that it should.

use std::collections::BTreeSet;

use super::super::plan::{ListAsk, Plan};
use super::Broken;

/// A list has every row that it should, once, and in its order.
pub(crate) fn rows(plan: &Plan, ask: &ListAsk, ids: &[u64], broken: &mut Vec<Broken>) {
    let matching = plan.contacts.iter().filter(|contact| {
        ask.named
            .as_ref()
            .is_none_or(|name| contact.last_name == *name)
    });
    let expected: BTreeSet<u64> = matching
        .filter(|_| !ask.of_none)
        .map(|contact| contact.id)
        .collect();
    let limit = ask
        .limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(usize::MAX);
    let found: BTreeSet<u64> = ids.iter().copied().collect();
    let count = limit.min(expected.len());
    if found.len() != ids.len() {
        broken.push((
            "a list has each row once",
            format!("{} rows of {} records", ids.len(), found.len()),
        ));
    }
    if found.len() != count || !found.is_subset(&expected) {
        broken.push((
            "a list has every row",
            format!("{} of {count}, as if that were all", found.len()),
        ));
    }
    let name = |id: &u64| {
        plan.contacts
            .iter()
            .find(|contact| contact.id == *id)
            .map(|contact| &contact.last_name)
    };
    if ask.by_name && !ids.is_sorted_by_key(name) {
        broken.push(("a list is in its order", format!("{} rows", ids.len())));
    }
}
