//! The portal of a command: a client with the given key and base URL.

use std::{
    env::{self, VarError},
    path::PathBuf,
    sync::OnceLock,
};

use vibecode_runtime::{Client, ClientBuilder, Credentials};

use crate::{
    failure::Failure,
    key_file::{self, BASE_URL, KEY, SESSION, Secrets},
};

/// The heading of the options that every command has.
pub(crate) const COMMON: &str = "Common options";

/// The portal, and the key for it.
#[derive(Debug, clap::Args)]
pub(crate) struct PortalArgs {
    /// Read the API key from this file, and an app's session token from its second line, or both and
    /// the base URL from lines such as `VIBECODE_API_KEY=…`.
    #[arg(long, global = true, value_name = "FILE", help_heading = COMMON)]
    pub(crate) key_file: Option<PathBuf>,

    /// Fail unless the key is for this portal, such as acme.bitrix24.ru.
    #[arg(long, global = true, value_name = "HOST", help_heading = COMMON)]
    pub(crate) portal: Option<String>,

    /// The base URL of the API, including `/v1` [default: `VIBECODE_BASE_URL` in the key file or in the
    /// environment, or the documented URL].
    #[arg(long, global = true, value_name = "URL", help_heading = COMMON)]
    pub(crate) base_url: Option<String>,

    /// What was read from the key file or the environment. It is read once, so that the key whose portal
    /// and rights were checked is the one that sends.
    #[arg(skip)]
    secrets: OnceLock<Secrets>,
}

/// The host of the client of this process, for errors.
static HOST: OnceLock<String> = OnceLock::new();

/// Returns the host that the client of this process sends to, once there is one.
pub(crate) fn host() -> Option<&'static str> {
    HOST.get().map(String::as_str)
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
    let url = base_url(args)?;
    let host = reqwest::Url::parse(url.as_deref().unwrap_or(Client::BASE_URL));
    if let Ok(host) = host {
        // No user, password or path.
        let _ = HOST.set(
            host.authority()
                .rsplit('@')
                .next()
                .unwrap_or_default()
                .to_owned(),
        );
    }
    if let Some(url) = url {
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
    let secrets = secrets(args)?;
    Ok(Access {
        base_url: base_url(args)?.unwrap_or_else(|| Client::BASE_URL.to_owned()),
        key: secrets.key.clone(),
        session: secrets.session.clone(),
    })
}

/// Returns true if a key was given.
///
/// # Errors
/// If the environment variable cannot be read.
pub(crate) fn has_key(args: &PortalArgs) -> Result<bool, Failure> {
    Ok(args.key_file.is_some() || variable(KEY)?.is_some())
}

/// Returns the given base URL; `None` if it is the documented one. That of a key file belongs to its key, and
/// takes precedence over the environment.
///
/// # Errors
/// If the key file or the environment variable cannot be read.
pub(crate) fn base_url(args: &PortalArgs) -> Result<Option<String>, Failure> {
    if let Some(url) = &args.base_url {
        return Ok(Some(url.clone()));
    }
    if args.key_file.is_some()
        && let Some(url) = &secrets(args)?.base_url
    {
        return Ok(Some(url.clone()));
    }
    variable(BASE_URL)
}

/// Returns the base URL if the environment sets it, and neither an option nor the key file does.
pub(crate) fn base_url_of_environment(args: &PortalArgs) -> Option<String> {
    let url = base_url(args).ok()??;
    let is_of_file = args.secrets.get().is_some_and(|it| it.base_url.is_some());
    let is_of_command = args.base_url.is_some() || (args.key_file.is_some() && is_of_file);
    (!is_of_command).then_some(url)
}

/// Returns the kind of the given key, by its prefix (api.md, grade D).
///
/// # Errors
/// If no key was given.
pub(crate) fn kind_of_key(args: &PortalArgs) -> Result<&'static str, Failure> {
    let key = &secrets(args)?.key;
    let kinds = [
        ("vibe_api_", "personal"),
        ("vibe_app_", "OAuth app"),
        ("vibe_live_", "management"),
    ];
    let known = kinds.iter().find(|(prefix, _)| key.starts_with(prefix));
    Ok(known.map_or("unknown", |(_, kind)| kind))
}

fn credentials(args: &PortalArgs) -> Result<Credentials, Failure> {
    let Secrets { key, session, .. } = secrets(args)?;
    Ok(match session {
        Some(session) => Credentials::app(key.as_str(), session.as_str()),
        None => Credentials::personal(key.as_str()),
    })
}

/// Returns the key, and the session token if one was given. They are read at the first call only.
fn secrets(args: &PortalArgs) -> Result<&Secrets, Failure> {
    if let Some(secrets) = args.secrets.get() {
        return Ok(secrets);
    }
    let secrets = match &args.key_file {
        Some(path) => key_file::read(path)?,
        None => secrets_of_environment()?,
    };
    Ok(args.secrets.get_or_init(|| secrets))
}

fn secrets_of_environment() -> Result<Secrets, Failure> {
    let problem = "no API key was given: set VIBECODE_API_KEY, or name a file that contains the key with --key-file";
    Ok(Secrets {
        key: variable(KEY)?.ok_or_else(|| Failure::new(problem))?,
        session: variable(SESSION)?,
        base_url: variable(BASE_URL)?,
    })
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
        let read = |value| value_of(BASE_URL, value);
        assert_eq!(read(Err(VarError::NotPresent)).unwrap(), None);
        assert_eq!(read(Ok(String::new())).unwrap(), None);
        let failure = read(Err(VarError::NotUnicode("vibe_api_1".into()))).unwrap_err();
        let shown = failure.to_string();
        assert!(shown.contains("VIBECODE_BASE_URL"), "{shown}");
        assert!(!shown.contains("vibe_api_1"), "{shown}");
    }
}
