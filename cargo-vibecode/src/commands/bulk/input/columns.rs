//! Finds the field of each column: by its header, or by `--map`.

use vibecode_spec::{ExportHeaders, Kind, Multifield, Schema};

use super::{
    cells::CellStyle,
    headers::{self, Meaning, NoMeaning, composed},
    rows::{Cell, CellValue, Problem},
    tally::Effect,
};
use crate::change::{self, Change, SEPARATOR, entries::EntryRules};
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
    /// Whether columns without a field are ignored.
    pub(crate) ignore_unknown: bool,
    /// The headers of Bitrix24's own export of this entity.
    pub(crate) export: Option<&'a ExportHeaders>,
    /// How dates, numbers and amounts are written.
    pub(crate) style: &'a CellStyle,
    /// The name of the column with the record's id, if it was given.
    pub(crate) id_column: Option<&'a str>,
    pub(crate) empty: Empty,
    pub(crate) rules: EntryRules,
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
        if self.targets.len() == self.names.len() {
            return;
        }
        let is_export = headers::is_export(self.column_options, &self.names);
        while let Some(name) = self.names.get(self.targets.len()) {
            let target = self.column_options.target(name, is_export).and_then(|target| {
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
        let missing = mapped.chain(ignored).filter(|(_, column)| {
            let mut names = self.names.iter();
            !names.any(|name| composed(name) == composed(column))
        });
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
            Ok(Target::Id | Target::Ignored | Target::Aside(_) | Target::Nameless) | Err(_) => {
                false
            }
        };
        let columns = self.described().filter(|(_, target)| of_field(target));
        let names: Vec<&str> = columns.map(|(name, _)| name).collect();
        match names[..] {
            [] => wire_name.to_owned(),
            [..] => names.join(", "),
        }
    }

    /// Returns the record of a row and its change; the change is empty if the row changes nothing.
    /// The effect of each cell is added to `effects`.
    ///
    /// # Errors
    /// The problems with its bad cells.
    pub(crate) fn change(
        &self,
        cells: &[Cell],
        effects: &mut Vec<(usize, Effect)>,
    ) -> Result<(u64, Change<'a>), Vec<Problem>> {
        let mut id = None;
        let ColumnOptions {
            entity,
            schema,
            codes,
            rules,
            ..
        } = *self.column_options;
        let mut change = Change::new(entity, schema, codes).with_rules(rules);
        let mut problems = Vec::new();
        let mut has_id = false;
        for cell in cells {
            let name = self.names.get(cell.column).map_or("", String::as_str);
            let target = self.targets.get(cell.column);
            has_id |= matches!(target, Some(Ok(Target::Id)));
            let done = match target {
                Some(Ok(Target::Id)) => read_id(&cell.value).map(|read| {
                    id = Some(read);
                    Effect::Nothing
                }),
                Some(Ok(target)) => self.column_options.apply(&mut change, target, &cell.value),
                Some(Err(problem)) => Err(problem.clone()),
                None => Ok(Effect::Nothing),
            };
            match done {
                Ok(effect) => effects.push((cell.column, effect)),
                Err(problem) => problems.push(Problem {
                    value: cell.value.shown(),
                    ..Problem::of_column(name, problem)
                }),
            }
        }
        if !has_id {
            let id = self.column_options.id_column.unwrap_or(DEFAULT_ID);
            let problem = format!("the row has no `{id}`, the id of the record");
            problems.push(Problem::of_the_row(problem));
        }
        match id {
            Some(id) if problems.is_empty() => Ok((id, change)),
            _ => Err(problems),
        }
    }
}

/// Returns true if two columns have the same target, and it takes only one.
fn is_duplicate(known: &Result<Target, String>, target: &Target) -> bool {
    matches!(target, Target::Id | Target::Set { .. }) && known.as_ref() == Ok(target)
}

fn read_id(value: &CellValue) -> Result<u64, String> {
    let id = match value {
        CellValue::Text(text) => text.parse().ok().filter(|id| *id > 0),
        CellValue::Empty | CellValue::List(_) => None,
    };
    id.ok_or_else(|| "requires the id of the record, a whole number above 0".to_owned())
}

