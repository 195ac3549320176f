//! Finds the code of a closed set that a text means. A problem is the end of a sentence that begins with the
//! name of the field.

mod advice;
mod unchecked;

use serde_json::Value;
use vibecode_spec::{
    CodeSet, Field, Item, Kind, OptionMatch, Schema, has_form_of_a_code, is_code, one_line,
    stage_pipeline,
};

pub(super) use self::advice::{SCHEMA, listed};
pub(crate) use self::unchecked::{set_of, unchecked};
use super::{PIPELINE, pipeline_number};
use crate::code_file::KnownCodes;

/// The codes of a set, in its parts: see [`vibecode_spec::PortalCodes::parts`].
type Parts<'c> = [(u64, &'c [Item])];

/// Returns the code that a text means: a code means itself, and a name means its code. A text that can mean
/// several codes is an error: see [`OptionMatch::of_text`].
///
/// A stage is looked up in the pipeline of the record. If that is not known, it is looked up in all pipelines.
/// If the codes of the set are not known, any text that has the form of a code is one.
pub(super) fn of_text(field: &Field, text: &str, codes: &KnownCodes) -> Result<String, String> {
    if !is_code(text) {
        return Err(format!("cannot be set to {text}: clear it instead"));
    }
    let pipeline = pipeline_of_record(field, codes);
    if let Some(pipeline) = pipeline {
        check_pipeline(text, pipeline, field, codes)?;
    }
    let Some(mut parts) = codes.of_field(field) else {
        return if may_be_code(field, text) {
            Ok(text.to_owned())
        } else {
            Err(advice::name_without_codes(field))
        };
    };
    if let Some(pipeline) = pipeline {
        parts.retain(|(number, _)| *number == pipeline);
    }
    match find(&parts, text) {
        OptionMatch::One(item) if is_code(&item.id) => Ok(item.id.clone()),
        OptionMatch::One(item) => Err(format!(
            "has the code {} for this name, which clears it: clear it instead",
            one_line(&item.id)
        )),
        OptionMatch::Ambiguous(possible) => {
            let why = if is_by_pipeline(field) && pipeline.is_none() {
                ", since the pipeline of the record is not known here"
            } else {
                ""
            };
            let ids = possible.iter().map(|item| one_line(&item.id));
            Err(format!(
                "has several codes that this text may mean ({}): use a code or a name that only one of them has{why}",
                advice::listed(ids)
            ))
        }
        OptionMatch::None => Err(advice::unknown(field, text, &parts, codes)),
    }
}

fn find<'c>(parts: &Parts<'c>, text: &str) -> OptionMatch<'c> {
    OptionMatch::of_text(parts.iter().map(|(_, items)| *items), text)
}

/// Checks that the portal has a currency.
pub(super) fn check_currency(currency: &str, codes: &KnownCodes) -> Result<(), String> {
    let Some(parts) = codes.parts(&CodeSet::Currencies) else {
        return Ok(());
    };
    if advice::items(&parts).any(|item| item.id == currency) {
        return Ok(());
    }
    Err(format!(
        "has a currency that the portal lacks: the {}",
        advice::known(&parts, &advice::next_step(Some(&CodeSet::Currencies)))
    ))
}

/// Returns true if the values of a field are the codes of a closed set.
pub(crate) fn has_codes(field: &Field) -> bool {
    field.kind == Kind::Status || field.codes.is_some()
}

/// Explains why a text that has the form of a code is not one of the codes that the portal has now. `None` if it may
/// be one, or a name.
pub(crate) fn without_portal(field: &Field, text: &str, codes: &KnownCodes) -> Option<String> {
    if !has_codes(field) || !has_form_of_a_code(text) {
        return None;
    }
    let parts = codes.of_field(field)?;
    let found = find(&parts, text);
    (found == OptionMatch::None).then(|| advice::unknown(field, text, &parts, codes))
}

