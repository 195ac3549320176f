//! The portal that is asked: a client by the key and the base URL that were given.

use std::{env, fs};

use vibecode_runtime::{Client, ClientBuilder, Credentials};

use crate::{args::PortalArgs, failure::Failure};

/// A client with settings of the command's own.
///
/// # Errors
/// Where no key was given, or one that cannot be used.
pub(crate) fn client(
    args: &PortalArgs,
    set: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Client, Failure> {
    let mut builder = Client::builder(credentials(args)?);
    if let Some(url) = base_url(args) {
        builder = builder.base_url(&url);
    }
    builder = builder.user_agent(concat!("cargo-vibecode/", env!("CARGO_PKG_VERSION")));
    Ok(set(builder).build()?)
}

/// The base URL that was given; `None` where it is the documented one.
pub(crate) fn base_url(args: &PortalArgs) -> Option<String> {
    let given = args.base_url.clone();
    given.or_else(|| variable("VIBECODE_BASE_URL"))
}

/// Whether a key was given.
pub(crate) fn has_key(args: &PortalArgs) -> bool {
    args.key_file.is_some() || variable("VIBECODE_API_KEY").is_some()
}

fn credentials(args: &PortalArgs) -> Result<Credentials, Failure> {
    let (key, session) = if let Some(path) = &args.key_file {
        let text = fs::read_to_string(path).map_err(|error| Failure::of_file(path, &error))?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let key = lines.next().map(str::to_owned);
        let session = lines.next().map(str::to_owned);
        let problem = || Failure::new(format!("{}: the file holds no key", path.display()));
        (key.ok_or_else(problem)?, session)
    } else {
        let problem =
            "there is no key: set VIBECODE_API_KEY, or name a file that holds it with --key-file";
        let key = variable("VIBECODE_API_KEY").ok_or_else(|| Failure::new(problem))?;
        (key, variable("VIBECODE_SESSION_TOKEN"))
    };
    Ok(match session {
        Some(session) => Credentials::app(key, session),
        None => Credentials::personal(key),
    })
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
