//! The field that a name means: its wire name or one of its labels, as people write them. A name with two meanings
//! means neither.

use unicode_normalization::UnicodeNormalization as _;
use vibecode_spec::{Field, Schema, closest};

/// Before a name, means that it is a wire name and no label.
pub(crate) const WIRE: &str = "wire:";

/// The fields that a name may mean.
#[derive(Debug)]
pub(crate) struct Candidates<'s> {
    /// The field with exactly this wire name.
    pub(crate) wire: Option<&'s Field>,
    /// The fields with this wire name in any case.
    spelt: Vec<&'s Field>,
    /// The fields with this label in any case.
    pub(crate) labelled: Vec<&'s Field>,
}

impl<'s> Candidates<'s> {
    pub(crate) fn of(schema: &'s Schema, name: &str) -> Self {
        let lower = compared(name);
        let has_label = |field: &&Field| {
            let mut labels = field.labels.iter();
            !lower.is_empty() && labels.any(|label| compared(label) == lower)
        };
        let is_spelt = |field: &&Field| field.name.to_lowercase() == lower;
        Self {
            wire: schema.field(name),
            spelt: schema.fields().filter(is_spelt).collect(),
            labelled: schema.fields().filter(has_label).collect(),
        }
    }

    /// Returns the field with this wire name, and another one that has the name as its label. A wire name in
    /// another case counts only beside a label: it is not a name on its own.
    pub(crate) fn wire_and_label(&self) -> Option<(&'s Field, &'s Field)> {
        let is_other = |one: &Field, other: &Field| one.name != other.name;
        let label = *self.labelled.first()?;
        let mut spelt = self.spelt.iter().copied();
        let named = self
            .wire
            .or_else(|| spelt.find(|field| is_other(field, label)))?;
        let mut labelled = self.labelled.iter().copied();
        let label = labelled.find(|label| is_other(named, label))?;
        Some((named, label))
    }
}

/// Returns a name as it is compared with others: composed, since some systems decompose letters such as й, and with one
/// plain space or hyphen where a spreadsheet writes several or those that do not break.
pub(crate) fn composed(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_hyphen = |letter| matches!(letter, '\u{2010}' | '\u{2011}');
    words.join(" ").replace(is_hyphen, "-").nfc().collect()
}

/// Returns a label as it is compared with others.
fn compared(label: &str) -> String {
    composed(label).to_lowercase()
}

/// Finds the field with this wire name or label. A name that is the wire name of one field and the
/// label of another means neither, in whatever case: `wire:post` is the field `post`.
///
/// # Errors
/// If no field has the name, or several have it.
pub(crate) fn field<'s>(schema: &'s Schema, name: &str) -> Result<&'s Field, String> {
    find(schema, name).unwrap_or_else(|| Err(unknown(schema, name, [])))
}

/// Finds the same as [`field`]. Returns `None` if no field has the name: see [`unknown`].
///
/// # Errors
/// If several fields have the name, or if it begins with `wire:` and no field has it.
pub(crate) fn find<'s>(schema: &'s Schema, name: &str) -> Option<Result<&'s Field, String>> {
    if let Some(name) = name.strip_prefix(WIRE) {
        let problem = || format!("there is no field with the wire name `{name}`");
        return Some(schema.field(name).ok_or_else(problem));
    }
    let candidates = Candidates::of(schema, name);
    if let Some((named, label)) = candidates.wire_and_label() {
        return Some(Err(format!(
            "`{name}` is the wire name of one field (`{0}`) and the label of another (`{1}`): write `{WIRE}{0}` or `{WIRE}{1}`",
            named.name, label.name
        )));
    }
    match (candidates.wire, &candidates.labelled[..]) {
        (Some(field), _) => Some(Ok(field)),
        (None, [field]) => Some(Ok(field)),
        (None, [one, other, ..]) => Some(Err(format!(
            "`{name}` is the label of both `{}` and `{}`: use a wire name",
            one.name, other.name
        ))),
        (None, []) => None,
    }
}

