//! Finds the field of each column: by its header, or by `--map`.

use vibecode_spec::{Entity, ExportHeaders, Schema, one_line};

use super::{headers, target::Target};
use crate::{
    cells::CellStyle,
    change::{
        entries::EntryRules,
        field_name::{composed, find},
    },
    code_file::KnownCodes,
    column_header::{export_of_another, fields_of_another},
    commands::bulk::{args::Empty, backup::unapplied::UnappliedRows},
    plural::number_of,
};

/// The extra columns of a file of failed rows. They are ignored when the file is run again.
pub(crate) const ERROR_COLUMNS: [&str; 3] = ["error_code", "error_message", SENT_TO];
/// The extra columns of a file of bad rows.
pub(crate) const BAD_COLUMNS: [&str; 2] = ["error_code", "error_message"];
/// The portal and the entity to which a failed row was sent.
pub(crate) const SENT_TO: &str = "error_sent_to";

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
    /// Whether values are sent as they are given: also those that look garbled, and with invisible characters
    /// at their ends.
    pub(crate) sends_as_given: bool,
    pub(crate) rules: EntryRules,
    /// Whether one cell may contain several values, separated by semicolons.
    pub(crate) cells_hold_lists: bool,
    /// If the file is a backup: the rows of its job that have changed nothing, as far as the journal shows.
    pub(crate) unapplied: Option<&'a UnappliedRows>,
}

impl<'a> ColumnOptions<'a> {
    /// Returns the options of `bulk` for a file of CSV if none is given.
    pub(crate) fn new(
        entity: &'a str,
        schema: &'a Schema,
        codes: &'a KnownCodes,
        style: &'a CellStyle,
    ) -> Self {
        Self {
            entity,
            schema,
            codes,
            map: &[],
            ignore: &[],
            ignore_unknown: false,
            export: None,
            style,
            id_column: None,
            empty: Empty::default(),
            sends_as_given: false,
            rules: EntryRules::default(),
            cells_hold_lists: true,
            unapplied: None,
        }
    }
}

/// The columns seen so far.
#[derive(Debug)]
pub(crate) struct Columns<'a> {
    pub(super) column_options: &'a ColumnOptions<'a>,
    pub(crate) names: Vec<String>,
    pub(super) targets: Vec<Result<Target, String>>,
    /// The number of columns without a target.
    bad: usize,
}

/// The number of columns without a target that are listed, and for which names are suggested. Each is compared with all
/// fields, which takes a millisecond.
const MAX_SHOWN: usize = 20;

/// The number of headers of another export that are shown.
const MAX_HEADERS: usize = 3;

/// The column with the record's id, if no other is named.
pub(super) const DEFAULT_ID: &str = "id";

impl<'a> Columns<'a> {
    pub(crate) fn new(column_options: &'a ColumnOptions<'a>) -> Self {
        Self {
            column_options,
            names: Vec::new(),
            targets: Vec::new(),
            bad: 0,
        }
    }

    /// Returns the columns with these names.
    pub(crate) fn of_names(column_options: &'a ColumnOptions<'a>, names: Vec<String>) -> Self {
        let mut columns = Self {
            names,
            ..Self::new(column_options)
        };
        columns.resolve();
        columns
    }

    /// Assigns a target to the columns that were added since the last call.
    pub(crate) fn resolve(&mut self) {
        if self.targets.len() == self.names.len() {
            return;
        }
        let is_export = headers::is_export(self.column_options, &self.names);
        while let Some(name) = self.names.get(self.targets.len()) {
            let is_advised = self.bad < MAX_SHOWN;
            let target = self.column_options.target(name, is_export, is_advised).and_then(|target| {
                let mut before = self.names.iter().zip(&self.targets).zip(1..);
                let same = before.find(|((_, known), _)| is_duplicate(known, &target));
                let number = self.targets.len() + 1;
                match same {
                    None => Ok(target),
                    Some(((other, _), of_other)) if other == name => Err(format!(
                        "belongs to the same field as the column `{other}` of the same name (columns {number} and {of_other}): rename one of them in the file"
                    )),
                    Some(((other, _), of_other)) => Err(format!(
                        "belongs to the same field as the column `{other}` (columns {number} and {of_other}, both {}): ignore one of them with --ignore",
                        target.describe()
                    )),
                }
            });
            self.bad += usize::from(target.is_err());
            self.targets.push(target);
        }
    }

