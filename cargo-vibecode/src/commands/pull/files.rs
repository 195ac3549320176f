//! Writes what was fetched.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use vibecode_spec::{
    CodeFile, Currencies, Descriptions, EntityPath, PortalFile, Statuses, one_line, portal_of_file,
};

use super::subject::Subject;
use crate::{
    failure::Failure, output::Output, plural::number_of, portal_identity::same_portal, schema_file,
};

/// What was fetched, for one file.
pub(super) enum Pulled {
    Fields(EntityPath, Descriptions),
    Statuses(Statuses),
    Currencies(Currencies),
}

/// Checks that all files that would be replaced can be read, and that none is of another portal: its fields, options and
/// codes would be lost. `portal` is that of what replaces them, or says why it is not known.
///
/// # Errors
/// If a file cannot be read; unless `replaces` is true, also if it is of another portal, or if it names a portal and it is
/// not known which portal this is.
pub(super) fn check_files(
    subjects: &[Subject],
    portal: Result<&str, &str>,
    replaces: bool,
) -> Result<(), Failure> {
    for subject in subjects {
        let file = schema_file::path(subject.file())?;
        // A file whose portal cannot be read is replaced with a warning.
        let of_file = bytes_of(&file)?.and_then(|bytes| portal_of_file(&bytes).ok().flatten());
        let Some(of_file) = of_file.filter(|_| !replaces) else {
            continue;
        };
        if portal.is_ok_and(|portal| same_portal(&of_file, portal)) {
            continue;
        }
        return Err(Failure::new(format!(
            "{} is of the portal {}, and {}: nothing was written. Use the key of that portal, or replace its files with --replace",
            file.display(),
            one_line(&of_file),
            match portal {
                Ok(portal) => format!("what would replace it is of {}", one_line(portal)),
                Err(unknown) => unknown.to_owned(),
            }
        )));
    }
    Ok(())
}

/// Returns the bytes of a file, or `None` if it does not exist.
fn bytes_of(file: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::of_file(file, &error)),
    }
}

impl Pulled {
    /// Returns the portal that it names.
    pub(super) fn portal(&self) -> Option<&str> {
        match self {
            Self::Fields(_, descriptions) => descriptions.portal.as_deref(),
            Self::Statuses(statuses) => statuses.portal(),
            Self::Currencies(currencies) => currencies.portal(),
        }
    }

    /// Writes the file, and returns its document.
    pub(super) fn write(self, new: &mut Vec<PathBuf>, output: &Output) -> Result<Value, Failure> {
        match self {
            Self::Fields(entity, descriptions) => {
                let name = entity.path();
                let schema = descriptions.schema();
                let checked = schema.and_then(|schema| schema.check_for(entity));
                checked.map_err(|error| {
                    Failure::new(format!("the fields of {name} cannot be used: {error}"))
                })?;
                let text = descriptions.file_text(&name);
                let (file, state) =
                    write(entity, &text, descriptions.portal.as_deref(), new, output)?;
                let count = descriptions.fields.len();
                let fields = number_of(count as u64, "field", "fields");
                output.line(format!("{file}: {state}, {fields}"));
                Ok(json!({
                    "entity": name,
                    "file": file,
                    "state": state,
                    "fields": count,
                    "codes": null,
                }))
            }
            Self::Statuses(statuses) => {
                let count = statuses.sets().map(|(_, items)| items.len()).sum();
                write_codes(
                    CodeFile::Statuses,
                    &statuses.file_text(),
                    statuses.portal(),
                    count,
                    new,
                    output,
                )
            }
            Self::Currencies(currencies) => {
                let count = currencies.items().len();
                write_codes(
                    CodeFile::Currencies,
                    &currencies.file_text(),
                    currencies.portal(),
                    count,
                    new,
                    output,
                )
            }
        }
    }
}

/// Writes a file with codes, and returns its document.
fn write_codes(
    of_portal: CodeFile,
    text: &str,
    portal: Option<&str>,
    count: usize,
    new: &mut Vec<PathBuf>,
    output: &Output,
) -> Result<Value, Failure> {
    let name = of_portal.name();
    let (file, state) = write(of_portal, text, portal, new, output)?;
    let one = match of_portal {
        CodeFile::Statuses => "status",
        CodeFile::Currencies => "currency",
    };
    let codes = number_of(count as u64, one, name);
    output.line(format!("{file}: {state}, {codes}"));
    Ok(json!({
        "entity": name,
        "file": file,
        "state": state,
        "fields": null,
        "codes": count,
    }))
}

/// Writes a file unless its text is the same, and returns its path and what happened to it.
fn write(
    file: impl Into<PortalFile>,
    text: &str,
    portal: Option<&str>,
    new: &mut Vec<PathBuf>,
    output: &Output,
) -> Result<(String, &'static str), Failure> {
    let file = schema_file::path(file)?;
    let before = bytes_of(&file)?;
    match (before.as_deref().map(portal_of_file).transpose(), portal) {
        (Ok(Some(Some(then))), Some(now)) if !same_portal(&then, now) => output.warn(format!(
            "{} was of the portal {}, and is of {} now",
            file.display(),
            one_line(&then),
            one_line(now)
        )),
        (Err(error), _) => output.warn(format!(
            "{} is replaced, and of which portal it was is not known: {error}",
            file.display()
        )),
        (Ok(_), _) => {}
    }
    let state = match &before {
        Some(before) if *before == text.as_bytes() => "unchanged",
        Some(_) => "changed",
        None => "new",
    };
    if state != "unchanged" {
        schema_file::write(&file, text)?;
    }
    let shown = file.display().to_string();
    if before.is_none() {
        new.push(file);
    }
    Ok((shown, state))
}
