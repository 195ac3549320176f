//! Finds the field of each column: by its wire name, by its label, or by `--map`.

use vibecode_spec::{Field, Kind, Multifield, Schema};

use super::rows::{Cell, CellValue, Problem};
use crate::change::{self, Change, SEPARATOR};
use crate::code_file::KnownCodes;
use crate::commands::bulk::args::Empty;

/// The extra columns of a file of failed rows. They are ignored when the file is run again.
pub(crate) const ERROR_COLUMNS: [&str; 2] = ["error_code", "error_message"];

/// The options about columns, and the known fields.
#[derive(Debug)]
pub(crate) struct ColumnOptions<'a> {
    pub(crate) entity: &'a str,
    pub(crate) schema: &'a Schema,
    pub(crate) codes: &'a KnownCodes,
    pub(crate) map: &'a [(String, String)],
    pub(crate) ignore: &'a [String],
    /// The name of the column with the record's id, if it was given.
    pub(crate) id_column: Option<&'a str>,
    pub(crate) empty: Empty,
    /// Whether one cell may contain several values, separated by semicolons.
    pub(crate) cells_hold_lists: bool,
}

/// The columns seen so far.
#[derive(Debug)]
pub(crate) struct Columns<'a> {
    column_options: &'a ColumnOptions<'a>,
    pub(crate) names: Vec<String>,
    targets: Vec<Result<Target, String>>,
}

/// What the cells of a column are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The record's id.
    Id,
    /// A field that is set, by its wire name.
    Set { field: String, is_multiple: bool },
    /// A phone or an email that is added, with this type unless the cell has one.
    Add {
        field: String,
        multifield: Multifield,
        type_id: Option<&'static str>,
    },
    /// Nothing.
    Ignored,
}

const DEFAULT_ID: &str = "id";