/// Returns true if each pipeline has its own codes of a field.
pub(crate) fn is_by_pipeline(field: &Field) -> bool {
    field.codes.as_ref().is_some_and(CodeSet::is_by_pipeline)
}

/// Returns the pipeline of the record, if the codes of a field depend on it.
fn pipeline_of_record(field: &Field, codes: &KnownCodes) -> Option<u64> {
    codes.pipeline().filter(|_| is_by_pipeline(field))
}

/// Refuses a code that is known to belong to another pipeline than that of the record.
fn check_pipeline(
    text: &str,
    pipeline: u64,
    field: &Field,
    codes: &KnownCodes,
) -> Result<(), String> {
    let Some(set) = &field.codes else {
        return Ok(());
    };
    let parts = codes.of_field(field);
    let full = set.full_code(text, pipeline);
    let owner = match &parts {
        Some(parts) => {
            let is_in = |(_, items): &&(u64, &[Item])| items.iter().any(|item| item.id == text);
            let mut owners = parts.iter().filter(is_in).map(|(number, _)| *number);
            match owners.next() {
                Some(first) if first == pipeline || owners.any(|other| other == pipeline) => None,
                Some(first) => Some(first),
                None => stage_pipeline(text).filter(|_| full.is_err()),
            }
        }
        None if full.as_deref() == Ok(text) => None,
        None if has_form_of_a_code(text) => {
            let prefix = set.prefix(pipeline);
            let prefix = prefix.map_or("have no `:`".to_owned(), |prefix| {
                format!("begin with `{prefix}`")
            });
            return Err(format!(
                "cannot be set to this code, since the record is in pipeline {pipeline}, and the codes of that {prefix}"
            ));
        }
        None => None,
    };
    let Some(owner) = owner else {
        return Ok(());
    };
    let mut own = parts.unwrap_or_default();
    own.retain(|(number, _)| *number == pipeline);
    let known = if own.is_empty() {
        String::new()
    } else {
        let known = advice::known(&own, &advice::next_step(Some(set)));
        format!(": the {known}")
    };
    Err(format!(
        "cannot be set to a code of pipeline {owner}, since the record is in pipeline {pipeline}{known}"
    ))
}

/// Refuses a pipeline that the portal lacks. The pipelines are known from the stages of the entity's records.
pub(super) fn check_pipeline_exists(
    field: &Field,
    value: &Value,
    schema: &Schema,
    codes: &KnownCodes,
) -> Result<(), String> {
    let Some(stage) = stage_of_pipeline(field, schema) else {
        return Ok(());
    };
    let Some(parts) = codes.of_field(stage) else {
        return Ok(());
    };
    // 0 is what clears the field.
    let number = pipeline_number(value);
    if number == Some(0) || parts.iter().any(|(known, _)| Some(*known) == number) {
        return Ok(());
    }
    let known = parts.iter().map(|(known, _)| known.to_string());
    let known = match &parts[..] {
        [] => "it has none".to_owned(),
        [..] => format!("the pipelines are {}", advice::listed(known)),
    };
    Err(format!(
        "cannot be set to {value}, since the portal has no such pipeline: {known}{}",
        advice::next_step(stage.codes.as_ref())
    ))
}

/// Returns the field whose codes depend on the pipeline, if this is the field with the pipeline.
fn stage_of_pipeline<'s>(field: &Field, schema: &'s Schema) -> Option<&'s Field> {
    let mut fields = schema.fields().filter(|_| field.name == PIPELINE);
    fields.find(|field| is_by_pipeline(field))
}

/// Returns true if a text can be a code of a field whose codes are not known.
fn may_be_code(field: &Field, text: &str) -> bool {
    let is_deal_stage = matches!(field.codes, Some(CodeSet::Stages(_)));
    let is_prefixed = !text.contains(':') || stage_pipeline(text).is_some();
    has_form_of_a_code(text) && (!is_deal_stage || is_prefixed)
}

#[cfg(test)]
mod tests;
