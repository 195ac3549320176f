//! Questions about phones outside their documented form.

use serde_json::{Value, json};

use super::Findings;
use crate::commands::probe::{
    bench::{Bench, Effect},
    finding::Finding,
    raw_client::{Answer, NoAnswer},
};

/// Numbers that are not assigned.
const BY_KEY: &str = "+70000000201";
const BEFORE: &str = "+70000000202";
const AFTER: &str = "+70000000203";
const TWICE: &str = "+70000000301";

const NO_FM: &str = "reads do not show `fm`";

/// Asks whether `{"n0":{…}}` adds, `{"15":{…}}` changes and `{"15":{"value":""}}` deletes, as in
/// the layer underneath (api.md, grade B).
pub(super) async fn raw_fm(bench: &Bench<'_>) -> Findings {
    const ASSUMED: &str = "not relied on";
    let parts = ["adding", "changing", "deleting"];
    let none = |why: &str| {
        let findings = parts.map(|part| Finding::not_testable(part, why, ASSUMED));
        Ok(findings.into())
    };
    if !bench.has_phones() {
        return none("the entity has no phones");
    }
    bench.patch(&json!({ "phone": BEFORE })).await?;
    let entries = bench.entries(BEFORE).await?.unwrap_or_default();
    let Some(id) = entries.first().and_then(|entry| entry.get("id")) else {
        return none(NO_FM);
    };
    let key = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let entry = |value: &str| json!({ "typeId": "PHONE", "valueType": "WORK", "value": value });

    let answer = send(bench, "n0", &entry(BY_KEY)).await?;
    let added = effect(&answer, has(bench, BY_KEY).await?);
    let answer = send(bench, &key, &entry(AFTER)).await?;
    let changed = effect(
        &answer,
        has(bench, AFTER).await? && !has(bench, BEFORE).await?,
    );
    let now = if changed == Effect::Accepted {
        AFTER
    } else {
        BEFORE
    };
    let answer = send(bench, &key, &entry("")).await?;
    let deleted = effect(&answer, !has(bench, now).await?);

    let findings = parts.into_iter().zip([added, changed, deleted]);
    let findings =
        findings.map(|(part, effect)| Finding::information(part, effect.describe(), ASSUMED));
    Ok(findings.collect())
}

/// Asks whether an existing phone is added once more.
pub(super) async fn equal_phone(bench: &Bench<'_>) -> Findings {
    const ABOUT: &str = "a phone that the record has";
    const ASSUMED: &str = "added twice";
    if !bench.has_phones() {
        let why = "the entity has no phones";
        return Ok(vec![Finding::not_testable(ABOUT, why, ASSUMED)]);
    }
    for _ in 0..2 {
        let answer = bench.patch(&json!({ "phone": TWICE })).await?;
        if !answer.is_success() {
            let here = format!("refused: {}", answer.status_and_code());
            return Ok(vec![Finding::new(ABOUT, here, ASSUMED, false)]);
        }
    }
    let entries = bench.entries(TWICE).await?;
    let finding = match entries.map(|entries| entries.len()) {
        None | Some(0) => Finding::not_testable(ABOUT, NO_FM, ASSUMED),
        Some(1) => Finding::new(ABOUT, "added once", ASSUMED, false),
        Some(_) => Finding::new(ABOUT, "added twice", ASSUMED, true),
    };
    Ok(vec![finding])
}

async fn send(bench: &Bench<'_>, key: &str, entry: &Value) -> Result<Answer, NoAnswer> {
    bench.patch(&json!({ "fm": { key: entry } })).await
}

async fn has(bench: &Bench<'_>, value: &str) -> Result<bool, NoAnswer> {
    let entries = bench.entries(value).await?;
    Ok(entries.is_some_and(|entries| !entries.is_empty()))
}

fn effect(answer: &Answer, is_there: bool) -> Effect {
    match (answer.is_success(), is_there) {
        (false, _) => Effect::Refused(answer.status_and_code()),
        (true, true) => Effect::Accepted,
        (true, false) => Effect::Ignored,
    }
}
