//! Compares the files of the portal with the portal, or checks their format.

mod drift;

use std::{fs, path::Path};

use serde_json::json;
use vibecode_runtime::Client;
use vibecode_spec::{
    CodeFile, Currencies, Descriptions, EntityPath, Field, PortalFile, Schema, Statuses,
};

use self::drift::Difference;
use crate::{
    ExitStatus, code_file,
    commands::pull::{self, Target},
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    schema_file,
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
    for name in &names {
        let found = match Target::of_name(name)? {
            Target::Fields(entity) => check_fields(entity, client.as_ref(), output).await?,
            Target::Codes(file) => check_codes(file, client.as_ref(), output).await?,
        };
        if found {
            status = ExitStatus::Attention;
        }
    }
    output.json(&json!({ "checked": names, "attention": status == ExitStatus::Attention }));
    Ok(status)
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
    output: &Output,
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
        let found = is_out_of_form(&name, &file, &canonical, output);
        report_missing(entity, &read.schema, output);
        return Ok(found);
    };
    let now = pull::fetch(client, entity, output).await?;
    has_drifted(entity, &read.schema, &now, output)
}

/// Checks a file with codes, and returns whether it needs attention.
async fn check_codes(
    file: CodeFile,
    client: Option<&Client>,
    output: &Output,
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
                return Ok(is_out_of_form(name, &path, &old.file_text(), output));
            };
            let new = pull::codes::statuses(client, output).await?;
            new.map(|new| drift::between_statuses(&old, &new))
        }
        CodeFile::Currencies => {
            let old = code_file::read(&path, Currencies::read_file)?;
            let Some(client) = client else {
                return Ok(is_out_of_form(name, &path, &old.file_text(), output));
            };
            let new = pull::codes::currencies(client).await?;
            new.map(|new| drift::between_currencies(&old, &new))
        }
    };
    let differences = match differences {
        Ok(differences) => differences,
        Err(none) => {
            output.warn(format!("{name} cannot be compared: {}", none.message()));
            return Ok(true);
        }
    };
    if differences.is_empty() {
        output.line(format!("{name}: the file is up to date"));
    }
    let breaks = report(name, &differences, output);
    let fix = format!("update the file with `cargo vibecode pull {name}`");
    advise(&format!("the {name}"), &fix, &differences, output);
    Ok(breaks)
}

/// Reports whether a file is formatted as `pull` writes it, and returns true if it is not.
fn is_out_of_form(name: &str, file: &Path, canonical: &str, output: &Output) -> bool {
    let is_canonical = fs::read(file).is_ok_and(|text| text == canonical.as_bytes());
    let shown = file.display().to_string();
    if is_canonical {
        output.line(format!("{shown}: valid"));
    } else {
        let fix = format!("rewrite it with `cargo vibecode pull {name} --from-file {shown}`");
        output.line(format!("{shown}: not formatted as `pull` writes it: {fix}"));
    }
    output.json(&json!({ "entity": name, "file": shown, "canonical": is_canonical }));
    !is_canonical
}

/// Reports the differences between the portal and its schema, and returns whether they can break
/// builds.
fn has_drifted(
    entity: EntityPath,
    schema: &Schema,
    now: &Descriptions,
    output: &Output,
) -> Result<bool, Failure> {
    let name = entity.path();
    let now = now
        .schema()
        .map_err(|error| pull::unusable_answer(entity, error))?;
    let differences = drift::between(schema, &now);
    if differences.is_empty() {
        output.line(format!("{name}: the schema is up to date"));
    }
    let breaks = report(&name, &differences, output);
    report_missing(entity, &now, output);
    let fix = format!("update the schema with `cargo vibecode pull {name}`");
    let what = format!("the fields of {name}");
    advise(&what, &fix, &differences, output);
    Ok(breaks)
}

/// Prints the differences, and returns whether they can break builds.
fn report(name: &str, differences: &[Difference], output: &Output) -> bool {
    for difference in differences {
        output.line(format!("{name}: {difference}"));
        output.json(&json!({
            "entity": name,
            "field": difference.field,
            "change": difference.name(),
            "breaks": difference.can_break(),
            "message": difference.to_string(),
        }));
    }
    differences.iter().any(Difference::can_break)
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

/// Reports documented fields that are missing in the portal's complete list.
fn report_missing(entity: EntityPath, schema: &Schema, output: &Output) {
    let name = entity.path();
    for field in schema.missing(entity) {
        let field = &field.name;
        let message = format!(
            "? {field}: documented, but not in the portal's list, so the API may ignore it"
        );
        output.line(format!("{name}: {message}"));
        output.json(&json!({
            "entity": name,
            "field": field,
            "change": "missing",
            "breaks": false,
            "message": message,
        }));
    }
}
