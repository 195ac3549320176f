//! Questions about invalid keys and empty bodies.

use std::{collections::HashMap, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;
use vibecode_spec::{UserFieldName, read_user_field_name};

use super::{Findings, sample};
use crate::commands::probe::{
    bench::{Bench, Effect, text_field},
    finding::Finding,
    raw_client::NoAnswer,
};

/// The time that the API sets at the creation: deals use a different name.
const CREATED: &[&str] = &["createdTime", "createdAt"];
const UPDATED: &[&str] = &["updatedTime", "updatedAt"];

/// Times are shown in whole seconds: a change is visible after one.
const A_SECOND: Duration = Duration::from_millis(1100);

/// Asks whether unknown and read-only keys are refused, and whether the rest of the body is written.
pub(super) async fn unknown_and_read_only(bench: &Bench<'_>) -> Findings {
    const ASSUMED: &str = "ignored without an error";
    let mut findings = Vec::new();
    let text = "probe 4";
    let body = json!({ text_field(bench.entity): text, "vibecodeProbeUnknown": "x" });
    let finding = match bench.try_text(&body, text).await? {
        Effect::Accepted => Finding::new("an unknown key", ASSUMED, ASSUMED, true),
        Effect::Ignored => Finding::new(
            "an unknown key",
            "the whole body is ignored",
            ASSUMED,
            false,
        ),
        Effect::Refused(why) => {
            Finding::new("an unknown key", format!("refused: {why}"), ASSUMED, false)
        }
    };
    findings.push(finding);
    findings.push(match field_of(bench, CREATED) {
        Some(name) => read_only(bench, name).await?,
        None => Finding::not_testable("a read-only key", "the entity has no such field", ASSUMED),
    });
    Ok(findings)
}

async fn read_only(bench: &Bench<'_>, name: &str) -> Result<Finding, NoAnswer> {
    const ABOUT: &str = "a read-only key";
    const ASSUMED: &str = "ignored without an error";
    let before = bench.read_field(name).await?;
    let answer = bench
        .patch(&json!({ name: "2001-02-03T04:05:06+03:00" }))
        .await?;
    if !answer.is_success() {
        let here = format!("refused: {}", answer.status_and_code());
        return Ok(Finding::new(ABOUT, here, ASSUMED, false));
    }
    let is_same = bench.read_field(name).await? == before;
    let here = if is_same { ASSUMED } else { "written" };
    Ok(Finding::new(ABOUT, here, ASSUMED, is_same))
}

/// Asks what `{}` answers, and whether it counts as a change.
pub(super) async fn empty_body(bench: &Bench<'_>) -> Findings {
    const ABOUT: &str = "{}";
    const ASSUMED: &str = "not sent";
    let updated = field_of(bench, UPDATED);
    let before = match updated {
        Some(name) => bench.read_field(name).await?,
        None => Value::Null,
    };
    if !before.is_null() {
        sleep(A_SECOND).await;
    }
    let answer = bench.patch(&json!({})).await?;
    let status = answer.status_and_code();
    let here = match updated {
        Some(name) if answer.is_success() && !before.is_null() => {
            if bench.read_field(name).await? == before {
                format!("{status}, nothing changes")
            } else {
                format!("{status}, counts as a change")
            }
        }
        _ => status,
    };
    Ok(vec![Finding::information(ABOUT, here, ASSUMED)])
}

/// Asks whether `UF_CRM_…` is accepted for `ufCrm…`.
pub(super) async fn upper_name(bench: &Bench<'_>) -> Findings {
    const ABOUT: &str = "UF_CRM_…";
    const ASSUMED: &str = "ignored without an error";
    let none = |why: &str| Ok(vec![Finding::not_testable(ABOUT, why, ASSUMED)]);
    let defined = upper_names(bench).await?;
    for field in sample::fields(bench)
        .into_iter()
        .filter(|it| it.is_user_field())
    {
        let described = field.upper_name.as_ref();
        let Some(upper) = described.or_else(|| defined.get(&field.name)) else {
            continue;
        };
        let Some(value) = sample::of(field, bench).await? else {
            continue;
        };
        // An earlier question may have left the field with or without a value.
        let nothing = if field.multiple { json!([]) } else { json!("") };
        bench.patch(&json!({ &field.name: nothing })).await?;
        let before = bench.read_field(&field.name).await?;
        if !sample::is_none(&field.kind, &before) {
            continue;
        }
        let answer = bench.patch(&json!({ upper: value })).await?;
        let effect = if !answer.is_success() {
            Effect::Refused(answer.status_and_code())
        } else if bench.read_field(&field.name).await? == before {
            Effect::Ignored
        } else {
            Effect::Accepted
        };
        let is_as_assumed = effect == Effect::Ignored;
        return Ok(vec![Finding::new(
            ABOUT,
            effect.describe(),
            ASSUMED,
            is_as_assumed,
        )]);
    }
    none("the portal has no user field for which a valid value is known")
}

/// Returns the upper-case names of user fields by their wire names: the API's own vocabulary of fields
/// does not have them, but the definitions do.
async fn upper_names(bench: &Bench<'_>) -> Result<HashMap<String, String>, NoAnswer> {
    let path = format!("userfields/{}", bench.entity.path());
    let answer = bench.client.send(Method::GET, &path, None).await?;
    let rows = answer.data().as_array().into_iter().flatten();
    let names = rows.filter_map(|row| {
        let name = row.get("fieldName").or_else(|| row.get("FIELD_NAME"))?;
        let name = name.as_str()?;
        match read_user_field_name(name)? {
            UserFieldName::Meant(wire) => Some((wire, name.to_owned())),
            _ => None,
        }
    });
    Ok(names.collect())
}

fn field_of<'a>(bench: &Bench<'_>, names: &[&'a str]) -> Option<&'a str> {
    let mut names = names.iter().copied();
    names.find(|name| bench.schema.field(name).is_some())
}
