//! Refuses a seeded row with a key that is not a field, or with a value that no portal returns: a typo in a
//! seed would otherwise look like a fault of the program under test.

use serde_json::{Map, Value};
use vibecode_spec::Schema;

use super::fields::seeded_value;

/// Whether the rows of a seed are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checking {
    Checked,
    Unchecked,
}

/// Checks the keys and the values of a row. The fields are in any of the schemas.
pub(crate) fn check(row: &Map<String, Value>, schemas: &[&Schema]) -> Result<(), String> {
    for (key, value) in row {
        let mut found = schemas.iter().filter_map(|schema| schema.field(key));
        match found.next() {
            Some(field) => seeded_value::problem(field, value).map_or(Ok(()), Err)?,
            None if is_parent(key) => {}
            None => return Err(unknown(key, schemas)),
        }
    }
    Ok(())
}

/// `parentId156`: the item of a smart process that a record belongs to (grade O).
fn is_parent(key: &str) -> bool {
    key.strip_prefix("parentId")
        .is_some_and(|number| number.parse::<u64>().is_ok())
}

fn unknown(key: &str, schemas: &[&Schema]) -> String {
    let meant = schemas.iter().flat_map(|schema| schema.suggestions(key));
    let meant: Vec<_> = meant.map(|meant| format!("`{}`", meant.name)).collect();
    let advice = if meant.is_empty() {
        "if the portal has it, describe it in the schema".to_owned()
    } else {
        format!("did you mean {}?", meant.join(" or "))
    };
    format!("there is no field `{key}`: {advice}")
}
