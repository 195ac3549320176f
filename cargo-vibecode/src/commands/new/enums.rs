//! The generated enums: the options of a list, or the codes of a field, one enum for each pipeline.

use std::{borrow::Cow, fmt::Write as _};

use vibecode_spec::{CodeSet, Field, Item, Kind, doc_text, is_code, one_line, stage_pipeline};

use super::{
    module::{digits, push_doc},
    names::Names,
};
use crate::code_file::KnownCodes;

/// An enum, and its text.
pub(super) struct Enum {
    pub(super) name: String,
    pub(super) text: String,
}

/// Makes the enums of an entity's fields.
pub(super) struct Enums<'a> {
    entity: &'a str,
    codes: &'a KnownCodes,
}

/// The codes of a field in one pipeline, or all of them.
struct Part<'a> {
    /// The pipeline, if the set is by pipeline.
    pipeline: Option<u64>,
    /// Whether there are no other pipelines.
    is_only: bool,
    items: &'a [Item],
}

impl<'a> Enums<'a> {
    pub(super) fn new(entity: &'a str, codes: &'a KnownCodes) -> Self {
        Self { entity, codes }
    }

    /// Returns the enums of a field: several if its set is by pipeline, and none if its values are not
    /// known.
    pub(super) fn of_field(&self, field: &Field, types: &mut Names) -> Vec<Enum> {
        if field.kind == Kind::Enumeration {
            let options = (!field.items.is_empty()).then(|| self.of_options(field, types));
            return options.into_iter().collect();
        }
        let Some(parts) = self.codes.of_field(field) else {
            return Vec::new();
        };
        let is_by_pipeline = field.codes.as_ref().is_some_and(CodeSet::is_by_pipeline);
        let is_only = parts.len() == 1;
        let parts = parts.into_iter().map(|(pipeline, items)| Part {
            pipeline: is_by_pipeline.then_some(pipeline),
            is_only,
            items,
        });
        let parts = parts.filter(|part| part.items.iter().any(|item| is_code(&item.id)));
        parts
            .map(|part| self.of_codes(field, &part, types))
            .collect()
    }

    /// Returns the name of a pipeline of deals. The names of other pipelines are not known.
    fn pipeline_name(&self, field: &Field, number: u64) -> Option<&str> {
        let is_of_deals = matches!(field.codes, Some(CodeSet::Stages(_)));
        self.codes.pipelines().filter(|_| is_of_deals)?.name(number)
    }

    fn of_options(&self, field: &Field, types: &mut Names) -> Enum {
        let label = field.title.as_deref().unwrap_or(&field.name);
        let name = types.camel(label, &format!("List{}", digits(&field.name)));
        let mut variants = Names::default();
        let mut text = String::new();
        let _ = writeln!(
            text,
            "/// {}: the options of the field `{}`.",
            doc_text(label),
            field.name
        );
        let _ = writeln!(
            text,
            "#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumeration)]"
        );
        let _ = writeln!(
            text,
            "#[vibecode(entity = \"{}\", field = \"{}\")]",
            self.entity, field.name
        );
        let _ = writeln!(text, "pub enum {name} {{");
        for Item { id, label, .. } in &field.items {
            let variant = variants.camel(label, &format!("Item{id}"));
            push_doc(&mut text, "    ", label, id);
            let _ = writeln!(text, "    #[vibecode(item = {id})]");
            let _ = writeln!(text, "    {variant},");
        }
        let _ = writeln!(text, "}}");
        Enum { name, text }
    }

    /// Returns the enum of codes, with a variant for codes that the portal may get later.
    fn of_codes(&self, field: &Field, part: &Part<'_>, types: &mut Names) -> Enum {
        let title = field.title.as_deref().unwrap_or(&field.name);
        let name = self.name_of_codes(field, title, part, types);
        let in_pipeline = part.pipeline.map_or_else(String::new, |number| {
            let pipeline = self.pipeline_name(field, number).map(doc_text);
            let called = pipeline.filter(|name| !name.is_empty());
            let called = called.map_or_else(String::new, |name| format!(", {name}"));
            format!(" in pipeline {number}{called}")
        });
        let mut text = String::new();
        let _ = writeln!(
            text,
            "/// {}: the codes of the field `{}`{in_pipeline}.",
            doc_text(title),
            field.name
        );
        let _ = writeln!(text, "#[derive(Debug, Clone, PartialEq, Eq, Enumeration)]");
        let pipeline = match part.pipeline {
            Some(number) if number > 0 => format!(", pipeline = {number}"),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "#[vibecode(entity = \"{}\", field = \"{}\"{pipeline})]",
            self.entity, field.name
        );
        let _ = writeln!(text, "pub enum {name} {{");
        let mut variants = Names::default();
        for (item, number) in part.items.iter().zip(1..) {
            if !is_code(&item.id) {
                let code = one_line(&item.id);
                let _ = writeln!(text, "    // `{code}` is omitted: it clears the field.");
                continue;
            }
            let code = without_prefix(&item.id);
            let by_code = Names::default().camel(code, &format!("Code{number}"));
            let variant = variants.camel(&item.label, &by_code);
            push_doc(&mut text, "    ", &item.label, &item.id);
            let code = literal(&item.id);
            let _ = writeln!(text, "    #[vibecode(status = \"{code}\")]");
            let _ = writeln!(text, "    {variant},");
        }
        let other = ["Other", "AnyOther"]
            .into_iter()
            .find(|name| !variants.has(name));
        let other = other.map_or_else(|| variants.camel("Any other", "AnyOther"), str::to_owned);
        let _ = writeln!(text, "    /// Any other code.");
        let _ = writeln!(text, "    #[vibecode(other)]");
        let _ = writeln!(text, "    {other}(String),");
        let _ = writeln!(text, "}}");
        Enum { name, text }
    }

    /// Returns the name of an enum of codes. That of one pipeline names it.
    fn name_of_codes(
        &self,
        field: &Field,
        title: &str,
        part: &Part<'_>,
        types: &mut Names,
    ) -> String {
        let by_name = Names::default().camel(&field.name, &format!("Codes{}", digits(&field.name)));
        match part.pipeline {
            Some(number) if number > 0 => {
                let by_number = format!("{by_name}Pipeline{number}");
                let pipeline = self.pipeline_name(field, number);
                let pipeline = pipeline.map_or_else(|| format!("pipeline {number}"), str::to_owned);
                types.camel(&format!("{title} {pipeline}"), &by_number)
            }
            // Without its number, it would look like the enum of every pipeline.
            Some(number) if !part.is_only => types.camel(
                &format!("{title} pipeline {number}"),
                &format!("{by_name}Pipeline{number}"),
            ),
            _ => types.camel(title, &by_name),
        }
    }
}

/// Returns the code of a stage without the prefix of its pipeline.
fn without_prefix(code: &str) -> &str {
    match (stage_pipeline(code), code.split_once(':')) {
        (Some(_), Some((_, code))) => code,
        _ => code,
    }
}

/// Returns a code as the content of a string literal.
fn literal(code: &str) -> Cow<'_, str> {
    if code
        .chars()
        .all(|letter| letter.is_alphanumeric() || "_:-. ".contains(letter))
    {
        Cow::Borrowed(code)
    } else {
        Cow::Owned(code.escape_default().to_string())
    }
}