    /// Returns the problems with the columns of a header.
    pub(crate) fn problems(&self) -> Vec<String> {
        if let Some(problem) = self.of_another_entity() {
            // Nothing else is wrong then: the columns have no fields here.
            return vec![problem];
        }
        let columns = self.names.iter().zip(&self.targets);
        let problem = |(name, target): (&String, &Result<Target, String>)| {
            let problem = target.as_ref().err()?;
            Some(format!("the column `{name}` {problem}"))
        };
        let problems = columns.filter_map(problem).take(MAX_SHOWN);
        let mut problems: Vec<String> = problems.collect();
        let more = u64::try_from(self.bad.saturating_sub(MAX_SHOWN)).unwrap_or(u64::MAX);
        if more > 0 {
            problems.push(format!(
                "{} no field: --ignore-unknown ignores all of them",
                number_of(more, "more column has", "more columns have")
            ));
        }
        if !self.targets.contains(&Ok(Target::Id)) {
            let id = self.column_options.id_column.unwrap_or(DEFAULT_ID);
            problems.push(format!(
                "there is no column `{id}` with the id of the record: name the column with --id-column"
            ));
        }
        problems.extend(self.unused());
        problems
    }

    /// Returns the problem with the rows of another entity: their ids are those of other records. Columns that are
    /// named with --map or --ignore, and fields of the schema, do not count.
    pub(crate) fn of_another_entity(&self) -> Option<String> {
        let ColumnOptions {
            entity,
            schema,
            map,
            ignore,
            ..
        } = self.column_options;
        let named = map.iter().map(|(name, _)| name).chain(ignore.iter());
        let named: Vec<String> = named.map(|name| composed(name)).collect();
        let is_known = |name: &str| {
            let name = composed(name);
            named.contains(&name) || matches!(find(schema, &name), Some(Ok(_)))
        };
        let headers: Vec<&str> = self.names.iter().map(String::as_str).collect();
        if let Some((other, headers)) = export_of_another(entity, &headers, is_known) {
            return Some(format!(
                "this is Bitrix24's export of {}, and the rows would change the {entity} with the same ids: only that export has {}. Change {0} instead, or leave these columns out with --ignore",
                other.path(),
                shown(&headers)
            ));
        }
        let (others, headers) = fields_of_another(&headers, is_known)?;
        let others: Vec<&str> = others.into_iter().map(Entity::path).collect();
        Some(format!(
            "the rows look like those of {}, and would change the {entity} with the same ids: {entity} have no {}. Change {0} instead, or leave these columns out with --ignore",
            others.join(" or "),
            shown(&headers)
        ))
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

    pub(crate) fn rules(&self) -> EntryRules {
        self.column_options.rules
    }

    /// Returns the columns of a field, as they are named in the file, or else the field's own name.
    pub(crate) fn of_field(&self, wire_name: &str) -> String {
        let of_field = |target: &Result<Target, String>| {
            let target = target.as_ref().ok();
            target.and_then(Target::field) == Some(wire_name)
        };
        let columns = self.described().filter(|(_, target)| of_field(target));
        let names: Vec<&str> = columns.map(|(name, _)| name).collect();
        match names[..] {
            [] => wire_name.to_owned(),
            [..] => names.join(", "),
        }
    }
}

/// Returns the first of these headers for a message.
fn shown(headers: &[&str]) -> String {
    let shown = headers.iter().take(MAX_HEADERS);
    let shown: Vec<String> = shown
        .map(|header| format!("`{}`", one_line(header)))
        .collect();
    shown.join(", ")
}

/// Returns true if two columns have the same target, and it takes only one.
fn is_duplicate(known: &Result<Target, String>, target: &Target) -> bool {
    matches!(target, Target::Id | Target::Set { .. }) && known.as_ref() == Ok(target)
}
