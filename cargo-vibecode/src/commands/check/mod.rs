//! Compares the files of the portal with the portal, or checks their format.

pub(crate) mod drift;

use std::{fs, path::Path};

use serde_json::{Value, json};
use vibecode_runtime::Client;
use vibecode_spec::{
    CodeFile, Currencies, Descriptions, EntityPath, Field, PortalFile, Schema, Statuses, closest,
};

use self::drift::Difference;
use crate::{
    ExitStatus,
    code_file::{self, KnownCodes},
    commands::pull::{self, Subject},
    failure::Failure,
    output::Output,
    plural::number_of,
    portal::{self, PortalArgs},
    portal_files::{self, FetchedFile},
    portal_identity::Identity,
    schema_file,
    shell_word::quoted,
};

/// The part of the help that does not belong to a single option.
pub(crate) const HELP: &str = "\
Examples:
  cargo vibecode check
  cargo vibecode check contacts statuses
  cargo vibecode check --offline

Exit codes: 0 nothing has changed that can break code, 1 something has, 2 the command failed.";

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entities, `statuses` or `currencies` [default: all that have a file].
    #[arg(value_name = "ENTITY")]
    entities: Vec<String>,

    /// Only check, without asking the portal, that the files can be read and are formatted as
    /// `pull` writes them.
    #[arg(long)]
    offline: bool,
}

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let mut status = ExitStatus::Success;
    let client = if args.offline {
        None
    } else {
        Some(portal::client(portal_args, |builder| builder)?)
    };
    let names = if args.entities.is_empty() {
        let names = names_with_file()?;
        warn_of_missing_codes(&names, output)?;
        names
    } else {
        args.entities.clone()
    };
    if names.is_empty() {
        let problem =
            "there is no file of a portal here: fetch the files with `cargo vibecode pull`";
        return Err(Failure::new(problem));
    }
    let fetched = fetched_files(&names)?;
    if let Some(client) = &client {
        let portal = Identity::of(client, portal_args).await?.portal;
        portal_files::check_portal(&fetched, portal.as_deref(), output)?;
    }
    let mut report = Report {
        output,
        files: Vec::new(),
        differences: Vec::new(),
    };
    for name in &names {
        let found = match Subject::of_name(name)? {
            Subject::Fields(entity) => check_fields(entity, client.as_ref(), &mut report).await?,
            Subject::Codes(file) => check_codes(file, client.as_ref(), &mut report).await?,
        };
        if found {
            status = ExitStatus::Attention;
        }
    }
    let Report {
        files, differences, ..
    } = report;
    output.json(&json!({
        "checked": names,
        "attention": status == ExitStatus::Attention,
        "files": files,
        "differences": differences,
    }));
    Ok(status)
}

/// The results of the checks: printed for people as they are found, collected for programs.
struct Report<'a> {
    output: &'a Output,
    /// The forms of the files, with `--offline`.
    files: Vec<Value>,
    differences: Vec<Value>,
}

impl Report<'_> {
    /// Reports whether a file is formatted as `pull` writes it, and returns true if it is not. `missing` is the number of
    /// documented fields that a portal's complete list lacks.
    fn is_out_of_form(&mut self, name: &str, file: &Path, canonical: &str, missing: usize) -> bool {
        let is_canonical = fs::read(file).is_ok_and(|text| text == canonical.as_bytes());
        let shown = file.display().to_string();
        self.output.line(if is_canonical && missing > 0 {
            let missing = number_of(
                missing as u64,
                "documented field is not in it",
                "documented fields are not in it",
            );
            format!("{shown}: valid, but {missing}")
        } else if is_canonical {
            format!("{shown}: valid")
        } else {
            let saved = quoted(file.as_os_str());
            let fix = format!("rewrite it with `cargo vibecode pull {name} --from-file {saved}`");
            format!("{shown}: not formatted as `pull` writes it: {fix}")
        });
        let file = json!({ "entity": name, "file": shown, "is_canonical": is_canonical });
        self.files.push(file);
        !is_canonical
    }

    /// Reports the differences, and returns whether they can break builds.
    fn add(&mut self, name: &str, differences: &[Difference]) -> bool {
        for difference in differences {
            self.output.line(format!("{name}: {difference}"));
            self.differences.push(json!({
                "entity": name,
                "field": difference.field,
                "change": difference.name(),
                "breaks": difference.can_break(),
                "message": difference.to_string(),
            }));
        }
        differences.iter().any(Difference::can_break)
    }

    /// Reports documented fields that are missing in the portal's complete list.
    fn add_missing(&mut self, entity: EntityPath, schema: &Schema) {
        let name = entity.path();
        for field in schema.missing(entity) {
            let field = &field.name;
            let similar = undocumented_like(field, entity, schema);
            let similar = similar.map_or_else(String::new, |similar| {
                format!(". The list has `{similar}`, which is not documented")
            });
            let message = format!(
                "? {field}: documented, but not in the portal's list, so the API may ignore it{similar}"
            );
            self.output.line(format!("{name}: {message}"));
            self.differences.push(json!({
                "entity": name,
                "field": field,
                "change": "missing",
                "breaks": false,
                "message": message,
            }));
        }
    }
}

/// Returns the field of a portal's list that may be the documented one with this name, misspelt. User fields are not
/// documented, so they are left out.
fn undocumented_like<'s>(name: &str, entity: EntityPath, schema: &'s Schema) -> Option<&'s str> {
    let documented = entity.documented();
    let undocumented = schema
        .fields()
        .filter(|field| !field.is_user_field() && documented.field(&field.name).is_none());
    closest(name, undocumented.map(|field| field.name.as_str()))
}

