//! Fetches the portal's fields into schema files.

mod definitions;
mod touch;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use vibecode_runtime::{Client, ErrorKind};
use vibecode_spec::{Descriptions, Entity, EntityPath};

use crate::{
    ExitStatus,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    schema_file,
};

/// The arguments of `pull`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entities, such as `contacts`, `tasks` or `items/1040` [default: contacts, companies, leads
    /// and deals].
    #[arg(value_name = "ENTITY")]
    entities: Vec<String>,

    /// Read the fields from a saved answer instead of the portal: that of `GET /v1/{entity}/fields`,
    /// or of `GET /v1/userfields/{entity}`, which completes an existing schema.
    #[arg(long, value_name = "FILE")]
    from_file: Option<PathBuf>,
}

/// The entities to use if none is named. The others are not in use, or not open to the key, on every
/// portal.
const DEFAULT: [Entity; 4] = [
    Entity::Contacts,
    Entity::Companies,
    Entity::Leads,
    Entity::Deals,
];

/// Returns the entities to use if none is named.
fn entities(named: &[String]) -> Vec<String> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let default = DEFAULT.iter();
    default.map(|entity| entity.path().to_owned()).collect()
}

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let names = entities(&args.entities);
    let entities = names.iter().map(|name| schema_file::entity(name));
    let entities: Vec<EntityPath> = entities.collect::<Result<_, _>>()?;
    let mut pulled = Vec::new();
    if let Some(file) = &args.from_file {
        let ([_], [entity]) = (args.entities.as_slice(), entities.as_slice()) else {
            let problem = "--from-file requires exactly one entity, as in `pull contacts --from-file answer.json`";
            return Err(Failure::new(problem));
        };
        pulled.push((*entity, saved(file, *entity)?));
    } else {
        let client = portal::client(portal_args, |builder| builder)?;
        for entity in entities {
            pulled.push((entity, fetch(&client, entity, output).await?));
        }
    }
    // Nothing is written before everything has been fetched.
    let mut new = Vec::new();
    for (entity, descriptions) in pulled {
        write(entity, &descriptions, &mut new, output)?;
    }
    if !new.is_empty() {
        touch::roots(&new, output)?;
    }
    Ok(ExitStatus::Success)
}

/// Fetches one entity's fields into its file.
///
/// # Errors
/// If the portal does not answer, or the file cannot be written.
pub(crate) async fn one(
    name: &str,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<(), Failure> {
    let args = Args {
        entities: vec![name.to_owned()],
        from_file: None,
    };
    run(&args, portal_args, output).await.map(drop)
}

/// Returns the fields of an entity as the portal describes them, with user fields completed by
/// their definitions.
///
/// # Errors
/// If the portal does not answer, or if the answer is not a list of fields.
pub(crate) async fn fetch(
    client: &Client,
    entity: EntityPath,
    output: &Output,
) -> Result<Descriptions, Failure> {
    let name = entity.path();
    let answer: Value = client.fields(&name).await?.parse()?;
    let mut descriptions =
        Descriptions::of_answer(answer).map_err(|error| unusable_answer(entity, error))?;
    descriptions.is_complete = true;
    if !has_user_fields(entity) {
        return Ok(descriptions);
    }
    match client.user_fields(&name).await {
        Ok(answer) => {
            let problems = definitions::complete(&mut descriptions, &answer.parse()?, entity);
            for problem in problems {
                output.warn(format!(
                    "a definition of the user fields of {name} is ignored: {problem}"
                ));
            }
        }
        Err(error) if error.kind() == ErrorKind::Api => output.warn(format!(
            "the definitions of the user fields of {name} cannot be read, so options and labels may be missing: {error}"
        )),
        Err(error) => return Err(error.into()),
    }
    Ok(descriptions)
}

/// Returns true if the API defines user fields of the entity.
fn has_user_fields(entity: EntityPath) -> bool {
    match entity {
        EntityPath::Entity(entity) => entity.user_field_entity().is_some(),
        EntityPath::Items(_) => true,
    }
}

/// Creates the error of an answer that is not a list of an entity's fields.
pub(crate) fn unusable_answer(entity: EntityPath, problem: impl std::fmt::Display) -> Failure {
    let name = entity.path();
    Failure::new(format!(
        "the portal's answer about the fields of {name} cannot be used: {problem}"
    ))
}

/// Returns the fields of an entity in a saved answer.
fn saved(file: &Path, entity: EntityPath) -> Result<Descriptions, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::of_file(file, &error))?;
    if let Some(definitions) = definitions::saved(&bytes) {
        let mut descriptions = match schema_file::find(entity)? {
            Some(there) => schema_file::read(&there, entity)?.descriptions,
            None => Descriptions::default(),
        };
        let problems = definitions::complete(&mut descriptions, &definitions, entity);
        return match problems.into_iter().next() {
            Some(first) => Err(Failure::unusable(file, first)),
            None => Ok(descriptions),
        };
    }
    let mut descriptions =
        Descriptions::read(bytes).map_err(|error| Failure::unusable(file, error))?;
    if descriptions.entity.is_none() {
        // A file written by hand may be incomplete; every list that the API answers has the id.
        descriptions.is_complete = descriptions.fields.contains_key("id");
    }
    Ok(descriptions)
}

fn write(
    entity: EntityPath,
    descriptions: &Descriptions,
    new: &mut Vec<PathBuf>,
    output: &Output,
) -> Result<(), Failure> {
    let name = entity.path();
    let count = descriptions.fields.len();
    let schema = descriptions.schema();
    let checked = schema.and_then(|schema| schema.check_for(entity));
    checked
        .map_err(|error| Failure::new(format!("the fields of {name} cannot be used: {error}")))?;
    let text = descriptions.file_text(&name);
    let file = schema_file::path(entity)?;
    let before = fs::read(&file).ok();
    let state = match &before {
        Some(before) if *before == text.as_bytes() => "unchanged",
        Some(_) => "changed",
        None => "new",
    };
    if state != "unchanged" {
        schema_file::write(&file, &text)?;
    }
    if before.is_none() {
        new.push(file.clone());
    }
    let shown = file.display().to_string();
    output.line(format!("{shown}: {state}, {count} fields"));
    output.json(&json!({ "entity": name, "file": shown, "state": state, "fields": count }));
    Ok(())
}
