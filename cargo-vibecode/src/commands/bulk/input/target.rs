//! What the cells of a column are for: the record's id, a field that is set, a phone or an email that is added, or
//! nothing.

use vibecode_spec::{Field, Kind, Multifield};

use super::{
    columns::{ColumnOptions, DEFAULT_ID, ERROR_COLUMNS},
    headers::{self, Meaning, NoMeaning},
};
use crate::{
    change::{self, field_name::composed},
    garbled,
};

/// What the cells of a column are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The record's id.
    Id,
    /// A field that is set, by its wire name.
    Set {
        field: String,
        is_multiple: bool,
        /// The kind of the values, if they may be written in several ways.
        kind: Kind,
    },
    /// A phone or an email that is added, with this type unless the cell has one.
    Add {
        field: String,
        multifield: Multifield,
        type_id: Option<&'static str>,
        /// Whether commas and line breaks separate several values, as in an export.
        is_export: bool,
    },
    /// Nothing.
    Ignored,
    /// Nothing, for this reason.
    Aside(String),
    /// Nothing: the column has no name, and must be empty.
    Nameless,
}

impl Target {
    /// Returns the wire name of the field that the cells change.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Self::Set { field, .. } | Self::Add { field, .. } => Some(field),
            Self::Id | Self::Ignored | Self::Aside(_) | Self::Nameless => None,
        }
    }

    /// Returns the target of a column that means this field, by its label if `is_label` is true.
    ///
    /// # Errors
    /// If cells cannot set it, unless it is found by a label.
    fn of_field(
        field: &Field,
        type_id: Option<&'static str>,
        is_label: bool,
        is_export: bool,
    ) -> Result<Self, String> {
        // A label comes from a spreadsheet or an export, which show more than can be written.
        if is_label && change::is_fixed(field) {
            return Ok(Target::Aside(format!("`{}` is read-only", field.name)));
        }
        if is_label && field.kind == Kind::File {
            return Ok(Target::Aside(format!("`{}` takes files", field.name)));
        }
        if change::is_fixed(field) {
            let name = &field.name;
            return Err(format!(
                "belongs to `{name}`, which is read-only: ignore it with --ignore"
            ));
        }
        match &field.kind {
            Kind::File => Err(
                "takes files, which cannot be given as text: ignore it with --ignore".to_owned(),
            ),
            Kind::Multifield(multifield) => Ok(Target::Add {
                field: field.name.clone(),
                multifield: *multifield,
                type_id,
                is_export,
            }),
            kind => Ok(Target::Set {
                field: field.name.clone(),
                is_multiple: field.multiple,
                kind: kind.clone(),
            }),
        }
    }

    /// Returns a description for the output.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Id => "the id of the record".to_owned(),
            Self::Set { field, .. } => field.clone(),
            Self::Add { field, type_id, .. } => {
                format!(
                    "{field}, added as {} unless the cell names a type",
                    type_id.unwrap_or(Multifield::DEFAULT_TYPE_ID)
                )
            }
            Self::Ignored => "ignored".to_owned(),
            Self::Aside(why) => format!("set aside: {why}"),
            Self::Nameless => "set aside: the column has no name and no values".to_owned(),
        }
    }
}

impl ColumnOptions<'_> {
    /// Returns whether a field has exactly this name or label.
    fn is_exact_name(&self, column: &str) -> bool {
        let mut fields = self.schema.fields();
        fields.any(|field| field.name == column || field.labels.iter().any(|it| it == column))
    }

    /// Finds the target of a column. `is_advised` decides whether names are suggested if it has none.
    ///
    /// # Errors
    /// The end of a sentence that begins with the name of the column.
    pub(super) fn target(
        &self,
        column: &str,
        is_export: bool,
        is_advised: bool,
    ) -> Result<Target, String> {
        let is_named = |name: &String| *name == column || composed(name) == composed(column);
        let mapped = self.map.iter().find(|(name, _)| is_named(name));
        let is_ignored = self.ignore.iter().any(is_named);
        if is_ignored || (mapped.is_none() && ERROR_COLUMNS.contains(&column)) {
            return Ok(Target::Ignored);
        }
        if composed(self.id_column.unwrap_or(DEFAULT_ID)) == composed(column) {
            return match mapped {
                Some((_, field)) if field != DEFAULT_ID => Err(format!(
                    "has the ids of the records, and cannot be `{field}` too: name the column of the ids with --id-column"
                )),
                _ => Ok(Target::Id),
            };
        }
        if column.is_empty() && mapped.is_none() {
            return Ok(Target::Nameless);
        }
        if mapped.is_none() && !self.is_exact_name(column) && garbled::is_garbled_name(column) {
            return Err("has lost letters when the file was saved or read in another encoding, so its field is not certain: name the --encoding of the file, assign the column with --map, or ignore it with --ignore".to_owned());
        }
        let meaning = match mapped {
            Some((_, name)) => headers::meaning(self, name, false),
            None => headers::meaning(self, column, is_export),
        };
        match meaning {
            Ok(Meaning::Field { field, .. })
                if field.name == DEFAULT_ID && self.id_column.is_none() =>
            {
                Ok(Target::Id)
            }
            Ok(Meaning::Field {
                field,
                type_id,
                is_label,
                is_export,
            }) => Target::of_field(field, type_id, is_label && mapped.is_none(), is_export),
            Ok(Meaning::Aside(why)) => Ok(Target::Aside(why.to_owned())),
            Err(NoMeaning::Ambiguous(problem) | NoMeaning::UnknownType(problem)) => Err(problem),
            Err(NoMeaning::Unknown) if self.ignore_unknown && mapped.is_none() => {
                Ok(Target::Aside("it belongs to no field".to_owned()))
            }
            Err(NoMeaning::Unknown) => {
                let problem =
                    "belongs to no field (assign it with --map, or ignore it with --ignore)";
                if !is_advised {
                    return Err(problem.to_owned());
                }
                let name = mapped.map_or(column, |(_, name)| name);
                Err(format!("{problem}: {}", headers::advice(self, name)))
            }
        }
    }
}
