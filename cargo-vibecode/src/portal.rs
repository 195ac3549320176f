//! The portal of a command: a client with the given key and base URL.

use std::{
    env::{self, VarError},
    fs,
    path::PathBuf,
};

use vibecode_runtime::{Client, ClientBuilder, Credentials};
use vibecode_spec::text_of;

use crate::failure::Failure;

/// The portal, and the key for it.
#[derive(Debug, clap::Args)]
pub(crate) struct PortalArgs {
    /// Read the API key from this file, and an app's session token from its second line.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,

    /// Fail unless the key is for this portal, such as acme.bitrix24.ru.
    #[arg(long, global = true, value_name = "HOST")]
    pub(crate) portal: Option<String>,

    /// The base URL of the API, including `/v1` [default: `VIBECODE_BASE_URL`, or the documented URL].
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,
}

/// Returns a client with the settings of the command.
///
/// # Errors
/// If no key was given, or if it cannot be used.
pub(crate) fn client(
    args: &PortalArgs,
    set: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Client, Failure> {
    let mut builder = Client::builder(credentials(args)?);
    if let Some(url) = base_url(args)? {
        builder = builder.base_url(&url);
    }
    builder = builder.user_agent(concat!("cargo-vibecode/", env!("CARGO_PKG_VERSION")));
    Ok(set(builder).build()?)
}

/// The key and the base URL in plain text, for requests that the client does not send. It has no
/// `Debug` because they are secret.
pub(crate) struct Access {
    pub(crate) base_url: String,
    pub(crate) key: String,
    pub(crate) session: Option<String>,
}

/// # Errors
/// If no key was given.
pub(crate) fn access(args: &PortalArgs) -> Result<Access, Failure> {
    let (key, session) = secrets(args)?;
    Ok(Access {
        base_url: base_url(args)?.unwrap_or_else(|| Client::BASE_URL.to_owned()),
        key,
        session,
    })
}

/// Returns true if a key was given.
///
/// # Errors
/// If the environment variable cannot be read.
pub(crate) fn has_key(args: &PortalArgs) -> Result<bool, Failure> {
    Ok(args.key_file.is_some() || variable("VIBECODE_API_KEY")?.is_some())
}

/// Returns the given base URL; `None` if it is the documented one.
///
/// # Errors
/// If the environment variable cannot be read.
pub(crate) fn base_url(args: &PortalArgs) -> Result<Option<String>, Failure> {
    match &args.base_url {
        Some(url) => Ok(Some(url.clone())),
        None => variable("VIBECODE_BASE_URL"),
    }
}

/// Returns the kind of the given key, by its prefix (api.md, grade D).
///
/// # Errors
/// If no key was given.
pub(crate) fn kind_of_key(args: &PortalArgs) -> Result<&'static str, Failure> {
    let (key, _) = secrets(args)?;
    let kinds = [
        ("vibe_api_", "personal"),
        ("vibe_app_", "OAuth app"),
        ("vibe_live_", "management"),
    ];
    let known = kinds.iter().find(|(prefix, _)| key.starts_with(prefix));
    Ok(known.map_or("unknown", |(_, kind)| kind))
}

fn credentials(args: &PortalArgs) -> Result<Credentials, Failure> {
    Ok(match secrets(args)? {
        (key, Some(session)) => Credentials::app(key, session),
        (key, None) => Credentials::personal(key),
    })
}

/// Returns the key, and the session token if one was given.
fn secrets(args: &PortalArgs) -> Result<(String, Option<String>), Failure> {
    if let Some(path) = &args.key_file {
        let bytes = fs::read(path).map_err(|error| Failure::of_file(path, &error))?;
        let text = text_of(&bytes).map_err(|error| Failure::in_file(path, error))?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let key = lines.next().map(str::to_owned);
        let session = lines.next().map(str::to_owned);
        let problem = || {
            Failure::in_file(
                path,
                "the file is empty: write the API key into its first line",
            )
        };
        Ok((key.ok_or_else(problem)?, session))
    } else {
        let problem = "no API key was given: set VIBECODE_API_KEY, or name a file that contains the key with --key-file";
        let key = variable("VIBECODE_API_KEY")?.ok_or_else(|| Failure::new(problem))?;
        Ok((key, variable("VIBECODE_SESSION_TOKEN")?))
    }
}

fn variable(name: &str) -> Result<Option<String>, Failure> {
    value_of(name, env::var(name))
}

/// Reads a variable in the same way as `Client::from_env`. A base URL that cannot be read must not
/// become the documented one.
fn value_of(name: &str, value: Result<String, VarError>) -> Result<Option<String>, Failure> {
    match value {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Failure::new(format!(
            "the environment variable {name} is not valid Unicode: set it again"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_cannot_be_read_is_not_one_that_is_not_set() {
        let read = |value| value_of("VIBECODE_BASE_URL", value);
        assert_eq!(read(Err(VarError::NotPresent)).unwrap(), None);
        assert_eq!(read(Ok(String::new())).unwrap(), None);
        let failure = read(Err(VarError::NotUnicode("vibe_api_1".into()))).unwrap_err();
        let shown = failure.to_string();
        assert!(shown.contains("VIBECODE_BASE_URL"), "{shown}");
        assert!(!shown.contains("vibe_api_1"), "{shown}");
    }
}