/// Describes a name that no field has, and asks whether a similar wire name or label was meant. `headers` are further
/// texts that mean fields. The name is compared with all of them, which takes milliseconds.
pub(crate) fn unknown<'h>(
    schema: &Schema,
    name: &str,
    headers: impl IntoIterator<Item = &'h str>,
) -> String {
    if schema.lacks(name).is_some() {
        return format!(
            "the portal's list has no field `{name}`, so the API would ignore it. If the schema is out of date, update it with `cargo vibecode pull`"
        );
    }
    let meant: Vec<_> = schema.suggestions(name).iter().map(|it| it.name).collect();
    let advice = if !meant.is_empty() {
        format!("did you mean `{}`?", meant.join("` or `"))
    } else if let Some(label) = closest_label(schema, name, headers) {
        format!("did you mean the label `{label}`?")
    } else {
        "if the schema is out of date, update it with `cargo vibecode pull`".to_owned()
    };
    format!("there is no field `{name}`: {advice}")
}

/// Returns the label or the header that is closest to a name, if it is close enough to have been meant.
fn closest_label<'h>(
    schema: &Schema,
    name: &str,
    headers: impl IntoIterator<Item = &'h str>,
) -> Option<String> {
    let labels = schema.fields().flat_map(|field| field.labels.iter());
    let mut texts: Vec<&str> = labels.map(String::as_str).collect();
    for header in headers {
        texts.push(header);
    }
    let lower: Vec<String> = texts.iter().map(|text| compared(text)).collect();
    let meant = closest(&compared(name), lower.iter().map(String::as_str))?;
    let mut texts = texts.iter().zip(&lower);
    let (text, _) = texts.find(|(_, lower)| *lower == meant)?;
    Some((*text).to_owned())
}

#[cfg(test)]
mod tests {
    use vibecode_spec::Entity;

    use super::*;

    #[test]
    fn a_name_with_two_meanings_is_an_error_in_any_case() {
        let portal = r#"{
            "ufCrm_1": {"type": "string", "title": "Post"},
            "ufCrm_2": {"type": "string", "title": "Tea"},
            "ufCrm_3": {"type": "string", "title": "tea"},
            "ufCrm_4": {"type": "string", "title": "ufCrm_4"}
        }"#;
        let documented = Entity::Contacts.schema();
        let schema = documented.with_portal(Schema::read(portal).unwrap());
        for (name, parts) in [
            ("post", ["`post`", "`wire:ufCrm_1`"]),
            ("Post", ["`post`", "`wire:ufCrm_1`"]),
            ("POST", ["`wire:post`", "`ufCrm_1`"]),
            ("tea", ["`ufCrm_2`", "`ufCrm_3`"]),
        ] {
            let problem = field(&schema, name).unwrap_err();
            assert!(parts.iter().all(|part| problem.contains(part)), "{problem}");
        }
        for (name, found) in [
            ("wire:post", "post"),
            ("wire:ufCrm_1", "ufCrm_1"),
            ("ufCrm_1", "ufCrm_1"),
            ("ufCrm_2", "ufCrm_2"),
            ("ufCrm_4", "ufCrm_4"),
            ("comments", "comments"),
        ] {
            assert_eq!(field(&schema, name).unwrap().name, found, "{name}");
        }
    }

    #[test]
    fn a_label_is_found_in_any_case_and_composition() {
        let portal = r#"{"ufCrm_1": {"type": "string", "title": "Лояльный"}}"#;
        let documented = Entity::Contacts.schema();
        let schema = documented.with_portal(Schema::read(portal).unwrap());
        for name in ["Лояльный", " лояльный ", "ЛОЯЛЬНЫИ\u{306}"] {
            assert_eq!(field(&schema, name).unwrap().name, "ufCrm_1", "{name}");
        }
        let portal = r#"{"ufCrm_2": {"type": "string", "title": "Рабочий e-mail"}}"#;
        let schema = documented.with_portal(Schema::read(portal).unwrap());
        for name in ["Рабочий\u{a0}e-mail", "Рабочий  e\u{2011}mail"] {
            assert_eq!(field(&schema, name).unwrap().name, "ufCrm_2", "{name}");
        }
    }
}
