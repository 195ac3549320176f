//! Fetches the fields of an entity, or reads them from a saved answer.

use std::path::Path;

use serde_json::Value;
use vibecode_runtime::{Client, ErrorKind};
use vibecode_spec::{Descriptions, EntityPath};

use super::definitions;
use crate::{failure::Failure, output::Output, schema_file};

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
        Descriptions::of_answer(&answer).map_err(|error| unusable_answer(entity, error))?;
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
pub(super) fn saved(file: &Path, entity: EntityPath) -> Result<Descriptions, Failure> {
    let bytes = vibecode_spec::file_bytes(file).map_err(|error| Failure::unusable(file, error))?;
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
