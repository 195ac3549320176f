//! What is wrong with a text that is no code, which codes there are, and what was probably meant.

use vibecode_spec::{
    CodeFile, CodeSet, Field, Item, OptionMatch, PortalFile, closest, one_line, stage_pipeline,
};

use super::{Parts, find, is_by_pipeline};
use crate::code_file::KnownCodes;

/// The schema, and the command that updates it.
pub(in crate::change) const SCHEMA: &str = "the schema, which `cargo vibecode pull` updates";

/// The number of codes that a message lists.
const MAX_SHOWN: usize = 20;

/// Returns the codes of all parts.
pub(super) fn items<'c>(parts: &Parts<'c>) -> impl Iterator<Item = &'c Item> + Clone {
    parts.iter().flat_map(|(_, items)| items.iter())
}

/// Explains that a text is no code of a field, and no name of one.
pub(super) fn unknown(field: &Field, text: &str, parts: &Parts<'_>, codes: &KnownCodes) -> String {
    let set = field.codes.as_ref();
    // Codes that are in no file are those of the schema.
    let set_of_file = set.filter(|set| codes.parts(set).is_some());
    let next_step = next_step(set_of_file);
    if items(parts).next().is_none() {
        return match (set, codes.pipeline().filter(|_| is_by_pipeline(field))) {
            (Some(_), Some(pipeline)) => {
                format!("has no codes, since the portal has no pipeline {pipeline}{next_step}")
            }
            (Some(set), None) => {
                let name = one_line(&set.name(0));
                format!("has no codes, since the portal has no status set `{name}`{next_step}")
            }
            (None, _) => format!("has no codes{next_step}"),
        };
    }
    let mut parts = parts;
    let part;
    if let Some(pipeline) = stage_pipeline(text).filter(|_| is_by_pipeline(field)) {
        let found = parts.iter().find(|(number, _)| *number == pipeline);
        let Some(found) = found else {
            let numbers = parts.iter().map(|(number, _)| number.to_string());
            return format!(
                "has no such code, since there is no pipeline {pipeline}: the pipelines are {}{next_step}",
                listed(numbers)
            );
        };
        part = [*found];
        parts = &part;
    }
    // Before the codes, which may be many.
    let source = source(set_of_file);
    let known = known(parts, "");
    match meant(text, parts) {
        Some(meant) => format!(
            "has no such code in {source}: did you mean `{}`? The {known}",
            one_line(meant)
        ),
        None => format!("has no such code in {source}: the {known}"),
    }
}

/// Returns the code or the name that was probably meant, if it is certain which code it is: a text in another case,
/// or else a typo. The prefix of a pipeline counts for nothing in a typo, since it is long.
fn meant<'c>(text: &str, parts: &Parts<'c>) -> Option<&'c str> {
    let lower = text.to_lowercase();
    let mut ids = items(parts).map(|item| &*item.id);
    if let Some(code) = ids.find(|id| id.to_lowercase() == lower) {
        return Some(code);
    }
    let texts = items(parts).flat_map(|item| [&*item.id, &*item.label]);
    let texts = texts.filter_map(|text| match find(parts, text) {
        OptionMatch::One(item) => Some((without_prefix(text).to_lowercase(), text, &*item.id)),
        OptionMatch::None | OptionMatch::Ambiguous(_) => None,
    });
    let texts: Vec<(String, &str, &str)> = texts.collect();
    let close = closest(
        &without_prefix(text).to_lowercase(),
        texts.iter().map(|(lower, ..)| &**lower),
    )?;
    let mut alike = texts.iter().filter(|(lower, ..)| lower == close);
    let (_, meant, code) = alike.next()?;
    // The same stage of several pipelines may have been meant.
    alike.all(|(.., other)| other == code).then_some(*meant)
}

/// Returns the code of a stage without the prefix of its pipeline.
fn without_prefix(code: &str) -> &str {
    code.rsplit_once(':').map_or(code, |(_, stage)| stage)
}

/// Lists codes, and says how to update the list.
pub(super) fn known(parts: &Parts<'_>, next_step: &str) -> String {
    let shown = items(parts).map(|item| {
        let (id, label) = (one_line(&item.id), one_line(&item.label));
        if id == label {
            id
        } else {
            format!("{id} ({label})")
        }
    });
    format!("codes are {}{next_step}", listed(shown))
}

/// Says where the codes of a set come from, as the end of a sentence; `None` is the schema.
pub(super) fn next_step(set: Option<&CodeSet>) -> String {
    format!(", according to {}", source(set))
}

/// Returns where the codes of a set come from, and the command that updates it; `None` is the schema.
fn source(set: Option<&CodeSet>) -> String {
    let Some(set) = set else {
        return SCHEMA.to_owned();
    };
    let of_portal = CodeFile::of(set);
    let (file, name) = (PortalFile::from(of_portal).file_name(), of_portal.name());
    format!("vibecode/{file}, which `cargo vibecode pull {name}` updates")
}

/// Explains that a text is no code, and that no name is known.
pub(super) fn name_without_codes(field: &Field) -> String {
    let no_code = "requires a code, such as UC_1A2B: this text has not the form of one";
    match &field.codes {
        None => format!("{no_code}, and it is not known which codes the field takes"),
        Some(set) => {
            let of_portal = CodeFile::of(set);
            let (file, name) = (PortalFile::from(of_portal).file_name(), of_portal.name());
            format!(
                "{no_code}, and names are known only from vibecode/{file}, which `cargo vibecode pull {name}` fetches"
            )
        }
    }
}

pub(in crate::change) fn listed(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<String> = items.collect();
    let more = items.len().saturating_sub(MAX_SHOWN);
    items.truncate(MAX_SHOWN);
    let shown = items.join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
