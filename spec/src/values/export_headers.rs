//! The headers of Bitrix24's own export of records.

use std::sync::OnceLock;

use serde_json::Value;

use crate::{Entity, suggest::fold};

/// The headers of the CSV export of one entity, in Russian and English.
///
/// ```
/// use vibecode_spec::{Entity, ExportColumn};
///
/// let headers = Entity::Contacts.export_headers().expect("contacts can be exported");
/// let mobile = headers.column("мобильный телефон").expect("is in the export");
/// assert_eq!(*mobile, ExportColumn::Field { field: "phone", type_id: Some("MOBILE"), has_names: false });
/// ```
#[derive(Debug)]
pub struct ExportHeaders {
    /// Folded headers with their columns, sorted.
    columns: Vec<(String, ExportColumn)>,
    names: Vec<&'static str>,
}

/// The contents of a column of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportColumn {
    /// The values of a field.
    Field {
        /// The wire name.
        field: &'static str,
        /// The type of the phones or emails.
        type_id: Option<&'static str>,
        /// Whether the cells are names of users or records, where the field takes ids.
        has_names: bool,
    },
    /// Values that cannot be written, and why.
    Aside(&'static str),
}

/// A file of headers, parsed.
fn parsed(entity: Entity) -> Option<&'static Value> {
    macro_rules! file {
        ($name:literal) => {{
            static FILE: OnceLock<Value> = OnceLock::new();
            Some(FILE.get_or_init(|| {
                serde_json::from_str(include_str!(concat!("../../exports/", $name)))
                    .unwrap_or_default()
            }))
        }};
    }
    match entity {
        Entity::Contacts => file!("contacts.json"),
        Entity::Companies => file!("companies.json"),
        Entity::Leads => file!("leads.json"),
        Entity::Deals => file!("deals.json"),
        _ => None,
    }
}

impl Entity {
    /// Returns the headers of this entity's export. Only contacts, companies, leads and deals have a known
    /// one.
    #[must_use]
    pub fn export_headers(self) -> Option<ExportHeaders> {
        let entries = parsed(self)?.as_array()?;
        let mut columns = Vec::new();
        let mut names = Vec::new();
        for entry in entries {
            let text = |key: &str| entry.get(key).and_then(Value::as_str);
            let column = match (text("field"), text("aside")) {
                (Some(field), _) => ExportColumn::Field {
                    field,
                    type_id: text("type"),
                    has_names: entry.get("names") == Some(&Value::Bool(true)),
                },
                (None, Some(why)) => ExportColumn::Aside(why),
                (None, None) => continue,
            };
            let headers = entry.get("headers").and_then(Value::as_array)?;
            for header in headers.iter().filter_map(Value::as_str) {
                names.push(header);
                columns.push((fold(header), column));
            }
        }
        columns.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        columns.dedup();
        Some(ExportHeaders { columns, names })
    }
}

impl ExportHeaders {
    /// Returns the column with this header. Case, spaces and signs do not count.
    #[must_use]
    pub fn column(&self, header: &str) -> Option<&ExportColumn> {
        let folded = fold(header);
        let found = self
            .columns
            .binary_search_by(|(known, _)| known.cmp(&folded));
        found
            .ok()
            .and_then(|at| self.columns.get(at))
            .map(|(_, column)| column)
    }

    /// Returns every known header.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Multifield};

    const ENTITIES: [Entity; 4] = [
        Entity::Contacts,
        Entity::Companies,
        Entity::Leads,
        Entity::Deals,
    ];

    #[test]
    fn every_header_has_one_meaning_which_its_entity_knows() {
        for entity in ENTITIES {
            let headers = entity.export_headers().unwrap();
            assert!(headers.columns.len() > 50, "{entity:?}");
            for pair in headers.columns.windows(2) {
                assert_ne!(pair[0].0, pair[1].0, "{entity:?}");
            }
            for (header, column) in &headers.columns {
                let ExportColumn::Field { field, type_id, .. } = *column else {
                    continue;
                };
                let field = entity.schema().field(field);
                let field = field.unwrap_or_else(|| panic!("{entity:?}: {header}"));
                assert!(field.name == "id" || !field.read_only, "{header}");
                if let Some(type_id) = type_id {
                    let Kind::Multifield(multifield) = field.kind else {
                        panic!("{header}");
                    };
                    assert!(multifield.type_ids().contains(&type_id), "{header}");
                }
            }
        }
        assert_eq!(Multifield::ALL.len(), 2);
    }

    #[test]
    fn headers_in_both_languages_mean_the_same() {
        let headers = Entity::Deals.export_headers().unwrap();
        assert_eq!(
            headers.column("СТАДИЯ СДЕЛКИ"),
            headers.column("Deal stage")
        );
        assert!(headers.column("Должность").is_none());
        assert!(Entity::Tasks.export_headers().is_none());
    }
}
