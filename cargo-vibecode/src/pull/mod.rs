//! The portal's fields, fetched into schema files.

mod definitions;
mod touch;

use std::{fs, path::PathBuf};

use serde_json::{Map, Value, json};
use vibecode_runtime::{Client, ErrorKind};
use vibecode_spec::{Entity, fields_of};

use crate::{
    Ended,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    schema_file::{self, canonical},
};

/// What is to be fetched.
#[derive(Debug, clap::Args)]
pub(crate) struct Wanted {
    /// The entities, such as `contacts` or `items/1040`. By default contacts, companies, leads and
    /// deals.
    #[arg(value_name = "ENTITY")]
    entities: Vec<String>,

    /// Reads a saved answer of `GET /v1/{entity}/fields` instead of asking the portal.
    #[arg(long, value_name = "FILE")]
    from_file: Option<PathBuf>,
}

/// The entities that are meant where none is named.
pub(crate) fn entities(named: &[String]) -> Vec<String> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let all = Entity::ALL.iter();
    all.map(|entity| entity.path().to_owned()).collect()
}

pub(crate) async fn run(
    wanted: &Wanted,
    args: &PortalArgs,
    output: &Output,
) -> Result<Ended, Failure> {
    let names = entities(&wanted.entities);
    for name in &names {
        schema_file::entity(name)?;
    }
    let mut pulled = Vec::new();
    if let Some(file) = &wanted.from_file {
        let [name] = wanted.entities.as_slice() else {
            let problem = "a saved answer is one entity's: name it, as in `pull contacts --from-file answer.json`";
            return Err(Failure::new(problem));
        };
        let text = fs::read_to_string(file).map_err(|error| Failure::of_file(file, &error))?;
        let answer: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
        let fields = fields_of(&answer)
            .ok_or_else(|| Failure::new(format!("{} holds no map of fields", file.display())))?;
        pulled.push((name.clone(), fields.clone()));
    } else {
        let client = portal::client(args, |builder| builder)?;
        for name in names {
            let fields = fetch(&client, &name, output).await?;
            pulled.push((name, fields));
        }
    }
    // Nothing is written before all is there.
    let mut new = Vec::new();
    for (name, fields) in pulled {
        write(&name, &fields, &mut new, output)?;
    }
    if !new.is_empty() {
        touch::roots(&new, output)?;
    }
    Ok(Ended::Done)
}

/// Fetches one entity's fields into its file.
///
/// # Errors
/// Where the portal does not answer, or the file cannot be written.
pub(crate) async fn one(name: &str, args: &PortalArgs, output: &Output) -> Result<(), Failure> {
    let wanted = Wanted {
        entities: vec![name.to_owned()],
        from_file: None,
    };
    run(&wanted, args, output).await.map(drop)
}

/// The fields of an entity as the portal describes them, user fields completed by their
/// definitions.
///
/// # Errors
/// Where the portal does not answer.
pub(crate) async fn fetch(
    client: &Client,
    name: &str,
    output: &Output,
) -> Result<Map<String, Value>, Failure> {
    let answer: Value = client.fields(name).await?.parse()?;
    let mut fields = fields_of(&answer)
        .cloned()
        .ok_or_else(|| Failure::new(format!("the portal answered no map of fields of {name}")))?;
    match client.user_fields(name).await {
        Ok(answer) => definitions::complete(&mut fields, &answer.parse()?),
        Err(error) if error.kind() == ErrorKind::Api => output.warn(format!(
            "the definitions of the user fields of {name} cannot be read, so that options and labels may be missing: {error}"
        )),
        Err(error) => return Err(error.into()),
    }
    Ok(fields)
}

fn write(
    name: &str,
    fields: &Map<String, Value>,
    new: &mut Vec<PathBuf>,
    output: &Output,
) -> Result<(), Failure> {
    let count = fields.len();
    let text = canonical(name, fields);
    let answer = Value::Object(fields.clone());
    schema_file::checked(&answer, schema_file::entity(name)?).map_err(|error| {
        Failure::new(format!(
            "what was fetched of {name} cannot be used: {error}"
        ))
    })?;
    let file = schema_file::place(name)?;
    let before = fs::read_to_string(&file).ok();
    let state = match &before {
        Some(before) if *before == text => "unchanged",
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