impl ColumnOptions<'_> {
    fn target(&self, column: &str, is_export: bool) -> Result<Target, String> {
        let is_named = |name: &String| *name == column || composed(name) == composed(column);
        let mapped = self.map.iter().find(|(name, _)| is_named(name));
        let is_ignored = self.ignore.iter().any(is_named);
        if is_ignored || (mapped.is_none() && ERROR_COLUMNS.contains(&column)) {
            return Ok(Target::Ignored);
        }
        if self.id_column.unwrap_or(DEFAULT_ID) == column {
            return Ok(Target::Id);
        }
        if column.is_empty() && mapped.is_none() {
            return Ok(Target::Nameless);
        }
        let meaning = match mapped {
            Some((_, name)) => headers::meaning(self, name, false),
            None => headers::meaning(self, column, is_export),
        };
        let (field, type_id, is_label, is_export) = match meaning {
            Ok(Meaning::Field {
                field,
                type_id,
                is_label,
                is_export,
            }) => (field, type_id, is_label && mapped.is_none(), is_export),
            Ok(Meaning::Aside(why)) => return Ok(Target::Aside(why.to_owned())),
            Err(NoMeaning::Ambiguous(problem) | NoMeaning::UnknownType(problem)) => {
                return Err(problem);
            }
            Err(NoMeaning::Unknown(_)) if self.ignore_unknown && mapped.is_none() => {
                return Ok(Target::Aside("it belongs to no field".to_owned()));
            }
            Err(NoMeaning::Unknown(problem)) => {
                return Err(format!(
                    "belongs to no field (assign it with --map, or ignore it with --ignore): {problem}"
                ));
            }
        };
        if field.name == DEFAULT_ID && self.id_column.is_none() {
            return Ok(Target::Id);
        }
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

    /// Adds the value of a cell to the change, and returns its effect.
    fn apply(
        &self,
        change: &mut Change<'_>,
        target: &Target,
        value: &CellValue,
    ) -> Result<Effect, String> {
        let set = |()| Effect::Set;
        match (target, value) {
            (Target::Id | Target::Ignored | Target::Aside(_), _)
            // The API cannot remove a phone: an empty cell just adds none.
            | (Target::Nameless, CellValue::Empty) => Ok(Effect::Nothing),
            (Target::Add { .. }, CellValue::Empty) => Ok(Effect::Left),
            (Target::Nameless, _) => Err(
                "the cell has a value, but its column has no name: name the column, or empty it"
                    .to_owned(),
            ),
            (Target::Set { .. }, CellValue::Empty) if self.empty == Empty::Leave => {
                Ok(Effect::Left)
            }
            (Target::Set { field, .. }, CellValue::Empty) => {
                change.clear(field).map(|()| Effect::Cleared)
            }
            (Target::Set { field, is_multiple, kind }, CellValue::Text(text)) => {
                match (is_multiple, self.cells_hold_lists) {
                    (false, _) => change.set(field, &self.style.normal(kind, text)?).map(set),
                    (true, true) => self
                        .set_list(change, field, kind, text.split(SEPARATOR))
                        .map(set),
                    (true, false) => self.set_list(change, field, kind, [text.as_str()]).map(set),
                }
            }
            (Target::Set { field, is_multiple, kind }, CellValue::List(texts)) => {
                if *is_multiple {
                    self.set_list(change, field, kind, texts.iter().map(String::as_str))
                        .map(set)
                } else {
                    Err(format!("`{field}` takes one value, not a list"))
                }
            }
            (
                Target::Add {
                    multifield,
                    is_export,
                    ..
                },
                CellValue::Text(text),
            ) if self.cells_hold_lists => {
                let ends = |letter: char| {
                    letter == SEPARATOR || (*is_export && matches!(letter, ',' | '\n' | '\r'))
                };
                add(change, target, &self.rules.split(*multifield, text, ends))
            }
            (Target::Add { .. }, CellValue::Text(text)) => {
                add(change, target, std::slice::from_ref(text))
            }
            (Target::Add { .. }, CellValue::List(texts)) => add(change, target, texts),
        }
    }

    fn set_list<'t>(
        &self,
        change: &mut Change<'_>,
        field: &str,
        kind: &Kind,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), String> {
        let texts = texts.into_iter().map(str::trim);
        let texts = texts.filter(|text| !text.is_empty());
        let normal = texts.map(|text| self.style.normal(kind, text).map(Into::into));
        let normal: Result<Vec<String>, String> = normal.collect();
        let normal = normal?;
        // An empty list would clear the field.
        if normal.is_empty() {
            return Err("the cell has separators, but no value between them".to_owned());
        }
        change.set_list(field, &normal)
    }
}

fn add(change: &mut Change<'_>, target: &Target, values: &[String]) -> Result<Effect, String> {
    let Target::Add {
        field,
        multifield,
        type_id,
        ..
    } = target
    else {
        return Ok(Effect::Nothing);
    };
    let mut added = 0;
    for value in values.iter().map(|value| value.trim()) {
        let own = value.rsplit_once(':').map(|(_, own)| own);
        let has_own = own.is_some_and(|own| multifield.type_ids().contains(&own));
        match type_id {
            _ if value.is_empty() => continue,
            Some(type_id) if !has_own => change.add(field, &format!("{value}:{type_id}"))?,
            _ => change.add(field, value)?,
        }
        added += 1;
    }
    Ok(match added {
        0 => Effect::Left,
        _ => Effect::Added(added),
    })
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
            Self::Aside(why) => format!("set aside: {why}"),
            Self::Nameless => "set aside: the column has no name and no values".to_owned(),
        }
    }
}
