//! What must be so at the end, whoever was killed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use vibecode_sandbox::Sandbox;

/// Phones by their digits, emails as they are.
pub(crate) type Values = BTreeSet<String>;

/// What differs from what was put on the queue.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    pub(crate) doubled: Vec<String>,
    pub(crate) lost: Vec<String>,
}

/// Holds every contact of the portal against what all jobs together want of it.
pub(crate) fn differences(sandbox: &Sandbox, wanted: &BTreeMap<u64, Values>) -> Differences {
    let mut differences = Differences::default();
    for (id, wanted) in wanted {
        let contact = sandbox.contact(*id).unwrap_or_default();
        let mut there = Values::new();
        for entry in contact
            .get("fm")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let value = entry.get("value").and_then(Value::as_str);
            let value = comparable(value.unwrap_or_default());
            if !there.insert(value) {
                differences.doubled.push(format!("contacts/{id}"));
            }
        }
        there.extend(
            contact
                .get("post")
                .and_then(Value::as_str)
                .map(str::to_owned),
        );
        if !wanted.is_subset(&there) {
            differences.lost.push(format!("contacts/{id}"));
        }
    }
    differences
}

/// A phone is the same however it is written.
pub(crate) fn comparable(value: &str) -> String {
    if value.contains('@') {
        return value.to_owned();
    }
    value.chars().filter(char::is_ascii_digit).collect()
}