/// Returns the names of the entities and of the lists of codes that have a file.
fn names_with_file() -> Result<Vec<String>, Failure> {
    let mut names = schema_file::entities()?;
    for file in CodeFile::ALL {
        if schema_file::find(file)?.is_some() {
            names.push(file.name().to_owned());
        }
    }
    Ok(names)
}

/// Returns the files with these names that exist.
fn fetched_files(names: &[String]) -> Result<Vec<FetchedFile>, Failure> {
    let mut files = Vec::new();
    for name in names {
        match Subject::of_name(name)? {
            Subject::Fields(entity) => {
                if let Some(file) = schema_file::find(entity)? {
                    files.push(schema_file::read(&file, entity)?.fetched);
                }
            }
            Subject::Codes(file) => files.extend(KnownCodes::load_file(file)?),
        }
    }
    Ok(files)
}

/// Warns of each file of codes that does not exist although a schema has fields with such codes: nothing then
/// checks them.
fn warn_of_missing_codes(names: &[String], output: &Output) -> Result<(), Failure> {
    for file in CodeFile::ALL {
        if schema_file::find(file)?.is_some() {
            continue;
        }
        let mut with_codes = Vec::new();
        for name in names {
            let has_codes = |field: &Field| {
                let set = field.codes.as_ref();
                set.is_some_and(|set| CodeFile::of(set) == file)
            };
            if CodeFile::from_name(name).is_none()
                && schema_file::load(name)?.fields().any(has_codes)
            {
                with_codes.push(name.as_str());
            }
        }
        if !with_codes.is_empty() {
            let (name, shown) = (file.name(), PortalFile::from(file).file_name());
            output.warn(format!(
                "there is no vibecode/{shown}, so the {name} of {} are not checked: fetch it with `cargo vibecode pull {name}`",
                with_codes.join(", ")
            ));
        }
    }
    Ok(())
}

/// Checks the schema of an entity, and returns whether it needs attention.
async fn check_fields(
    entity: EntityPath,
    client: Option<&Client>,
    report: &mut Report<'_>,
) -> Result<bool, Failure> {
    let name = entity.path();
    let Some(file) = schema_file::find(entity)? else {
        let problem =
            format!("there is no schema of {name}: fetch it with `cargo vibecode pull {name}`");
        return Err(Failure::new(problem));
    };
    let read = schema_file::read(&file, entity)?;
    let Some(client) = client else {
        let canonical = read.descriptions.file_text(&name);
        let missing = read.schema.missing(entity).count();
        let found = report.is_out_of_form(&name, &file, &canonical, missing);
        report.add_missing(entity, &read.schema);
        return Ok(found);
    };
    let now = pull::fetch(client, entity, report.output).await?;
    has_drifted(entity, &read.schema, &now, report)
}

/// Checks a file with codes, and returns whether it needs attention.
async fn check_codes(
    file: CodeFile,
    client: Option<&Client>,
    report: &mut Report<'_>,
) -> Result<bool, Failure> {
    let name = file.name();
    let Some(path) = schema_file::find(file)? else {
        let problem =
            format!("there is no file of {name}: fetch it with `cargo vibecode pull {name}`");
        return Err(Failure::new(problem));
    };
    let differences = match file {
        CodeFile::Statuses => {
            let old = code_file::read(&path, Statuses::read_file)?;
            let Some(client) = client else {
                return Ok(report.is_out_of_form(name, &path, &old.file_text(), 0));
            };
            let new = pull::codes::statuses(client, None, report.output).await?;
            new.map(|new| drift::between_statuses(&old, &new))
        }
        CodeFile::Currencies => {
            let old = code_file::read(&path, Currencies::read_file)?;
            let Some(client) = client else {
                return Ok(report.is_out_of_form(name, &path, &old.file_text(), 0));
            };
            let new = pull::codes::currencies(client).await?;
            new.map(|new| drift::between_currencies(&old, &new))
        }
    };
    let differences = match differences {
        Ok(differences) => differences,
        Err(none) => {
            report
                .output
                .warn(format!("{name} cannot be compared: {}", none.message()));
            return Ok(true);
        }
    };
    if differences.is_empty() {
        report
            .output
            .line(format!("{name}: the file is up to date"));
    }
    let breaks = report.add(name, &differences);
    let fix = format!("update the file with `cargo vibecode pull {name}`");
    advise(&format!("the {name}"), &fix, &differences, report.output);
    Ok(breaks)
}

/// Reports the differences between the portal and its schema, and returns whether they can break
/// builds.
fn has_drifted(
    entity: EntityPath,
    schema: &Schema,
    now: &Descriptions,
    report: &mut Report<'_>,
) -> Result<bool, Failure> {
    let name = entity.path();
    let now = now
        .schema()
        .map_err(|error| pull::unusable_answer(entity, error))?;
    let differences = drift::between(schema, &now);
    if differences.is_empty() {
        let line = format!("{name}: the schema is up to date");
        report.output.line(line);
    }
    let breaks = report.add(&name, &differences);
    report.add_missing(entity, &now);
    let fix = format!("update the schema with `cargo vibecode pull {name}`");
    let what = format!("the fields of {name}");
    advise(&what, &fix, &differences, report.output);
    Ok(breaks)
}

/// Prints that this has changed and what to do about it, if there are differences.
fn advise(what: &str, fix: &str, differences: &[Difference], output: &Output) {
    if differences.is_empty() {
        return;
    }
    output.warn(if differences.iter().any(Difference::can_break) {
        format!("{what} have changed in a way that can break builds: {fix}")
    } else {
        format!("{what} have changed in a way that breaks no build: {fix}")
    });
}
