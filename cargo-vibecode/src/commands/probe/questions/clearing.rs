//! Questions about what clears a field, by kind.

use serde_json::{Value, json};
use vibecode_spec::{Field, Kind};

use super::{Findings, sample};
use crate::commands::probe::{bench::Bench, finding::Finding, raw_client::NoAnswer};

/// Returns the values that could clear a field.
fn candidates(field: &Field) -> Vec<Value> {
    let mut all = vec![json!(""), Value::Null];
    // 0 is a normal value of a number.
    let is_number = matches!(field.kind, Kind::Integer | Kind::Number | Kind::Double);
    if !is_number || field.multiple {
        all.push(json!(0));
    }
    all.push(json!([]));
    all
}

/// The values, by their effect.
#[derive(Default)]
struct Effects {
    cleared: Vec<String>,
    ignored: Vec<String>,
    changed: Vec<String>,
    refused: Vec<String>,
}

pub(super) async fn ask(bench: &Bench<'_>) -> Findings {
    let mut findings = Vec::new();
    for field in sample::fields(bench) {
        findings.push(ask_of(field, bench).await?);
    }
    if bench.has_phones() {
        findings.push(ask_of_phones(bench).await?);
    }
    Ok(findings)
}

async fn ask_of(field: &Field, bench: &Bench<'_>) -> Result<Finding, NoAnswer> {
    let about = sample::about(field);
    // What `clear_…` of a patch sends. An attribute on the field changes it.
    let assumed = field.clearing().as_json().to_owned();
    let cannot = |why: &str| Ok(Finding::not_testable(about.as_str(), why, assumed.as_str()));
    let Some(sample) = sample::of(field, bench).await? else {
        return cannot("no valid value is known for this type");
    };
    let mut effects = Effects::default();
    for candidate in candidates(field) {
        let answer = bench.patch(&json!({ &field.name: sample })).await?;
        if !answer.is_success() {
            return cannot(&format!(
                "a valid value is refused: {}",
                answer.status_and_code()
            ));
        }
        let before = bench.read_field(&field.name).await?;
        if sample::is_none(&field.kind, &before) {
            return cannot("a valid value is ignored");
        }
        let answer = bench.patch(&json!({ &field.name: candidate })).await?;
        let name = candidate.to_string();
        if !answer.is_success() {
            effects.refused.push(name);
            continue;
        }
        let after = bench.read_field(&field.name).await?;
        let group = if sample::is_none(&field.kind, &after) {
            &mut effects.cleared
        } else if after == before {
            &mut effects.ignored
        } else {
            &mut effects.changed
        };
        group.push(name);
    }
    let is_as_assumed = effects.cleared.contains(&assumed);
    let here = effects.describe();
    Ok(Finding::new(about, here, assumed, is_as_assumed))
}

/// No value removes a phone (api.md, grade D).
async fn ask_of_phones(bench: &Bench<'_>) -> Result<Finding, NoAnswer> {
    const PHONE: &str = "+70000000101";
    const ASSUMED: &str = "nothing";
    bench.patch(&json!({ "phone": PHONE })).await?;
    let count = |entries: Option<Vec<Value>>| entries.map(|entries| entries.len());
    let before = count(bench.entries(PHONE).await?);
    let Some(before) = before.filter(|before| *before > 0) else {
        return Ok(Finding::not_testable(
            "phone",
            "reads do not show `fm`",
            ASSUMED,
        ));
    };
    let mut effects = Effects::default();
    for candidate in [json!(""), Value::Null, json!([])] {
        let name = candidate.to_string();
        let answer = bench.patch(&json!({ "phone": candidate })).await?;
        if !answer.is_success() {
            effects.refused.push(name);
        } else if count(bench.entries(PHONE).await?) < Some(before) {
            effects.cleared.push(name);
            bench.patch(&json!({ "phone": PHONE })).await?;
        } else {
            effects.ignored.push(name);
        }
    }
    let is_as_assumed = effects.cleared.is_empty();
    Ok(Finding::new(
        "phone",
        effects.describe(),
        ASSUMED,
        is_as_assumed,
    ))
}

impl Effects {
    fn describe(&self) -> String {
        let groups = [
            ("cleared by", &self.cleared),
            ("ignored", &self.ignored),
            ("changed to another value by", &self.changed),
            ("refused", &self.refused),
        ];
        let groups = groups.iter().filter(|(_, names)| !names.is_empty());
        let groups: Vec<String> = groups
            .map(|(group, names)| format!("{group} {}", names.join(", ")))
            .collect();
        groups.join("; ")
    }
}
