//! Generates a module for an entity: its struct, and its closed sets as enums. Prints the page of the guide for
//! agents.

mod enums;
mod module;
mod names;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use vibecode_spec::Field;

use self::module::{Module, usual_fields};
use crate::{
    ExitStatus, change,
    code_file::KnownCodes,
    commands::pull,
    failure::Failure,
    interrupts,
    output::Output,
    portal::{self, PortalArgs},
    schema_file,
};

/// The part of the help that does not belong to a single option.
pub(crate) const HELP: &str = "\
Examples:
  cargo vibecode new contacts
  cargo vibecode new contacts --fields post,phone \\
    --out src/contact.rs
  cargo vibecode new --agents --out AGENTS.md

Exit codes: 0 success, 2 the command failed.";

/// The arguments of `new`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entity, such as `contacts`, `deals` or `tasks`, or a smart process such as `items/1040`.
    #[arg(required_unless_present = "agents")]
    entity: Option<String>,

    /// The fields, by wire name or label [default: all that can be written].
    #[arg(long, value_delimiter = ',', value_name = "FIELDS")]
    fields: Vec<String>,

    /// Print instead an AGENTS.md for the repository of an app: what an agent that writes code against
    /// the API must know.
    #[arg(long, conflicts_with_all = ["entity", "fields"])]
    agents: bool,

    /// Write the text to a new file instead of printing it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The page of the guide for agents. The file is a link to the page, and the package has its text.
const AGENTS: &str = include_str!("agents.md");

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let Some(name) = &args.entity else {
        let (agents, file) = write(AGENTS, args.out.as_deref(), output)?;
        output.json(&json!({ "agents": agents, "file": file }));
        return Ok(ExitStatus::Success);
    };
    if schema_file::find(schema_file::entity(name)?)?.is_none() {
        if portal::has_key(portal_args)? {
            pull::one(name, portal_args, &output.quiet()).await?;
            let written = "interrupted: the schema was fetched, and nothing else was written: run the command again";
            interrupts::say_early(written, output)?;
        } else {
            output.warn(format!(
                "there is no schema of {name}, so its user fields are unknown: set VIBECODE_API_KEY, or run `cargo vibecode pull {name}`"
            ));
        }
    }
    let schema = schema_file::load(name)?;
    let mut fields: Vec<&Field> = Vec::new();
    for named in &args.fields {
        let field = change::field(&schema, named).map_err(Failure::new)?;
        if field.name != "id" && !fields.iter().any(|other| other.name == field.name) {
            fields.push(field);
        }
    }
    if args.fields.is_empty() {
        fields = usual_fields(&schema);
    }
    let codes = KnownCodes::load()?;
    let text = Module::new(name, fields, &codes).text();
    let (module, file) = write(&text, args.out.as_deref(), output)?;
    output.json(&json!({ "entity": name, "module": module, "file": file }));
    Ok(ExitStatus::Success)
}

/// Prints a text, or writes it to a new file. Returns the text or the file's name for the JSON document, and null
/// for the other.
fn write(text: &str, out: Option<&Path>, output: &Output) -> Result<(Value, Value), Failure> {
    match out {
        None => {
            output.line(text.trim_end());
            Ok((text.into(), Value::Null))
        }
        Some(file) if file.exists() => {
            let problem = "the file exists already: name another one, or delete it";
            Err(Failure::in_file(file, problem))
        }
        Some(file) => {
            schema_file::write(file, text)?;
            let file = file.display().to_string();
            output.line(format!("{file}: new"));
            Ok((Value::Null, file.into()))
        }
    }
}