impl<'a> Columns<'a> {
    pub(crate) fn new(column_options: &'a ColumnOptions<'a>) -> Self {
        Self {
            column_options,
            names: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Assigns a target to the columns that were added since the last call.
    pub(crate) fn resolve(&mut self) {
        while let Some(name) = self.names.get(self.targets.len()) {
            let target = self.column_options.target(name).and_then(|target| {
                let mut before = self.names.iter().zip(&self.targets);
                let same = before.find(|(_, known)| is_duplicate(known, &target));
                same.map_or(Ok(target), |(other, _)| {
                    Err(format!("belongs to the same field as the column `{other}`: ignore one of them with --ignore"))
                })
            });
            self.targets.push(target);
        }
    }

    /// Returns the problems with the columns of a header.
    pub(crate) fn problems(&self) -> Vec<String> {
        let columns = self.names.iter().zip(&self.targets);
        let problem = |(name, target): (&String, &Result<Target, String>)| {
            let problem = target.as_ref().err()?;
            Some(format!("the column `{name}` {problem}"))
        };
        let mut problems: Vec<String> = columns.filter_map(problem).collect();
        if !self.targets.contains(&Ok(Target::Id)) {
            let id = self.column_options.id_column.unwrap_or(DEFAULT_ID);
            problems.push(format!(
                "there is no column `{id}` with the id of the record: name the column with --id-column"
            ));
        }
        problems.extend(self.unused());
        problems
    }

    /// Returns the flags that name columns that do not exist.
    pub(crate) fn unused(&self) -> Vec<String> {
        let mapped = self
            .column_options
            .map
            .iter()
            .map(|(column, _)| ("--map", column));
        let ignored = self
            .column_options
            .ignore
            .iter()
            .map(|column| ("--ignore", column));
        let missing = mapped
            .chain(ignored)
            .filter(|(_, column)| !self.names.contains(column));
        missing
            .map(|(flag, column)| {
                format!("{flag} names the column `{column}`, which does not exist")
            })
            .collect()
    }

    /// Returns every column with its target.
    pub(crate) fn described(&self) -> impl Iterator<Item = (&str, &Result<Target, String>)> {
        self.names.iter().map(String::as_str).zip(&self.targets)
    }

    pub(crate) fn entity(&self) -> &str {
        self.column_options.entity
    }

    /// Returns the columns of a field, as they are named in the file; the field's own name if there is
    /// none.
    pub(crate) fn of_field(&self, wire_name: &str) -> String {
        let of_field = |target: &Result<Target, String>| match target {
            Ok(Target::Set { field, .. } | Target::Add { field, .. }) => field == wire_name,
            Ok(Target::Id | Target::Ignored) | Err(_) => false,
        };
        let columns = self.described().filter(|(_, target)| of_field(target));
        let names: Vec<&str> = columns.map(|(name, _)| name).collect();
        match names[..] {
            [] => wire_name.to_owned(),
            [..] => names.join(", "),
        }
    }

    /// Returns the record of a row and its change; the change is empty if the row changes nothing.
    ///
    /// # Errors
    /// The problem with the first bad cell.
    pub(crate) fn change(&self, cells: &[Cell]) -> Result<(u64, Change<'a>), Problem> {
        let mut id = None;
        let ColumnOptions {
            entity,
            schema,
            codes,
            ..
        } = *self.column_options;
        let mut change = Change::new(entity, schema, codes);
        for cell in cells {
            let name = self.names.get(cell.column).map_or("", String::as_str);
            let done = match self.targets.get(cell.column) {
                Some(Ok(Target::Id)) => read_id(&cell.value).map(|read| id = Some(read)),
                Some(Ok(target)) => self.column_options.apply(&mut change, target, &cell.value),
                Some(Err(problem)) => Err(problem.clone()),
                None => Ok(()),
            };
            done.map_err(|problem| Problem::of_column(name, problem))?;
        }
        let id = id.ok_or_else(|| {
            let id = self.column_options.id_column.unwrap_or(DEFAULT_ID);
            Problem::of_the_row(format!("the row has no `{id}`, the id of the record"))
        })?;
        Ok((id, change))
    }
}

/// Returns true if two columns have the same target, and it takes only one.
fn is_duplicate(known: &Result<Target, String>, target: &Target) -> bool {
    !matches!(target, Target::Add { .. } | Target::Ignored) && known.as_ref() == Ok(target)
}

fn read_id(value: &CellValue) -> Result<u64, String> {
    let id = match value {
        CellValue::Text(text) => text.parse().ok().filter(|id| *id > 0),
        CellValue::Empty | CellValue::List(_) => None,
    };
    id.ok_or_else(|| "requires the id of the record, a whole number above 0".to_owned())
}

impl ColumnOptions<'_> {
    fn target(&self, column: &str) -> Result<Target, String> {
        let mapped = self.map.iter().find(|(name, _)| name == column);
        let is_ignored = self.ignore.iter().any(|name| name == column);
        if is_ignored || (mapped.is_none() && ERROR_COLUMNS.contains(&column)) {
            return Ok(Target::Ignored);
        }
        if self.id_column.unwrap_or(DEFAULT_ID) == column {
            return Ok(Target::Id);
        }
        let name = mapped.map_or(column, |(_, name)| name);
        let (field, type_id) = self.field(name)?;
        if field.name == DEFAULT_ID && self.id_column.is_none() {
            return Ok(Target::Id);
        }
        if change::is_fixed(field) {
            let name = &field.name;
            return Err(format!(
                "belongs to `{name}`, which is read-only: ignore it with --ignore"
            ));
        }
        match field.kind {
            Kind::File => Err(
                "takes files, which cannot be given as text: ignore it with --ignore".to_owned(),
            ),
            Kind::Multifield(multifield) => Ok(Target::Add {
                field: field.name.clone(),
                multifield,
                type_id,
            }),
            _ => Ok(Target::Set {
                field: field.name.clone(),
                is_multiple: field.multiple,
            }),
        }
    }

    /// Finds a field by its name or label; for phones and emails also `phone:MOBILE`.
    fn field(&self, name: &str) -> Result<(&Field, Option<&'static str>), String> {
        let unknown = match change::field(self.schema, name) {
            Ok(field) => return Ok((field, None)),
            Err(problem) => format!(
                "belongs to no field (assign it with --map, or ignore it with --ignore): {problem}"
            ),
        };
        let Some((name, type_id)) = name.rsplit_once(':') else {
            return Err(unknown);
        };
        let Ok(field) = change::field(self.schema, name) else {
            return Err(unknown);
        };
        let Kind::Multifield(multifield) = field.kind else {
            return Err(unknown);
        };
        let type_ids = multifield.type_ids();
        let type_id = type_id.trim();
        let known = type_ids
            .iter()
            .find(|known| known.eq_ignore_ascii_case(type_id));
        known.map(|known| (field, Some(*known))).ok_or_else(|| {
            let types = type_ids.join(", ");
            format!("has the unknown type `{type_id}`: use one of {types}")
        })
    }

    /// Adds the value of a cell to the change.
    fn apply(
        &self,
        change: &mut Change<'_>,
        target: &Target,
        value: &CellValue,
    ) -> Result<(), String> {
        match (target, value) {
            // The API cannot remove a phone: an empty cell just adds none.
            (Target::Id | Target::Ignored, _) | (Target::Add { .. }, CellValue::Empty) => Ok(()),
            (Target::Set { .. }, CellValue::Empty) if self.empty == Empty::Leave => Ok(()),
            (Target::Set { field, .. }, CellValue::Empty) => change.clear(field),
            (Target::Set { field, is_multiple }, CellValue::Text(text)) => {
                if self.cells_hold_lists || !is_multiple {
                    change.set(field, text)
                } else {
                    change.set_list(field, std::slice::from_ref(text))
                }
            }
            (Target::Set { field, is_multiple }, CellValue::List(texts)) => {
                if *is_multiple {
                    change.set_list(field, texts)
                } else {
                    Err(format!("`{field}` takes one value, not a list"))
                }
            }
            (Target::Add { .. }, CellValue::Text(text)) => {
                let parts = if self.cells_hold_lists {
                    text.split(SEPARATOR).collect()
                } else {
                    vec![text.as_str()]
                };
                add(change, target, parts)
            }
            (Target::Add { .. }, CellValue::List(texts)) => {
                add(change, target, texts.iter().map(String::as_str).collect())
            }
        }
    }
}

fn add(change: &mut Change<'_>, target: &Target, values: Vec<&str>) -> Result<(), String> {
    let Target::Add {
        field,
        multifield,
        type_id,
    } = target
    else {
        return Ok(());
    };
    for value in values.into_iter().map(str::trim) {
        let own = value.rsplit_once(':').map(|(_, own)| own);
        let has_own = own.is_some_and(|own| multifield.type_ids().contains(&own));
        match type_id {
            _ if value.is_empty() => {}
            Some(type_id) if !has_own => change.add(field, &format!("{value}:{type_id}"))?,
            _ => change.add(field, value)?,
        }
    }
    Ok(())
}

impl Target {
    /// Returns a description for the output.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Id => "the id of the record".to_owned(),
            Self::Set { field, .. } => field.clone(),
            Self::Add { field, type_id, .. } => {
                format!(
                    "{field}, added as {}",
                    type_id.unwrap_or(Multifield::DEFAULT_TYPE_ID)
                )
            }
            Self::Ignored => "ignored".to_owned(),
        }
    }
}
