//! The headers of Bitrix24's own export, and which field a header means whatever the others are.

use vibecode_spec::{Entity, EntityPath, ExportColumn, ExportHeaders, Field, Schema};

use crate::change::{self, field_name::composed};

/// Returns the headers of the export of an entity.
pub(crate) fn export_headers(entity: &str) -> Option<ExportHeaders> {
    match EntityPath::from_path(entity) {
        Some(EntityPath::Entity(entity)) => entity.export_headers(),
        _ => None,
    }
}

/// Returns the entity whose export has some of these headers, which no other export has, and these headers. `None` if some
/// of them are only in the export of `entity`, if its export is not known, or if one word alone is all there is, since
/// `Status` may be in any file. Headers that are known otherwise do not count.
pub(crate) fn export_of_another<'h>(
    entity: &str,
    headers: &[&'h str],
    is_known: impl Fn(&str) -> bool,
) -> Option<(Entity, Vec<&'h str>)> {
    export_headers(entity)?;
    let exports = Entity::ALL.iter().copied();
    let exports = exports.filter_map(|entity| Some((entity, entity.export_headers()?)));
    let exports: Vec<(Entity, ExportHeaders)> = exports.collect();
    let only_in = |header: &str| {
        let header = composed(header);
        let mut having = exports
            .iter()
            .filter(|(_, it)| it.column(&header).is_some());
        let (one, _) = having.next()?;
        having.next().is_none().then_some(*one)
    };
    let mut by_entity: Vec<(Entity, Vec<&str>)> = Vec::new();
    for header in headers.iter().copied() {
        let Some(one) = only_in(header).filter(|_| !is_known(header)) else {
            continue;
        };
        match by_entity.iter_mut().find(|(known, _)| *known == one) {
            Some((_, headers)) => headers.push(header),
            None => by_entity.push((one, vec![header])),
        }
    }
    if by_entity.iter().any(|(known, _)| known.path() == entity) {
        return None;
    }
    let (other, headers) = by_entity
        .into_iter()
        .max_by_key(|(_, headers)| headers.len())?;
    let is_clear = headers.len() > 1 || headers.iter().any(|it| it.trim().contains(' '));
    is_clear.then_some((other, headers))
}

/// Returns the entities that have some of these headers as wire names of fields, and these headers. `None` if there are
/// fewer than two. Headers that are known otherwise do not count.
pub(crate) fn fields_of_another<'h>(
    headers: &[&'h str],
    is_known: impl Fn(&str) -> bool,
) -> Option<(Vec<Entity>, Vec<&'h str>)> {
    let unknown = headers.iter().copied().filter(|header| !is_known(header));
    let unknown: Vec<&str> = unknown.collect();
    if unknown.len() < 2 {
        return None;
    }
    let mut best: Option<(Vec<Entity>, Vec<&str>)> = None;
    for entity in Entity::ALL.iter().copied() {
        let schema = entity.schema();
        let of_entity = unknown.iter().copied();
        let of_entity = of_entity.filter(|header| schema.field(header).is_some());
        let of_entity: Vec<&str> = of_entity.collect();
        match &mut best {
            Some((entities, headers)) if *headers == of_entity => entities.push(entity),
            Some((_, headers)) if headers.len() >= of_entity.len() => {}
            _ => best = Some((vec![entity], of_entity)),
        }
    }
    best.filter(|(_, headers)| headers.len() >= 2)
}

/// Returns true for a column that only an export has.
pub(crate) fn is_typical(column: &ExportColumn) -> bool {
    matches!(
        column,
        ExportColumn::Aside(_)
            | ExportColumn::Field {
                type_id: Some(_),
                ..
            }
    )
}

/// Returns true if a header means this field beside any other headers, also of an export.
pub(crate) fn means(
    schema: &Schema,
    export: Option<&ExportHeaders>,
    header: &str,
    field: &Field,
) -> bool {
    let is_field = |name: &str| name == field.name;
    let found = change::field(schema, header).is_ok_and(|found| is_field(&found.name));
    let exported = export.and_then(|headers| headers.column(&composed(header)));
    found
        && match exported {
            Some(column) if is_typical(column) => false,
            Some(ExportColumn::Field { field, .. }) => is_field(field),
            _ => true,
        }
}
