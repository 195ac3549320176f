//! Runs the stand-in for the API as a server.

mod faults;
mod requests;
mod settings;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use vibecode_sandbox::{Sandbox, SandboxBuilder};
use vibecode_spec::{Entity, EntityPath};

use self::faults::FaultSetting;
use crate::{
    ExitStatus,
    args::whole_number,
    failure::Failure,
    interrupts::Interrupts,
    output::{self, Output},
};

/// The number of requests in the log: the page shows the last 200 of them.
const KEPT_REQUESTS: usize = 1000;

/// The part of the help that does not belong to a single option.
const HELP: &str = "\
Examples:
  cargo vibecode sandbox --port 8080
  cargo vibecode sandbox --requests --schema vibecode \\
    --seed records.json
  cargo vibecode sandbox --faults drop_after,bad_gateway
  cargo vibecode sandbox \\
    --settings formatted_phones,unknown_status=refused

Exit codes: 0 it was stopped, 2 it cannot run.";

/// The form of a seed.
const SEED_HELP: &str = r#"Seed:
  {
    "contacts": [{"id": 7, "post": "Clerk",
      "phone": "+79161112233"}],
    "items/1040": [{"title": "A request"}],
    "statuses": [{"id": 1, "entityId": "SOURCE",
      "statusId": "WEB", "name": "Website"}],
    "deal-categories": [{"id": 5, "name": "Partners"}],
    "currencies": [{"id": "RUB", "base": true}],
    "users": [{"id": 1, "name": "Ivan"}]
  }
  Fields have their wire names. A record without an id gets the
  next free one. Records replace the default ones of all
  entities; a list such as statuses replaces only its own. An
  unknown field is refused: describe one that only your portal
  has in --schema."#;

/// The arguments of `sandbox`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{HELP}\n\n{SEED_HELP}\n\n{}\n\n{}", settings::HELP, faults::HELP))]
pub(crate) struct Args {
    /// The port to listen on, on this machine only; 0 for any free port.
    #[arg(long, value_name = "PORT", default_value_t = 0, value_parser = whole_number::<u16>(0..=u16::MAX.into()))]
    port: u16,

    /// Load the records from this JSON file instead of the default ones: an object with an array of
    /// records for each entity, described below.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// Load a portal's schemas from this folder: `contacts.json`, `items-1040.json` and so on, in the
    /// form of the answer of `GET /v1/contacts/fields`, as `cargo vibecode pull` writes them.
    #[arg(long, value_name = "FOLDER")]
    schema: Option<PathBuf>,

    /// Inject faults, described below. May be given several times.
    #[arg(long, value_name = "SPEC")]
    faults: Vec<String>,

    /// Behave like a portal that differs from the default, as described below. May be given several
    /// times.
    #[arg(long, value_name = "LIST")]
    settings: Vec<String>,

    /// Print each request when it ends.
    #[arg(long)]
    requests: bool,
}

pub(crate) async fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let faults = faults::read(&args.faults)?;
    let builder = Sandbox::builder()
        .port(args.port)
        .page()
        .keep_requests(KEPT_REQUESTS);
    let mut builder = settings::apply(builder, &args.settings)?;
    if let Some(path) = &args.seed {
        builder = builder.seed(read(path)?);
    }
    if let Some(folder) = &args.schema {
        builder = with_schemas(builder, folder)?;
    }
    for setting in &faults {
        builder = match setting {
            FaultSetting::RateLimit(per_minute) => builder.rate_limit(*per_minute),
            FaultSetting::PortalLimit(per_second) => builder.portal_limit(*per_second),
            FaultSetting::Queue(_) | FaultSetting::Storm(_) => builder,
        };
    }
    let sandbox = builder.try_start().await;
    let sandbox = sandbox.map_err(|error| Failure::new(error.to_string()))?;
    for setting in faults {
        match setting {
            FaultSetting::Queue(faults) => sandbox.faults(faults),
            FaultSetting::Storm(storm) => sandbox.storm(storm),
            FaultSetting::RateLimit(_) | FaultSetting::PortalLimit(_) => {}
        }
    }
    let mut interrupts = Interrupts::listen()?;
    introduce(&sandbox, output);
    // Without its address nobody can use it.
    output::written()?;
    tokio::select! {
        () = interrupts.next() => {}
        () = requests::print(sandbox.watch(), output), if args.requests => {}
    }
    output.line("# The sandbox has stopped.");
    output.json(&json!({ "stopped": true }));
    Ok(ExitStatus::Success)
}

/// Prints lines that a shell can run unchanged.
fn introduce(sandbox: &Sandbox, output: &Output) {
    let (url, key) = (sandbox.url(), Sandbox::API_KEY);
    let page = url.trim_end_matches("v1");
    output.line(format!(
        "export VIBECODE_BASE_URL={url} VIBECODE_API_KEY={key}"
    ));
    output.line(format!(
        "# {page} shows the records and the requests. Press Ctrl-C to stop the sandbox."
    ));
    let document = json!({ "base_url": url, "api_key": key, "page": page });
    output.event("ready", document);
}

/// Adds the schemas of the entities that have a file in the folder.
fn with_schemas(mut builder: SandboxBuilder, folder: &Path) -> Result<SandboxBuilder, Failure> {
    let entities = entities_in(folder)?;
    for entity in &entities {
        builder = builder.schema(*entity, read(&folder.join(entity.file_name()))?);
    }
    if !entities.is_empty() {
        return Ok(builder);
    }
    let names = Entity::ALL
        .iter()
        .map(|entity| format!("{}.json", entity.path()));
    let names: Vec<_> = names.collect();
    let problem = format!(
        "the folder contains no schema: name a folder that contains any of {}",
        names.join(", ")
    );
    Err(Failure::in_file(folder, problem))
}

/// Returns the entities and smart processes that have a file in a folder.
fn entities_in(folder: &Path) -> Result<Vec<EntityPath>, Failure> {
    let unreadable = |error: io::Error| Failure::of_file(folder, &error);
    let mut entities = Vec::new();
    for file in fs::read_dir(folder).map_err(unreadable)? {
        let name = file.map_err(unreadable)?.file_name();
        entities.extend(name.to_str().and_then(EntityPath::from_file_name));
    }
    entities.sort_unstable();
    Ok(entities)
}

fn read(path: &Path) -> Result<Value, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::of_file(path, &error))?;
    serde_json::from_str(&text).map_err(|error| Failure::of_file(path, &io::Error::from(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_seed_of_the_help_is_one() {
        let (_, seed) = SEED_HELP.split_once("Seed:\n").unwrap();
        let (seed, _) = seed.split_once("\n  }\n").unwrap();
        let seed: Value = serde_json::from_str(&format!("{seed}}}")).unwrap();
        let entities = seed.as_object().unwrap().len();
        assert_eq!(entities, 6);
        assert!(Sandbox::builder().seed(seed).try_start().await.is_ok());
    }
}
