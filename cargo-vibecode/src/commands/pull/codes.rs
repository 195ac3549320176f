//! Fetches the codes of a portal's closed sets.

use std::path::Path;

use serde_json::Value;
use vibecode_runtime::{Client, Error, ErrorKind};
use vibecode_spec::{Currencies, Pipelines, SchemaError, Statuses};

use crate::{
    code_file::{CodeFile, Codes},
    failure::Failure,
    output::Output,
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

/// Returns the codes that the portal has now.
///
/// # Errors
/// If the portal does not answer. An answer that is a refusal or cannot be used is returned as
/// [`NoCodes`].
pub(crate) async fn fetch(
    client: &Client,
    file: CodeFile,
    output: &Output,
) -> Result<Result<Codes, NoCodes>, Failure> {
    let rows = match rows(client, file.name()).await? {
        Ok(rows) => rows,
        Err(none) => return Ok(Err(none)),
    };
    let read = match file {
        CodeFile::Statuses => Statuses::of_all_rows(rows).map(Codes::Statuses),
        CodeFile::Currencies => Currencies::of_answer(rows.into()).map(Codes::Currencies),
    };
    let codes = match read {
        Ok(codes) => codes,
        Err(error) => return Ok(Err(unusable(file.name(), &error))),
    };
    let Codes::Statuses(statuses) = codes else {
        return Ok(Ok(codes));
    };
    let pipelines = match rows_of_pipelines(client).await? {
        Ok(pipelines) => pipelines,
        Err(NoCodes::Refused(message)) => {
            output.warn(format!("the names of the pipelines are missing: {message}"));
            return Ok(Ok(Codes::Statuses(statuses)));
        }
        Err(unusable) => return Ok(Err(unusable)),
    };
    Ok(Ok(Codes::Statuses(statuses.with_pipelines(pipelines))))
}

async fn rows_of_pipelines(client: &Client) -> Result<Result<Pipelines, NoCodes>, Failure> {
    let rows = rows(client, PIPELINES).await?;
    Ok(rows.and_then(|rows| {
        Pipelines::of_answer(rows.into()).map_err(|error| unusable(PIPELINES, &error))
    }))
}

/// Returns the codes in a saved answer. Names of pipelines that are known already stay.
pub(super) fn saved(path: &Path, file: CodeFile) -> Result<Codes, Failure> {
    let read = file.read(path)?;
    Ok(match (read, file.load()?) {
        (Codes::Statuses(new), Some(Codes::Statuses(old)))
            if new.pipelines().iter().next().is_none() =>
        {
            Codes::Statuses(new.with_pipelines(old.pipelines().clone()))
        }
        (read, _) => read,
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
