//! Questions about booleans and dates of user fields.

use serde_json::{Value, json};
use vibecode_spec::{Field, Kind};

use super::{Findings, sample};
use crate::commands::probe::{bench::Bench, finding::Finding, raw_client::NoAnswer};

const DATE: &str = "2001-02-03";
const TIME: &str = "2001-02-03T04:05:06+03:00";

pub(super) async fn ask(bench: &Bench<'_>) -> Findings {
    let assumptions = [
        (Kind::Boolean, "true and false are accepted"),
        (Kind::Date, "the date is accepted"),
        (Kind::DateTime, "the time is accepted"),
    ];
    let mut findings = Vec::new();
    for (kind, assumed) in assumptions {
        let mut fields = bench.schema.fields();
        let field = fields.find(|field| {
            field.is_user_field() && field.kind == kind && !field.multiple && !field.read_only
        });
        let about = kind.name();
        findings.push(match field {
            None => Finding::not_testable(about, "the portal has no such user field", assumed),
            Some(field) if kind == Kind::Boolean => boolean(field, bench, assumed).await?,
            Some(field) => date_or_time(field, bench, assumed).await?,
        });
    }
    Ok(findings)
}

/// Asks whether true, false, "Y" and "N" are accepted, and how true is read.
async fn boolean(field: &Field, bench: &Bench<'_>, assumed: &str) -> Result<Finding, NoAnswer> {
    let mut accepted = Vec::new();
    let mut forms: Vec<String> = Vec::new();
    // Each after its opposite, so that every one of them is a change.
    for (name, value, meant) in [
        ("true", json!(true), true),
        ("false", json!(false), false),
        ("\"Y\"", json!("Y"), true),
        ("\"N\"", json!("N"), false),
    ] {
        let contrary = if meant {
            [json!(false), json!("N")]
        } else {
            [json!(true), json!("Y")]
        };
        for value in contrary {
            bench.patch(&json!({ &field.name: value })).await?;
        }
        let answer = bench.patch(&json!({ &field.name: value })).await?;
        let shown = bench.read_field(&field.name).await?;
        let form = shown.to_string();
        if answer.is_success() && sample::flag(&shown) == Some(meant) {
            accepted.push(name);
            if !forms.contains(&form) && form.len() < 8 {
                forms.push(form);
            }
        }
    }
    let here = if accepted.is_empty() {
        "none of true, false, \"Y\" and \"N\" is accepted".to_owned()
    } else {
        format!(
            "{} accepted; read as {}",
            accepted.join(", "),
            forms.join(", ")
        )
    };
    let is_as_assumed = ["true", "false"].iter().all(|name| accepted.contains(name));
    Ok(Finding::new(
        field.kind.name(),
        here,
        assumed,
        is_as_assumed,
    ))
}

/// Asks how a date or a time is read after it was written.
async fn date_or_time(
    field: &Field,
    bench: &Bench<'_>,
    assumed: &str,
) -> Result<Finding, NoAnswer> {
    let about = field.kind.name();
    let written = if field.kind == Kind::Date { DATE } else { TIME };
    let answer = bench.patch(&json!({ &field.name: written })).await?;
    if !answer.is_success() {
        let here = format!("refused: {}", answer.status_and_code());
        return Ok(Finding::new(about, here, assumed, false));
    }
    let shown = bench.read_field(&field.name).await?;
    let here = format!("{} is read as {}", shape(&json!(written)), shape(&shown));
    // A time may be shown with the portal's own offset, and so on the day before or after.
    let is_accepted = shown.as_str().is_some_and(|shown| match field.kind {
        Kind::Date => shown.starts_with(DATE),
        _ => shown.starts_with("2001-02-0") && shown.contains('T'),
    });
    Ok(Finding::new(about, here, assumed, is_accepted))
}

/// Returns the value with every digit replaced by 9: its form without its content.
fn shape(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let digit = |letter: char| if letter.is_ascii_digit() { '9' } else { letter };
    text.chars().take(40).map(digit).collect()
}
