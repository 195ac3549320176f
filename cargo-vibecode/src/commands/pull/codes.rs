//! Fetches the codes of a portal's closed sets.

use std::path::Path;

use serde_json::Value;
use vibecode_runtime::{Client, Error, ErrorKind};
use vibecode_spec::{CodeFile, Currencies, Pipelines, SchemaError, Statuses};

use crate::{
    code_file, failure::Failure, output::Output, portal_identity::same_portal, schema_file,
};

const PIPELINES: &str = "deal-categories";

/// Why there are no codes. The message is a warning.
#[derive(Debug)]
pub(crate) enum NoCodes {
    /// The portal or the key has no access to them.
    Refused(String),
    /// The answer is an error, or is not understood.
    Unusable(String),
}

/// Returns the statuses that the portal has now. If it does not give the names of its pipelines, those of
/// the file stay, unless the file is of another portal than `portal`.
///
/// # Errors
/// If the portal does not answer. An answer that is a refusal or cannot be used is returned as
/// [`NoCodes`].
pub(crate) async fn statuses(
    client: &Client,
    portal: Option<&str>,
    output: &Output,
) -> Result<Result<Statuses, NoCodes>, Failure> {
    let name = CodeFile::Statuses.name();
    let rows = match rows(client, name).await? {
        Ok(rows) => rows,
        Err(none) => return Ok(Err(none)),
    };
    let statuses = match Statuses::of_all_rows(&rows) {
        Ok(statuses) => statuses,
        Err(error) => return Ok(Err(unusable(name, &error))),
    };
    Ok(match rows_of_pipelines(client).await? {
        Ok(pipelines) => Ok(statuses.with_pipelines(pipelines)),
        Err(NoCodes::Refused(message)) => {
            let known = known_pipelines(portal)?;
            let is_known = known.iter().next().is_some();
            let state = if is_known {
                "stay as they are in the file"
            } else {
                "are missing"
            };
            output.warn(format!("the names of the pipelines {state}: {message}"));
            Ok(statuses.with_pipelines(known))
        }
        Err(unusable) => Err(unusable),
    })
}

/// Returns the currencies that the portal has now.
///
/// # Errors
/// Fails like [`statuses`].
pub(crate) async fn currencies(client: &Client) -> Result<Result<Currencies, NoCodes>, Failure> {
    let name = CodeFile::Currencies.name();
    Ok(rows(client, name).await?.and_then(|rows| {
        Currencies::of_answer(&rows.into()).map_err(|error| unusable(name, &error))
    }))
}

async fn rows_of_pipelines(client: &Client) -> Result<Result<Pipelines, NoCodes>, Failure> {
    let rows = rows(client, PIPELINES).await?;
    Ok(rows.and_then(|rows| {
        Pipelines::of_answer(&rows.into()).map_err(|error| unusable(PIPELINES, &error))
    }))
}

/// Returns the statuses in a saved answer. If it has no names of pipelines, those of the file stay.
pub(super) fn saved_statuses(path: &Path) -> Result<Statuses, Failure> {
    let read = code_file::read(path, Statuses::read_file)?;
    let has_pipelines = read.pipelines().iter().next().is_some();
    Ok(if has_pipelines {
        read
    } else {
        read.with_pipelines(known_pipelines(None)?)
    })
}

/// Returns the pipelines in the project's file, if there is one and it is not of another portal.
fn known_pipelines(portal: Option<&str>) -> Result<Pipelines, Failure> {
    let Some(path) = schema_file::find(CodeFile::Statuses)? else {
        return Ok(Pipelines::default());
    };
    let read = code_file::read(&path, Statuses::read_file)?;
    let is_other = portal.zip(read.portal());
    Ok(match is_other {
        Some((portal, of_file)) if !same_portal(portal, of_file) => Pipelines::default(),
        _ => read.pipelines().clone(),
    })
}

async fn rows(client: &Client, name: &str) -> Result<Result<Vec<Value>, NoCodes>, Failure> {
    let rows = match client.catalogue(name).await {
        Ok(rows) => rows,
        Err(error) => return no_codes(name, error).map(Err),
    };
    let rows = rows.iter().map(vibecode_runtime::RawAnswer::parse);
    match rows.collect() {
        Ok(rows) => Ok(Ok(rows)),
        Err(error) => no_codes(name, error).map(Err),
    }
}

fn no_codes(name: &str, error: Error) -> Result<NoCodes, Failure> {
    let status = error.status().map(|status| status.as_u16());
    if matches!(status, Some(403 | 404)) {
        return Ok(NoCodes::Refused(format!(
            "the portal does not let this key read its {name}: {error}"
        )));
    }
    match error.kind() {
        ErrorKind::Api
        | ErrorKind::NotJson
        | ErrorKind::Oversized
        | ErrorKind::Unreadable
        | ErrorKind::Unexpected => Ok(NoCodes::Unusable(format!(
            "the portal's {name} cannot be read: {error}"
        ))),
        _ => Err(error.into()),
    }
}

fn unusable(name: &str, error: &SchemaError) -> NoCodes {
    NoCodes::Unusable(format!(
        "the portal's answer about its {name} cannot be used: {error}"
    ))
}

impl NoCodes {
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Refused(message) | Self::Unusable(message) => message,
        }
    }
}
