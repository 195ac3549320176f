//! The file of `--mapping`: an object with the field of each column, or null for a column to ignore.

use std::{
    env, fs,
    io::{self, Write as _},
    path::Path,
};

use serde_json::Value;

use super::{columns::Columns, rows::Pairs, target::Target};
use crate::{
    change::field_name::composed,
    commands::bulk::args::Args,
    failure::Failure,
    text_file::{UTF_8_MARK, private},
};

/// A mapping: columns with their fields, and columns to ignore.
#[derive(Debug, Default)]
pub(crate) struct Mapping {
    pub(crate) map: Vec<(String, String)>,
    pub(crate) ignore: Vec<String>,
}

impl Mapping {
    /// Returns the columns of `--map` and `--ignore`, and those of the mapping's file that neither names.
    ///
    /// # Errors
    /// If the file cannot be used, or does not exist although rows are to be sent, or if a column is named twice.
    pub(crate) fn of(args: &Args) -> Result<Self, Failure> {
        let mut mapping = Self {
            map: args.map.clone(),
            ignore: args.ignore.clone(),
        };
        if let Some(column) = mapping.repeated() {
            return Err(Failure::new(format!(
                "the column `{column}` is named twice by --map, or by --map and --ignore: name it once"
            )));
        }
        let Some(path) = args.mapping.as_deref() else {
            return Ok(mapping);
        };
        if !path.exists() && !args.yes && !args.resume {
            return Ok(mapping);
        }
        let file = Self::read(path)?;
        let named: Vec<String> = mapping.columns().collect();
        let is_new = |column: &String| !named.contains(&composed(column));
        mapping
            .map
            .extend(file.map.into_iter().filter(|(column, _)| is_new(column)));
        mapping
            .ignore
            .extend(file.ignore.into_iter().filter(is_new));
        Ok(mapping)
    }

    /// Returns the names of the columns, as they are compared.
    fn columns(&self) -> impl Iterator<Item = String> {
        let mapped = self.map.iter().map(|(column, _)| column);
        mapped.chain(&self.ignore).map(|column| composed(column))
    }

    /// Returns a column that has two fields, or has a field and is ignored.
    fn repeated(&self) -> Option<String> {
        let mapped = self.map.iter().map(|(column, _)| composed(column));
        let mut known: Vec<String> = self.ignore.iter().map(|it| composed(it)).collect();
        for column in mapped {
            if known.contains(&column) {
                return Some(column);
            }
            known.push(column);
        }
        None
    }

    /// Reads the file of a mapping.
    ///
    /// # Errors
    /// If the file cannot be read, has a column twice, or has one without a decision.
    fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                let here = env::current_dir().unwrap_or_default();
                let problem = format!(
                    "there is no such mapping (the current folder is {}): run the command in the folder of the mapping, or write one by a check, without --yes",
                    here.display()
                );
                Failure::in_file(path, problem)
            }
            _ => Failure::of_file(path, &error),
        })?;
        let bytes = bytes.strip_prefix(UTF_8_MARK).unwrap_or(&bytes);
        let Pairs(fields) = serde_json::from_slice(bytes).map_err(|error| {
            let problem = format!("the mapping is not an object such as {{\"Column\": \"field\", \"Other\": null}} ({error})");
            Failure::in_file(path, problem)
        })?;
        let mut mapping = Self::default();
        for (column, field) in fields {
            let column = column.into_owned();
            if mapping.columns().any(|known| known == composed(&column)) {
                let problem = format!("the column `{column}` occurs twice: name it once");
                return Err(Failure::in_file(path, problem));
            }
            match serde_json::from_str(field.get()) {
                Ok(Value::Null) => mapping.ignore.push(column),
                Ok(Value::String(field)) if !field.trim().is_empty() => {
                    mapping.map.push((column, field));
                }
                _ => {
                    let problem = format!(
                        "the column `{column}` has no field yet: write the name of a field, or null to ignore the column"
                    );
                    return Err(Failure::in_file(path, problem));
                }
            }
        }
        Ok(mapping)
    }

    /// Writes the mapping of these columns, in their order. A column without a field has an empty text.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub(crate) fn write(path: &Path, columns: &Columns<'_>) -> Result<(), Failure> {
        let field = |target: &Result<Target, String>| match target {
            Ok(Target::Id) => Value::from("id"),
            Ok(
                Target::Set { field, .. }
                | Target::Add {
                    field,
                    type_id: None,
                    ..
                },
            ) => Value::from(field.as_str()),
            Ok(Target::Add {
                field,
                type_id: Some(type_id),
                ..
            }) => Value::from(format!("{field}:{type_id}")),
            Ok(Target::Ignored | Target::Aside(_) | Target::Nameless) => Value::Null,
            Err(_) => Value::from(""),
        };
        let lines: Vec<String> = columns
            .described()
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, target)| format!("  {}: {}", Value::from(name), field(target)))
            .collect();
        let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
        let file = private().create_new(true).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| Failure::of_file(path, &error))
    }
}
