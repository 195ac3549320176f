//! Questions about status codes.

use reqwest::Method;
use serde_json::{Value, json};
use vibecode_spec::{CodeSet, Field, Kind};

use super::Findings;
use crate::{
    change::is_fixed,
    commands::probe::{bench::Bench, finding::Finding, raw_client::NoAnswer},
};

/// Status fields that nothing depends on. A stage starts robots.
const HARMLESS: &[&str] = &["honorific", "industry", "sourceId"];

/// A code that no portal has.
const UNKNOWN: &str = "VIBECODE_PROBE";

/// Asks what a portal does with a code that is not in the set of the field.
pub(super) async fn unknown_code(bench: &Bench<'_>) -> Findings {
    const ABOUT: &str = "a code that is in no set";
    const ASSUMED: &str = "not relied on";
    let not_testable = |why: &str| Ok(vec![Finding::not_testable(ABOUT, why, ASSUMED)]);
    let Some((field, set)) = field(bench) else {
        return not_testable("the entity has no such field");
    };
    // A valid code first, so that a code that is ignored differs from one that clears the field.
    let Some(known) = known_code(bench, set).await? else {
        return not_testable("the portal does not list the codes of the field");
    };
    bench.patch(&json!({ &field.name: known })).await?;
    let before = bench.read_field(&field.name).await?;
    if before != known {
        return not_testable("a code that the portal lists is not stored");
    }
    let answer = bench.patch(&json!({ &field.name: UNKNOWN })).await?;
    let here = if answer.is_success() {
        let after = bench.read_field(&field.name).await?;
        match &after {
            after if *after == UNKNOWN => "stored".to_owned(),
            after if *after == before => "ignored without an error".to_owned(),
            Value::Null => "clears the field".to_owned(),
            Value::String(text) if text.is_empty() => "clears the field".to_owned(),
            _ => "replaced by another value".to_owned(),
        }
    } else {
        format!("refused: {}", answer.status_and_code())
    };
    bench.patch(&json!({ &field.name: "" })).await?;
    Ok(vec![Finding::information(ABOUT, here, ASSUMED)])
}

/// Returns a harmless field that can be written, and the name of its set.
fn field<'a>(bench: &'a Bench<'_>) -> Option<(&'a Field, &'a str)> {
    HARMLESS.iter().find_map(|name| {
        let field = bench.schema.field(name)?;
        let is_status = field.kind == Kind::Status && !field.multiple && !is_fixed(field);
        match field.codes.as_ref().filter(|_| is_status)? {
            CodeSet::Statuses(set) => Some((field, &**set)),
            _ => None,
        }
    })
}

/// Returns a code of the set; `None` if the portal does not list it.
async fn known_code(bench: &Bench<'_>, set: &str) -> Result<Option<String>, NoAnswer> {
    let list = format!("statuses?filter[entityId]={set}");
    let answer = bench.client.send(Method::GET, &list, None).await?;
    let rows = match answer.data() {
        Value::Array(rows) => rows.iter().collect(),
        row => vec![row],
    };
    // A portal that does not understand the filter lists other sets too.
    let mut codes = rows.into_iter().filter(|row| row["entityId"] == set);
    Ok(codes.find_map(|row| row["statusId"].as_str().map(str::to_owned)))
}
