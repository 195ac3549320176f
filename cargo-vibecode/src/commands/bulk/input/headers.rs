//! Finds the field that a header means: a wire name in any spelling, a label, a header of Bitrix24's own
//! export, or `phone:MOBILE`. A header with two meanings is an error.

use vibecode_spec::{ExportColumn, ExportHeaders, Field, Kind, Likeness, Schema};

use super::columns::ColumnOptions;
use crate::{
    change::{
        self, WIRE,
        field_name::{Candidates, composed, find, unknown},
    },
    column_header::is_typical,
    shell_word::quoted,
};

/// What a header means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning<'s> {
    Field {
        field: &'s Field,
        type_id: Option<&'static str>,
        /// Whether the header is the name for people. A wire name is written on purpose.
        is_label: bool,
        /// Whether a cell may contain several values as Bitrix24's export separates them.
        is_export: bool,
    },
    /// A column of an export that cannot be written, and why.
    Aside(&'static str),
}

/// A header that means no field, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoMeaning {
    /// No field has this name: see [`advice`].
    Unknown,
    Ambiguous(String),
    /// The field is known, but not the type of its phones or emails.
    UnknownType(String),
}

/// Returns true if only Bitrix24's own export has one of these headers.
pub(super) fn is_export(options: &ColumnOptions<'_>, names: &[String]) -> bool {
    let is_only_there = |name: &String| {
        let name = composed(name);
        let column = options.export.and_then(|headers| headers.column(&name));
        options.schema.field(&name).is_none() && column.is_some_and(is_typical)
    };
    names.iter().any(is_only_there)
}

/// Returns the field of a column of an export, if the portal has it, with its type and whether the cells are names.
fn known_field<'s>(
    schema: &'s Schema,
    exported: Option<&ExportColumn>,
) -> Option<(&'s Field, Option<&'static str>, bool)> {
    let Some(ExportColumn::Field {
        field,
        type_id,
        has_names,
    }) = exported
    else {
        return None;
    };
    Some((schema.field(field)?, *type_id, *has_names))
}

/// Finds the meaning of a header.
pub(super) fn meaning<'s>(
    options: &ColumnOptions<'s>,
    header: &str,
    is_export: bool,
) -> Result<Meaning<'s>, NoMeaning> {
    let schema = options.schema;
    let header = composed(header);
    if header.starts_with(WIRE) || schema.field(&header).is_some() {
        // A wire name that is the label of another field has two meanings.
        let field = change::field(schema, &header);
        return field.map(by_name).map_err(NoMeaning::Ambiguous);
    }
    let exported = options.export.and_then(|headers| headers.column(&header));
    let mut candidates = Candidates::of(schema, &header);
    let labelled = &mut candidates.labelled;
    if let Some(ExportColumn::Field {
        type_id: Some(_),
        field,
        ..
    }) = exported
    {
        // The labels of the aliases `phoneWork`, …, which are only read.
        labelled.retain(|known| !known.read_only || !known.name.starts_with(field));
    }
    if let ([_], Some((named, label))) = (&candidates.labelled[..], candidates.wire_and_label()) {
        return Err(ambiguous(&header, label, named));
    }
    match (
        &candidates.labelled[..],
        known_field(schema, exported),
        exported,
    ) {
        ([one, other, ..], ..) => Err(ambiguous(&header, one, other)),
        ([one], Some((other, ..)), _) if one.name != other.name => {
            Err(ambiguous(&header, one, other))
        }
        (_, Some((_, _, true)), _) if is_export => Ok(Meaning::Aside(
            "it has names in it, and the field takes ids: assign it with --map if it has ids",
        )),
        (_, Some((field, type_id, _)), _) => Ok(Meaning::Field {
            field,
            type_id,
            is_label: true,
            is_export,
        }),
        ([field], None, Some(ExportColumn::Aside(why))) if change::is_fixed(field) => {
            Ok(Meaning::Aside(why))
        }
        ([field], None, _) => Ok(Meaning::Field {
            field,
            type_id: None,
            is_label: true,
            is_export,
        }),
        ([], None, Some(ExportColumn::Aside(why))) => Ok(Meaning::Aside(why)),
        ([], None, _) => spelt_or_typed(options, &header),
    }
}

fn by_name(field: &Field) -> Meaning<'_> {
    Meaning::Field {
        field,
        type_id: None,
        is_label: false,
        is_export: false,
    }
}

fn ambiguous(header: &str, one: &Field, other: &Field) -> NoMeaning {
    let assigned = format!("{header}={}", one.name);
    NoMeaning::Ambiguous(format!(
        "may mean `{}` or `{}`: assign it with --map {}, or ignore it with --ignore",
        one.name,
        other.name,
        quoted(assigned.as_ref())
    ))
}

/// Finds a field by another spelling of its name, such as `UF_CRM_1` or `POST`, or by `phone:MOBILE`.
fn spelt_or_typed<'s>(options: &ColumnOptions<'s>, header: &str) -> Result<Meaning<'s>, NoMeaning> {
    let schema = options.schema;
    if let Some((name, type_id)) = header.rsplit_once(':')
        && let Ok(Meaning::Field {
            field,
            is_label,
            is_export,
            ..
        }) = meaning(options, name, false)
        && let Kind::Multifield(multifield) = field.kind
    {
        let type_ids = multifield.type_ids();
        let type_id = type_id.trim();
        let mut known = type_ids.iter();
        return match known.find(|known| known.eq_ignore_ascii_case(type_id)) {
            Some(known) => Ok(Meaning::Field {
                field,
                type_id: Some(*known),
                is_label,
                is_export,
            }),
            None => Err(NoMeaning::UnknownType(format!(
                "has the unknown type `{type_id}`: use one of {}",
                type_ids.join(", ")
            ))),
        };
    }
    let namesakes = schema.namesakes(header);
    let mut spelt = namesakes
        .iter()
        .filter(|namesake| namesake.likeness == Likeness::Spelling);
    if let (Some(one), None) = (spelt.next(), spelt.next())
        && let Some(field) = schema.field(one.name)
    {
        return Ok(by_name(field));
    }
    Err(NoMeaning::Unknown)
}

/// Says what may have been meant: a wire name, a label, or a header of an export.
pub(super) fn advice(options: &ColumnOptions<'_>, header: &str) -> String {
    let header = &composed(header);
    match find(options.schema, header) {
        Some(Ok(field)) => format!("`{}` has this label", field.name),
        Some(Err(problem)) => problem,
        None => {
            let headers = options.export.into_iter().flat_map(ExportHeaders::names);
            unknown(options.schema, header, headers)
        }
    }
}
