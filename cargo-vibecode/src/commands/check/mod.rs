//! Compares the files of the portal with the portal, or checks their format.

mod drift;

use std::{fs, path::Path};

use serde_json::json;
use vibecode_runtime::Client;
use vibecode_spec::{Descriptions, EntityPath, Schema};

use self::drift::Difference;
use crate::{
    ExitStatus,
    code_file::{CodeFile, Codes},
    commands::pull::{self, Target},
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    schema_file,
};

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
        names_with_file()?
    } else {
        args.entities.clone()
    };
    if names.is_empty() {
        let problem = "there is no schema file here: fetch one with `cargo vibecode pull`";
        return Err(Failure::new(problem));
    }
    for name in names {
        let found = match Target::of_name(&name)? {
            Target::Fields(entity) => check_fields(entity, client.as_ref(), output).await?,
            Target::Codes(file) => check_codes(file, client.as_ref(), output).await?,
        };
        if found {
            status = ExitStatus::Attention;
        }
    }
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
    let read = file.read(&path)?;
    let Some(client) = client else {
        return Ok(is_out_of_form(name, &path, &read.file_text(), output));
    };
    let now = match pull::codes::fetch(client, file, output).await? {
        Ok(now) => now,
        Err(none) => {
            output.warn(format!("{name} cannot be compared: {}", none.message()));
            return Ok(true);
        }
    };
    let differences = match (&read, &now) {
        (Codes::Statuses(old), Codes::Statuses(new)) => drift::between_statuses(old, new),
        (Codes::Currencies(old), Codes::Currencies(new)) => drift::between_currencies(old, new),
        (Codes::Statuses(_), Codes::Currencies(_)) | (Codes::Currencies(_), Codes::Statuses(_)) => {
            Vec::new()
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
/// code.
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

/// Prints the differences, and returns whether they can break code.
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
        format!("{what} have changed in a way that can break code: {fix}")
    } else {
        format!("{what} have changed in a way that breaks no code: {fix}")
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
